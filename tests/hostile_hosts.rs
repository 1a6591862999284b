//! Hosts that send too much, too slowly, or nonsense: walk and survey come to an end in time, and so do their reports.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say what they expect")]

use std::time::{Duration, Instant, SystemTime};

use badrdp::client_probe::report::{json, survey, survey_json, text};
use badrdp::client_probe::survey::{Pauses, Survey, SurveyOptions};
use badrdp::client_probe::{Options, Roots, Target, diagnose, probe};
use badrdp::proto::connect::Step;
use badrdp::proto::transcript::{CertificateProblem, Event, Transcript};
use badrdp::proto::vocab::codes::ErrorInfo;
use badrdp::{FakeServer, Scenario, ServerOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Where the host is silent or slow, it is waited for in full.
const BRIEF: Duration = Duration::from_millis(300);
/// However a host drips: twelve budgets for the walk, thirty and one for the survey, and a machine that is busy.
const LATEST: Duration = Duration::from_secs(30);
/// A report for people is read by people.
const LONGEST_TEXT: usize = 40_000;
/// What a walk leaves as data: the recorder keeps 8 MiB, which hex makes twice that.
const LONGEST_DATA: usize = 24 << 20;

fn options(budget: Duration) -> Options {
    Options { budget, roots: Roots::Only(Vec::new()), now: SystemTime::now(), ..Options::default() }
}

/// Walk and survey of one host, within [`LATEST`], with reports of bounded size.
async fn examine(target: &Target, budget: Duration) -> (Transcript, Survey) {
    let pauses = Pauses { first: Duration::from_millis(1), longest: Duration::from_millis(1) };
    let what = SurveyOptions { pauses, ..SurveyOptions::default() };
    let started = Instant::now();
    let options = options(budget);
    let walk = probe(target, &options).await;
    // Not told of the walk: a hostile host would hardly be surveyed otherwise.
    let found = badrdp::client_probe::survey::survey(target, &options, &what, None).await;
    assert!(started.elapsed() < LATEST, "{:?}", started.elapsed());
    let diagnosis = diagnose(&walk);
    let told = text::report(&walk, &diagnosis, text::Detail::Stages);
    assert!(told.len() < LONGEST_TEXT, "{} bytes: {told}", told.len());
    let told = survey::report_within(&found, text::WIDTH);
    assert!(told.len() < LONGEST_TEXT, "{} bytes: {told}", told.len());
    let data = json::report(&walk, &diagnosis).to_string();
    assert!(data.len() < LONGEST_DATA, "{} bytes", data.len());
    let data = survey_json::survey(&found).to_string();
    assert!(data.len() < LONGEST_TEXT * 5, "{} bytes", data.len());
    (walk, found)
}

/// A port whose every connection `serve` handles, until the test ends.
async fn port<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> (Target, tokio::task::JoinHandle<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let target = Target { host: "127.0.0.1".to_owned(), port: listener.local_addr().expect("bound").port() };
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    (target, task)
}

/// Reads the request, whatever it is, then writes `first`, then `again` for ever, so often.
async fn endless(mut stream: TcpStream, first: Vec<u8>, again: Vec<u8>, every: Duration) {
    let mut request = vec![0; 4096];
    let _ = stream.read(&mut request).await;
    let mut going = stream.write_all(&first).await.is_ok();
    while going && !again.is_empty() {
        going = stream.write_all(&again).await.is_ok();
        if !every.is_zero() {
            // The host under test drips: the time between its bytes is the input, for which no event stands.
            tokio::time::sleep(every).await;
        }
    }
}

/// Connection Confirm that selects this protocol.
fn confirm(protocol: u8) -> Vec<u8> {
    vec![3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 1, 8, 0, protocol, 0, 0, 0]
}

#[tokio::test]
async fn endless_data_of_any_kind_ends_with_the_first_that_cannot_be_used() {
    let cases: [(Vec<u8>, Vec<u8>); 6] = [
        // Nothing that RDP knows; a web server that does not stop.
        (Vec::new(), vec![0xaa; 16_384]),
        (b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 16_384]),
        // The largest frame, filled with nonsense; frame behind frame.
        (vec![3, 0, 0xff, 0xff], vec![0; 16_384]),
        (Vec::new(), confirm(1)),
        // Behind the confirm: no TLS, and TLS records without an end.
        (confirm(1), vec![0xaa; 16_384]),
        (confirm(1), [&[22, 3, 3, 0x40, 0][..], &[0; 16_384]].concat()),
    ];
    for (first, again) in cases {
        let (target, task) = port(move |stream| endless(stream, first.clone(), again.clone(), Duration::ZERO)).await;
        let (walk, _) = examine(&target, BRIEF).await;
        task.abort();
        assert!(walk.failure.is_some(), "{walk:#?}");
        assert!(!diagnose(&walk).findings.is_empty());
    }
}

