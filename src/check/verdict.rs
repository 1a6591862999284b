//! From what was seen to a verdict: pure.

use std::fmt;
use std::time::Duration;

use badrdp_client_probe::report::leak;
use badrdp_fake_server::VerifyError;
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::transcript::{Disclosure, Transcript};
use badrdp_proto::vocab::Stage;
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::ClientDuty;

use super::facts::Facts;
use super::honest;
use super::outcome::signal_name;
use super::profile::{Profile, Said, shortened};
use super::reason::right_for;
use super::unlike::unlike;
use super::{Class, End, Outcome, Reason};

/// What a verdict rests on.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What was played.
    pub scenario: &'a Scenario,
    /// The server's transcripts of the attempt, in order.
    pub connections: &'a [Transcript],
    /// Whether every fault fired.
    pub verified: &'a Result<(), VerifyError>,
    /// How the client ended.
    pub outcome: &'a Outcome,
    /// How to read what the client says.
    pub profile: &'a Profile,
    /// The server's transcripts of the same client's run against this server without its faults, where there was one.
    pub honest: Option<&'a [Transcript]>,
}

/// What is to be said of a client in one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// In one word.
    pub class: Class,
    /// What happened, in one sentence.
    pub detail: String,
    /// The stage in which the client's last connection ended.
    pub stage: Stage,
    /// How many connections the attempt had.
    pub connections: usize,
    /// What the client says of the reason.
    pub said: Vec<Said>,
    /// Which reasons would be right.
    pub right: Vec<Reason>,
    /// What was given away, by connection from 1; that this is listed is no verdict.
    pub disclosures: Vec<(usize, Disclosure)>,
    /// From the first lie (the server's last message, where none is marked) to the client's end of that connection.
    pub time_to_detect: Option<Duration>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.detail)
    }
}

/// Judges a client's run.
#[must_use]
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    let judge = Judge::new(evidence);
    let (class, detail) = judge.decide();
    let Judge { facts, said, right, .. } = judge;
    Verdict {
        class,
        detail,
        stage: facts.stage,
        connections: facts.connections,
        said,
        right,
        time_to_detect: facts.time_to_detect.filter(|_| !evidence.outcome.ended_here()),
        disclosures: facts.disclosures,
    }
}

impl Outcome {
    /// Whether the client's end was made here, so that it says nothing.
    pub(crate) const fn ended_here(&self) -> bool {
        matches!(self.end, End::InSession | End::Stayed | End::Deadline { .. } | End::Cancelled)
    }
}

struct Judge<'a> {
    evidence: &'a Evidence<'a>,
    facts: Facts,
    said: Vec<Said>,
    right: Vec<Reason>,
    /// What the scenario asks for, the stronger duty first.
    duty: Option<ClientDuty>,
}

type Decided = (Class, String);

impl<'a> Judge<'a> {
    fn new(evidence: &'a Evidence<'a>) -> Self {
        let facts = Facts::of(evidence.connections);
        let mut said = evidence.profile.read(evidence.outcome);
        said.extend(facts.alerts.iter().map(|description| Said::of_alert(*description)));
        let expect = &evidence.scenario.expect_client;
        let duty = expect.must.or(expect.should);
        Self { evidence, facts, said, right: right_for(evidence.scenario), duty }
    }

    fn decide(&self) -> Decided {
        let checks = [Self::crashed, Self::leaked, Self::not_applicable, Self::hung];
        if let Some(decided) = checks.iter().find_map(|check| check(self)) {
            return decided;
        }
        match self.duty {
            None => (Class::AsRequired, format!("the scenario asks nothing of a client; {}", self.end())),
            Some(ClientDuty::Connect) => self.connect(),
            Some(ClientDuty::Disconnect) => self.disconnect(),
            Some(ClientDuty::Warn) => self.warn(),
        }
    }

    fn crashed(&self) -> Option<Decided> {
        match self.evidence.outcome.end {
            End::Signalled { signal, core } => {
                let core = if core { ", core dumped" } else { "" };
                Some((Class::Crashed, format!("ended by {}{core} at {}", signal_name(signal), self.facts.stage)))
            }
            End::Exited(code) if self.evidence.profile.crash_codes.contains(&code) => {
                let stage = self.facts.stage;
                Some((Class::Crashed, format!("exit code {code} at {stage}, which is a crash of this client")))
            }
            _ => None,
        }
    }

    fn leaked(&self) -> Option<Decided> {
        let duty_allows = self.duty == Some(ClientDuty::Connect) || self.warned().is_some();
        let (connection, given) = self.facts.leaks().find(|_| !duty_allows)?;
        let words = leak::line(given);
        let words = words.strip_prefix("leak: ").unwrap_or(&words);
        let which = if self.facts.connections > 1 { format!(" (connection {connection})") } else { String::new() };
        let at = given.at.as_secs_f64() * 1000.0;
        Some((Class::LeakedCredentials, format!("{words}, {at:.1} ms after it connected{which}")))
    }

