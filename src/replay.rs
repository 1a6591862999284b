//! Replaying a scenario: fake server and probe face each other on loopback.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use badrdp_client_probe::{
    CredSsp, Credentials, Diagnosis, Follow, License, LicenseSecrets, LogonMode, Options as ProbeOptions, Password,
    Reconnect as ProbeReconnect, Roots, Target, diagnose, probe,
};
use badrdp_fake_server::{FakeServer, Options as ServerOptions, StartError, VerifyError};
use badrdp_proto::pdu::Side;
use badrdp_proto::transcript::{Direction, Event, Transcript};
use badrdp_proto::vocab::Stage;
use badrdp_scenarios::model::{Fault, LicenseAnswer, ProbeProfile, Reconnect};
use badrdp_scenarios::{Scenario, Seeded};

/// How to replay. Time and randomness are arguments.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seeds everything that the server chooses at random.
    pub seed: u64,
    /// The clock of both sides.
    pub now: SystemTime,
    /// The longest silence that the probe accepts: what a scenario that stalls costs.
    pub budget: Duration,
    /// Whether this machine has IPv6. Default: whether a socket of its loopback address can be had.
    pub ipv6: bool,
}

impl Options {
    fn no_ipv6(&self, scenario: &Scenario) -> Option<&'static str> {
        (scenario.probe.ipv6 && !self.ipv6).then_some("it goes over IPv6, which is off on this machine")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(ServerOptions::FIXED_NOW),
            // Long enough for a machine that is busy with other things: a false stall would be a false verdict.
            budget: Duration::from_secs(3),
            ipv6: has_ipv6(),
        }
    }
}

/// A scenario that was replayed.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The scenario.
    pub scenario: Scenario,
    /// The probe's view.
    pub client: Transcript,
    /// The server's view, one per connection.
    pub server: Vec<Transcript>,
    /// What the probe concluded.
    pub diagnosis: Diagnosis,
    /// Why it was not as expected, one phrase each; empty when it was.
    pub problems: Vec<String>,
    /// Why nothing can be said: this client never comes where a fault waits, without the faults neither.
    pub not_applicable: Option<String>,
    /// Wall time.
    pub took: Duration,
}

impl Replay {
    /// A replay that this machine cannot do.
    fn of_nothing(scenario: &Scenario, options: &Options, why: &str) -> Self {
        let client = Transcript {
            side: Side::Client,
            budget: options.budget,
            entries: Vec::new(),
            dropped: 0,
            stage: Stage::Tcp,
            failure: None,
        };
        Self {
            scenario: scenario.clone(),
            diagnosis: diagnose(&client),
            client,
            server: Vec::new(),
            problems: Vec::new(),
            not_applicable: Some(why.to_owned()),
            took: Duration::ZERO,
        }
    }

    /// Whether everything was as the scenario's file says.
    #[must_use]
    pub const fn as_expected(&self) -> bool {
        self.problems.is_empty() && self.not_applicable.is_none()
    }
}

/// One connection of the probe to the server of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Played {
    pub(crate) client: Transcript,
    pub(crate) server: Vec<Transcript>,
    /// How many connections the server accepted.
    pub(crate) accepted: u64,
    pub(crate) verified: Result<(), VerifyError>,
    pub(crate) diagnosis: Diagnosis,
    /// How long the probe took.
    pub(crate) took: Duration,
}

/// Replays one scenario.
///
/// # Errors
/// No loopback port can be listened on, or the scenario's TLS cannot be set up.
pub async fn replay(scenario: &Scenario, options: &Options) -> Result<Replay, StartError> {
    let started = Instant::now();
    if let Some(why) = options.no_ipv6(scenario) {
        return Ok(Replay::of_nothing(scenario, options, why));
    }
    let Played { client, server, verified, diagnosis, .. } = play(scenario, options).await?;
    let mut problems = Vec::new();
    let mut not_applicable = None;
    if let Err(error) = verified {
        if let VerifyError::NeverFired { line, .. } = &error {
            let honest = play(&scenario.without_faults(), options).await?;
            let mut faults = scenario.all_faults().filter(|fault| fault.line == *line);
            not_applicable = faults.find_map(|fault| beyond(fault, &honest));
        }
        problems.push(error.to_string());
    }
    problems.extend(unmet(scenario, &diagnosis));
    if not_applicable.is_some() {
        // What the file expects, it expects of a client that comes that far.
        problems.clear();
    }
    let took = started.elapsed();
    Ok(Replay { scenario: scenario.clone(), client, server, diagnosis, problems, not_applicable, took })
}

