//! `badrdp explain`.

mod reproduced;

use std::fmt::Write as _;

use badrdp_client_probe::diagnosis::known_finding;
use badrdp_client_probe::explain::{self, Explanation};
use badrdp_client_probe::report::{json, text as report};
use badrdp_scenarios::Scenario;
use clap::Args;
use serde::Serialize;

use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A number (0x904, 2308, -2146893054), a name (ERRINFO_LICENSE_NO_LICENSE), a code space (tls, event, xfreerdp), or a
    /// finding of the probe (tls-closed)
    #[arg(allow_hyphen_values = true)]
    code: String,
    /// The extended code of mstsc's dialog, both numbers being mstsc's then; or the number in the code space
    #[arg(allow_hyphen_values = true)]
    extended: Option<String>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  badrdp explain 0x904 0x7            the two numbers of mstsc's dialog
  badrdp explain 2308                 the reason in event 1026
  badrdp explain 0x80090302           an \"authentication error\"
  badrdp explain STATUS_PASSWORD_EXPIRED
  badrdp explain HYBRID_REQUIRED_BY_SERVER
  badrdp explain tls 40               a TLS alert; as well: mstsc, extended,
                                      errinfo, ntstatus, hresult, negotiation,
                                      licence, mcs, gcc, x224, logon, rdstls
  badrdp explain event 1057           a Windows event
  badrdp explain xfreerdp 131         the exit status of xfreerdp
  badrdp explain tls-closed           a finding of the probe, by its id

Exit codes:
  0  explained
  1  the number is in no list
  2  not a number, and no known name";

/// The JSON form.
#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    #[serde(flatten)]
    explanation: &'a Explanation,
    /// A known number that the same digits spell in hex, or a pair the other way round.
    did_you_mean: Option<String>,
}

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    let Arguments { code, extended, json } = arguments;
    let (code, extended) = match (code.trim().split_once(['/', ' ', ',', ':']), extended) {
        (Some((code, extended)), None) => (code.trim().to_owned(), Some(extended.trim().to_owned())),
        (_, extended) => (code, extended),
    };
    let mut explanation = match (number(&code), &extended) {
        (Some(code), None) => explain::explain(code, None),
        (Some(code), Some(extended)) => {
            let Some(extended) = number(extended) else {
                anyhow::bail!("the extended code `{extended}` is not a 32-bit number");
            };
            explain::explain(code, Some(extended))
        }
        (None, Some(second)) => in_space(&code, second)?,
        (None, None) => match explain::explain_name(&code) {
            None if known_finding(&code).is_some() => return finding(&code, json),
            Some(explanation) => explanation,
            None => anyhow::bail!("{}", unknown_name(&code)),
        },
    };
    explanation.scenarios = reproduced::by(&explanation);
    let did_you_mean = match &extended {
        _ if explanation.known => None,
        None => hex_reading(&code),
        Some(extended) if number(&code).is_some() => swapped(&code, extended),
        Some(_) => None,
    };
    if json {
        let json = Json { schema: 1, explanation: &explanation, did_you_mean };
        output::print(&format!("{}\n", serde_json::to_string_pretty(&json)?))?;
    } else {
        let mut text = explain::text(&explanation);
        if let Some(other) = did_you_mean {
            let why = match extended {
                None => "Hexadecimal numbers begin with 0x.",
                Some(_) => "The error code comes first, then the extended code.",
            };
            let _ = writeln!(text, "\nDid you mean {other}? {why}");
        }
        output::report(&text)?;
    }
    Ok(if explanation.known { exit::AS_EXPECTED } else { exit::NOT_AS_EXPECTED })
}

/// A finding of the probe or of its survey, by its id.
fn finding(id: &str, as_json: bool) -> anyhow::Result<u8> {
    let Some(known) = known_finding(id) else { return Ok(exit::NOT_AS_EXPECTED) };
    let ends_in = |scenario: &&Scenario| scenario.expect_probe.finding.as_deref() == Some(known.id);
    let scenarios: Vec<_> = badrdp_scenarios::catalog().iter().filter(ends_in).map(|one| one.id.as_str()).collect();
    if as_json {
        output::print(&format!("{:#}\n", json::known(&known, &scenarios)))?;
        return Ok(exit::AS_EXPECTED);
    }
    let mut text = report::known(&known, output::prose_width());
    if let Some((first, more)) = scenarios.split_first() {
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        let _ = writeln!(text, "\nScenarios that end in it: {first}{more}; watch one with badrdp run ID --verbose");
    }
    output::report(&text)?;
    Ok(exit::AS_EXPECTED)
}

/// A number in the space that a word names: `tls 40`, `event 1057`.
fn in_space(word: &str, code: &str) -> anyhow::Result<Explanation> {
    let words = || explain::words().collect::<Vec<_>>().join(", ");
    anyhow::ensure!(
        explain::is_space(word),
        "with a second code the first must be a 32-bit number, or one of {}; not `{word}`",
        words()
    );
    let Some(number) = number(code) else {
        anyhow::bail!("`{code}` is not a 32-bit number");
    };
    explain::explain_in(word, number).ok_or_else(|| anyhow::anyhow!("no code space is called `{word}`"))
}

/// Reads a number as Windows prints it: hex with 0x, decimal, or negative decimal for an HRESULT.
fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return hex.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(hex, 16).ok()).flatten();
    }
    if text.starts_with('-') {
        return text.parse::<i32>().ok().map(i32::cast_unsigned);
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit()) && text.bytes().any(|b| b.is_ascii_alphabetic()) {
        return u32::from_str_radix(text, 16).ok();
    }
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The same digits read as hex, where that is a known number.
fn hex_reading(text: &str) -> Option<String> {
    let digits = text.trim();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    explain::explain(value, None).known.then(|| format!("{value:#x}"))
}

/// The pair the other way round, where mstsc knows both numbers so.
fn swapped(code: &str, extended: &str) -> Option<String> {
    let (first, second) = (number(extended)?, number(code)?);
    explain::explain(first, Some(second)).known.then(|| format!("{first:#x} {second:#x}"))
}

fn unknown_name(name: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return format!("`{name}` is not a 32-bit number");
    }
    let wanted = name.to_ascii_uppercase();
    let mut near: Vec<(usize, &str)> =
        explain::names().map(|known| (strsim::osa_distance(&wanted, &known.to_ascii_uppercase()), known)).collect();
    near.sort_unstable();
    near.dedup();
    let limit = wanted.len() / 2;
    let near: Vec<&str> = near.into_iter().take(3).filter(|(distance, _)| *distance <= limit).map(|(_, k)| k).collect();
    if near.is_empty() {
        format!("no code is called `{name}`; `badrdp explain --help` has examples")
    } else {
        format!("no code is called `{name}`; nearest: {}", near.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_windows_prints_them() {
        assert_eq!(number("0x904"), Some(0x904));
        assert_eq!(number("0X904"), Some(0x904));
        assert_eq!(number("2308"), Some(0x904));
        assert_eq!(number("-2146893054"), Some(0x8009_0302));
        assert_eq!(number("C000006D"), Some(0xc000_006d));
        for bad in ["", "0x", "0x1ffffffff", "0x+4", "4294967296", "-", "-2147483649", "seven", "+7", "\u{663}"] {
            assert_eq!(number(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn digits_that_are_known_in_hex_are_suggested() {
        assert_eq!(hex_reading("904").as_deref(), Some("0x904"));
        assert_eq!(hex_reading("123456"), None);
        assert_eq!(hex_reading(""), None);
    }
}