    fn not_applicable(&self) -> Option<Decided> {
        Some((Class::NotApplicable, format!("because {}", self.why_not_applicable()?)))
    }

    fn why_not_applicable(&self) -> Option<String> {
        let Evidence { scenario, verified, honest, .. } = *self.evidence;
        if self.evidence.outcome.end == End::Cancelled {
            return Some("the run was stopped".to_owned());
        }
        if self.facts.connections == 0 {
            return Some(format!("the client never connected: {}{}", self.end(), self.quoted()));
        }
        if let Some(offer) = self.nothing_in_common() {
            let takes = scenario.server.security;
            return Some(format!("the client offers {offer}, and this server takes {takes}"));
        }
        if self.duty != Some(ClientDuty::Connect)
            && !self.facts.lied
            && let Some(how) = unlike(scenario, self.evidence.connections, &self.facts)
        {
            return Some(how);
        }
        if let Err(error) = verified {
            return honest::beyond(scenario, error, honest);
        }
        let ended = self.facts.furthest;
        let wrong_at = scenario.expect_probe.stage;
        // Where nothing is changed on the wire, the server's own nature is what is wrong, and it shows at its stage.
        let early = !self.facts.lied && ended < wrong_at && self.duty != Some(ClientDuty::Connect);
        early.then(|| {
            let words = self.words().map_or_else(String::new, |words| format!(", saying \"{words}\""));
            let how = match self.evidence.outcome.end {
                End::Deadline { .. } => "the client's time was up",
                _ => "the client's connection ended",
            };
            format!("{how} at {ended}{words}, and what is wrong shows at {wrong_at}")
        })
    }

    /// What the client offers, where it is nothing that an honest server of this kind takes.
    fn nothing_in_common(&self) -> Option<Protocols> {
        let server = &self.evidence.scenario.server;
        let negotiation = &server.negotiation;
        if negotiation.failure.is_some() || negotiation.select.is_some() || negotiation.silent {
            return None;
        }
        let takes = |offer: Protocols| {
            Protocols::NAMES.iter().any(|(_, one)| one.0 != 0 && offer.contains(*one) && server.security.contains(*one))
                || (server.security == Protocols::RDP && offer == Protocols::RDP)
        };
        let offers: Vec<_> = self.facts.offers.iter().flatten().copied().collect();
        // That there is nothing in common may be what the scenario is about.
        if offers.iter().any(|offer| Some(*offer) == self.evidence.scenario.probe.protocols) {
            return None;
        }
        (!offers.iter().any(|offer| takes(*offer))).then(|| offers.first().copied()).flatten()
    }

    fn hung(&self) -> Option<Decided> {
        let End::Deadline { connected } = self.evidence.outcome.end else { return None };
        let took = self.evidence.outcome.took.as_secs_f64();
        let how = if connected { "it waits" } else { "its connection is over, and its process did not end" };
        Some((Class::Hung, format!("still there after {took:.0} s, at {}: {how}", self.facts.stage)))
    }

    /// The scenario wants a session.
    fn connect(&self) -> Decided {
        let stage = self.facts.stage;
        if !self.facts.active {
            let how = match &self.facts.unreadable {
                None => format!("ended at {stage}, without a session"),
                Some(what) => format!("sent what the server cannot read at {stage}, and so got no session: {what}"),
            };
            return (Class::RefusedGoodServer, format!("{how}{}", self.quoted()));
        }
        let survived = match self.evidence.outcome.end {
            End::InSession | End::Succeeded | End::Unseen | End::Exited(0) | End::Stayed => true,
            _ => !self.facts.left_first,
        };
        let again = self.again();
        if survived {
            (Class::AsRequired, format!("a session{again}, {}", self.end()))
        } else {
            (Class::RefusedGoodServer, format!("left its session{again}: {}{}", self.end(), self.quoted()))
        }
    }

    /// The scenario wants the client to end the connection.
    fn disconnect(&self) -> Decided {
        if self.stays() {
            return (Class::AcceptedBadServer, format!("went on to a session{}, {}", self.again(), self.end()));
        }
        self.refused()
    }

    /// The scenario wants the user to be told.
    fn warn(&self) -> Decided {
        if !self.stays() {
            return self.refused();
        }
        if let Some(words) = self.warned() {
            return (Class::AsRequired, format!("warned (\"{words}\") and went on when told to"));
        }
        if self.is_about_the_certificate() {
            let seen = match self.evidence.profile.warns {
                Some(_) => "without a warning",
                None => "without asking anybody, as far as it can be seen",
            };
            return (Class::AcceptedBadServer, format!("went on to a session {seen}"));
        }
        if let Some(said) = self.said.iter().find(|said| self.right.contains(&said.reason)) {
            return (Class::AsRequired, format!("went on, and said \"{}\"", said.words));
        }
        (Class::Unknown, "the session went on; whether the user was told cannot be seen from outside".to_owned())
    }