pub(crate) async fn play(scenario: &Scenario, options: &Options) -> Result<Played, StartError> {
    let listen = SocketAddr::new(loopback(scenario), 0);
    let server_options = ServerOptions { listen, seed: options.seed, now: options.now, ..ServerOptions::default() };
    let server = FakeServer::start_with(scenario.clone(), server_options).await?;
    let target = Target { host: server.addr().ip().to_string(), port: server.addr().port() };
    let probe_options = ProbeOptions {
        budget: options.budget,
        linger: options.budget,
        now: options.now,
        ticking: false,
        roots: Roots::Only(vec![server.ca_certificate().to_vec()]),
        ..probe_options(&scenario.probe, options.seed)
    };
    let started = Instant::now();
    let mut client = probe(&target, &probe_options).await;
    forget_ports(&mut client);
    let took = started.elapsed();
    // The server's side of the story ends a moment after the client's.
    server.wait_finished(connections(&client)).await;
    let diagnosis = diagnose(&client);
    let (accepted, verified) = (server.accepted(), server.verify());
    Ok(Played { client, server: server.transcripts(), accepted, verified, diagnosis, took })
}

/// The system chose the port, and chooses another one for the next run: where the client went on to it is without.
fn forget_ports(transcript: &mut Transcript) {
    for entry in &mut transcript.entries {
        if let Event::Again(next) = &mut entry.event {
            next.target.1 = 0;
            forget_ports(&mut next.transcript);
        }
    }
}

/// Where the replay happens.
fn loopback(scenario: &Scenario) -> IpAddr {
    if scenario.probe.ipv6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() }
}

