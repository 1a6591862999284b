//! What the host says of itself, in lines of label and text.

use badrdp_proto::pdu::credssp::ntlm::TargetInfo;
use serde::Serialize;

use super::finding::{Piece, pieces};
use super::part::Part;
use crate::report::host;

/// A label and what it says.
#[derive(Debug, Serialize)]
pub(super) struct Label {
    pub(super) label: &'static str,
    pub(super) text: Vec<Piece>,
}

/// The object `host` of a document; empty where the host said nothing of itself.
pub(super) fn labels(about: Part<'_>) -> Vec<Label> {
    let identity = about.get("identity");
    let name = |key| identity.get(key).text();
    let target = TargetInfo {
        netbios_computer: name("netbios_computer"),
        netbios_domain: name("netbios_domain"),
        dns_computer: name("dns_computer"),
        dns_domain: name("dns_domain"),
        dns_tree: name("dns_tree"),
        ..TargetInfo::default()
    };
    let system = identity.get("version").text().map(|version| match identity.get("release").text() {
        Some(release) => format!("{version}: {release}"),
        None => version,
    });
    let clock = identity.get("clock").number().map(|at| host::clock(at, identity.get("skew").number()));
    let credssp = identity.get("credssp_version").number().and_then(|version| u32::try_from(version).ok());
    let nla = about.get("nla");
    let selected = nla.get("selected").text();
    let lines = [
        ("computer", Some(host::computer(&target))),
        ("domain", Some(host::domain(&target))),
        ("system", system),
        ("clock", clock),
        ("CredSSP", credssp.map(host::credssp)),
        ("NLA", selected.map(|selected| host::requirement(nla.get("required").flag(), &selected))),
        ("credentials", credentials(about.get("credentials"))),
    ];
    let said = lines.into_iter().filter_map(|(label, text)| Some((label, text.filter(|text| !text.is_empty())?)));
    said.map(|(label, text)| Label { label, text: pieces(&text) }).collect()
}

fn credentials(part: Part<'_>) -> Option<String> {
    let user = part.get("user").text()?;
    let status = part.get("status_name").text().or_else(|| part.get("status").text());
    Some(match part.get("outcome").text().as_deref() {
        Some("accepted") => format!("accepted (as {user})"),
        Some("authenticated") => {
            format!("the password of {user} is right; whether the user may connect, the host did not say")
        }
        Some("refused") => match status {
            Some(status) => format!("refused (as {user}): {status}"),
            None => format!("refused (as {user})"),
        },
        Some("withheld") => format!("kept back: nothing was sent of {user}'s"),
        Some("not-checked") => format!("not sent and not checked (of {user}): no NLA"),
        _ => format!("of {user}: the connection ended before an answer"),
    })
}

/// What the ladder says where the logon succeeded.
pub(super) fn logon(about: Part<'_>) -> Option<String> {
    let part = about.get("credentials");
    let user = part.get("user").text()?;
    match part.get("outcome").text()?.as_str() {
        "accepted" => Some(format!("as {user}: the host accepts the credentials")),
        "authenticated" => Some(format!("as {user}: the password is right")),
        _ => None,
    }
}