#[tokio::test]
async fn a_host_that_drips_is_cut_off_at_every_layer() {
    let every = Duration::from_millis(40);
    let cases: [(Vec<u8>, u8, &str); 3] = [
        // The length of a frame, of a TLS record, of a handshake message: then a byte at a time, each within the budget.
        (vec![3, 0, 0xff, 0xff, 0xf0], 0, "and not the rest"),
        ([confirm(1), vec![22, 3, 3, 0x40, 0]].concat(), 0, "keeps sending"),
        ([confirm(1), vec![22, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc]].concat(), 3, "keeps sending"),
    ];
    for (first, byte, told) in cases {
        let (target, task) = port(move |stream| endless(stream, first.clone(), vec![byte], every)).await;
        let (walk, found) = examine(&target, BRIEF).await;
        task.abort();
        let diagnosis = diagnose(&walk);
        let title = diagnosis.findings.first().map_or("", |finding| finding.title.as_str());
        // It was not silent, and nobody says so.
        assert!(title.contains(told) && !title.contains("says nothing"), "{title}");
        assert!(found.cost.connections <= 30 && found.cost.took < LATEST, "{:?}", found.cost);
    }
}

#[tokio::test]
async fn a_confirm_with_any_byte_wrong_is_told_or_taken_and_never_hangs() {
    for at in 0..confirm(1).len() {
        for flip in [0xff, 0x01, 0x80] {
            let mut bytes = confirm(1);
            bytes[at] ^= flip;
            let (target, task) = port(move |stream| endless(stream, bytes.clone(), Vec::new(), Duration::ZERO)).await;
            let (walk, _) = examine(&target, BRIEF).await;
            task.abort();
            // Nobody goes on: the host closes behind its answer.
            assert!(!diagnose(&walk).findings.is_empty(), "byte {at} flipped by {flip:#x}");
        }
    }
}

/// A server of this scenario, with certificates of today.
async fn start(scenario: Scenario) -> (FakeServer, Target) {
    let options = ServerOptions { now: SystemTime::now(), ..ServerOptions::default() };
    let server = FakeServer::start_with(scenario, options).await.expect("a loopback port");
    let target = Target { host: "127.0.0.1".to_owned(), port: server.addr().port() };
    (server, target)
}

#[tokio::test]
async fn a_certificate_of_a_thousand_names_is_read_and_a_hundred_of_them_are_kept() {
    let (_server, target) = start(badrdp::scenario("tls/certificate-names-1000").expect("a built-in scenario")).await;
    let (walk, found) = examine(&target, LATEST).await;
    let seen = walk.entries.iter().find_map(|entry| match &entry.event {
        Event::Certificate(facts) => Some(facts),
        _ => None,
    });
    let seen = seen.expect("the certificate was judged");
    let mut verdicts = found.chains.iter().map(|chain| &chain.verdict).chain([seen]);
    assert!(verdicts.all(|facts| facts.names.len() == 100 && facts.names_left_out >= 902), "{seen:#?}");
    assert!(!found.chains.is_empty());
    // The host's own names stand ahead of them; a name that was left out is compared all the same.
    assert!(!seen.problems.contains(&CertificateProblem::NameMismatch), "{seen:#?}");
    let options = Options { server_name: Some("host-01000.another-host.example".to_owned()), ..options(LATEST) };
    let walk = probe(&target, &options).await;
    let mismatch = diagnose(&walk).findings.iter().any(|finding| finding.id == "certificate-name-mismatch");
    assert!(!mismatch, "the last name was left out and counts: {walk:#?}");
}

#[tokio::test]
async fn a_certificate_of_ten_thousand_names_is_named_by_the_walk_and_read_by_the_survey() {
    let (_server, target) = start(badrdp::scenario("tls/certificate-names-10000").expect("a built-in scenario")).await;
    let (walk, found) = examine(&target, LATEST).await;
    assert_eq!(diagnose(&walk).findings.first().map(|finding| finding.id), Some("tls-message-too-large"));
    let chain = found.chains.first().expect("the survey reads on");
    assert_eq!((chain.verdict.names.len(), chain.verdict.names_left_out >= 9_902), (100, true));
}

/// The recorder keeps the beginning and the end.
#[tokio::test]
async fn a_session_that_babbles_is_kept_in_part() {
    let mut scenario = badrdp::scenario("healthy/tls-1.3").expect("a built-in scenario");
    scenario.server.session.steps = vec![Step::ErrorInfo(ErrorInfo(0)); 20_000];
    scenario.server.session.steps.push(Step::Draw);
    let (_server, target) = start(scenario).await;
    let walk = probe(&target, &options(LATEST)).await;
    assert!(walk.dropped > 0 && walk.entries.len() <= 4096, "{} entries, {} dropped", walk.entries.len(), walk.dropped);
    let told = text::report(&walk, &diagnose(&walk), text::Detail::Stages);
    assert!(told.len() < LONGEST_TEXT, "{} bytes", told.len());
}
