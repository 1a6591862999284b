//! The survey's manners, against ports on loopback that behave badly.
#![allow(clippy::unwrap_used, reason = "a test that cannot listen on loopback must stop")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use badrdp_client_probe::survey::{Pauses, Reply, StopReason, Survey, SurveyOptions, survey};
use badrdp_client_probe::{Options, Roots, Target};
use badrdp_proto::pdu::x224::Protocols;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// What a port does with its nth connection, once it has read the request: the bytes to write; none: it stays silent.
type Script = fn(u32, u32) -> Option<Vec<u8>>;

struct Port {
    target: Target,
    accepted: Arc<AtomicU32>,
    most_at_once: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Port {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn port(script: Script) -> Port {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target { host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port() };
    let (accepted, most_at_once) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, most, open) = (Arc::clone(&accepted), Arc::clone(&most_at_once), Arc::new(AtomicUsize::new(0)));
    let task = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let nth = count.fetch_add(1, Ordering::SeqCst);
            most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let open = Arc::clone(&open);
            tokio::spawn(async move {
                serve(stream, nth, script).await;
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    Port { target, accepted, most_at_once, task }
}

/// Reads the Connection Request, answers, and stays until the client goes.
async fn serve(mut stream: TcpStream, nth: u32, script: Script) {
    let mut request = vec![0; 1024];
    let count = stream.read(&mut request).await.unwrap_or(0);
    let protocols =
        request.get(count.saturating_sub(4)..count).map_or(0, |it| u32::from_le_bytes(it.try_into().unwrap()));
    if let Some(bytes) = script(nth, protocols) {
        let _ = stream.write_all(&bytes).await;
    }
    let mut rest = vec![0; 4096];
    while stream.read(&mut rest).await.unwrap_or(0) > 0 {}
}

/// Connection Confirm: type 2 is a response, 3 a failure.
fn confirm(kind: u8, value: u8) -> Vec<u8> {
    vec![3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, kind, 1, 8, 0, value, 0, 0, 0]
}

/// Where nothing is silent, the budget outlasts a busy machine.
const PATIENT: Duration = Duration::from_secs(20);
/// Where something is, it is waited for in full.
const BRIEF: Duration = Duration::from_secs(1);

fn options(budget: Duration) -> Options {
    Options { budget, roots: Roots::Only(Vec::new()), ..Options::default() }
}

fn quick() -> SurveyOptions {
    let pauses = Pauses { first: Duration::from_millis(1), longest: Duration::from_millis(1) };
    SurveyOptions { pauses, ..SurveyOptions::default() }
}

async fn against(script: Script, what: &SurveyOptions, budget: Duration) -> (Survey, Port) {
    let port = port(script).await;
    let found = survey(&port.target, &options(budget), what, None).await;
    assert_eq!(found.cost.connections, port.accepted.load(Ordering::SeqCst), "each connection is counted");
    (found, port)
}

/// gnome-remote-desktop 43 did so after seven to ten refusals.
#[tokio::test]
async fn the_first_silence_ends_the_survey_and_is_owned_up_to() {
    let (found, _port) = against(|nth, _| (nth < 2).then(|| confirm(3, 5)), &quick(), BRIEF).await;
    let stop = found.stop.unwrap();
    assert_eq!((stop.reason, stop.connections, stop.refused), (StopReason::Silent, 3, 2));
    assert_eq!(found.cost.connections, 3);
}

#[tokio::test]
async fn the_cap_is_kept() {
    let what = SurveyOptions { max_connections: 2, ..quick() };
    let (found, _port) = against(|_, _| Some(confirm(3, 5)), &what, PATIENT).await;
    assert_eq!((found.cost.connections, found.stop.unwrap().reason), (2, StopReason::Limit));
}

#[tokio::test]
async fn refused_questions_are_spread_out() {
    let pauses = Pauses { first: Duration::from_millis(60), longest: Duration::from_millis(100) };
    let started = Instant::now();
    let (found, port) =
        against(|_, _| Some(confirm(3, 5)), &SurveyOptions { pauses, ..SurveyOptions::default() }, PATIENT).await;
    // A pause between each two: 60 ms, then 100 ms.
    let pauses = found.cost.connections - 1;
    let expected = Duration::from_millis(60) + Duration::from_millis(100) * (pauses - 1);
    assert_eq!((found.cost.refused, found.cost.paused), (found.cost.connections, expected));
    assert!(started.elapsed() >= expected && pauses >= 2);
    assert_eq!(port.most_at_once.load(Ordering::SeqCst), 1, "one connection at a time");
}

#[tokio::test]
async fn answers_that_refuse_nothing_cost_no_pause() {
    let (found, _port) = against(|_, asked| Some(confirm(2, u8::try_from(asked & 1).unwrap())), &quick(), BRIEF).await;
    let protocols = found.protocols.unwrap();
    // TLS never comes: the port stays silent at the first ClientHello.
    assert_eq!(found.stop.unwrap().reason, StopReason::Silent);
    assert!(protocols.answers.iter().any(|answer| answer.selected() == Some(Protocols::SSL)));
}

#[tokio::test]
async fn another_service_is_named_and_left_alone() {
    let (found, _port) = against(|_, _| Some(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()), &quick(), PATIENT).await;
    assert_eq!((found.cost.connections, found.stop.unwrap().reason), (1, StopReason::NotRdp));
    assert_eq!(found.protocols.unwrap().answers.first().unwrap().reply, Reply::Foreign("HTTP"));
}

#[tokio::test]
async fn a_host_that_changes_its_mind_is_not_asked_on() {
    let script: Script = |nth, _| Some(if nth == 0 { confirm(2, 1) } else { confirm(3, 6) });
    let (found, _port) = against(script, &SurveyOptions { protocols: false, ..quick() }, PATIENT).await;
    assert_eq!((found.cost.connections, found.stop.unwrap().reason), (2, StopReason::Changed));
}

#[tokio::test]
async fn a_closed_port_is_asked_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target { host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port() };
    drop(listener);
    let found = survey(&target, &options(PATIENT), &quick(), None).await;
    assert_eq!((found.cost.connections, found.stop.unwrap().reason), (1, StopReason::NotConnected));
}

/// Half a frame is no answer, and nobody waits for the rest a second time.
#[tokio::test]
async fn a_frame_that_never_ends_is_told_from_silence_and_ends_the_survey() {
    let (found, _port) = against(|_, _| Some(vec![3, 0, 0xff, 0xff, 0xf0]), &quick(), BRIEF).await;
    assert_eq!(found.protocols.unwrap().answers.first().unwrap().reply, Reply::Stalled);
    assert_eq!((found.cost.connections, found.stop.unwrap().reason), (1, StopReason::Silent));
}

/// A host that selects TLS and answers every ClientHello with `flight`, then with `filler` for ever, a piece at a time.
async fn tls_host(flight: Vec<u8>, filler: Vec<u8>, every: Duration) -> (Target, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target { host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port() };
    let task = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (flight, filler) = (flight.clone(), filler.clone());
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&confirm(2, 1)).await;
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&flight).await;
                while !filler.is_empty() && stream.write_all(&filler).await.is_ok() {
                    // The host under test drips: the time between its bytes is the input, for which no event stands.
                    tokio::time::sleep(every).await;
                }
            });
        }
    });
    (target, task)
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &u16::try_from(body.len()).unwrap().to_be_bytes(), body].concat()
}

