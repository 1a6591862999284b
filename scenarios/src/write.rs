//! From a scenario back to a file: what [`crate::load_str`] reads as the same scenario.
//!
//! Keys that say what is so anyway are left out. Every struct of the model is taken apart whole, so that a key which the
//! writer forgets is a mistake that the compiler finds.

mod fault;
mod item;
mod server;

use badrdp_proto::pdu::x224::Protocols;

use self::item::{Entries, Item, Section};
use crate::check::words;
use crate::model::{ExpectClient, ExpectProbe, Fault, Later, LicenseAnswer, ProbeProfile, Scenario, ServerProfile};

/// Why a scenario cannot be written. What comes from a file always can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The format has no word for a value.
    #[error("no scenario file can say this `{0}`")]
    NoWord(&'static str),
    /// The value is no TOML.
    #[error("`{key}` cannot be written as TOML: {why}")]
    Toml {
        /// The key.
        key: &'static str,
        /// What stands in the way.
        why: String,
    },
}

/// The scenario as the text of a file of its own, a family's member without its family.
///
/// # Errors
/// The scenario says something that no file can say.
pub fn to_toml(scenario: &Scenario) -> Result<String, WriteError> {
    // The id and the source are the file's place, not its text.
    let Scenario {
        id: _,
        summary,
        about,
        spec,
        tags,
        covers,
        server,
        faults,
        later,
        probe,
        expect_probe,
        expect_client,
        source: _,
    } = scenario;
    let mut top = Entries::default();
    top.add("summary", summary.as_str());
    top.add_unless(about.is_empty(), "about", about.as_str());
    top.add("spec", Item::texts(spec));
    top.add_unless(tags.is_empty(), "tags", Item::texts(tags));
    top.add_unless(covers.is_empty(), "covers", Item::texts(covers));
    let mut sections = vec![Section::top(top)];
    sections.extend(server::sections("server", server, &ServerProfile::default())?);
    for fault in faults {
        sections.push(Section::element("fault", fault::entries(fault)?));
    }
    for connection in later {
        sections.extend(connection_sections(connection, scenario)?);
    }
    sections.push(Section::table("probe", probe_entries(probe)?));
    sections.push(Section::table("expect.probe", expect_probe_entries(expect_probe)));
    sections.push(Section::table("expect.client", expect_client_entries(expect_client)?));
    item::text(&sections)
}

/// How a later connection differs from the first.
fn connection_sections(connection: &Later, first: &Scenario) -> Result<Vec<Section>, WriteError> {
    // The line is the file's business.
    let Later { from, server, faults, line: _ } = connection;
    // Whoever was redirected has arrived.
    let usual = ServerProfile { redirection: None, ..first.server.clone() };
    let below = server::sections("connection.server", server, &usual)?;
    let mut top = Entries::default();
    top.add("from", u64::from(*from));
    let own = *faults != first.faults || below.iter().all(Section::is_empty);
    top.add_unless(!own || !faults.is_empty(), "fault", Item::List(Vec::new()));
    let mut sections = vec![Section::element("connection", top)];
    sections.extend(below);
    for fault in faults.iter().filter(|_| own) {
        sections.push(Section::element("connection.fault", fault::entries(fault)?));
    }
    Ok(sections)
}

/// The name of the fault's operator as files write it, or `then`; none for a fault that does nothing.
#[must_use]
pub fn effect(fault: &Fault) -> Option<&'static str> {
    match &fault.operator {
        Some(operator) => fault::name(operator),
        None => fault.then.map(|_| "then"),
    }
}

fn probe_entries(probe: &ProbeProfile) -> Result<Entries, WriteError> {
    let ProbeProfile {
        user,
        domain,
        password,
        protocols,
        spnego,
        credssp_version,
        vulnerable,
        accept_certificate,
        restricted_admin,
        remote_guard,
        channels,
        multitransport,
        license,
        cookie,
        routing_token,
        correlation_id,
        ipv6,
        reconnect,
        follow,
    } = probe;
    let mut entries = Entries::default();
    if let Some(user) = user {
        entries.add("user", user.as_str());
        entries.add("password", password.as_str());
        entries.add_unless(domain.is_empty(), "domain", domain.as_str());
    }
    if let Some(protocols) = protocols {
        entries.add("protocols", protocol_words("protocols", *protocols)?);
    }
    entries.add_unless(!spnego, "spnego", true);
    if let Some(version) = credssp_version {
        entries.add("credssp_version", u64::from(*version));
    }
    entries.add_unless(!vulnerable, "vulnerable", true);
    entries.add_unless(!accept_certificate, "accept_certificate", true);
    entries.add_unless(!restricted_admin, "restricted_admin", true);
    entries.add_unless(!remote_guard, "remote_guard", true);
    if let Some(channels) = channels {
        entries.add("channels", Item::texts(channels));
    }
    entries.add_unless(multitransport.is_empty(), "multitransport", server::side_transports(multitransport)?);
    if *license != LicenseAnswer::default() {
        entries.add("license", Item::word("license", LicenseAnswer::NAMES, license)?);
    }
    for (key, text) in [("cookie", cookie), ("routing_token", routing_token)] {
        if let Some(text) = text {
            entries.add(key, text.as_str());
        }
    }
    if let Some(id) = correlation_id {
        entries.add("correlation_id", Item::hex(id));
    }
    entries.add_unless(!ipv6, "ipv6", true);
    if let Some(reconnect) = reconnect {
        entries.add("reconnect", Item::word("reconnect", words::RECONNECTS, reconnect)?);
    }
    entries.add_unless(!follow, "follow", true);
    Ok(entries)
}

fn expect_probe_entries(expect: &ExpectProbe) -> Entries {
    let ExpectProbe { stage, finding, says } = expect;
    let mut entries = Entries::default();
    entries.add("stage", stage.name());
    if let Some(finding) = finding {
        entries.add("finding", finding.as_str());
    }
    if let Some(says) = says {
        entries.add("says", says.as_str());
    }
    entries
}

fn expect_client_entries(expect: &ExpectClient) -> Result<Entries, WriteError> {
    let ExpectClient { must, should, because } = expect;
    let mut entries = Entries::default();
    for (key, duty) in [("must", must), ("should", should)] {
        if let Some(duty) = duty {
            entries.add(key, Item::word(key, words::DUTIES, duty)?);
        }
    }
    entries.add("because", because.as_str());
    Ok(entries)
}

/// Protocols as a list of their names; no bit at all is standard RDP security.
fn protocol_words(key: &'static str, protocols: Protocols) -> Result<Item, WriteError> {
    if protocols == Protocols::RDP {
        return Ok(Item::List(vec![Item::word(key, Protocols::NAMES, &protocols)?]));
    }
    let named = Protocols::NAMES.iter().filter(|(_, one)| *one != Protocols::RDP && protocols.contains(*one));
    let all = named.clone().fold(Protocols::RDP, |all, (_, one)| all.union(*one));
    if all == protocols {
        Ok(Item::List(named.map(|(name, _)| Item::from(*name)).collect()))
    } else {
        Err(WriteError::NoWord(key))
    }
}
