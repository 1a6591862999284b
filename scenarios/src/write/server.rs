//! `[server]` and the tables below it.

use badrdp_proto::pdu::autodetect::NetworkCharacteristics;
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::codes::{McsResult, NtStatus};

use super::item::{Entries, Item, Section};
use super::{WriteError, protocol_words};
use crate::check::words;
use crate::model::{
    Account, Certificate, Exchange, LicenseCertificate, LicensingProfile, McsProfile, Measure, Negotiation, NlaProfile,
    Redirection, ServerProfile, SessionProfile, SideTransport, Step, Target, TlsProfile, TlsVersionMax,
};

/// The tables below `path` that say how `server` differs from what it is `usual`ly.
pub(super) fn sections(path: &str, server: &ServerProfile, usual: &ServerProfile) -> Result<Vec<Section>, WriteError> {
    let ServerProfile {
        security,
        negotiation,
        tls,
        nla,
        accounts,
        mcs,
        auto_detect,
        multitransport,
        licensing,
        redirection,
        session,
    } = server;
    let mut top = Entries::default();
    if *security != usual.security {
        top.add("security", protocol_words("security", *security)?);
    }
    let measures = auto_detect.iter().map(|measure| measured(*measure, words::MEASURES));
    top.add_unless(*auto_detect == usual.auto_detect, "auto_detect", Item::List(measures.collect()));
    top.add_unless(*multitransport == usual.multitransport, "multitransport", side_transports(multitransport)?);
    let table = |below: &str, entries| Section::table(&format!("{path}{below}"), entries);
    let mut sections = vec![
        table("", top),
        table(".negotiation", negotiation_entries(negotiation, &usual.negotiation)?),
        table(".tls", tls_entries(tls, &usual.tls)?),
        table(".nla", nla_entries(nla, &usual.nla)?),
        table(".nla.target", target_entries(&nla.target, &usual.nla.target)),
        table(".mcs", mcs_entries(mcs, &usual.mcs)),
        table(".licensing", licensing_entries(licensing, &usual.licensing)?),
        // A later connection does not take it over.
        table(".redirection", redirection.as_ref().map(redirection_entries).unwrap_or_default()),
        table(".session", session_entries(session, &usual.session)?),
    ];
    if *accounts != usual.accounts {
        let path = format!("{path}.account");
        sections.extend(accounts.iter().map(|account| Section::element(&path, account_entries(account))));
    }
    Ok(sections)
}

fn negotiation_entries(negotiation: &Negotiation, usual: &Negotiation) -> Result<Entries, WriteError> {
    let Negotiation { failure, select, silent, flags, otherwise, without_request, unknown, source } = negotiation;
    let mut entries = Entries::default();
    if let Some(failure) = failure.filter(|_| *failure != usual.failure) {
        entries.add("failure", Item::code(failure));
    }
    if let Some(select) = select.filter(|_| *select != usual.select) {
        entries.add("select", Item::word("select", Protocols::NAMES, &select)?);
    }
    entries.add_unless(*silent == usual.silent, "answer", !silent);
    if let Some(flags) = flags.filter(|_| *flags != usual.flags) {
        let set = words::FLAGS.iter().filter(|(_, bit)| flags & bit != 0);
        if set.clone().fold(0, |all, (_, bit)| all | bit) != flags {
            return Err(WriteError::NoWord("flags"));
        }
        entries.add("flags", Item::List(set.map(|(name, _)| Item::from(*name)).collect()));
    }
    if *otherwise != usual.otherwise {
        entries.add("otherwise", Item::word("otherwise", words::OTHERWISE, otherwise)?);
    }
    if *without_request != usual.without_request {
        entries.add("without_request", Item::word("without_request", words::WITHOUT_REQUEST, without_request)?);
    }
    if *unknown != usual.unknown {
        entries.add("unknown", Item::word("unknown", words::UNKNOWN, unknown)?);
    }
    if let Some(source) = source.filter(|_| *source != usual.source) {
        entries.add("source_reference", u64::from(source));
    }
    Ok(entries)
}

fn tls_entries(tls: &TlsProfile, honest: &TlsProfile) -> Result<Entries, WriteError> {
    let TlsProfile { certificate, key, min, max, ciphers, extra_names } = tls;
    let TlsVersionMax(max) = max;
    let mut entries = Entries::default();
    if *certificate != honest.certificate {
        entries.add("certificate", Item::word("certificate", Certificate::NAMES, certificate)?);
    }
    if *key != honest.key {
        entries.add("key", Item::word("key", words::KEYS, key)?);
    }
    if *min != honest.min {
        entries.add("min", Item::word("min", words::VERSIONS, min)?);
    }
    if *max != honest.max.0 {
        entries.add("max", Item::word("max", words::VERSIONS, max)?);
    }
    entries.add_unless(*ciphers == honest.ciphers, "ciphers", Item::texts(ciphers));
    entries.add_unless(*extra_names == honest.extra_names, "extra_names", u64::from(*extra_names));
    Ok(entries)
}