/// Whether this machine has IPv6: a socket of its loopback address can be had.
pub(crate) fn has_ipv6() -> bool {
    std::net::UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// Why the client never comes to the fault's message: there are too few of them in the honest run, too.
fn beyond(fault: &Fault, honest: &Played) -> Option<String> {
    let kind = fault.at.kind?;
    let wanted = fault.at.occurrence.unwrap_or(1);
    let sent = honest.server.iter().flat_map(|transcript| &transcript.entries).filter(|entry| match &entry.event {
        Event::Message { direction, kind: sent, .. } | Event::TlsRecord { direction, kind: sent, .. } => {
            *direction == Direction::Sent && *sent == kind
        }
        _ => false,
    });
    let sent = u32::try_from(sent.count()).unwrap_or(u32::MAX);
    if sent >= wanted {
        return None;
    }
    let which = if wanted == 1 { kind.to_string() } else { format!("{kind} number {wanted}") };
    let got = match sent {
        0 => "none".to_owned(),
        sent => format!("only {sent}"),
    };
    let stage = honest.diagnosis.stage;
    let end = match honest.diagnosis.findings.first() {
        Some(finding) => format!("ends at {stage} with `{}`", finding.id),
        None => format!("comes to {stage}"),
    };
    let line = fault.line;
    Some(format!("line {line} waits for {which}, and this client gets {got} without the fault, too: it {end}"))
}

/// How often the probe was connected.
fn connections(transcript: &Transcript) -> u64 {
    let of = |event: &Event| match event {
        Event::Connected { .. } => 1,
        Event::Again(again) => connections(&again.transcript),
        _ => 0,
    };
    transcript.entries.iter().map(|entry| of(&entry.event)).sum()
}

/// What `[probe]` says, in the probe's own words.
#[must_use]
pub fn probe_options(profile: &ProbeProfile, seed: u64) -> ProbeOptions {
    let honest = ProbeOptions::default();
    let credentials = profile.user.as_ref().map(|user| Credentials {
        domain: profile.domain.clone(),
        user: user.clone(),
        password: Password(profile.password.clone()),
    });
    let mode = match (profile.restricted_admin, profile.remote_guard) {
        (true, _) => LogonMode::RestrictedAdmin,
        (false, true) => LogonMode::RemoteGuard,
        (false, false) => LogonMode::Password,
    };
    let version = profile.credssp_version.unwrap_or(honest.credssp.version);
    ProbeOptions {
        protocols: profile.protocols.unwrap_or(honest.protocols),
        credentials,
        accept_certificate: profile.accept_certificate,
        channels: profile.channels.clone().unwrap_or(honest.channels),
        side_transports: profile.multitransport.iter().fold(0, |all, transport| all | transport.flag()),
        license: license(profile.license, seed),
        credssp: CredSsp { version, spnego: profile.spnego, vulnerable: profile.vulnerable, mode },
        cookie: profile.cookie.clone().or(honest.cookie).filter(|cookie| !cookie.is_empty()),
        routing_token: profile.routing_token.clone(),
        correlation_id: profile.correlation_id,
        reconnect: profile.reconnect.map(|how| match how {
            Reconnect::Cookie => ProbeReconnect::Cookie,
            Reconnect::WrongCookie => ProbeReconnect::WrongCookie,
        }),
        follow: profile.follow.then(Follow::default),
        ..honest
    }
}

/// Random numbers of a replay come from its seed, so that its transcript repeats.
fn license(answer: LicenseAnswer, seed: u64) -> License {
    let mut random = Seeded::new(seed, "license-client");
    let secrets = LicenseSecrets { client_random: random.bytes(), premaster: random.bytes() };
    match answer {
        LicenseAnswer::Decline => License::Decline,
        LicenseAnswer::New => License::New(secrets),
        LicenseAnswer::Stored => License::Stored(secrets, STORED.to_vec()),
    }
}

/// A licence that nobody issued; the fake server takes every one.
const STORED: &[u8] = b"a licence of badrdp, good for nothing";

/// What the diagnosis lacks of what the scenario's file expects, one phrase each.
#[must_use]
pub fn unmet(scenario: &Scenario, diagnosis: &Diagnosis) -> Vec<String> {
    let expected = &scenario.expect_probe;
    let mut problems = Vec::new();
    if diagnosis.stage != expected.stage {
        problems.push(format!("expected the stage {}, got {}", expected.stage, diagnosis.stage));
    }
    let first = diagnosis.findings.first();
    let found = first.map(|finding| finding.id);
    if found != expected.finding.as_deref() {
        let say = |finding: Option<&str>| finding.map_or_else(|| "no finding".to_owned(), |id| format!("`{id}`"));
        problems.push(format!("expected {}, got {}", say(expected.finding.as_deref()), say(found)));
    }
    if let (Some(says), Some(first)) = (&expected.says, first)
        && !first.title.contains(says.as_str())
    {
        problems.push(format!("expected a finding that says \"{says}\", got \"{}\"", first.title));
    }
    problems
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests say what they expect")]
    use std::path::Path;

    use badrdp_proto::pdu::x224::Protocols;
    use badrdp_scenarios::load_str;
    use badrdp_scenarios::model::SideTransport;

    use super::*;

    fn scenario(text: &str) -> Scenario {
        let text =
            format!("summary = \"s\"\nspec = [\"s\"]\nexpect.client = {{ must = \"warn\", because = \"b\" }}\n{text}");
        load_str(Path::new("a.toml"), &text).unwrap().remove(0)
    }

    #[test]
    fn the_profile_becomes_the_probes_options() {
        let default = ProbeOptions::default();
        let plain = probe_options(&ProbeProfile::default(), 0);
        assert_eq!((plain.credentials, plain.protocols), (None, default.protocols));
        assert_eq!((plain.cookie, plain.reconnect, plain.follow), (default.cookie, None, None));
        assert_eq!((plain.credssp, plain.accept_certificate), (default.credssp, false));

        let profile = ProbeProfile {
            user: Some("alice".to_owned()),
            domain: "EXAMPLE".to_owned(),
            password: "Passw0rd!".to_owned(),
            protocols: Some(Protocols::HYBRID),
            spnego: true,
            credssp_version: Some(2),
            vulnerable: true,
            accept_certificate: true,
            restricted_admin: true,
            remote_guard: false,
            multitransport: vec![SideTransport::Reliable, SideTransport::Lossy],
            license: LicenseAnswer::New,
            channels: Some(vec!["rdpdr".to_owned()]),
            cookie: Some(String::new()),
            routing_token: Some("msts=1".to_owned()),
            correlation_id: Some([1; 16]),
            ipv6: false,
            reconnect: Some(Reconnect::WrongCookie),
            follow: true,
        };
        let options = probe_options(&profile, 0);
        let credentials = Credentials {
            domain: "EXAMPLE".to_owned(),
            user: "alice".to_owned(),
            password: Password("Passw0rd!".to_owned()),
        };
        assert_eq!(options.credentials, Some(credentials));
        assert_eq!((options.protocols, options.accept_certificate), (Protocols::HYBRID, true));
        let credssp = CredSsp { version: 2, spnego: true, vulnerable: true, mode: LogonMode::RestrictedAdmin };
        assert_eq!(options.credssp, credssp);
        assert_eq!((plain.channels, options.channels), (default.channels, vec!["rdpdr".to_owned()]));
        assert_eq!((plain.side_transports, options.side_transports), (0, 0x05));
        let License::New(secrets) = &options.license else { unreachable!("{:?}", options.license) };
        assert_eq!(probe_options(&profile, 0).license, License::New(secrets.clone()));
        assert_ne!(probe_options(&profile, 1).license, License::New(secrets.clone()));
        assert_eq!(plain.license, License::Decline);
        assert_eq!((options.cookie, options.routing_token.as_deref()), (None, Some("msts=1")));
        assert_eq!((options.correlation_id, options.follow), (Some([1; 16]), Some(Follow::default())));
        assert_eq!(options.reconnect, Some(ProbeReconnect::WrongCookie));
        let guard = ProbeProfile { remote_guard: true, ..ProbeProfile::default() };
        assert_eq!(probe_options(&guard, 0).credssp.mode, LogonMode::RemoteGuard);
    }

    #[tokio::test]
    async fn a_scenario_over_ipv6_goes_over_it_or_is_not_applicable() {
        let scenario = scenario("probe.ipv6 = true\nexpect.probe = { stage = \"active\" }\n");
        let without = Options { ipv6: false, ..Options::default() };
        let replayed = replay(&scenario, &without).await.unwrap();
        assert_eq!(replayed.not_applicable.as_deref(), Some("it goes over IPv6, which is off on this machine"));
        assert!(!replayed.as_expected() && replayed.problems.is_empty());
        if !has_ipv6() {
            // Nothing more can be seen here.
            return;
        }
        let replayed = replay(&scenario, &Options::default()).await.unwrap();
        assert!(replayed.as_expected(), "{:?}", replayed.problems);
        let peers = |transcript: &Transcript| match transcript.entries.first().unwrap().event {
            Event::Connected { peer } => peer,
            _ => None,
        };
        let sides = [&replayed.client, replayed.server.first().unwrap()].map(peers);
        assert_eq!(sides, [Some(Ipv6Addr::LOCALHOST.into()); 2]);
    }

    #[tokio::test]
    async fn words_that_the_title_lacks_are_a_problem() {
        let tls = |says: &str| {
            scenario(&format!(
                "fault = [{{ at = \"TlsServerHello\", alert = 80 }}]\n\
                 expect.probe = {{ stage = \"tls\", finding = \"tls-alert\", says = \"{says}\" }}\n"
            ))
        };
        let replayed = replay(&tls("internal_error"), &Options::default()).await.unwrap();
        assert_eq!(replayed.problems, Vec::<String>::new());
        let replayed = replay(&tls("handshake_failure"), &Options::default()).await.unwrap();
        let [problem] = replayed.problems.as_slice() else { unreachable!("{:?}", replayed.problems) };
        assert!(problem.starts_with("expected a finding that says \"handshake_failure\", got \""), "{problem}");
    }

    #[tokio::test]
    async fn a_fault_that_the_client_never_meets_is_not_applicable() {
        let joins = "fault = [{ at = \"McsChannelJoinConfirm\", occurrence = 99, omit = true }]\n\
                     expect.probe = { stage = \"active\" }\n";
        let replayed = replay(&scenario(joins), &Options::default()).await.unwrap();
        let why = replayed.not_applicable.clone().unwrap();
        let (start, end) = why.split_once("only ").unwrap();
        assert_eq!(start, "line 4 waits for McsChannelJoinConfirm number 99, and this client gets ");
        assert!(end.ends_with(" without the fault, too: it comes to active"), "{end}");
        assert_eq!((replayed.as_expected(), replayed.problems), (false, Vec::new()));
    }

    /// The honest run comes there: what keeps the client away is the scenario's own doing.
    #[tokio::test]
    async fn a_fault_behind_another_that_ends_the_connection_is_a_problem() {
        let faults = "fault = [{ at = \"McsConnectResponse\", truncate = { layer = \"gcc\", keep = 10 } },\n\
                      { at = \"FontMap\", omit = true }]\n\
                      expect.probe = { stage = \"basic-settings-exchange\", finding = \"frame-cut-short\" }\n";
        let replayed = replay(&scenario(faults), &Options::default()).await.unwrap();
        assert_eq!(replayed.not_applicable, None);
        assert_eq!(replayed.problems, ["the fault at line 5 of a.toml never fired: FontMap was never due"]);
    }
}
