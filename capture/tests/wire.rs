//! Real sockets on loopback: what a record says is what the peer saw.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests say what they expect")]

mod common;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use badrdp_capture::{Capture, MAX_KEPT, Wire};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use common::{Packet, packets};

struct Pair {
    _directory: tempfile::TempDir,
    file: PathBuf,
    capture: Arc<Capture>,
    /// The side that is recorded, until the test takes it.
    wire: Option<Wire>,
    peer: TcpStream,
}

impl Pair {
    async fn accepted() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("file.pcapng");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        let capture = Arc::new(Capture::new(now).packets_to(&file).expect("a file"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let peer = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
        let (stream, client) = listener.accept().await.expect("a connection");
        let wire = Some(Wire::accepted(stream, client, Some(&capture)));
        Self { _directory: directory, file, capture, wire, peer }
    }

    fn wire(&mut self) -> Wire {
        self.wire.take().expect("it is taken once")
    }

    /// What is in the file, by port, without the handshake.
    fn seen(&self) -> Vec<(bool, String, Vec<u8>)> {
        let client = self.peer.local_addr().expect("an address").port();
        let told = |packet: Packet| (packet.from == client, packet.flags, packet.payload);
        self.packets().into_iter().skip(3).map(told).collect()
    }

    fn packets(&self) -> Vec<Packet> {
        self.capture.finish().expect("all was written");
        packets(&std::fs::read(&self.file).expect("the file"))
    }
}

fn row(by_client: bool, flags: &str, payload: &[u8]) -> (bool, String, Vec<u8>) {
    (by_client, flags.to_owned(), payload.to_vec())
}

#[tokio::test]
async fn a_stream_that_is_dropped_with_nothing_unread_sends_fin() {
    let mut pair = Pair::accepted().await;
    let mut wire = pair.wire();
    wire.write_all(b"hello").await.expect("written");
    drop(wire);
    let mut heard = Vec::new();
    pair.peer.read_to_end(&mut heard).await.expect("FIN");
    assert_eq!(heard, b"hello");
    assert_eq!(pair.seen(), [row(false, "P", b"hello"), row(false, "F", b"")]);
}

#[tokio::test]
async fn a_stream_that_is_dropped_with_something_unread_sends_rst() {
    let mut pair = Pair::accepted().await;
    pair.peer.write_all(b"nobody reads this").await.expect("written");
    // One byte is read, so that the rest has surely arrived.
    let mut wire = pair.wire();
    assert_eq!(wire.read_u8().await.expect("a byte"), b'n');
    drop(wire);
    let error = pair.peer.read_u8().await.expect_err("RST");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(pair.seen(), [row(true, "P", b"n"), row(true, "P", b"obody reads this"), row(false, "R", b"")]);
}

#[tokio::test]
async fn a_reset_on_purpose_is_a_reset() {
    let mut pair = Pair::accepted().await;
    let mut wire = pair.wire();
    wire.set_zero_linger().expect("SO_LINGER");
    drop(wire);
    assert_eq!(pair.peer.read_u8().await.expect_err("RST").kind(), ErrorKind::ConnectionReset);
    assert_eq!(pair.seen(), [row(false, "R", b"")]);
}

#[tokio::test]
async fn each_side_closes_once_in_the_order_in_which_it_did() {
    let mut pair = Pair::accepted().await;
    pair.peer.write_all(b"bye").await.expect("written");
    pair.peer.shutdown().await.expect("FIN");
    let mut wire = pair.wire();
    let mut heard = Vec::new();
    wire.read_to_end(&mut heard).await.expect("FIN");
    assert_eq!(wire.read(&mut [0; 8]).await.expect("FIN again"), 0);
    wire.write_all(b"farewell").await.expect("written");
    wire.shutdown().await.expect("FIN");
    drop(wire);
    let expected = [row(true, "P", b"bye"), row(true, "F", b""), row(false, "P", b"farewell"), row(false, "F", b"")];
    assert_eq!(pair.seen(), expected);
}

#[tokio::test]
async fn the_peers_reset_is_the_peers() {
    let Pair { _directory, file, capture, wire, peer } = Pair::accepted().await;
    let mut wire = wire.expect("it was not taken");
    let client = peer.local_addr().expect("an address").port();
    peer.set_zero_linger().expect("SO_LINGER");
    drop(peer);
    assert_eq!(wire.read_u8().await.expect_err("RST").kind(), ErrorKind::ConnectionReset);
    // What is read behind an RST looks like a FIN.
    assert_eq!(wire.read(&mut [0; 8]).await.expect("the end"), 0);
    drop(wire);
    capture.finish().expect("all was written");
    let packets = packets(&std::fs::read(&file).expect("the file"));
    let rest: Vec<_> = packets[3..].iter().map(|packet| (packet.from == client, packet.flags.as_str())).collect();
    assert_eq!(rest, [(true, "R")]);
}

#[tokio::test]
async fn only_so_much_of_a_connection_is_kept_and_the_rest_is_counted() {
    let mut pair = Pair::accepted().await;
    let total = MAX_KEPT + 100_000;
    let mut wire = pair.wire();
    let peer = &mut pair.peer;
    let writing = async {
        peer.write_all(&vec![7; total]).await.expect("written");
    };
    let reading = async {
        let mut left = total;
        let mut buffer = vec![0; 64 * 1024];
        while left > 0 {
            left -= wire.read(&mut buffer).await.expect("bytes");
        }
    };
    tokio::join!(writing, reading);
    drop(wire);
    let packets = pair.packets();
    let kept: usize = packets.iter().map(|packet| packet.payload.len()).sum();
    assert!(kept <= MAX_KEPT && kept > MAX_KEPT / 2, "{kept}");
    let owned_up = packets.iter().find_map(|packet| packet.comment.clone()).expect("a comment");
    assert_eq!(owned_up, format!("{} bytes in front of this packet were not kept", total - kept));
    let last = packets.last().expect("a packet");
    assert_eq!((last.flags.as_str(), last.acknowledged as usize), ("F", total + 1));
}

#[tokio::test]
async fn a_stream_that_nobody_records_has_no_key_log() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let stream = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
    assert!(Wire::connected(stream, None).key_log().is_none());
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owners_eyes_and_what_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().expect("a directory");
    let mode = |path: &PathBuf| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    let [old, new, keys, foreign] = ["old", "new", "keys", "foreign"].map(|name| directory.path().join(name));
    for path in [&old, &foreign] {
        std::fs::write(path, "what was there\n").expect("a file");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    }
    let capture = |path| Capture::new(SystemTime::UNIX_EPOCH).packets_to(path);
    capture(&old).and(capture(&new)).expect("both can be written");
    assert_eq!((mode(&old), mode(&new)), (0o600, 0o600));
    assert_eq!(std::fs::read(&old).expect("a file"), std::fs::read(&new).expect("a file"), "nothing is left");
    Capture::new(SystemTime::UNIX_EPOCH).keys_to(&keys).expect("it can be written");
    Capture::new(SystemTime::UNIX_EPOCH).keys_to(&foreign).expect("it can be written");
    assert_eq!((mode(&keys), mode(&foreign)), (0o600, 0o644), "an existing key log is its owner's");
    assert_eq!(std::fs::read(&foreign).expect("a file"), b"what was there\n");
    let error = capture(&directory.path().join("missing/file")).expect_err("no such directory");
    assert!(error.to_string().ends_with("missing/file"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_the_files_name() {
    let full = PathBuf::from("/dev/full");
    let error = Capture::new(SystemTime::UNIX_EPOCH).packets_to(&full).expect_err("no room");
    assert!(error.to_string().contains("/dev/full"), "{error}");
}
