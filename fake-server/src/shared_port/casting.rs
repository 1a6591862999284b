//! One connection's choice: the healthy server plays until the client names a scenario.

use std::net::IpAddr;
use std::sync::Arc;

use badrdp_proto::connect::Input;
use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::pdu::credssp::ntlm::NtlmMessage;
use badrdp_proto::pdu::x224::{ConnectionRequest, Protocols};
use badrdp_proto::pdu::{ChannelPdu, Message};
use badrdp_proto::transcript::{Chosen, Event, Named};

use super::cast::Cast;
use super::rehearsal::rehearse;
use crate::actor::Moment;
use crate::acts::Acts;
use crate::drive::Connection;
use crate::host::Host;

/// Moments that are remembered while the choice is open: no honest client needs as many up to its Client Info.
const MOST: usize = 1000;

/// A choice that is still open.
pub(crate) struct Casting {
    cast: Arc<Cast>,
    /// What was looked at already, of the machine's story.
    considered: usize,
}

impl Casting {
    pub(super) const fn new(cast: Arc<Cast>) -> Self {
        Self { cast, considered: 0 }
    }
}

/// What a message of the client says about the choice.
enum Said {
    /// This scenario.
    Name(Arc<Host>, Named),
    /// Nothing, but it needs a host that does NLA.
    NeedsNla,
    /// Nothing, and there is nothing left to say it with.
    NoMore,
}

impl Connection {
    /// Whether another machine takes over, because of what was just heard: it has an answer of its own.
    pub(crate) fn recast(&mut self) -> bool {
        let Some(casting) = &mut self.casting else { return false };
        // The newest moment is the healthy server's answer, which nobody has seen yet.
        let story = self.log.machine().story();
        let Some((_, seen)) = story.split_last() else { return false };
        let fresh = seen.get(casting.considered..).unwrap_or_default();
        casting.considered = seen.len();
        let client = self.client;
        let said = fresh.iter().find_map(|moment| match moment {
            Moment::Heard(Input::Message(message)) => said(&casting.cast, message, client),
            _ => None,
        });
        match said {
            None if seen.len() > MOST => {
                self.choose_nothing();
                false
            }
            None => false,
            Some(Said::Name(host, by)) => {
                let seen = seen.to_vec();
                self.choose(host, by, seen)
            }
            Some(Said::NeedsNla) => {
                let (host, seen) = (Arc::clone(&casting.cast.healthy_nla), seen.to_vec());
                self.give_way(host, seen).is_ok()
            }
            Some(Said::NoMore) => {
                self.choose_nothing();
                false
            }
        }
    }

    /// The same at the ClientHello, with which the client can name a host.
    pub(crate) fn recast_by_server_name(&mut self, name: &str) -> bool {
        let Some(casting) = &self.casting else { return false };
        let Some((acts, by)) = casting.cast.by_server_name(name) else { return false };
        let (host, story) = (Arc::clone(acts.next(self.client)), self.log.machine().story().to_vec());
        self.choose(host, by, story)
    }

    /// Lets `host` take over where that can still be, and settles the choice in any case.
    fn choose(&mut self, host: Arc<Host>, by: Named, story: Vec<Moment>) -> bool {
        let scenario = host.id.to_string();
        let taken = self.give_way(Arc::clone(&host), story);
        self.settle();
        let too_late = taken.err();
        if let Some(why) = &too_late {
            self.title = format!("is healthy here. {scenario} was named too late:\n{why}");
            tracing::warn!(scenario, why, "named too late to be played");
        }
        self.host.open(self.client);
        let played = too_late.is_none();
        self.log.note(Event::Chosen(Chosen { scenario, by, too_late }));
        played
    }

    /// The client has named nothing: what it sees is healthy.
    pub(crate) fn choose_nothing(&mut self) {
        if self.casting.is_none() {
            return;
        }
        self.settle();
        self.host.open(self.client);
        let scenario = self.host.id.to_string();
        self.log.note(Event::Chosen(Chosen { scenario, by: Named::Nothing, too_late: None }));
    }

    fn settle(&mut self) {
        self.casting = None;
        self.log.machine_mut().forget();
    }

    fn give_way(&mut self, host: Arc<Host>, story: Vec<Moment>) -> Result<(), String> {
        let (machine, plan) = rehearse(&host, &self.host, self.number, &story)
            .map_err(|kind| format!("its {kind} is another than the client has seen by then"))?;
        self.plan = plan;
        self.title.clone_from(&host.title);
        self.log.machine_mut().replace(machine, story);
        self.log.plays(&host);
        self.host = host;
        Ok(())
    }
}

fn said(cast: &Cast, message: &Message, client: IpAddr) -> Option<Said> {
    let name = |found: Option<(&Acts, Named)>| found.map(|(acts, by)| Said::Name(Arc::clone(acts.next(client)), by));
    match message {
        Message::X224ConnectionRequest(request) => {
            let named = request.token.as_ref().and_then(|token| name(cast.by_token(token, client)));
            named.or_else(|| needs_nla(request).then_some(Said::NeedsNla))
        }
        Message::TsRequest(request) => name(cast.by_user(&user(request)?)),
        Message::Data(data) => match &data.pdu {
            ChannelPdu::ClientInfo(info) => Some(name(cast.by_user(&info.user_name)).unwrap_or(Said::NoMore)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the client offers NLA and does without TLS alone.
fn needs_nla(request: &ConnectionRequest) -> bool {
    let offered = request.negotiation.map(|negotiation| negotiation.requested_protocols).unwrap_or_default();
    let offers = |protocol| offered.contains(protocol);
    !offers(Protocols::SSL) && (offers(Protocols::HYBRID) || offers(Protocols::HYBRID_EX))
}

/// The user name of an AUTHENTICATE_MESSAGE.
fn user(request: &TsRequest) -> Option<String> {
    match request.ntlm()?.read().ok()? {
        NtlmMessage::Authenticate(message) => Some(message.user),
        NtlmMessage::Negotiate(_) | NtlmMessage::Challenge(_) => None,
    }
}
