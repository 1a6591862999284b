//! The survey as data: the object `survey` of the report. `docs/json.md` has its fields.

use badrdp_proto::wire::tls_record::version_name;
use serde_json::{Value, json};

use super::json::{certificate as verdict, finding, milliseconds};
use super::survey::stopped;
use super::text::word;
use crate::survey::chain::{Certificate, Chain};
use crate::survey::fingerprint::{Fingerprint, Sure};
use crate::survey::protocols::{FLAGS, Nla, ProtocolSurvey};
use crate::survey::standard::{self, LEVELS, METHODS, Standard};
use crate::survey::tls::names::{group_name, is_post_quantum, scheme_name, suite_name};
use crate::survey::tls::{Order, TlsSurvey, Version};
use crate::survey::{Answer, Reply, StopReason, Survey, Weakness};

/// The survey, without the schema's number.
#[must_use]
pub fn survey(survey: &Survey) -> Value {
    let cost = survey.cost;
    json!({
        "connections": cost.connections,
        "max_connections": cost.limit,
        "refused": cost.refused,
        "paused_ms": milliseconds(cost.paused),
        "took_ms": milliseconds(cost.took),
        "stopped": survey.stop.as_ref().map(|stop| json!({
            "reason": reason(stop.reason),
            "at": stop.at,
            "text": stopped(stop, survey),
        })),
        "protocols": survey.protocols.as_ref().map(protocols),
        "tls": survey.tls.as_ref().map(tls),
        "certificates": survey.chains.iter().map(chain).collect::<Vec<_>>(),
        "software": fingerprint(&survey.fingerprint),
        "weaknesses": survey.weaknesses.iter().map(weakness).collect::<Vec<_>>(),
    })
}

const fn reason(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Silent => "silent",
        StopReason::Limit => "limit",
        StopReason::Slow => "slow",
        StopReason::NotConnected => "not-connected",
        StopReason::NotRdp => "not-rdp",
        StopReason::Changed => "changed",
    }
}

fn protocols(found: &ProtocolSurvey) -> Value {
    let conclusions = found.protocols.iter().map(|one| {
        json!({
            "protocol": one.protocol.to_string(),
            "accepted": one.accepted,
            "evidence": word(one.evidence),
            "because": one.because,
        })
    });
    json!({
        "nla": match found.nla {
            Nla::Enforced => Some("enforced"),
            Nla::Offered => Some("offered"),
            Nla::NotOffered => Some("not-offered"),
            Nla::Unknown => None,
        },
        "protocols": conclusions.collect::<Vec<_>>(),
        "answers": found.answers.iter().map(answer).collect::<Vec<_>>(),
        "flags": found.flags.map(|flags| {
            FLAGS.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect::<Vec<_>>()
        }),
        "standard_rdp_security": found.standard.as_ref().map(standard),
    })
}

fn answer(answer: &Answer) -> Value {
    let kind = match &answer.reply {
        Reply::Selected { .. } => "selected",
        Reply::Refused(_) => "failure",
        Reply::NoNegotiationData => "no-negotiation-data",
        Reply::McsDisconnect(_) => "mcs-disconnect",
        Reply::X224Disconnect => "x224-disconnect",
        Reply::Unreadable(_) => "unreadable",
        Reply::Foreign(_) => "not-rdp",
        Reply::Closed => "closed",
        Reply::Reset => "reset",
        Reply::Stalled => "stalled",
        Reply::Silent => "silent",
    };
    let failure = match &answer.reply {
        Reply::Refused(code) => Some(code.0),
        _ => None,
    };
    json!({
        "asked": answer.asked.to_string(),
        "reply": kind,
        "selected": answer.selected().map(|selected| selected.to_string()),
        "failure": failure,
        "source_reference": answer.source.map(|source| format!("{source:#06x}")),
        "from_walk": answer.from_walk,
        "text": answer.reply.to_string(),
    })
}

fn standard(found: &Standard) -> Value {
    json!({
        "methods": found.methods.iter().map(|method| standard::name(METHODS, *method)).collect::<Vec<_>>(),
        "complete": found.complete,
        "level": standard::name(LEVELS, found.level),
        "version": found.version.map(standard::version),
    })
}

fn tls(found: &TlsSurvey) -> Value {
    let groups = found.groups.iter().map(|group| {
        json!({ "id": format!("{group:#06x}"), "name": group_name(*group), "post_quantum": is_post_quantum(*group) })
    });
    let schemes =
        found.schemes.iter().map(|scheme| json!({ "id": format!("{scheme:#06x}"), "name": scheme_name(*scheme) }));
    json!({
        "versions": found.versions.iter().map(version).collect::<Vec<_>>(),
        "groups": groups.collect::<Vec<_>>(),
        "groups_asked_with": found.groups_version.map(version_name),
        "groups_complete": found.groups_complete,
        "signature_schemes": schemes.collect::<Vec<_>>(),
        "signature_schemes_complete": found.schemes_complete,
        "post_quantum": found.groups.iter().any(|group| is_post_quantum(*group)),
        "dh_bits": found.dh_bits,
        "secure_renegotiation": found.secure_renegotiation,
        "extended_master_secret": found.extended_master_secret,
        "compression": found.compression,
    })
}

fn version(found: &Version) -> Value {
    let suites = found.suites.iter().map(|suite| json!({ "id": format!("{suite:#06x}"), "name": suite_name(*suite) }));
    json!({
        "version": version_name(found.number),
        "accepted": found.accepted,
        "evidence": word(found.evidence),
        "because": found.because,
        "suites": suites.collect::<Vec<_>>(),
        "suites_evidence": word(found.suites_evidence),
        "complete": found.complete,
        "order": found.order.map(|order| match order {
            Order::Server => "server",
            Order::Client => "client",
            Order::Mixed => "mixed",
        }),
    })
}

fn chain(chain: &Chain) -> Value {
    json!({
        "verdict": verdict(&chain.verdict),
        "chain": chain.certificates.iter().map(certificate).collect::<Vec<_>>(),
    })
}

fn certificate(found: &Certificate) -> Value {
    json!({
        "subject": found.subject,
        "issuer": found.issuer,
        "serial": found.serial,
        "not_before": found.not_before,
        "not_after": found.not_after,
        "days_left": found.days_left,
        "key": found.key,
        "signature": found.signature,
        "extended_key_usage": found.extended_key_usage,
        "self_issued": found.self_issued,
        "sha256": found.sha256,
    })
}

fn fingerprint(found: &Fingerprint) -> Value {
    let signs = found.signs.iter().map(|sign| {
        json!({
            "families": sign.families.iter().map(|family| family.name()).collect::<Vec<_>>(),
            "text": sign.text,
            "evidence": word(sign.evidence),
        })
    });
    json!({
        "family": found.family.map(|(family, _)| family.name()),
        "sure": found.family.map(|(_, sure)| match sure {
            Sure::Likely => "likely",
            Sure::Hint => "hint",
        }),
        "member": found.member,
        "signs": signs.collect::<Vec<_>>(),
    })
}

fn weakness(weakness: &Weakness) -> Value {
    let mut value = finding(&weakness.finding);
    if let Some(object) = value.as_object_mut() {
        object.insert("severity".to_owned(), weakness.severity.word().into());
    }
    value
}
