//! Durations as people type them: `500ms`, `2s`, `1m`.

use std::time::Duration;

/// Reads a duration above zero and of one hour at most.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("the unit is missing; write {text}s or {text}ms"));
    }
    let duration = humantime::parse_duration(text).map_err(|error| format!("{error}; write 500ms, 10s or 1m"))?;
    match duration {
        Duration::ZERO => Err("must be above zero".to_owned()),
        duration if duration > Duration::from_secs(3600) => Err("must be at most 1h".to_owned()),
        duration => Ok(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_bounds() {
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("1m 30s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "10", "0s", "2h", "-1s", "soon"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse("5"), Err("the unit is missing; write 5s or 5ms".to_owned()));
    }
}
