//! A scenario that is ready to be played, and what servers that start together share.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use badrdp_capture::Capture;
use badrdp_proto::connect::ServerConfig;
use badrdp_proto::transcript::Transcript;
use badrdp_scenarios::model::Fault;
use badrdp_scenarios::{Scenario, Seeded};
use time::OffsetDateTime;

use crate::acts::{self, Acts};
use crate::auth::AuthHost;
use crate::book::{Book, Shelf};
use crate::fault::Firing;
use crate::licensing::LicenseHost;
use crate::port::StartError;
use crate::profile::server_config;
use crate::testcard::Cards;
use crate::tls::{TlsHost, TlsStock};
use crate::{Certificates, Observer, Options, WireObserver};

/// What all connections of a scenario share.
pub(crate) struct Host {
    /// The scenario's id.
    pub(crate) id: Arc<str>,
    config: ServerConfig,
    /// Which part of the scenario it plays.
    part: usize,
    seed: u64,
    pub(crate) tls: Arc<TlsHost>,
    pub(crate) auth: AuthHost,
    /// Where the scenario has a licence exchange.
    pub(crate) licensing: Option<LicenseHost>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) budget: Duration,
    /// What the picture says.
    pub(crate) title: String,
    pub(crate) cards: Arc<Cards>,
    pub(crate) observer: Option<Observer>,
    pub(crate) wire: Option<WireObserver>,
    pub(crate) capture: Option<Arc<Capture>>,
    pub(crate) book: Arc<Book>,
}

impl Host {
    /// What the machine of the connection with this number is told: it has a reconnect cookie of its own to give, and
    /// knows those that were given before.
    pub(crate) fn config(&self, number: u64) -> ServerConfig {
        let auto_reconnect_random = Seeded::new(self.seed, &format!("auto-reconnect-{number}")).bytes();
        ServerConfig { auto_reconnect_random, cookies: self.book.cookies(), ..self.config.clone() }
    }

    /// A client is shown what this host plays.
    pub(crate) fn open(&self, client: IpAddr) {
        self.book.open(self.part, client);
    }

    /// What became of each fault so far.
    pub(crate) fn learn(&self, firing: &[Firing]) {
        self.book.learn(self.part, firing);
    }
}

/// What servers that start together share: certificates, pictures, and the room for transcripts.
pub(crate) struct Stock {
    options: Options,
    /// The clock.
    now: OffsetDateTime,
    started: Option<Instant>,
    pub(crate) tls: Arc<TlsStock>,
    cards: Arc<Cards>,
    shelf: Arc<Shelf>,
}

impl Stock {
    pub(crate) fn new(options: &Options) -> Result<Self, StartError> {
        let now = OffsetDateTime::from(options.now);
        if !(2000..2049).contains(&now.year()) {
            return Err(StartError::Clock);
        }
        let certificates = options.certificates.clone().unwrap_or_else(|| Certificates::new(options));
        Ok(Self {
            options: options.clone(),
            now,
            started: options.ticking.then(Instant::now),
            tls: certificates.0,
            cards: Arc::default(),
            shelf: Arc::default(),
        })
    }

    /// The scenario CA's certificate.
    pub(crate) fn ca(&self) -> Result<Arc<rcgen::Certificate>, StartError> {
        Ok(self.tls.ca()?)
    }

    /// Every transcript that is kept, by the connection's number.
    pub(crate) fn transcripts(&self) -> Vec<(u64, Transcript)> {
        self.shelf.all()
    }

    /// Makes what this scenario needs and nothing else: start-up has to be quick.
    pub(crate) fn acts(&self, scenario: Scenario) -> Result<Acts, StartError> {
        self.acts_with(scenario, |_| {})
    }

    /// The same, with each host finished by `finish`.
    pub(crate) fn acts_with(&self, scenario: Scenario, finish: impl Fn(&mut Host)) -> Result<Acts, StartError> {
        let book = Arc::new(Book::new(scenario, Arc::clone(&self.shelf)));
        Acts::new(Arc::clone(&book), |part| {
            let mut host = self.host(&book, part)?;
            finish(&mut host);
            Ok(host)
        })
    }

    fn host(&self, book: &Arc<Book>, part: usize) -> Result<Host, StartError> {
        let scenario = &book.scenario;
        let (server, faults) = acts::part(scenario, part);
        let tls = self.tls.host(&server.tls)?;
        let random = Seeded::new(self.options.seed, "auto-reconnect").bytes();
        Ok(Host {
            id: scenario.id.as_str().into(),
            licensing: LicenseHost::new(&server.licensing, &self.tls)?,
            config: server_config(server, random),
            part,
            seed: self.options.seed,
            auth: AuthHost {
                nla: server.nla.clone(),
                accounts: server.accounts.clone(),
                public_key: tls.public_key.clone(),
                now: self.now.unix_timestamp(),
                started: self.started,
                seed: self.options.seed,
            },
            tls,
            faults: faults.to_vec(),
            budget: self.options.budget,
            title: scenario.id.clone(),
            cards: Arc::clone(&self.cards),
            observer: self.options.observer.clone(),
            wire: self.options.wire.clone(),
            capture: self.options.capture.clone(),
            book: Arc::clone(book),
        })
    }
}
