//! `[server.nla]`, `[server.nla.target]` and `[[server.account]]`.

use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::{EarlyUserAuthorizationResult, NtStatus};
use toml::de::DeValue;

use super::bytes;
use super::server::contradiction;
use super::words::{MECHANISMS, PUBLIC_KEYS, REFUSALS, STATES};
use crate::keys::{ACCOUNT, NLA, TARGET};
use crate::model::{Account, NlaProfile, ProbeProfile, PublicKeyAnswer, Refusal, Target};
use crate::read::{Value, View};

/// A NetBIOS name has 16 characters, the last of which is a suffix.
const NETBIOS: usize = 15;
/// RFC 1035 2.3.4.
const DNS: usize = 255;

/// `[server.nla]`; every key has a default.
pub(super) fn nla(server: &View<'_, '_>, probe: &ProbeProfile) -> NlaProfile {
    let honest = NlaProfile::default();
    let Some(view) = server.table("nla", &NLA) else { return honest };
    let version = |key| view.integer(key).and_then(|version| u32::try_from(version).ok());
    let status = |key| view.code(key, |number| u32::try_from(number).ok().map(NtStatus));
    let result = |number| u32::try_from(number).ok().map(EarlyUserAuthorizationResult);
    let profile = NlaProfile {
        version: version("version").unwrap_or(honest.version),
        min_client_version: version("min_client_version").unwrap_or(honest.min_client_version),
        mechanism: view.word("mechanism", MECHANISMS).unwrap_or(honest.mechanism),
        public_key: view.word("public_key", PUBLIC_KEYS).unwrap_or(honest.public_key),
        refuse: status("refuse"),
        wrong_password: status("wrong_password").unwrap_or(honest.wrong_password),
        unknown_user: status("unknown_user").unwrap_or(honest.unknown_user),
        refusal: view.word("refusal", REFUSALS).unwrap_or(honest.refusal),
        refusal_without_code: view.word("refusal_without_code", REFUSALS).unwrap_or(honest.refusal_without_code),
        early_user_auth: view.code("early_user_auth", result).unwrap_or(honest.early_user_auth),
        restricted_admin: view.boolean("restricted_admin").unwrap_or(honest.restricted_admin),
        remote_guard: view.boolean("remote_guard").unwrap_or(honest.remote_guard),
        target: view.table("target", &TARGET).map_or(honest.target, |view| target(&view)),
    };
    contradictions(&view, &profile, probe);
    profile
}

fn contradictions(view: &View<'_, '_>, profile: &NlaProfile, probe: &ProbeProfile) {
    if profile.refusal_without_code == Refusal::ErrorCode {
        contradiction(
            view,
            "refusal_without_code",
            "`refusal_without_code` is for peers that may not get an error code",
        );
    }
    if profile.refuse.is_some() {
        contradiction(view, "wrong_password", "`refuse` answers every logon, so no password is looked at");
        contradiction(view, "unknown_user", "`refuse` answers every logon, so no user is looked for");
    }
    // What both sides speak.
    let common = profile.version.min(probe.credssp_version.unwrap_or(TsRequest::VERSION));
    let hashed = common >= TsRequest::FIRST_WITH_NONCE;
    match profile.public_key {
        PublicKeyAnswer::NotIncremented if hashed => {
            let message = format!("version {common} hashes the public key: nothing is incremented from version 5 on");
            view.sink.suggest(view.key_span("public_key"), message, "write `version = 4`, or \"nonce-ignored\"");
        }
        PublicKeyAnswer::NonceIgnored if !hashed => {
            let message = format!("version {common} has no nonce: it comes with version 5");
            view.sink.suggest(
                view.key_span("public_key"),
                message,
                "write \"not-incremented\", or a version from 5 on",
            );
        }
        _ => {}
    }
}

fn target(view: &View<'_, '_>) -> Target {
    let honest = Target::default();
    let name = |key: &str, most: usize, empty: bool, default: String| {
        let Some((text, span)) = view.string(key) else { return default };
        if text.chars().count() > most {
            view.sink.report(span, format!("`{key}` may have {most} characters at most"));
        } else if text.is_empty() && !empty {
            view.sink.report(span, format!("`{key}` is empty: every challenge names it"));
        }
        text.to_owned()
    };
    let timestamp = view.boolean("timestamp").unwrap_or(honest.timestamp);
    if !timestamp {
        contradiction(view, "clock", "`timestamp = false` sends no time, so nobody sees the clock");
    }
    Target {
        netbios_computer: name("netbios_computer", NETBIOS, false, honest.netbios_computer),
        netbios_domain: name("netbios_domain", NETBIOS, false, honest.netbios_domain),
        dns_computer: name("dns_computer", DNS, false, honest.dns_computer),
        dns_domain: name("dns_domain", DNS, false, honest.dns_domain),
        dns_tree: name("dns_tree", DNS, true, honest.dns_tree),
        os: if view.has("os") { os(view) } else { honest.os },
        clock: bytes::offset(view, "clock").unwrap_or(honest.clock),
        timestamp,
    }
}

