//! The scenarios behind one port, and the names by which clients find them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use badrdp_proto::pdu::x224::{Protocols, Token};
use badrdp_proto::transcript::Named;
use badrdp_proto::vocab::Stage;
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::{Account, ClientDuty, ExpectClient, ExpectProbe, ProbeProfile, ServerProfile};

use super::SharedPortError;
use crate::acts::Acts;
use crate::host::{Host, Stock};

/// What a routing token begins with, where it is a cookie (MS-RDPBCGR 3.2.5.3.1).
const MSTS: [&str; 2] = ["Cookie: msts=", "msts="];
/// Scenarios that the healthy server's picture names.
const EXAMPLES: usize = 3;
/// What a line of the picture holds at 1024 pixels.
const TITLE_COLUMNS: usize = 62;

/// Every scenario behind a port.
pub(super) struct Cast {
    pub(super) plays: Vec<Acts>,
    /// Place in `plays` by each name, in small letters.
    names: HashMap<String, usize>,
    /// Who plays until the client names a scenario.
    pub(super) healthy: Arc<Host>,
    /// The same for clients that offer NLA and no TLS alone.
    pub(super) healthy_nla: Arc<Host>,
}

impl Cast {
    pub(super) fn new(scenarios: Vec<Scenario>, stock: &Stock) -> Result<Self, SharedPortError> {
        let mut names: HashMap<String, usize> = HashMap::new();
        for (place, scenario) in scenarios.iter().enumerate() {
            for name in [scenario.id.clone(), scenario.code(), scenario.label()] {
                let other = names.insert(name.to_lowercase(), place).filter(|other| *other != place);
                if let Some(other) = other.and_then(|other| scenarios.get(other)) {
                    let ids = (other.id.clone(), scenario.id.clone());
                    return Err(SharedPortError::SameName { name, ids });
                }
            }
        }
        let title = title(&scenarios);
        let healthy = |security| {
            let acts = stock.acts_with(healthy(security), |host| host.title.clone_from(&title))?;
            Ok::<_, SharedPortError>(Arc::clone(acts.first()))
        };
        let (healthy, healthy_nla) =
            (healthy(Protocols::SSL)?, healthy(Protocols::SSL.union(Protocols::HYBRID).union(Protocols::HYBRID_EX))?);
        let plays = scenarios.into_iter().map(|scenario| {
            stock.acts_with(scenario, |host| {
                let aliases = aliases(host);
                host.auth.accounts.extend(aliases);
            })
        });
        Ok(Self { plays: plays.collect::<Result<_, _>>()?, names, healthy, healthy_nla })
    }

    /// The scenario of this name: an id, a code or a label; of `DOMAIN\name` and `name@domain` the name.
    pub(super) fn find(&self, said: &str) -> Option<&Acts> {
        let user = said.rsplit_once('\\').map_or(said, |(_, user)| user);
        let user = user.split_once('@').map_or(user, |(user, _)| user);
        self.plays.get(*self.names.get(&user.trim().to_lowercase())?)
    }

    /// The scenario that this client's Connection Request names.
    pub(super) fn by_token(&self, token: &Token, client: IpAddr) -> Option<(&Acts, Named)> {
        match token {
            Token::Cookie(bytes) => {
                let said = String::from_utf8_lossy(bytes).into_owned();
                Some((self.find(&said)?, Named::Cookie(said)))
            }
            Token::Routing(bytes) => {
                let said = String::from_utf8_lossy(bytes).into_owned();
                let value = MSTS.iter().find_map(|prefix| said.strip_prefix(prefix)).unwrap_or(&said);
                Some((self.find(value).or_else(|| self.redirecting(&said, client))?, Named::RoutingToken(said)))
            }
        }
    }

    /// The scenario that gave this client the token, by which it can name no other: the one that it saw last.
    fn redirecting(&self, token: &str, client: IpAddr) -> Option<&Acts> {
        let gives = |play: &&Acts| {
            let scenario = &play.book.scenario;
            let later = scenario.later.iter().map(|later| &later.server);
            let mut servers = std::iter::once(&scenario.server).chain(later);
            servers.any(|server| server.redirection.as_ref().is_some_and(|to| to.token.as_deref() == Some(token)))
        };
        let seen = |play: &&Acts| play.book.last_visit(client);
        self.plays.iter().filter(gives).filter(|play| seen(play).is_some()).max_by_key(seen)
    }