    /// Whether the client counts the connection as a good one.
    fn stays(&self) -> bool {
        let before_the_end = self.evidence.scenario.expect_probe.stage < Stage::Active;
        match self.evidence.outcome.end {
            End::InSession => true,
            End::Succeeded => self.facts.active,
            End::Exited(0) => self.facts.active && self.facts.left_first && before_the_end,
            _ => false,
        }
    }

    fn is_about_the_certificate(&self) -> bool {
        self.right.contains(&Reason::Certificate)
    }

    fn refused(&self) -> Decided {
        if self.facts.active && self.evidence.outcome.end == End::Unseen && self.facts.left_first {
            let why = "the session was up, and whether the client left it or its user did cannot be seen";
            return (Class::Unknown, why.to_owned());
        }
        if self.facts.dropped_tls {
            return (Class::Downgraded, format!("went on without TLS, which it had offered; {}", self.end()));
        }
        if self.facts.fallbacks() > 0 {
            let offers: Vec<_> = self.facts.offers.iter().flatten().map(ToString::to_string).collect();
            return (Class::Downgraded, format!("fell back: it offered {}; {}", offers.join(", then "), self.end()));
        }
        let (class, detail) = self.reason();
        let expected = 1 + self.evidence.scenario.later.last().map_or(0, |later| later.from.saturating_sub(1));
        if self.facts.connections > usize::try_from(expected).unwrap_or(usize::MAX) && class.is_good() {
            return (Class::RetriedThenRefused, format!("after {} connections: {detail}", self.facts.connections));
        }
        (class, detail)
    }

    /// Whether what the client says is right.
    fn reason(&self) -> Decided {
        let stage = self.facts.stage;
        let wrong_number = self.said.iter().find_map(|said| {
            let number = said.error_info?;
            (!self.facts.error_infos.contains(&number)).then_some(number)
        });
        if let Some(number) = wrong_number {
            let sent: Vec<_> = self.facts.error_infos.iter().map(|number| format!("{number:#x}")).collect();
            let sent = if sent.is_empty() { "none".to_owned() } else { sent.join(", ") };
            let text = format!("ended at {stage}: it reports ERRINFO {number:#x}, and the server sent {sent}");
            return (Class::RefusedWrongReason, text);
        }
        // Where it is the server that ended the connection, that it is lost says nothing about the client.
        let told = |said: &&Said| {
            self.right.contains(&said.reason) && (self.facts.unreadable.is_none() || said.reason != Reason::Network)
        };
        if let Some(said) = self.said.iter().find(told) {
            let odd = self.odd_code();
            return (Class::RefusedRightReason, format!("ended at {stage}, {}: \"{}\"{odd}", said.reason, said.words));
        }
        if let Some(what) = &self.facts.unreadable {
            let why = "the server, not the client, ended the connection, since it cannot read what the client sent";
            return (Class::Unknown, format!("{why} at {stage}: {what}"));
        }
        let wanted: Vec<_> = self.right.iter().map(|reason| reason.name()).collect();
        let wanted = wanted.join(" or ");
        if let Some(said) = self.said.first() {
            let text = format!("ended at {stage}: \"{}\" ({}), not {wanted}", said.words, said.reason);
            return (Class::RefusedWrongReason, text);
        }
        if self.evidence.outcome.end == End::Unseen {
            return (Class::Refused, format!("ended at {stage}; what it says of the reason is not seen here"));
        }
        let unread = match self.words() {
            Some(words) => format!("its words are not known here: \"{words}\""),
            None => "it does not say why".to_owned(),
        };
        (Class::Refused, format!("ended at {stage}, {}; {unread}", self.end()))
    }

    /// An exit code that the client's own list has not got.
    fn odd_code(&self) -> String {
        match self.evidence.outcome.code() {
            Some(code) if self.evidence.profile.is_odd(code) => {
                format!("; its exit code {code} is none that its profile knows")
            }
            _ => String::new(),
        }
    }

    /// The client's warning, where somebody was there to answer it.
    fn warned(&self) -> Option<String> {
        let profile = self.evidence.profile;
        let outcome = self.evidence.outcome;
        let warns = profile.warns.as_ref().filter(|_| profile.answers())?;
        [&outcome.stderr, &outcome.stdout].iter().find_map(|text| warns.find(text)).map(str::to_owned)
    }

    fn again(&self) -> String {
        match self.facts.connections {
            0 | 1 => String::new(),
            many => format!(" on {many} connections"),
        }
    }

    fn end(&self) -> String {
        self.evidence.outcome.end.to_string()
    }

    fn words(&self) -> Option<String> {
        let last = || self.evidence.outcome.last_words().map(shortened);
        self.said.first().map(|said| said.words.clone()).or_else(last)
    }

    fn quoted(&self) -> String {
        self.words().map_or_else(String::new, |words| format!("; it says \"{words}\""))
    }
}