fn nla_entries(nla: &NlaProfile, honest: &NlaProfile) -> Result<Entries, WriteError> {
    let NlaProfile {
        version,
        min_client_version,
        mechanism,
        public_key,
        refuse,
        wrong_password,
        unknown_user,
        refusal,
        refusal_without_code,
        early_user_auth,
        restricted_admin,
        remote_guard,
        // A table of its own.
        target: _,
    } = nla;
    let mut entries = Entries::default();
    entries.add_unless(*version == honest.version, "version", u64::from(*version));
    let lowest = *min_client_version;
    entries.add_unless(lowest == honest.min_client_version, "min_client_version", u64::from(lowest));
    if *mechanism != honest.mechanism {
        entries.add("mechanism", Item::word("mechanism", words::MECHANISMS, mechanism)?);
    }
    if *public_key != honest.public_key {
        entries.add("public_key", Item::word("public_key", words::PUBLIC_KEYS, public_key)?);
    }
    if let Some(status) = refuse.filter(|_| *refuse != honest.refuse) {
        entries.add("refuse", Item::code(status));
    }
    entries.add_unless(*wrong_password == honest.wrong_password, "wrong_password", Item::code(*wrong_password));
    entries.add_unless(*unknown_user == honest.unknown_user, "unknown_user", Item::code(*unknown_user));
    if *refusal != honest.refusal {
        entries.add("refusal", Item::word("refusal", words::REFUSALS, refusal)?);
    }
    if *refusal_without_code != honest.refusal_without_code {
        let word = Item::word("refusal_without_code", words::REFUSALS, refusal_without_code)?;
        entries.add("refusal_without_code", word);
    }
    entries.add_unless(*early_user_auth == honest.early_user_auth, "early_user_auth", Item::code(*early_user_auth));
    entries.add_unless(*restricted_admin == honest.restricted_admin, "restricted_admin", *restricted_admin);
    entries.add_unless(*remote_guard == honest.remote_guard, "remote_guard", *remote_guard);
    Ok(entries)
}

fn target_entries(target: &Target, honest: &Target) -> Entries {
    let Target { netbios_computer, netbios_domain, dns_computer, dns_domain, dns_tree, os, clock, timestamp } = target;
    let mut entries = Entries::default();
    for (key, name, usual) in [
        ("netbios_computer", netbios_computer, &honest.netbios_computer),
        ("netbios_domain", netbios_domain, &honest.netbios_domain),
        ("dns_computer", dns_computer, &honest.dns_computer),
        ("dns_domain", dns_domain, &honest.dns_domain),
        ("dns_tree", dns_tree, &honest.dns_tree),
    ] {
        entries.add_unless(name == usual, key, name.as_str());
    }
    let numbers = os.map(|(major, minor, build)| [u64::from(major), u64::from(minor), u64::from(build)]);
    let numbers = numbers.iter().flatten().map(|number| Item::Number(*number));
    entries.add_unless(*os == honest.os, "os", Item::List(numbers.collect()));
    entries.add_unless(*clock == honest.clock, "clock", format!("{clock}s").as_str());
    entries.add_unless(*timestamp == honest.timestamp, "timestamp", *timestamp);
    entries
}

fn account_entries(account: &Account) -> Entries {
    let Account { user, domain, password, state } = account;
    let mut entries = Entries::default();
    entries.add("user", user.as_str());
    if let Some(domain) = domain {
        entries.add("domain", domain.as_str());
    }
    entries.add_unless(*password == Account::default().password, "password", password.as_str());
    if let Some(status) = state {
        entries.add("state", state_word(*status));
    }
    entries
}

/// The word of a state, or the status itself.
fn state_word(status: NtStatus) -> Item {
    Item::word("state", words::STATES, &Some(status)).unwrap_or_else(|_| Item::code(status))
}

fn mcs_entries(mcs: &McsProfile, honest: &McsProfile) -> Entries {
    let McsProfile {
        connect_result,
        attach_result,
        join_result,
        join_number,
        skip_channel_join,
        io_channel,
        message_channel,
    } = mcs;
    let mut entries = Entries::default();
    let results: [(_, &Option<McsResult>, &Option<McsResult>); 3] = [
        ("connect_result", connect_result, &honest.connect_result),
        ("attach_result", attach_result, &honest.attach_result),
        ("join_result", join_result, &honest.join_result),
    ];
    for (key, result, usual) in results {
        if let Some(result) = result.filter(|_| result != usual) {
            entries.add(key, Item::code(result));
        }
    }
    entries.add_unless(*join_number == honest.join_number, "join_number", u64::from(*join_number));
    entries.add_unless(*skip_channel_join == honest.skip_channel_join, "skip_channel_join", *skip_channel_join);
    entries.add_unless(*io_channel == honest.io_channel, "io_channel", u64::from(*io_channel));
    if let Some(id) = message_channel.filter(|_| *message_channel != honest.message_channel) {
        entries.add("message_channel", u64::from(id));
    }
    entries
}

