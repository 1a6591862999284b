//! X.224 + TLS handshakes per second of the fake server, beside a bare tokio-rustls echo.
//!
//! Both servers have the same TLS configuration (certificate, key, versions), the same client and
//! a thread of their own, and take turns. Each answers a Connection Request, runs the TLS handshake
//! and serves what follows until the client closes; the echo does nothing else. Rates depend on what
//! else the machine does; the server thread's time on a core does so much less, and is printed too.
#![allow(clippy::print_stdout, reason = "the numbers are the result")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use badrdp_fake_server::FakeServer;
use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::x224::{ConnectionRequest, NegotiationRequest, Protocols};
use badrdp_scenarios::model::Key;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, TlsConnector};

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Outcome<T> = Result<T, Failure>;

/// TPKT, X.224 and RDP_NEG_RSP: the length of a Connection Confirm.
const CONFIRM: usize = 19;

/// How much is measured.
struct Effort {
    rounds: usize,
    /// A round ends after so many handshakes, or after this time.
    handshakes: usize,
    time: Duration,
    clients: usize,
}

fn main() -> Outcome<()> {
    // `cargo bench -- --test` asks for one short round: that everything still works.
    let short = std::env::args().any(|argument| argument == "--test");
    let effort = if short {
        Effort { rounds: 1, handshakes: 8, time: Duration::from_secs(5), clients: 2 }
    } else {
        Effort { rounds: 7, handshakes: 400, time: Duration::from_secs(3), clients: 4 }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let cores = std::thread::available_parallelism()?;
    println!(
        "X.224 + TLS handshakes, {cores} cores; {} clients on one thread, each server on one thread;\n\
         median of {} rounds each, a round is {} handshakes or {:?}\n",
        effort.clients, effort.rounds, effort.handshakes, effort.time
    );
    println!("{:<22} {:<27} server thread, µs per handshake", "", "handshakes/s");
    println!("{0:<22} {1:>8} {2:>8} {3:>7}   {1:>8} {2:>8} {3:>7}", "", "badrdp", "bare", "ratio");
    for scenario in ["healthy/tls-1.3", "healthy/tls-1.2"] {
        for key in [Key::Ecdsa, Key::Rsa] {
            runtime.block_on(compare(scenario, key, &effort))?;
        }
    }
    Ok(())
}

/// One row: both servers in alternating rounds.
async fn compare(id: &str, key: Key, effort: &Effort) -> Outcome<()> {
    let mut scenario = badrdp_scenarios::find(id).cloned().map_err(|near| format!("no {id}, but {near:?}"))?;
    scenario.server.tls.key = key;
    let (config, told) = oneshot::channel();
    let badrdp = Host::start("badrdp", async move || {
        let server = FakeServer::start(scenario).await?;
        let addr = server.addr();
        // Nobody listens only where this thread's caller has failed already.
        let _ = config.send(server.tls_config());
        Ok((addr, Box::new(server) as Box<dyn std::any::Any>))
    })
    .await?;
    let config = told.await?;

    let client = Arc::new(client_config());
    let (confirm, leaf) = handshake(badrdp.addr, &client).await?;
    let bare = Host::start("bare", async move || bare(config, confirm).await).await?;
    let (same_confirm, same_leaf) = handshake(bare.addr, &client).await?;
    if (confirm, leaf) != (same_confirm, same_leaf) {
        return Err("the two servers do not answer alike".into());
    }

    let mut rounds: [Vec<Round>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..effort.rounds {
        for (host, rounds) in [&badrdp, &bare].into_iter().zip(&mut rounds) {
            rounds.push(round(host, &client, effort).await?);
        }
    }
    let [ours, theirs] = rounds;
    let rate = |rounds: &[Round]| median(rounds.iter().map(|round| round.rate).collect());
    let cost = |rounds: &[Round]| median(rounds.iter().map(|round| round.cost).collect());
    let (our_rate, their_rate) = (rate(&ours), rate(&theirs));
    let (our_cost, their_cost) = (cost(&ours), cost(&theirs));
    println!(
        "{id:<15} {key:<6} {our_rate:>8.0} {their_rate:>8.0} {:>7.2}   {our_cost:>8.0} {their_cost:>8.0} {:>7.2}",
        our_rate / their_rate,
        their_cost / our_cost,
        key = format!("{key:?}").to_lowercase(),
    );
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A server on a thread of its own.
struct Host {
    addr: SocketAddr,
    clock: mpsc::UnboundedSender<oneshot::Sender<Option<Duration>>>,
}

impl Host {
    /// Runs `serve` on a new thread; what it hands back lives as long as this value.
    async fn start<F>(name: &str, serve: F) -> Outcome<Self>
    where
        F: AsyncFnOnce() -> Outcome<(SocketAddr, Box<dyn std::any::Any>)> + Send + 'static,
    {
        let (clock, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<Option<Duration>>>();
        let (listening, addr) = oneshot::channel();
        // Named, so that a profiler tells the servers apart.
        std::thread::Builder::new().name(name.to_owned()).spawn(move || -> Outcome<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let started = serve().await;
                let (_server, addr) = match started {
                    Ok((addr, server)) => (Some(server), Ok(addr)),
                    Err(error) => (None, Err(error)),
                };
                let _ = listening.send(addr);
                while let Some(answer) = asked.recv().await {
                    let _ = answer.send(time_on_core());
                }
            });
            Ok(())
        })?;
        Ok(Self { addr: addr.await??, clock })
    }

    /// The thread's time on a core so far, where the system tells.
    async fn time_on_core(&self) -> Outcome<Option<Duration>> {
        let (answer, asked) = oneshot::channel();
        self.clock.send(answer)?;
        Ok(asked.await?)
    }
}

/// Linux: the first number of schedstat, nanoseconds.
fn time_on_core() -> Option<Duration> {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    schedstat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The bare server: reads a Connection Request, answers `confirm`, and echoes over TLS.
async fn bare(config: Arc<ServerConfig>, confirm: [u8; CONFIRM]) -> Outcome<(SocketAddr, Box<dyn std::any::Any>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let addr = listener.local_addr()?;
    let acceptor = TlsAcceptor::from(config);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            // A client that goes away is the usual end.
            tokio::spawn(async move { echo(stream, acceptor, confirm).await.ok() });
        }
    });
    Ok((addr, Box::new(())))
}

