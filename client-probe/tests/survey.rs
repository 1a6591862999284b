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

/// Half a frame is not silence, and the budget ends the wait for the rest.
#[tokio::test]
async fn a_frame_that_never_ends_is_an_answer_that_cannot_be_read() {
    let (found, _port) =
        against(|_, _| Some(vec![3, 0, 0xff, 0xff, 0xf0]), &SurveyOptions { max_connections: 1, ..quick() }, BRIEF)
            .await;
    let protocols = found.protocols.unwrap();
    assert!(matches!(protocols.answers.first().unwrap().reply, Reply::Unreadable(_)), "{protocols:#?}");
    assert!(found.cost.took < PATIENT);
}