fn licensing_entries(licensing: &LicensingProfile, usual: &LicensingProfile) -> Result<Entries, WriteError> {
    let LicensingProfile { error, transition, error_info, exchange, alert_at, certificate } = licensing;
    let mut entries = Entries::default();
    entries.add_unless(*error == usual.error, "error", Item::code(*error));
    entries.add_unless(*transition == usual.transition, "transition", Item::code(*transition));
    if let Some(code) = error_info.filter(|_| *error_info != usual.error_info) {
        entries.add("error_info", Item::code(code));
    }
    if let Some(exchange) = exchange.filter(|_| *exchange != usual.exchange) {
        entries.add("exchange", Item::word("exchange", Exchange::NAMES, &exchange)?);
    }
    if let Some(kind) = alert_at.filter(|_| *alert_at != usual.alert_at) {
        entries.add("alert_at", Item::word("alert_at", words::LICENSE_MESSAGES, &kind)?);
    }
    if *certificate != usual.certificate {
        entries.add("certificate", Item::word("certificate", LicenseCertificate::NAMES, certificate)?);
    }
    Ok(entries)
}

fn redirection_entries(redirection: &Redirection) -> Entries {
    let Redirection { session, address, token, user, domain, password } = redirection;
    let mut entries = Entries::default();
    // Without a key there would be no table.
    entries.add("session", u64::from(*session));
    for (key, text) in
        [("address", address), ("token", token), ("user", user), ("domain", domain), ("password", password)]
    {
        if let Some(text) = text {
            entries.add(key, text.as_str());
        }
    }
    entries
}

fn session_entries(session: &SessionProfile, usual: &SessionProfile) -> Result<Entries, WriteError> {
    let SessionProfile { steps, refuse_cookies } = session;
    let mut entries = Entries::default();
    if *steps != usual.steps {
        entries.add("steps", Item::List(steps.iter().map(step).collect::<Result<_, _>>()?));
    }
    entries.add_unless(*refuse_cookies == usual.refuse_cookies, "refuse_cookies", *refuse_cookies);
    Ok(entries)
}

/// Side transports as a list of their words.
pub(super) fn side_transports(transports: &[SideTransport]) -> Result<Item, WriteError> {
    let word = |transport| Item::word("multitransport", words::SIDE_TRANSPORTS, transport);
    Ok(Item::List(transports.iter().map(word).collect::<Result<_, _>>()?))
}

/// The word of a measurement, or a table.
fn measured(measure: Measure, words: &[(&'static str, Measure)]) -> Item {
    if let Some((word, _)) = words.iter().find(|(_, known)| *known == measure) {
        return Item::from(*word);
    }
    let mut table = Entries::default();
    match measure {
        Measure::Rtt | Measure::BandwidthStart => {}
        Measure::BandwidthPayload(length) => table.add("bandwidth_payload", u64::from(length)),
        Measure::BandwidthStop(length) => table.add("bandwidth_stop", u64::from(length)),
        Measure::Characteristics(NetworkCharacteristics { base_rtt, bandwidth, average_rtt }) => {
            table.add("average_rtt", u64::from(average_rtt));
            for (key, number) in [("base_rtt", base_rtt), ("bandwidth", bandwidth)] {
                if let Some(number) = number {
                    table.add(key, u64::from(number));
                }
            }
        }
    }
    table.into()
}

fn step(step: &Step) -> Result<Item, WriteError> {
    let mut table = Entries::default();
    match step {
        Step::LogonError(kind, data) => {
            table.add("logon_error", Item::code(*kind));
            table.add("data", Item::code(*data));
        }
        Step::ErrorInfo(code) => table.add("error_info", Item::code(*code)),
        Step::Disconnect(reason) => table.add("disconnect", Item::code(*reason)),
        Step::Heartbeat { period, count1, count2 } => {
            for (key, number) in [("heartbeat", period), ("warn", count1), ("reconnect", count2)] {
                table.add(key, u64::from(*number));
            }
        }
        Step::Measure(measure) => return Ok(measured(*measure, words::SESSION_MEASURES)),
        Step::Logon
        | Step::LogonLong
        | Step::LogonPlain
        | Step::ReconnectCookie
        | Step::OpenDevices
        | Step::Draw
        | Step::Deactivate
        | Step::End(_) => {
            let word = words::STEPS.iter().find(|(_, word)| Step::from(*word) == *step);
            return word.map(|(word, _)| Item::from(*word)).ok_or(WriteError::NoWord("steps"));
        }
    }
    Ok(table.into())
}
