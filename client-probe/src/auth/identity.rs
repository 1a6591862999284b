//! What a host's NTLM challenge says of it.

use std::time::{SystemTime, UNIX_EPOCH};

use badrdp_proto::pdu::credssp::ntlm::{Challenge, unix_seconds};
use badrdp_proto::transcript::HostIdentity;

/// Steps of `MsvAvTimestamp` in a second: 100 ns each.
const STEPS: i128 = 10_000_000;
/// Seconds from 1601-01-01, where `MsvAvTimestamp` begins, to 1970-01-01.
const EPOCH: i128 = 11_644_473_600;

/// The host, as its challenge shows it to a probe whose clock is `now`.
pub(super) fn read(challenge: &Challenge, credssp_version: u32, now: SystemTime) -> HostIdentity {
    let timestamp = challenge.target_info.timestamp;
    let ahead = |host: u64| i128::from(host) - EPOCH * STEPS - since_epoch(now);
    HostIdentity {
        target: challenge.target_info.clone(),
        version: challenge.version,
        clock: timestamp.map(unix_seconds),
        // Towards zero: the way of the message is not a wrong clock.
        skew: timestamp.and_then(|host| i64::try_from(ahead(host) / STEPS).ok()),
        credssp_version,
    }
}

/// In steps.
fn since_epoch(now: SystemTime) -> i128 {
    match now.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos() / 100).unwrap_or_default(),
        Err(before) => -i128::try_from(before.duration().as_nanos() / 100).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use badrdp_proto::pdu::credssp::ntlm::TargetInfo;

    use super::*;

    /// 2026-01-01T00:00:00Z in steps since 1601.
    const NEW_YEAR: u64 = 134_116_992_000_000_000;

    fn identity(timestamp: Option<u64>) -> HostIdentity {
        let target_info = TargetInfo { timestamp, ..TargetInfo::default() };
        let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600) + Duration::from_millis(400);
        read(&Challenge { target_info, ..Challenge::default() }, 6, now)
    }

    #[test]
    fn the_clock_is_compared_in_whole_seconds() {
        let of = |timestamp| (identity(Some(timestamp)).clock, identity(Some(timestamp)).skew);
        assert_eq!(of(NEW_YEAR), (Some(1_767_225_600), Some(0)));
        assert_eq!(of(NEW_YEAR + 605 * 10_000_000), (Some(1_767_226_205), Some(604)));
        assert_eq!(of(NEW_YEAR - 605 * 10_000_000), (Some(1_767_224_995), Some(-605)));
        assert_eq!(of(0), (Some(-11_644_473_600), Some(-13_411_699_200)));
        assert!(of(u64::MAX).0.is_some());
    }

    #[test]
    fn no_time_is_no_clock() {
        assert_eq!((identity(None).clock, identity(None).skew), (None, None));
    }
}
