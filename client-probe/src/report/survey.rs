//! The survey's part of the report for people.

use core::fmt::Write as _;

use badrdp_proto::wire::tls_record::version_name;

use super::style::{self, paint};
use super::text::{heading, item, word};
use super::{day, printable};
use crate::diagnosis::Evidence;
use crate::survey::chain::{Certificate, Chain};
use crate::survey::fingerprint::{Fingerprint, Sure};
use crate::survey::protocols::{FLAGS, Nla, ProtocolSurvey};
use crate::survey::standard::{self, LEVELS, METHODS, Standard};
use crate::survey::tls::names::{group_name, is_post_quantum, scheme_name, suite_name};
use crate::survey::tls::{Order, TlsSurvey, Version};
use crate::survey::{Severity, Stop, StopReason, Survey, Weakness};

/// Names of a certificate that are shown.
const MAX_NAMES: usize = 8;

/// The survey and its findings, with prose wrapped at `width` columns.
#[must_use]
pub fn report_within(survey: &Survey, width: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint(style::HEAD, "Survey"));
    row(&mut out, width, "cost", &cost(survey));
    if let Some(stop) = &survey.stop {
        row(&mut out, width, "stopped", &stopped(stop, survey));
    }
    let settled = |found: &&ProtocolSurvey| found.protocols.iter().any(|one| one.accepted.is_some());
    if let Some(found) = survey.protocols.as_ref().filter(settled) {
        protocols(&mut out, width, found);
    }
    match &survey.tls {
        Some(found) => tls(&mut out, width, found),
        None if survey.protocols.is_none() && survey.stop.is_none() => {
            row(&mut out, width, "TLS", "the host does not select a protocol with TLS");
        }
        None => {}
    }
    for chain in &survey.chains {
        certificates(&mut out, width, chain);
    }
    fingerprint(&mut out, width, &survey.fingerprint);
    if survey.weaknesses.is_empty() && survey.stop.is_none() {
        let _ = writeln!(out, "\nThe survey finds nothing wrong.");
    }
    for weakness in &survey.weaknesses {
        self::weakness(&mut out, width, weakness);
    }
    out
}

/// A label and what it says.
fn row(out: &mut String, width: usize, label: &str, text: &str) {
    item(out, width, &format!("{label:<14}"), &printable(text));
}

fn cost(survey: &Survey) -> String {
    let cost = survey.cost;
    let paused = if cost.paused.is_zero() {
        String::new()
    } else {
        format!(", {:.1} s of it pauses", cost.paused.as_secs_f64())
    };
    let refused = if cost.refused == 0 { String::new() } else { format!(", {} of them refused", cost.refused) };
    let connections = if cost.connections == 1 { "connection" } else { "connections" };
    format!(
        "{} {connections} besides the walk{refused} (at most {}), one at a time, in {:.1} s{paused}",
        cost.connections,
        cost.limit,
        cost.took.as_secs_f64()
    )
}

/// Why the survey asked no more.
#[must_use]
pub fn stopped(stop: &Stop, survey: &Survey) -> String {
    let at = &stop.at;
    match stop.reason {
        StopReason::Silent if survey.cost.connections == 0 => {
            "the host fell silent on the walk: nothing more was asked".to_owned()
        }
        StopReason::Silent => format!(
            "no whole answer to {at} in time, so nothing more was asked. This may be our own doing: some servers stop answering after a row of refused requests until they are restarted, and {} connections went before, {} of them refused",
            stop.connections.saturating_sub(1),
            stop.refused
        ),
        StopReason::Limit => {
            format!("the cap on connections was reached at {at}: what is missing was not asked (`--max-connections`)")
        }
        StopReason::Slow => format!("the host answers, but so slowly that nothing more was asked from {at} on"),
        StopReason::NotConnected if survey.cost.connections == 0 => {
            "the walk got no answer to ask further questions about".to_owned()
        }
        StopReason::NotConnected => format!(
            "TCP could not be connected for {at}, after {} connections: this may be our own doing",
            stop.connections.saturating_sub(1)
        ),
        StopReason::NotRdp => "what answers is not RDP: nothing more was asked".to_owned(),
        StopReason::Changed => format!("the host answers otherwise than before ({at})"),
    }
}

