//! Every connection behind the first one: back to a session that was lost, on to where the host redirects to, and once
//! more to ask whether NLA is required.

use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

use badrdp_proto::connect::Blame;
use badrdp_proto::pdu::auto_reconnect::{ClientCookie, ServerCookie};
use badrdp_proto::pdu::autodetect::NetworkCharacteristics;
use badrdp_proto::pdu::client_info::Secret;
use badrdp_proto::pdu::redirection::ServerRedirection;
use badrdp_proto::transcript::{Again, Entry, Event, StayedAway, Transcript, Why};
use badrdp_proto::vocab::Stage;
use tokio::time::Instant;

use crate::diagnosis::view::View;
use crate::drive::{Walked, walk};
use crate::probe::{Credentials, Follow, Options, Password, Reconnect, Target};
use crate::required;

/// Redirections that are followed: a broker needs one, a second may come with a gateway in front of it.
const MOST_FOLLOWED: u32 = 3;

/// What a connection is for, beyond what the options say.
#[derive(Clone, Default)]
pub(crate) struct Errand {
    /// The proof that the probe was connected before.
    pub(crate) cookie: Option<ClientCookie>,
    /// What the host told of the network before.
    pub(crate) network: Option<NetworkCharacteristics>,
    /// The session to ask for.
    pub(crate) session: Option<u32>,
    /// The routing token to bring.
    pub(crate) token: Option<Vec<u8>>,
    /// Domain and user to log on as.
    pub(crate) user: Option<(String, String)>,
    /// The user's password, for a host that asks for no logon before the session. Only where the host is trusted.
    pub(crate) password: Option<Secret>,
}

/// A connection to make.
struct Next {
    why: Why,
    target: Target,
    options: Options,
    errand: Errand,
}

/// The first connection, with all that follow from it inside its transcript.
pub(crate) async fn story(target: &Target, options: &Options) -> Transcript {
    let mut transcript = tell(target, options, Errand::default(), 0).await;
    if options.ask_nla_required && required::is_open(&transcript) {
        let started = Instant::now();
        let event = Event::NlaRequirement(required::ask(target, options).await);
        note(&mut transcript, started.elapsed(), Stage::Nla, event);
    }
    transcript
}

/// A connection, and what follows from it; `followed` redirections led here.
fn tell<'a>(
    target: &'a Target,
    options: &'a Options,
    errand: Errand,
    followed: u32,
) -> Pin<Box<dyn Future<Output = Transcript> + Send + 'a>> {
    Box::pin(async move {
        let begun = Instant::now();
        let walked = walk(target, options, &errand).await;
        let mut next = onward(&walked, target, options, &errand, followed);
        if let (Ok(Some(next)), true) = (&mut next, options.ticking) {
            // The clock has gone on meanwhile.
            next.options.now += begun.elapsed();
        }
        let mut transcript = walked.transcript;
        let stage = transcript.stage;
        let event = match next {
            Ok(None) => return transcript,
            Ok(Some(Next { why, target, options, errand })) => {
                let followed = followed + u32::from(why == Why::Redirected);
                let transcript = tell(&target, &options, errand, followed).await;
                Event::Again(Box::new(Again { why, target: (target.host, target.port), transcript }))
            }
            Err(stayed) => Event::StayedAway(stayed),
        };
        note(&mut transcript, Duration::ZERO, stage, event);
        transcript
    })
}

/// Adds an entry so long behind the last one.
fn note(transcript: &mut Transcript, behind: Duration, stage: Stage, event: Event) {
    let at = transcript.entries.last().map_or(Duration::ZERO, |entry| entry.at);
    transcript.entries.push(Entry { at: at + behind, stage, event });
}

/// The connection that follows from this one, if one does.
fn onward(
    walked: &Walked,
    target: &Target,
    options: &Options,
    errand: &Errand,
    followed: u32,
) -> Result<Option<Next>, StayedAway> {
    if let (Some(redirection), Some(follow)) = (&walked.redirection, &options.follow) {
        if followed == MOST_FOLLOWED {
            return Err(StayedAway::TooOften(followed));
        }
        let to = destination(redirection, target, peer(&walked.transcript), follow)?;
        let mut next = redirected(redirection, to, options, walked.trusted);
        if next.target != *target {
            // The name was for the host that was asked for.
            next.options.server_name = None;
        }
        return Ok(Some(next));
    }
    match (walked.cookie, options.reconnect) {
        // Once is enough to see what the host makes of a cookie.
        (Some(cookie), Some(how)) if errand.cookie.is_none() && is_lost(&walked.transcript) => {
            let (target, options) = (target.clone(), options.clone());
            let errand = Errand { cookie: Some(proof(cookie, how)), network: walked.network, ..errand.clone() };
            Ok(Some(Next { why: Why::Lost, target, options, errand }))
        }
        _ => Ok(None),
    }
}

