//! What the host said of itself, in words.

use core::time::Duration;

use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::pdu::credssp::ntlm::{TargetInfo, Version};
use badrdp_proto::transcript::HostIdentity;

use super::{date, settings};
use crate::diagnosis::nla::Logon;
use crate::diagnosis::view::View;

/// Clocks are compared to so many seconds: the answer itself takes time.
const PRECISION: u64 = 10;

/// The host in lines of label and text; empty where it said nothing of itself.
pub(crate) fn lines(view: View<'_>) -> Vec<(&'static str, String)> {
    let mut lines = identity(view);
    lines.extend(settings::lines(view));
    lines
}

/// What it said in NLA.
fn identity(view: View<'_>) -> Vec<(&'static str, String)> {
    let Some((_, identity)) = view.identity() else {
        return Vec::new();
    };
    let mut lines = vec![("computer", computer(&identity.target)), ("domain", domain(&identity.target))];
    lines.extend(identity.version.map(|version| ("system", system(version))));
    lines.extend(identity.clock.map(|at| ("clock", clock(at, identity.skew))));
    lines.push(("CredSSP", credssp(identity.credssp_version)));
    lines.extend(view.selected().map(|(_, selected)| ("NLA", requirement(view.requires_nla(), &selected.to_string()))));
    lines.extend(credentials(view).map(|text| ("credentials", text)));
    lines.retain(|(_, text)| !text.is_empty());
    lines
}

/// What it said in NLA, as evidence.
pub(crate) fn evidence(view: View<'_>) -> impl Iterator<Item = String> {
    identity(view).into_iter().map(|(label, text)| line(label, &text))
}

/// One line as evidence.
pub(crate) fn line(label: &str, text: &str) -> String {
    format!("{label}: {text}")
}

/// `BADRDP in EXAMPLE, 10.0.20348`: the identity in one phrase.
pub(crate) fn summary(identity: &HostIdentity) -> String {
    let TargetInfo { netbios_computer, dns_computer, netbios_domain, dns_domain, .. } = &identity.target;
    let mut text = netbios_computer.as_ref().or(dns_computer.as_ref()).cloned().unwrap_or_else(|| "no name".to_owned());
    let domain = netbios_domain.as_ref().or(dns_domain.as_ref()).filter(|domain| **domain != text);
    if let Some(domain) = domain {
        text = format!("{text} in {domain}");
    }
    if let Some(version) = identity.version {
        text = format!("{text}, {}", number(version));
    }
    match identity.skew.filter(|skew| skew.unsigned_abs() > PRECISION) {
        Some(skew) => format!("{text}, clock {} this machine's", apart(skew)),
        None => text,
    }
}

/// `10 min ahead of`, `3 h 2 min behind`.
pub(crate) fn apart(skew: i64) -> String {
    let side = if skew < 0 { "behind" } else { "ahead of" };
    let seconds = skew.unsigned_abs().saturating_add(PRECISION / 2) / PRECISION * PRECISION;
    format!("{} {side}", span(seconds))
}

/// The two largest units of a time span.
fn span(seconds: u64) -> String {
    let span = Duration::from_secs(seconds);
    let units =
        [("d", span.as_secs() / 86_400), ("h", seconds / 3600 % 24), ("min", seconds / 60 % 60), ("s", seconds % 60)];
    let shown = units.iter().skip_while(|(_, count)| *count == 0).take(2).filter(|(_, count)| *count > 0);
    let shown: Vec<_> = shown.map(|(unit, count)| format!("{count} {unit}")).collect();
    if shown.is_empty() { "0 s".to_owned() } else { shown.join(" ") }
}

pub(super) fn computer(target: &TargetInfo) -> String {
    names(target.netbios_computer.as_deref(), target.dns_computer.as_deref())
}

