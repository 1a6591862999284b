//! The tables as data.

use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::{
    EarlyUserAuthorizationResult, ErrorInfo, LicenseErrorCode, LicenseStateTransition, LogonErrorData, LogonErrorType,
    McsReason, McsResult, NegotiationFailureCode, NtStatus,
};
use badrdp_proto::vocab::{MessageKind, Sender, Stage};
use badrdp_proto::wire::Layer;

use super::kind::{Kind, names};
use super::{Key, Keys, Rule};
use crate::check::words;
use crate::model::{Certificate, Exchange, LicenseAnswer, LicenseCertificate};
use crate::suites;

macro_rules! tables {
    ($($name:ident $id:literal $table:literal [$($rule:expr),* $(,)?] {
        $($key:literal $kind:expr, $about:literal;)*
    })*) => {
        $(pub(crate) static $name: Keys = Keys {
            id: $id,
            table: $table,
            keys: &[$(Key { name: $key, kind: $kind, about: $about }),*],
            rules: &[$($rule),*],
        };)*

        /// Every table of the format.
        pub static TABLES: &[&Keys] = &[$(&$name),*];
    };
}

use Kind::{
    CodeOr, Duration, Finding, Flag, Hex, Line, Name, NameList, Number, Numbers, Offset, OsVersion, Signed, Steps,
    Switch, Table, Tables, Text, Texts, Word, Words,
};

/// A frame is not larger, so neither is what stands in one.
pub(crate) const FRAME: u64 = 65_535;
/// Names in a certificate: as many as browsers are tested with.
pub(crate) const MOST_NAMES: u64 = 10_000;
/// What `TSRequest.version` may say: no specification knows a version below 2, and it is a signed number.
pub(crate) const VERSIONS: (u64, u64) = (2, 0x7fff_ffff);

/// An ending, or an operator: everything that a fault can do.
const EFFECTS: &[&str] = &[
    "then",
    "omit",
    "duplicate",
    "replace",
    "before",
    "after",
    "hold",
    "set",
    "xor",
    "add",
    "remove",
    "truncate",
    "append",
    "insert",
    "split",
    "drip",
    "wait",
    "merge",
    "alert",
    "server_hello",
];
/// Everything in `[[fault]]` that is an operator.
pub(crate) const OPERATORS: &[&str] = match EFFECTS.split_first() {
    Some((_, operators)) => operators,
    None => &[],
};

/// By how much `add` may change a number.
const ADDED: i64 = 0xffff_ffff;
/// What a step that is a table does: one of these.
pub(crate) const STEP_KINDS: &[&str] =
    &["logon_error", "error_info", "disconnect", "heartbeat", "bandwidth_payload", "average_rtt"];
/// What a measurement that is a table does: one of these.
pub(crate) const MEASURE_KINDS: &[&str] = &["bandwidth_payload", "bandwidth_stop", "average_rtt"];
/// The largest payload of a measurement: behind it the length of MCS Send Data would need fragments.
pub(crate) const PAYLOAD: u64 = 16_000;

const BYTES: Rule = Rule::One(&["hex", "text"]);
const PLACE: Rule = Rule::One(&["field", "at"]);
const LAYER: Kind = Word(|| Layer::ALL.iter().map(|layer| layer.name()).collect());
const AT: Kind = Number(0, FRAME);

/// What a fault may strike: what a server sends, or everything.
fn anchors() -> Vec<&'static str> {
    let sent = MessageKind::ALL.iter().filter(|kind| kind.sender() != Sender::Client);
    sent.map(|kind| kind.name()).chain(["*"]).collect()
}