fn proof(cookie: ServerCookie, how: Reconnect) -> ClientCookie {
    let mut proof = cookie.answer();
    if how == Reconnect::WrongCookie {
        proof.security_verifier.iter_mut().for_each(|byte| *byte = !*byte);
    }
    proof
}

/// Whether a session was cut off without a word: who is told why, or told to go, does not come back by itself.
fn is_lost(transcript: &Transcript) -> bool {
    let view = View::new(transcript);
    let cut = matches!(view.blame(), Some((_, Blame::Closed(_) | Blame::Stalled)));
    view.active() && cut && view.error_info().is_none() && view.ultimatum().is_none()
}

/// Whom TCP reached.
fn peer(transcript: &Transcript) -> Option<IpAddr> {
    transcript.entries.iter().find_map(|entry| match entry.event {
        Event::Connected { peer } => peer,
        _ => None,
    })
}

/// Where to go: to the same host where there is a token for a balancer in front of it (MS-RDPBCGR 1.3.8), else to the
/// first name that is allowed.
fn destination(
    redirection: &ServerRedirection,
    here: &Target,
    peer: Option<IpAddr>,
    Follow { elsewhere }: &Follow,
) -> Result<Target, StayedAway> {
    if redirection.load_balance_info.is_some() {
        return Ok(here.clone());
    }
    let names = || {
        let addresses = redirection.target_net_addresses.iter().flatten();
        let names = [&redirection.target_fqdn, &redirection.target_netbios_name];
        redirection.target_net_address.iter().chain(addresses).chain(names.into_iter().flatten())
    };
    let is_here = |name: &String| {
        name.eq_ignore_ascii_case(&here.host) || (peer.is_some() && name.parse::<IpAddr>().ok() == peer)
    };
    let allowed = |name: &String| {
        // The name that was asked for stays: the certificate must be for it.
        let same = is_here(name).then(|| here.clone());
        same.or_else(|| elsewhere.iter().find(|target| target.host.eq_ignore_ascii_case(name)).cloned())
    };
    match (names().find_map(allowed), names().next()) {
        (Some(target), _) => Ok(target),
        (None, Some(name)) => Err(StayedAway::AnotherHost(name.clone())),
        (None, None) => Err(StayedAway::Nowhere),
    }
}

/// What a redirected client brings (MS-RDPBCGR 3.2.5.13). Only a trusted host says as whom to log on, and never in place
/// of the user's own choice: others could have passwords tried, and accounts locked.
fn redirected(redirection: &ServerRedirection, target: Target, options: &Options, trusted: bool) -> Next {
    let mut options = options.clone();
    let token = redirection.load_balance_info.as_deref().map(|token| {
        // The Connection Request adds its own.
        token.strip_suffix(b"\r\n").unwrap_or(token).to_vec()
    });
    let domain = redirection.domain.clone().unwrap_or_default();
    let takes = trusted && options.credentials.is_none();
    let user = redirection.user_name.clone().filter(|_| takes).map(|user| (domain, user));
    let password = password(redirection).filter(|_| user.is_some());
    if let (Some((domain, user)), Some(password)) = (user.clone(), &password) {
        options.credentials = Some(Credentials { domain, user, password: Password(password.0.clone()) });
    }
    let errand = Errand { cookie: None, network: None, session: Some(redirection.session_id), token, user, password };
    Next { why: Why::Redirected, target, options, errand }
}