pub(super) fn domain(target: &TargetInfo) -> String {
    let text = names(target.netbios_domain.as_deref(), target.dns_domain.as_deref());
    if !text.is_empty() && target.netbios_domain == target.netbios_computer {
        return format!("{text}, the computer's own name, as outside a domain");
    }
    match target.dns_tree.as_ref().filter(|tree| !tree.is_empty() && Some(*tree) != target.dns_domain.as_ref()) {
        Some(tree) => format!("{text}, in the forest {tree}"),
        None => text,
    }
}

/// The NetBIOS name, with the DNS name behind it where it says more.
fn names(netbios: Option<&str>, dns: Option<&str>) -> String {
    match (netbios.filter(|name| !name.is_empty()), dns.filter(|name| !name.is_empty())) {
        (Some(netbios), Some(dns)) if !netbios.eq_ignore_ascii_case(dns) => format!("{netbios} ({dns})"),
        (Some(name), _) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::new(),
    }
}

/// `10.0.20348`.
pub(crate) fn number(version: Version) -> String {
    format!("{}.{}.{}", version.major, version.minor, version.build)
}

fn system(version: Version) -> String {
    let number = number(version);
    match release(version) {
        Some(release) => format!("{number}: {release}"),
        None => number,
    }
}

/// Every product that has the build; none where the list may be incomplete.
///
/// Windows: editions that only switch features on (19042 to 19045, 22631, 26200) say the number of their base.
pub(crate) const fn release(version: Version) -> Option<&'static str> {
    Some(match (version.major, version.minor, version.build) {
        (6, 0, 6002) => "Windows Vista or Server 2008, SP2",
        // FreeRDP has the number in its source.
        (6, 1, 7601) => "Windows 7 or Server 2008 R2, SP1, or any server made with FreeRDP",
        (6, 2, 9200) => "Windows 8 or Server 2012",
        (6, 3, 9600) => "Windows 8.1 or Server 2012 R2",
        (10, 0, 10240) => "Windows 10 1507",
        (10, 0, 10586) => "Windows 10 1511",
        (10, 0, 14393) => "Windows 10 1607 or Server 2016",
        (10, 0, 15063) => "Windows 10 1703",
        (10, 0, 17763) => "Windows 10 1809 or Server 2019",
        (10, 0, 20348) => "Windows Server 2022 or Azure Stack HCI 21H2",
        (10, 0, 22000) => "Windows 11 21H2",
        _ => return None,
    })
}

pub(super) fn clock(at: i64, skew: Option<i64>) -> String {
    let date = date(at);
    match skew {
        None => date,
        Some(skew) if skew.unsigned_abs() <= PRECISION => format!("{date}, as on this machine"),
        Some(skew) => format!("{date}, {} this machine's", apart(skew)),
    }
}

pub(super) fn credssp(version: u32) -> String {
    if version < TsRequest::FIRST_WITH_NONCE {
        format!("version {version}, without the fix for CVE-2018-0886")
    } else {
        format!("version {version}")
    }
}

/// What is known of the host's settings: the selection alone proves that NLA is preferred, not that it is required.
pub(super) fn requirement(required: Option<bool>, selected: &str) -> String {
    match required {
        Some(true) => format!("required ({selected} selected, TLS alone refused)"),
        Some(false) => format!("preferred, not required ({selected} selected, TLS alone accepted)"),
        None => format!("selected ({selected}); `--protocols ssl` tells whether it is required"),
    }
}

fn credentials(view: View<'_>) -> Option<String> {
    let user = view.user()?;
    match view.logon()? {
        Logon::Accepted if view.wants_restricted_admin() => {
            Some(format!("accepted (as {user}, in Restricted Admin mode: the host was given no password)"))
        }
        Logon::Accepted => Some(format!("accepted (as {user})")),
        // These are findings.
        Logon::Refused | Logon::Withheld | Logon::NotChecked => None,
        Logon::Authenticated => {
            Some(format!("the password of {user} is right; whether the user may connect, the host did not say"))
        }
    }
}