    /// The scenario that the first label of a host name names.
    pub(super) fn by_server_name(&self, said: &str) -> Option<(&Acts, Named)> {
        let label = said.split('.').next().unwrap_or_default();
        Some((self.find(label)?, Named::ServerName(said.to_owned())))
    }

    /// The scenario that a user name names.
    pub(super) fn by_user(&self, said: &str) -> Option<(&Acts, Named)> {
        Some((self.find(said)?, Named::UserName(said.to_owned())))
    }

    /// The scenario with this id.
    pub(super) fn play(&self, id: &str) -> Option<&Acts> {
        self.plays.iter().find(|play| play.book.scenario.id == id)
    }
}

/// The healthy server.
fn healthy(security: Protocols) -> Scenario {
    Scenario {
        id: super::HEALTHY.to_owned(),
        summary: "A healthy host: the client has named no scenario".to_owned(),
        about: String::new(),
        spec: Vec::new(),
        tags: Vec::new(),
        covers: Vec::new(),
        server: ServerProfile { security, ..ServerProfile::default() },
        faults: Vec::new(),
        later: Vec::new(),
        probe: ProbeProfile::default(),
        expect_probe: ExpectProbe { stage: Stage::Active, finding: None, says: None },
        expect_client: ExpectClient { must: Some(ClientDuty::Connect), ..ExpectClient::default() },
        source: std::path::PathBuf::new(),
    }
}

/// How to choose, for whoever looks at the healthy server's picture.
fn title(scenarios: &[Scenario]) -> String {
    let mut lines = vec![
        format!("is healthy here. {} scenarios are behind this port.", scenarios.len()),
        "Name one: as the user name, as the routing token,".to_owned(),
        "or as the host's name (NAME.badrdp.test). For example".to_owned(),
    ];
    let line = |scenario: &Scenario| format!("  {:<9} {}", scenario.code(), scenario.id);
    let fits = |line: &String| line.chars().count() <= TITLE_COLUMNS;
    let step = scenarios.len().div_ceil(EXAMPLES).max(1);
    lines.extend(scenarios.chunks(step).filter_map(|part| part.iter().map(line).find(fits)));
    lines.join("\n")
}

/// Accounts for the names by which the scenario is chosen: clients put their user name into the cookie. Each is what the
/// scenario's own user is; where the host is meant not to know that one, it knows none of them.
fn aliases(host: &Host) -> Vec<Account> {
    let scenario = &host.book.scenario;
    let own = match &scenario.probe.user {
        Some(user) => host.auth.account(user, &scenario.probe.domain),
        None => host.auth.accounts.first(),
    };
    let alias = |user| own.map(|own| Account { user, domain: None, ..own.clone() });
    [scenario.id.clone(), scenario.code(), scenario.label()].into_iter().filter_map(alias).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use badrdp_scenarios::find;

    use super::*;

    #[test]
    fn a_scenarios_names_are_what_its_own_user_is() {
        let stock = Stock::new(&crate::Options::default()).unwrap();
        let alias = |scenario: &Scenario| aliases(stock.acts(scenario.clone()).unwrap().first());
        let disabled = alias(find("nla/account-state/disabled").unwrap());
        assert_eq!(disabled.len(), 3);
        assert!(disabled.iter().all(|account| account.state.is_some() && account.password == "Passw0rd!"));
        // The scenario is about a user whom nobody knows: that goes for its names, too.
        for scenario in badrdp_scenarios::select("nla/unknown-user").unwrap() {
            assert_eq!(alias(scenario), [], "{}", scenario.id);
        }
    }

    #[test]
    fn the_picture_names_the_way_and_examples_from_all_over_the_catalogue() {
        let title = title(badrdp_scenarios::catalog());
        assert_eq!(title.lines().count(), 3 + EXAMPLES);
        let widest = title.lines().map(|line| line.chars().count()).max().unwrap();
        // "badrdp " stands before the first.
        assert!(widest <= TITLE_COLUMNS, "{title}");
    }
}