tables! {
    FILE "file" "the file" [] {
        "summary" Line, "What is broken, in one line";
        "about" Text, "What a user should know: what is documented, what is inferred, what is folklore";
        "spec" Texts, "Sections of specifications, at least one: MS-RDPBCGR 2.2.1.4";
        "tags" NameList, "Words to filter by; numbers of mstsc are tags too";
        "covers" Words(|| suites::rows().iter().map(|row| row.id.as_str()).collect()),
            "Rows of `badrdp scenario coverage` that it covers";
        "server" Table(&SERVER), "Who the server is; every key has a default";
        "fault" Tables(&FAULT), "What goes wrong on the wire";
        "probe" Table(&PROBE), "What the probe does in a replay, where that is not its default";
        "expect" Table(&EXPECT), "What each side must conclude";
        "connection" Tables(&CONNECTION), "What is different when the client comes again";
        "case" Tables(&CASE), "The members of a family, each laid over the file";
    }
    CASE "case" "[[case]]" [Rule::Needs("id")] {
        "id" Name, "The last part of the scenario's id";
        "summary" Line, "What is broken, in one line";
        "about" Text, "What a user should know: what is documented, what is inferred, what is folklore";
        "spec" Texts, "Sections of specifications, at least one: MS-RDPBCGR 2.2.1.4";
        "tags" NameList, "Words to filter by; numbers of mstsc are tags too";
        "covers" Words(|| suites::rows().iter().map(|row| row.id.as_str()).collect()),
            "Rows of `badrdp scenario coverage` that it covers";
        "server" Table(&SERVER), "Who the server is; laid over the file's key by key";
        "fault" Tables(&FAULT), "What goes wrong on the wire, in place of the file's";
        "connection" Tables(&CONNECTION), "What is different when the client comes again, in place of the file's";
        "probe" Table(&PROBE), "What the probe does in a replay; laid over the file's key by key";
        "expect" Table(&EXPECT), "What each side must conclude; laid over the file's key by key";
    }
    CONNECTION "connection" "[[connection]]" [Rule::Needs("from"), Rule::Some(&["server", "fault"])] {
        "from" Number(2, 16), "The client's nth connection, and those behind it";
        "server" Table(&SERVER), "Who the server is by then; laid over the file's key by key";
        "fault" Tables(&FAULT), "What goes wrong on the wire by then, in place of the file's";
    }
    SERVER "server" "[server]" [] {
        "security" Words(|| names(Protocols::NAMES)), "Protocols that the server accepts; ssl by default";
        "negotiation" Table(&NEGOTIATION), "The answer to the Connection Request";
        "tls" Table(&TLS), "Certificate, versions and cipher suites";
        "nla" Table(&NLA), "How the server does CredSSP";
        "account" Tables(&ACCOUNT), "Who may log on by NLA; alice alone by default";
        "mcs" Table(&MCS), "Answers in MCS";
        "auto_detect" Steps(|| names(words::MEASURES), &MEASURE), "How the network is measured behind Client Info";
        "multitransport" Words(|| names(words::SIDE_TRANSPORTS)), "UDP transports that are asked for behind licensing";
        "licensing" Table(&LICENSING), "How licensing ends";
        "redirection" Table(&REDIRECTION), "Send the client elsewhere in place of Demand Active";
        "session" Table(&SESSION), "What happens once the connection is active";
    }
    NEGOTIATION "negotiation" "[server.negotiation]" [] {
        "failure" Kind::code::<NegotiationFailureCode>(), "Refuse whatever is offered";
        "select" Word(|| names(Protocols::NAMES)), "Select this protocol, offered or not";
        "answer" Switch, "false: confirm without negotiation data";
        "flags" Words(|| names(words::FLAGS)), "Flags of the Negotiation Response; extended-client-data by default";
        "otherwise" Word(|| names(words::OTHERWISE)),
            "What clients get that offer nothing of `security`; failure by default";
        "without_request" Word(|| names(words::WITHOUT_REQUEST)),
            "What clients get whose request has no negotiation data; negotiate by default";
        "unknown" Word(|| names(words::UNKNOWN)),
            "What clients get whose request names RDSAAD or unknown flags; ignore by default";
        "source_reference" Number(0, 65_535), "SRC-REF of the Connection Confirm; 4660 (0x1234) by default";
    }
    TLS "tls" "[server.tls]" [] {
        "certificate" Word(|| names(Certificate::NAMES)), "The server's certificate; good by default";
        "key" Word(|| names(words::KEYS)), "Its kind of key; ecdsa by default";
        "min" Word(|| names(words::VERSIONS)), "The lowest TLS version; 1.2 by default";
        "max" Word(|| names(words::VERSIONS)), "The highest TLS version; 1.3 by default";
        "ciphers" Words(|| names(words::CIPHERS)), "Cipher suites; all by default";
        "extra_names" Number(1, MOST_NAMES), "So many names of other hosts stand in the certificate, too";
    }
    NLA "nla" "[server.nla]" [] {
        "version" Number(VERSIONS.0, VERSIONS.1), "What TSRequest.version says; 6 by default";
        "min_client_version" Number(VERSIONS.0, VERSIONS.1), "Refuse clients of a lower version";
        "mechanism" Word(|| names(words::MECHANISMS)), "The logon tokens that are understood; any by default";
        "public_key" Word(|| names(words::PUBLIC_KEYS)), "The answer to pubKeyAuth; honest by default";
        "refuse" Kind::code::<NtStatus>(), "Refuse every logon with this status";
        "wrong_password" Kind::code::<NtStatus>(), "The answer to a wrong password; STATUS_LOGON_FAILURE by default";
        "unknown_user" Kind::code::<NtStatus>(), "The answer to a user without an account; STATUS_LOGON_FAILURE by default";
        "refusal" Word(|| names(words::REFUSALS)), "How a refusal is told; error-code by default";
        "refusal_without_code" Word(|| names(words::REFUSALS)),
            "The same for clients whose version may not get an error code; alert by default";
        "early_user_auth" Kind::code::<EarlyUserAuthorizationResult>(),
            "The Early User Authorization Result, where HYBRID_EX is selected; AUTHZ_SUCCESS by default";
        "restricted_admin" Switch, "true: offer Restricted Admin and take empty credentials";
        "remote_guard" Switch, "true: offer Remote Credential Guard";
        "target" Table(&TARGET), "What the NTLM challenge says of the host";
    }
    TARGET "target" "[server.nla.target]" [] {
        "netbios_computer" Text, "The host's NetBIOS name; BADRDP by default";
        "netbios_domain" Text, "The domain's NetBIOS name; EXAMPLE by default";
        "dns_computer" Text, "The host's DNS name; badrdp.example.test by default";
        "dns_domain" Text, "The domain's DNS name; example.test by default";
        "dns_tree" Text, "The forest's DNS name; example.test by default, empty: not sent";
        "os" OsVersion, "Major, minor and build; empty: not sent";
        "clock" Offset, "How far the host's clock is ahead, or behind";
        "timestamp" Switch, "false: the time is not sent";
    }
    ACCOUNT "account" "[[server.account]]" [Rule::Needs("user")] {
        "user" Text, "The user's name, compared without regard to case";
        "domain" Text, "The user's domain; left out: any, and none";
        "password" Text, "The password; Passw0rd! by default";
        "state" CodeOr(NtStatus::KNOWN, || names(words::STATES)), "What the right password gets; ok by default";
    }
    MCS "mcs" "[server.mcs]" [] {
        "connect_result" Kind::code::<McsResult>(), "Answer Connect Initial with this result";
        "attach_result" Kind::code::<McsResult>(), "Answer Attach User with this result";
        "join_result" Kind::code::<McsResult>(), "Refuse a channel join with this result";
        "join_number" Number(1, 34), "Which join to refuse; 1 by default";
        "skip_channel_join" Flag, "Let the client skip the joins";
        "io_channel" Number(0, 65_535), "The I/O channel's id; 1003 by default";
        "message_channel" Number(0, 65_535),
            "The message channel's id, for clients that ask for one, 0 for none; the next that is free by default";
    }
    LICENSING "licensing" "[server.licensing]" [] {
        "error" Kind::code::<LicenseErrorCode>(), "Error code of the licensing alert; STATUS_VALID_CLIENT by default";
        "transition" Kind::code::<LicenseStateTransition>(), "Its state transition; ST_NO_TRANSITION by default";
        "error_info" Kind::code::<ErrorInfo>(), "Send Set Error Info in its place and end";
        "exchange" Word(|| names(Exchange::NAMES)), "Have a licence exchange; none by default";
        "alert_at" Word(|| names(words::LICENSE_MESSAGES)), "Send the alert in place of this message of the exchange";
        "certificate" Word(|| names(LicenseCertificate::NAMES)), "The certificate in the request; proprietary by default";
    }
    REDIRECTION "redirection" "[server.redirection]" [] {
        "session" Number(0, 0xffff_ffff), "The session that the client shall ask for; 0 by default";
        "address" Text, "Where to go";
        "token" Text, "The routing token to bring; its CR LF is added";
        "user" Text, "Log on there as this user";
        "domain" Text, "The user's domain";
        "password" Text, "The user's password";
    }
    SESSION "session" "[server.session]" [] {
        "steps" Steps(|| names(words::STEPS), &STEP), "What happens, in order; log on, draw and stay by default";
        "refuse_cookies" Flag, "Take no auto-reconnect cookie, not even a right one";
    }
    STEP "step" "a step" [
        Rule::One(STEP_KINDS), Rule::With("logon_error", "data"), Rule::With("data", "logon_error"),
        Rule::With("warn", "heartbeat"), Rule::With("reconnect", "heartbeat"), Rule::With("count", "bandwidth_payload"),
        Rule::With("base_rtt", "average_rtt"), Rule::With("bandwidth", "average_rtt"),
    ] {
        "logon_error" Kind::code::<LogonErrorType>(), "Save Session Info with a logon error of this type";
        "data" Kind::code::<LogonErrorData>(), "The logon error's data";
        "error_info" Kind::code::<ErrorInfo>(), "Set Error Info";
        "disconnect" Kind::code::<McsReason>(), "MCS Disconnect Provider Ultimatum";
        "heartbeat" Number(0, 255), "Heartbeat: the seconds between two of them";
        "warn" Number(0, 255), "How many heartbeats may fail to come before the user is warned; 1 by default";
        "reconnect" Number(0, 255), "How many may fail to come before the client reconnects; 2 by default";
        "bandwidth_payload" Number(1, PAYLOAD), "Bandwidth Measure Payload of this many bytes";
        "count" Number(1, 1000), "How many of them; 1 by default";
        "average_rtt" Number(0, 0xffff_ffff), "Network Characteristics Result: the round trip in milliseconds";
        "base_rtt" Number(0, 0xffff_ffff), "The shortest round trip in milliseconds";
        "bandwidth" Number(0, 0xffff_ffff), "Kilobits per second";
    }
    MEASURE "measure" "a measurement" [
        Rule::One(MEASURE_KINDS), Rule::With("count", "bandwidth_payload"), Rule::With("base_rtt", "average_rtt"),
        Rule::With("bandwidth", "average_rtt"),
    ] {
        "bandwidth_payload" Number(1, PAYLOAD), "Bandwidth Measure Payload of this many bytes";
        "count" Number(1, 1000), "How many of them; 1 by default";
        "bandwidth_stop" Number(0, PAYLOAD), "Bandwidth Measure Stop with a payload of this many bytes";
        "average_rtt" Number(0, 0xffff_ffff), "Network Characteristics Result: the round trip in milliseconds";
        "base_rtt" Number(0, 0xffff_ffff), "The shortest round trip in milliseconds";
        "bandwidth" Number(0, 0xffff_ffff), "Kilobits per second";
    }
    FAULT "fault" "[[fault]]" [Rule::Needs("at"), Rule::AtMostOne(OPERATORS), Rule::Some(EFFECTS)] {
        "at" Word(anchors), "The message that it strikes; * is every message, for split, drip and wait";
        "occurrence" Number(1, 1000), "The nth message of that kind; 1 by default";
        "then" Word(|| names(words::THEN)), "What follows the message";
        "omit" Flag, "It is not sent";
        "duplicate" Number(1, 1000), "It is sent this many times more";
        "replace" Table(&RAW), "These bytes are sent in its place";
        "before" Table(&RAW), "These bytes are sent ahead of it";
        "after" Table(&RAW), "These bytes are sent behind it";
        "hold" Number(1, 16), "It is sent after this many later messages";
        "set" Table(&EDIT), "A field, or bytes at an offset, are overwritten";
        "xor" Table(&EDIT), "Bits are flipped";
        "add" Table(&ADD), "A number is made larger or smaller";
        "remove" Table(&REMOVE), "Bytes are taken out";
        "truncate" Table(&TRUNCATE), "Only the first bytes are kept";
        "append" Table(&APPEND), "Bytes are added at the layer's end";
        "insert" Table(&INSERT), "Bytes are put in ahead of a place";
        "split" Numbers(1, FRAME), "It is written in pieces of these sizes, the rest last";
        "drip" Table(&DRIP), "It is written a few bytes at a time";
        "wait" Duration, "It is held back this long";
        "merge" Flag, "It is written together with the next message";
        "alert" Number(0, 255), "A fatal TLS alert of this number in its place";
        "server_hello" Word(|| names(words::SERVER_HELLOS)), "A ServerHello by hand that picks this TLS version";
    }
    RAW "raw" "`replace`, `before` or `after`" [BYTES] {
        "hex" Hex, "Pairs of hex digits, spaces ignored";
        "text" Text, "UTF-8";
    }
    EDIT "edit" "`set` or `xor`" [Rule::Needs("layer"), PLACE, Rule::One(&["hex", "value"])] {
        "layer" LAYER, "The protocol layer";
        "field" Text, "The field's name: RDP_NEG_RSP.type";
        "at" AT, "The offset in the layer";
        "count" Number(1, FRAME), "How many bytes, where they are more than the new ones";
        "hex" Hex, "The new bytes";
        "value" Number(0, u64::MAX), "The new number, in the field's own width and byte order";
    }
    ADD "add" "`add`" [Rule::Needs("layer"), Rule::Needs("field"), Rule::Needs("value")] {
        "layer" LAYER, "The protocol layer";
        "field" Text, "The field's name";
        "value" Signed(-ADDED, ADDED), "What is added to the field's number: -1 is one less";
    }
    REMOVE "remove" "`remove`" [Rule::Needs("layer"), PLACE, Rule::With("at", "count")] {
        "layer" LAYER, "The protocol layer";
        "field" Text, "The field's name";
        "at" AT, "The offset in the layer";
        "count" Number(1, FRAME), "How many bytes";
    }
    TRUNCATE "truncate" "`truncate`" [Rule::Needs("layer"), Rule::Needs("keep")] {
        "layer" LAYER, "The protocol layer";
        "keep" AT, "How many bytes are kept";
    }
    APPEND "append" "`append`" [Rule::Needs("layer"), BYTES] {
        "layer" LAYER, "The protocol layer";
        "hex" Hex, "Pairs of hex digits, spaces ignored";
        "text" Text, "UTF-8";
    }
    INSERT "insert" "`insert`" [Rule::Needs("layer"), PLACE, BYTES] {
        "layer" LAYER, "The protocol layer";
        "field" Text, "The field's name";
        "at" AT, "The offset in the layer";
        "hex" Hex, "Pairs of hex digits, spaces ignored";
        "text" Text, "UTF-8";
    }
    DRIP "drip" "`drip`" [Rule::Needs("bytes"), Rule::Needs("every")] {
        "bytes" Number(1, FRAME), "How many at a time";
        "every" Duration, "How long between them";
    }
    PROBE "probe" "[probe]" [] {
        "user" Text, "Log on as this user";
        "domain" Text, "The user's domain";
        "password" Text, "The user's password";
        "protocols" Words(|| names(Protocols::NAMES)), "What to offer";
        "spnego" Switch, "true: NTLM inside SPNEGO";
        "credssp_version" Number(VERSIONS.0, VERSIONS.1), "What the probe says in TSRequest.version";
        "vulnerable" Switch, "true: go on with a server that lacks the fix for CVE-2018-0886";
        "accept_certificate" Switch, "true: send credentials whatever the certificate";
        "restricted_admin" Switch, "true: ask for Restricted Admin";
        "remote_guard" Switch, "true: ask for Remote Credential Guard";
        "channels" Texts, "Static virtual channels to ask for; cliprdr by default";
        "multitransport" Words(|| names(words::SIDE_TRANSPORTS)), "UDP transports to announce; none is ever opened";
        "license" Word(|| names(LicenseAnswer::NAMES)), "What it does in a licence exchange; decline by default";
        "cookie" Text, "The mstshash cookie to send; empty: none";
        "routing_token" Text, "A routing token in the cookie's place; its CR LF is added";
        "correlation_id" Hex, "The 16 bytes of an RDP Correlation Info to send";
        "ipv6" Switch, "true: come over IPv6";
        "reconnect" Word(|| names(words::RECONNECTS)), "Come back once when the connection is lost after a cookie was given";
        "follow" Switch, "true: go where the host redirects to, on the same host and port";
    }
    EXPECT "expect" "[expect]" [] {
        "probe" Table(&EXPECT_PROBE), "What the honest probe must report";
        "client" Table(&EXPECT_CLIENT), "What a conforming client owes";
    }
    EXPECT_PROBE "expect_probe" "[expect.probe]" [] {
        "stage" Word(|| Stage::ALL.iter().map(|stage| stage.name()).collect()),
            "The stage of its first finding; active where nothing is wrong";
        "finding" Finding, "The id of its first finding; left out where nothing is wrong";
        "says" Text, "Words of its title, where the id alone does not tell two causes apart";
    }
    EXPECT_CLIENT "expect_client" "[expect.client]" [] {
        "must" Word(|| names(words::DUTIES)), "What the specification demands";
        "should" Word(|| names(words::DUTIES)), "What the specification asks for";
        "because" Text, "The reason, with its section";
    }
}