fn protocols(out: &mut String, width: usize, found: &ProtocolSurvey) {
    heading(out, "Security protocols");
    for one in &found.protocols {
        let sure =
            if one.evidence == Evidence::Observed { String::new() } else { format!(" ({})", word(one.evidence)) };
        row(out, width, &one.protocol.to_string(), &format!("{:<12}{}{sure}", answer(one.accepted), one.because));
    }
    row(out, width, "NLA", nla(found.nla));
    if let Some(flags) = found.flags {
        let set = FLAGS.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name);
        let not = FLAGS.iter().filter(|(bit, _)| flags & bit == 0).map(|(_, name)| *name);
        let (set, not) = (set.collect::<Vec<_>>().join(", "), not.collect::<Vec<_>>().join(", "));
        let set = if set.is_empty() { "none".to_owned() } else { set };
        row(out, width, "flags", &if not.is_empty() { set } else { format!("{set}; not {not}") });
    }
    if let Some(standard) = &found.standard {
        row(out, width, "encryption", &encryption(standard));
    }
}

const fn answer(accepted: Option<bool>) -> &'static str {
    match accepted {
        Some(true) => "accepted",
        Some(false) => "refused",
        None => "not settled",
    }
}

const fn nla(nla: Nla) -> &'static str {
    match nla {
        Nla::Enforced => "enforced: the host takes CredSSP and nothing without it",
        Nla::Offered => "on offer, not enforced: clients without it are accepted",
        Nla::NotOffered => "not on offer",
        Nla::Unknown => "not settled",
    }
}

fn encryption(standard: &Standard) -> String {
    let methods: Vec<_> = standard.methods.iter().map(|method| standard::name(METHODS, *method)).collect();
    let more = if standard.complete { "" } else { ", perhaps others" };
    let version =
        standard.version.map_or_else(String::new, |version| format!("; the host says {}", standard::version(version)));
    format!("{}{more}; level {}{version}", methods.join(", "), standard::name(LEVELS, standard.level))
}

