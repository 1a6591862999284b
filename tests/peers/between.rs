//! What stands between a client and a host: connection initiation put in front, or taken off, and connections counted.
//! The threads end with the test's process.
#![allow(dead_code, clippy::expect_used, clippy::panic, reason = "a test helper: what is missing is a failed test")]

use std::io::{Read as _, Result, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A Connection Confirm that selects TLS.
const CONFIRM: [u8; 19] = [3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 1, 8, 0, 1, 0, 0, 0];

/// A port that passes everything on and counts the connections.
pub(crate) struct Counted {
    pub(crate) port: u16,
    count: Arc<AtomicU32>,
}

impl Counted {
    pub(crate) fn in_front_of(behind: u16) -> Self {
        let count = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&count);
        let port = listen(move |client| {
            counter.fetch_add(1, Ordering::SeqCst);
            splice(client, connect(behind)?);
            Ok(())
        });
        Self { port, count }
    }

    /// How many connections came since this was asked last.
    pub(crate) fn take(&self) -> u32 {
        self.count.swap(0, Ordering::SeqCst)
    }
}

/// Connection initiation in front of a port that speaks TLS at once: every request is answered by "TLS".
pub(crate) fn front(behind: u16) -> u16 {
    listen(move |mut client| {
        frame(&mut client)?;
        client.write_all(&CONFIRM)?;
        splice(client, connect(behind)?);
        Ok(())
    })
}

/// The reverse: TLS at once, for programs that cannot ask an RDP host for it. Each client's connection is one to the
/// host, which is asked for these protocols.
pub(crate) fn unwrapped(behind: u16, protocols: u8) -> u16 {
    listen(move |client| {
        let mut server = connect(behind)?;
        server.write_all(&[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, protocols, 0, 0, 0])?;
        frame(&mut server)?;
        splice(client, server);
        Ok(())
    })
}

fn listen(serve: impl Fn(TcpStream) -> Result<()> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("a port").port();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(client) = client else { return };
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || {
                let _ = serve(client);
            });
        }
    });
    port
}

fn connect(port: u16) -> Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// One TPKT frame, read and forgotten.
fn frame(stream: &mut TcpStream) -> Result<()> {
    let mut header = [0; 4];
    stream.read_exact(&mut header)?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    stream.read_exact(&mut vec![0; length.saturating_sub(header.len())])
}

fn splice(client: TcpStream, server: TcpStream) {
    let _ = client.set_nodelay(true);
    let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else { return };
    let upward = std::thread::spawn(move || pass(from, to));
    pass(server, client);
    let _ = upward.join();
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