/// ServerHello of TLS 1.2 with TLS_RSA_WITH_AES_128_CBC_SHA.
fn server_hello() -> Vec<u8> {
    record(22, &[&[2, 0, 0, 38, 3, 3][..], &[9; 32], &[0, 0, 0x2f, 0]].concat())
}

async fn tls_of(flight: Vec<u8>, filler: Vec<u8>, every: Duration, budget: Duration) -> Survey {
    let (target, task) = tls_host(flight, filler, every).await;
    let found = survey(&target, &options(budget), &SurveyOptions { protocols: false, ..quick() }, None).await;
    task.abort();
    found
}

#[tokio::test]
async fn a_server_that_drips_is_given_one_budget() {
    // A record of 16 KiB, a byte at a time.
    let found = tls_of(vec![22, 3, 3, 0x40, 0], vec![0], Duration::from_millis(50), BRIEF).await;
    assert_eq!((found.cost.connections, found.stop.unwrap().reason), (2, StopReason::Silent));
}

#[tokio::test]
async fn a_hello_without_the_rest_is_kept_and_ends_the_survey() {
    let found = tls_of(server_hello(), vec![], Duration::ZERO, PATIENT).await;
    // The connection is closed behind the hello: that much is an answer.
    assert!(found.stop.is_none() && !found.tls.as_ref().unwrap().versions.is_empty());
    let found = tls_of(server_hello(), record(22, &[22, 0, 0, 1, 0]), Duration::from_millis(50), BRIEF).await;
    assert_eq!((found.cost.connections, found.stop.unwrap().reason), (2, StopReason::Silent));
}

#[tokio::test]
async fn endless_data_is_cut_off_by_its_amount() {
    let endless = record(22, &[&[22, 0, 0x3e, 0x80][..], &[0; 16_000]].concat());
    let found = tls_of(server_hello(), endless, Duration::ZERO, PATIENT).await;
    assert!(found.stop.is_none(), "{:?}", found.stop);
    assert!(found.cost.took < PATIENT * 3, "{:?}", found.cost);
    let tls = found.tls.unwrap();
    assert!(tls.versions.iter().all(|version| version.accepted == Some(false)), "{tls:#?}");
}

#[tokio::test]
async fn a_certificate_of_many_kilobytes_is_read_and_one_without_end_is_not() {
    let flight = |size: usize| {
        let list = |length: usize| u32::try_from(length).unwrap().to_be_bytes()[1..].to_vec();
        let message = [&[11][..], &list(size + 6), &list(size + 3), &list(size), &vec![0x30; size]].concat();
        let records: Vec<u8> = message.chunks(16_000).flat_map(|piece| record(22, piece)).collect();
        [server_hello(), records, record(22, &[14, 0, 0, 0])].concat()
    };
    for (size, read) in [(500_000, true), (3_000_000, false)] {
        let found = tls_of(flight(size), vec![], Duration::ZERO, PATIENT).await;
        let chains = &found.tls.as_ref().unwrap().chains;
        assert_eq!(chains.first().is_some_and(|chain| chain.first().is_some_and(|der| der.len() == size)), read);
    }
}