fn tls(out: &mut String, width: usize, found: &TlsSurvey) {
    heading(out, "TLS");
    for version in &found.versions {
        let name = version_name(version.number);
        if version.accepted == Some(true) {
            row(out, width, &name, &format!("{:<12}{}", "accepted", suites(version)));
            // What is inferred is the tail of a list that stands above.
            for suite in version.suites.iter().filter(|_| version.suites_evidence == Evidence::Observed) {
                item(out, width, &" ".repeat(16), &suite_name(*suite));
            }
        } else {
            let sure = if version.evidence == Evidence::Observed {
                String::new()
            } else {
                format!(" ({})", word(version.evidence))
            };
            row(out, width, &name, &format!("{:<12}{}{sure}", answer(version.accepted), version.because));
        }
    }
    if let Some(version) = found.groups_version {
        let names: Vec<_> = found.groups.iter().map(|group| group_name(*group)).collect();
        let more = if found.groups_complete { "" } else { ", perhaps others" };
        row(out, width, "groups", &format!("{}{more} (asked for with {})", list(&names), version_name(version)));
        let strong: Vec<_> =
            found.groups.iter().filter(|group| is_post_quantum(**group)).map(|group| group_name(*group)).collect();
        row(out, width, "post-quantum", &list(&strong));
    }
    if !found.schemes.is_empty() {
        let names: Vec<_> = found.schemes.iter().map(|scheme| scheme_name(*scheme)).collect();
        let more = if found.schemes_complete { "" } else { ", perhaps others" };
        row(out, width, "signatures", &format!("{}{more}", list(&names)));
    }
    if let Some(bits) = found.dh_bits {
        row(out, width, "DH prime", &format!("{bits} bits"));
    }
    let yes_no = |known: Option<bool>| known.map(|yes| if yes { "yes" } else { "no" });
    let facts = [
        ("secure renegotiation", yes_no(found.secure_renegotiation)),
        ("extended master secret", yes_no(found.extended_master_secret)),
        ("compression", yes_no(found.compression)),
    ];
    let facts: Vec<_> = facts.iter().filter_map(|(name, known)| Some(format!("{name}: {}", (*known)?))).collect();
    if !facts.is_empty() {
        row(out, width, "extensions", &facts.join("; "));
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn suites(version: &Version) -> String {
    let count = match version.suites.len() {
        1 => "1 cipher suite".to_owned(),
        many => format!("{many} cipher suites"),
    };
    let order = match version.order {
        Some(Order::Server) => ", in the server's order",
        Some(Order::Client) => ", in the client's order",
        Some(Order::Mixed) => ", in an order of both sides",
        None => "",
    };
    let sure = match (version.complete, version.suites_evidence) {
        (false, _) => ", perhaps others",
        (true, Evidence::Observed) => "",
        // The first, the last and the absence of others were asked for.
        (true, _) => ", inferred: those of the next newer version that this one can use",
    };
    format!("{count}{order}{sure}")
}

fn certificates(out: &mut String, width: usize, chain: &Chain) {
    let facts = &chain.verdict;
    for (index, certificate) in chain.certificates.iter().enumerate() {
        heading(out, if index == 0 { "Certificate" } else { "Certificate of the chain" });
        row(out, width, "subject", &certificate.subject);
        if index == 0 {
            let names: Vec<_> = facts.names.iter().take(MAX_NAMES).cloned().collect();
            let more = facts.names.len().saturating_sub(MAX_NAMES);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let fits = if facts.problems.contains(&badrdp_proto::transcript::CertificateProblem::NameMismatch) {
                "not "
            } else {
                ""
            };
            row(out, width, "names", &format!("{}{more}; {fits}for {:?}", list(&names), facts.checked_name));
        }
        let issuer = if certificate.self_issued { "itself".to_owned() } else { certificate.issuer.clone() };
        row(out, width, "issuer", &issuer);
        row(out, width, "valid", &validity(certificate));
        row(out, width, "key", &format!("{}, signed with {}", certificate.key, certificate.signature));
        if let Some(usage) = &certificate.extended_key_usage {
            row(out, width, "key usage", &list(usage));
        }
        row(out, width, "SHA-256", &certificate.sha256);
    }
}

fn validity(certificate: &Certificate) -> String {
    let (from, to) = (day(certificate.not_before), day(certificate.not_after));
    match certificate.days_left {
        left @ ..=-1 => format!("{from} to {to}: ended {} days ago", left.unsigned_abs()),
        1 => format!("{from} to {to}: 1 day left"),
        left => format!("{from} to {to}: {left} days left"),
    }
}

fn fingerprint(out: &mut String, width: usize, found: &Fingerprint) {
    if found.signs.is_empty() {
        return;
    }
    heading(out, "Server software");
    let guess = match found.family {
        Some((family, Sure::Likely)) => format!("likely {}", family.name()),
        Some((family, Sure::Hint)) => format!("perhaps {}", family.name()),
        None => "not told apart".to_owned(),
    };
    let member = found.member.map_or_else(String::new, |member| format!(": {member}"));
    row(out, width, "guess", &format!("{guess}{member}. All of this can be imitated"));
    for sign in &found.signs {
        item(out, width, "- ", &format!("{} ({})", printable(&sign.text), word(sign.evidence)));
    }
}

fn weakness(out: &mut String, width: usize, weakness: &Weakness) {
    let finding = &weakness.finding;
    let style = if weakness.severity == Severity::High { style::BAD } else { style::WARN };
    let label = paint(style, format!("Weakness, {}", weakness.severity.word()));
    let _ = writeln!(out, "\n{label} {}", paint(style::DIM, format!("[{}]", finding.id)));
    item(out, width, "", &printable(&finding.title));
    if !finding.evidence.is_empty() {
        heading(out, "Evidence");
    }
    for line in finding.evidence.iter().take(MAX_NAMES) {
        item(out, width, "", &printable(line));
    }
    if let Some(more) = finding.evidence.len().checked_sub(MAX_NAMES + 1) {
        item(out, width, "", &format!("and {} more, above", more + 1));
    }
    heading(out, "Expected");
    item(out, width, "", &finding.expected);
    heading(out, "Causes");
    for (evidence, text) in &finding.causes {
        item(out, width, &format!("{:<11} ", format!("{}:", word(*evidence))), &printable(text));
    }
    heading(out, "Fix");
    for text in &finding.remedies {
        item(out, width, "- ", text);
    }
}

#[cfg(test)]
#[path = "survey_tests.rs"]
pub(crate) mod tests;