/// The password, where it is text: one that is encrypted is for RDSTLS, which is not spoken here.
fn password(redirection: &ServerRedirection) -> Option<Secret> {
    if redirection.redir_flags & ServerRedirection::PASSWORD_IS_PK_ENCRYPTED != 0 {
        return None;
    }
    let (units, odd) = redirection.password.as_ref()?.0.as_chunks();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    let text = String::from_utf16(units.strip_suffix(&[0]).unwrap_or(&units)).ok()?;
    odd.is_empty().then_some(Secret(text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use badrdp_proto::pdu::client_info::SecretBytes;

    use super::*;

    fn here() -> Target {
        Target { host: "pc.example".to_owned(), port: 3390 }
    }

    fn to(address: &str) -> ServerRedirection {
        ServerRedirection { target_net_address: Some(address.to_owned()), ..ServerRedirection::default() }
    }

    fn go(redirection: &ServerRedirection, follow: &Follow) -> Result<Target, StayedAway> {
        destination(redirection, &here(), Some(IpAddr::from([192, 0, 2, 1])), follow)
    }

    #[test]
    fn nobody_is_sent_to_another_host_unless_it_was_named() {
        let closed = Follow::default();
        // By the name that was asked for, or the address that was reached: the name stays.
        assert_eq!(go(&to("PC.example"), &closed), Ok(here()));
        assert_eq!(go(&to("192.0.2.1"), &closed), Ok(here()));
        for stranger in ["192.0.2.2", "evil.example", "pc.example.evil.example", "pc.example:22", ""] {
            assert_eq!(go(&to(stranger), &closed), Err(StayedAway::AnotherHost(stranger.to_owned())));
        }
        let other = Target { host: "192.0.2.2".to_owned(), port: 3389 };
        let open = Follow { elsewhere: vec![other.clone()] };
        assert_eq!(go(&to("192.0.2.2"), &open), Ok(other.clone()));
        assert_eq!(go(&to("192.0.2.3"), &open), Err(StayedAway::AnotherHost("192.0.2.3".to_owned())));
        // The first name that is allowed, in the order of the packet.
        let several = ServerRedirection {
            target_net_addresses: Some(vec!["198.51.100.1".to_owned(), "192.0.2.2".to_owned()]),
            target_fqdn: Some("pc.example".to_owned()),
            ..to("192.0.2.9")
        };
        assert_eq!(go(&several, &open), Ok(other));
        assert_eq!(go(&several, &closed), Ok(here()));
    }

    #[test]
    fn a_token_is_for_the_same_host_and_nothing_leads_nowhere() {
        let token = ServerRedirection { load_balance_info: Some(b"msts=1\r\n".to_vec()), ..to("192.0.2.9") };
        assert_eq!(go(&token, &Follow::default()), Ok(here()));
        let next = redirected(&token, here(), &Options::default(), true);
        assert_eq!(next.errand.token.unwrap(), b"msts=1");
        assert_eq!(go(&ServerRedirection::default(), &Follow::default()), Err(StayedAway::Nowhere));
    }

    #[test]
    fn a_password_is_taken_only_as_text_and_with_its_user() {
        let mut redirection = to("pc.example");
        redirection.password = Some(SecretBytes(b"a\0b\0\0\0".to_vec()));
        assert_eq!(password(&redirection), Some(Secret("ab".to_owned())));
        let next = redirected(&redirection, here(), &Options::default(), true);
        assert!(next.errand.password.is_none() && next.options.credentials.is_none(), "nobody's password");
        redirection.user_name = Some("alice".to_owned());
        let next = redirected(&redirection, here(), &Options::default(), true);
        assert_eq!(next.errand.user, Some((String::new(), "alice".to_owned())));
        assert_eq!(next.options.credentials.unwrap().password, Password("ab".to_owned()));
        redirection.redir_flags = ServerRedirection::PASSWORD_IS_PK_ENCRYPTED;
        assert_eq!(password(&redirection), None);
        redirection.redir_flags = 0;
        redirection.password = Some(SecretBytes(vec![b'a', 0, b'b']));
        assert_eq!(password(&redirection), None);
    }

    #[test]
    fn an_untrusted_host_names_nobody_and_nobody_replaces_the_users_own_choice() {
        let mut redirection = to("pc.example");
        redirection.password = Some(SecretBytes(b"a\0b\0".to_vec()));
        redirection.user_name = Some("alice".to_owned());
        let untrusted = redirected(&redirection, here(), &Options::default(), false);
        assert!(untrusted.options.credentials.is_none());
        assert!(untrusted.errand.user.is_none() && untrusted.errand.password.is_none());
        let bob =
            Credentials { domain: String::new(), user: "bob".to_owned(), password: Password("secret".to_owned()) };
        let options = Options { credentials: Some(bob.clone()), ..Options::default() };
        let next = redirected(&redirection, here(), &options, true);
        assert_eq!(next.options.credentials, Some(bob));
        assert!(next.errand.user.is_none() && next.errand.password.is_none());
    }

    #[test]
    fn a_wrong_proof_is_wrong_in_every_byte_and_names_the_same_logon() {
        let cookie = ServerCookie { logon_id: 9, random_bits: [3; 16] };
        assert!(cookie.is_proved_by(&proof(cookie, Reconnect::Cookie)));
        let wrong = proof(cookie, Reconnect::WrongCookie);
        assert_eq!(wrong.logon_id, 9);
        let same = wrong.security_verifier.iter().zip(cookie.answer().security_verifier).filter(|(a, b)| **a == *b);
        assert_eq!(same.count(), 0);
    }
}
