//! The options of `badrdp probe` that are about patience and addresses.

use std::time::Duration;

use badrdp_client_probe::{Family, Options};
use badrdp_proto::vocab::Stage;
use clap::Args;

#[derive(Clone, Debug, Args)]
pub(super) struct Limits {
    /// The longest silence accepted at any step for which --stage-timeout says nothing else
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = crate::duration::parse)]
    timeout: Duration,
    /// The longest wait for TCP to connect, to each address of a name
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = crate::duration::parse)]
    connect_timeout: Duration,
    /// In place of these two: the longest that a stage may take as a whole, silent or not (repeat for more): `nla=20s`;
    /// without a name, each stage
    #[arg(long, value_name = "[STAGE=]DURATION", value_parser = stage, value_delimiter = ',')]
    stage_timeout: Vec<(Option<Stage>, Duration)>,
    /// Use IPv4 addresses only
    #[arg(long, conflicts_with = "ipv6")]
    ipv4: bool,
    /// Use IPv6 addresses only
    #[arg(long)]
    ipv6: bool,
}

impl Limits {
    pub(super) fn apply(self, options: &mut Options) {
        options.budget = self.timeout;
        options.connect_budget = self.connect_timeout;
        // A stage that is named stands above one for all, in whichever order they come.
        let mut limits = self.stage_timeout;
        limits.sort_by_key(|(stage, _)| stage.is_some());
        for (stage, limit) in limits {
            let all = Stage::ALL.iter().copied().filter(|one| stage.is_none_or(|stage| stage == *one));
            all.for_each(|stage| options.stage_budgets.set(stage, limit));
        }
        options.family = match (self.ipv4, self.ipv6) {
            (true, _) => Some(Family::V4),
            (_, true) => Some(Family::V6),
            _ => None,
        };
    }
}

/// `STAGE=DURATION`, or a duration for every stage.
fn stage(text: &str) -> Result<(Option<Stage>, Duration), String> {
    let Some((name, duration)) = text.split_once('=') else {
        return Ok((None, crate::duration::parse(text)?));
    };
    let known = Stage::ALL.iter().find(|stage| stage.name() == name.trim());
    let stage = known.ok_or_else(|| {
        let names: Vec<_> = Stage::ALL.iter().map(|stage| stage.name()).collect();
        format!("{name:?} is no stage; there are {}", names.join(", "))
    })?;
    Ok((Some(*stage), crate::duration::parse(duration)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    fn limits(stages: &[&str]) -> Options {
        let stage_timeout = stages.iter().map(|text| stage(text).unwrap()).collect();
        let (timeout, connect_timeout) = (Duration::from_secs(7), Duration::from_secs(3));
        let mut options = Options::default();
        Limits { timeout, connect_timeout, stage_timeout, ipv4: false, ipv6: true }.apply(&mut options);
        options
    }

    #[test]
    fn a_named_stage_stands_above_all_stages() {
        for order in [["nla=20s", "2s"], ["2s", "nla=20s"]] {
            let options = limits(&order);
            assert_eq!(options.stage_budgets.of(Stage::Nla), Some(Duration::from_secs(20)));
            assert_eq!(options.stage_budgets.of(Stage::Tls), Some(Duration::from_secs(2)));
        }
        let options = limits(&["tcp=1s"]);
        assert_eq!(options.stage_budgets.of(Stage::Tcp), Some(Duration::from_secs(1)));
        assert_eq!((options.stage_budgets.of(Stage::Tls), options.budget), (None, Duration::from_secs(7)));
        assert_eq!(options.family, Some(Family::V6));
    }

    #[test]
    fn a_stage_has_a_name_that_exists() {
        assert!(stage("tsl=1s").unwrap_err().contains("basic-settings-exchange"));
        assert!(stage("tls=1").unwrap_err().contains("unit"));
    }
}
