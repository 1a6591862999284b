//! A scenario that is ready to be played, and what servers that start together share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use badrdp_proto::connect::ServerConfig;
use badrdp_scenarios::model::Fault;
use badrdp_scenarios::{Scenario, Seeded};
use time::OffsetDateTime;

use crate::auth::AuthHost;
use crate::book::{Book, Shelf};
use crate::licensing::LicenseHost;
use crate::port::StartError;
use crate::profile::server_config;
use crate::testcard::Cards;
use crate::tls::{Mint, TlsHost, TlsStock};
use crate::{Observer, Options, WireObserver};

/// What all connections of a scenario share.
pub(crate) struct Host {
    /// The scenario's id.
    pub(crate) id: Arc<str>,
    pub(crate) config: ServerConfig,
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
    pub(crate) book: Book,
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
        let mint = Mint { now, seed: options.seed, names: options.host_names() };
        Ok(Self {
            options: options.clone(),
            now,
            started: options.ticking.then(Instant::now),
            tls: Arc::new(TlsStock::new(mint)),
            cards: Arc::default(),
            shelf: Arc::default(),
        })
    }

    /// The scenario CA's certificate.
    pub(crate) fn ca(&self) -> Result<Arc<rcgen::Certificate>, StartError> {
        Ok(self.tls.ca()?)
    }

    /// Makes what this scenario needs and nothing else: start-up has to be quick.
    pub(crate) fn host(&self, scenario: Scenario) -> Result<Host, StartError> {
        let tls = self.tls.host(&scenario.server.tls)?;
        let random = Seeded::new(self.options.seed, "auto-reconnect").bytes();
        Ok(Host {
            id: scenario.id.as_str().into(),
            licensing: LicenseHost::new(&scenario.server.licensing, &self.tls)?,
            config: server_config(&scenario.server, random),
            auth: AuthHost {
                nla: scenario.server.nla.clone(),
                accounts: scenario.server.accounts.clone(),
                public_key: tls.public_key.clone(),
                now: self.now.unix_timestamp(),
                started: self.started,
                seed: self.options.seed,
            },
            tls,
            faults: scenario.faults.clone(),
            budget: self.options.budget,
            title: scenario.id.clone(),
            cards: Arc::clone(&self.cards),
            observer: self.options.observer.clone(),
            wire: self.options.wire.clone(),
            book: Book::new(scenario, Arc::clone(&self.shelf)),
        })
    }
}