async fn echo(mut stream: TcpStream, acceptor: TlsAcceptor, confirm: [u8; CONFIRM]) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let mut header = [0; 4];
    stream.read_exact(&mut header).await?;
    let [_, _, high, low] = header;
    let mut rest = vec![0; usize::from(u16::from_be_bytes([high, low])).saturating_sub(4)];
    stream.read_exact(&mut rest).await?;
    stream.write_all(&confirm).await?;
    let (mut from, mut to) = split(acceptor.accept(stream).await?);
    copy(&mut from, &mut to).await?;
    to.shutdown().await?;
    Ok(())
}

/// One server's numbers of one round.
struct Round {
    /// Handshakes per second.
    rate: f64,
    /// The server thread's time per handshake in µs; not a number where the system does not tell.
    cost: f64,
}

async fn round(host: &Host, client: &Arc<ClientConfig>, effort: &Effort) -> Outcome<Round> {
    let left = Arc::new(AtomicUsize::new(effort.handshakes));
    let before = host.time_on_core().await?;
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..effort.clients {
        let (left, client, addr, time) = (Arc::clone(&left), Arc::clone(client), host.addr, effort.time);
        clients.spawn(async move {
            let mut done = 0u32;
            while start.elapsed() < time
                && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            {
                handshake(addr, &client).await?;
                done += 1;
            }
            Ok::<_, Failure>(done)
        });
    }
    let mut done = 0;
    while let Some(client) = clients.join_next().await {
        done += client??;
    }
    let elapsed = start.elapsed();
    let cost = match (before, host.time_on_core().await?) {
        (Some(before), Some(after)) => (after - before).as_secs_f64() * 1e6 / f64::from(done),
        _ => f64::NAN,
    };
    Ok(Round { rate: f64::from(done) / elapsed.as_secs_f64(), cost })
}

/// Connects, negotiates, shakes hands, and closes in order. The value is what the server answered and is.
async fn handshake(
    addr: SocketAddr,
    client: &Arc<ClientConfig>,
) -> Outcome<([u8; CONFIRM], Vec<CertificateDer<'static>>)> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    stream.write_all(&request()).await?;
    let mut confirm = [0; CONFIRM];
    stream.read_exact(&mut confirm).await?;
    let connector = TlsConnector::from(Arc::clone(client));
    let mut tls = connector.connect(ServerName::try_from("localhost")?, stream).await?;
    let chain = tls.get_ref().1.peer_certificates().unwrap_or_default().to_vec();
    tls.shutdown().await?;
    // Until the server has closed, too: then its work for this connection is done.
    let mut left_over = Vec::new();
    tls.read_to_end(&mut left_over).await?;
    Ok((confirm, chain))
}

fn request() -> Vec<u8> {
    let negotiation = NegotiationRequest { flags: 0, requested_protocols: Protocols::SSL };
    let (dst_ref, src_ref, class) = (0, 0, 0);
    let (token, negotiation, correlation) = (None, Some(negotiation), None);
    let request = ConnectionRequest { dst_ref, src_ref, class, token, negotiation, correlation };
    Message::X224ConnectionRequest(request).encode()
}

/// A client that believes everything: the server is measured, not the client.
fn client_config() -> ClientConfig {
    let mut config =
        ClientConfig::builder().dangerous().with_custom_certificate_verifier(Arc::new(Credulous)).with_no_client_auth();
    config.resumption = Resumption::disabled();
    config
}

#[derive(Debug)]
struct Credulous;

impl ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256, SignatureScheme::RSA_PSS_SHA256, SignatureScheme::RSA_PKCS1_SHA256]
    }
}