/// `[10, 0, 20348]`, or `[]` for no version.
fn os(view: &View<'_, '_>) -> Option<(u8, u8, u16)> {
    match view.array("os")? {
        [] => None,
        [major, minor, build] => {
            let small = |item| view.integer_of("os", item, 0..=255).and_then(|n| u8::try_from(n).ok());
            let build = view.integer_of("os", build, 0..=65_535).and_then(|n| u16::try_from(n).ok());
            Some((small(major)?, small(minor)?, build?))
        }
        _ => {
            let message = "`os` has three numbers: major, minor, build";
            view.sink.suggest(view.key_span("os"), message, "write [10, 0, 20348], or [] for no version");
            None
        }
    }
}

/// `[[server.account]]`; none given: alice alone.
pub(super) fn accounts(server: &View<'_, '_>) -> Vec<Account> {
    let Some(items) = server.array("account") else { return vec![Account::default()] };
    if items.is_empty() {
        let message = "`account` names nobody";
        server.sink.suggest(
            server.key_span("account"),
            message,
            "leave it out: alice alone, with the password Passw0rd!",
        );
    }
    let mut accounts: Vec<Account> = Vec::new();
    for item in items {
        let Some(view) = View::of(item, &ACCOUNT, server.sink) else { continue };
        let Some(account) = account(&view) else { continue };
        if accounts.iter().any(|other| same(other, &account)) {
            let message = format!("another account is called `{}`, in the same domain", account.user);
            view.sink.report(view.get("user").map_or_else(|| view.span.clone(), Value::span), message);
        }
        accounts.push(account);
    }
    accounts
}

fn same(one: &Account, other: &Account) -> bool {
    let domain = |account: &Account| account.domain.as_ref().map(|domain| domain.to_lowercase());
    one.user.to_lowercase() == other.user.to_lowercase() && domain(one) == domain(other)
}

fn account(view: &View<'_, '_>) -> Option<Account> {
    let honest = Account::default();
    let user = view.string("user");
    if !view.has("user") {
        view.missing("user");
    }
    if let Some(("", span)) = &user {
        view.sink.report(span.clone(), "`user` is empty");
    }
    let account = Account {
        user: user.map(|(text, _)| text.to_owned()).unwrap_or_default(),
        domain: view.string("domain").map(|(text, _)| text.to_owned()),
        password: view.string("password").map_or(honest.password, |(text, _)| text.to_owned()),
        state: state(view),
    };
    view.has("user").then_some(account)
}

/// A word, the name of a status, or `0x…` for one without a name.
fn state(view: &View<'_, '_>) -> Option<NtStatus> {
    let Some(DeValue::String(text)) = view.get("state").map(Value::get_ref) else {
        return view.code("state", |number| u32::try_from(number).ok().map(NtStatus));
    };
    if let Some((_, status)) = STATES.iter().find(|(word, _)| *word == &**text) {
        return *status;
    }
    if text.starts_with("0x") || NtStatus::from_name(text).is_some() {
        return view.code("state", |number| u32::try_from(number).ok().map(NtStatus));
    }
    let words = STATES.iter().map(|(word, _)| *word);
    let known: Vec<&str> = if text.starts_with("STATUS") {
        NtStatus::KNOWN.iter().map(|known| known.name).collect()
    } else {
        words.chain(NtStatus::KNOWN.iter().map(|known| known.name)).collect()
    };
    let (text, span) = view.string("state")?;
    match crate::diagnostic::nearest(text, known, 1).first() {
        Some(near) => view.sink.suggest(span, format!("`{text}` is no state"), format!("did you mean `{near}`?")),
        None => {
            let words: Vec<&str> = STATES.iter().map(|(word, _)| *word).collect();
            let known = format!("known here: {}, and the names of NTSTATUS", words.join(", "));
            view.sink.suggest(span, format!("`{text}` is no state"), known);
        }
    }
    None
}
