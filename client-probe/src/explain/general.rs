//! Advice for families of codes: what holds for each that has none of its own.

const CLIENT_PROTOCOL: &[&str] = &[
    "the host complains of what this client sent: try another client or version, to tell which side errs",
    "try fewer features on the client: one monitor, no redirection, no compression",
    "look at the host's log of the same second",
];
const BROKER: &[&str] = &[
    "look at the connection broker's log and at the state of the collection and its hosts",
    "connect to the destination itself, without the broker, to tell which of the two it is",
];
const NETWORK: &[&str] = &["check the network between client and host, and what inspects the traffic there"];
const SERVER_LOG: &[&str] = &[
    "look at the host's log of the same second: the code says that it refused, not why",
    "run `badrdp probe HOST --verbose`: it shows what came before the refusal",
];
const MEMORY: &[&str] = &["look at the host's memory and at how many sessions it has"];
const TLS: &[&str] = &[
    "run `badrdp probe HOST --verbose`: it shows at which message the alert comes",
    "look at Schannel's events 36870 to 36888 on the host, and for proxies that inspect TLS",
];
const SECURITY: &[&str] = &["use TLS or CredSSP in place of standard RDP security"];
const LOGON: &[&str] = &[
    "check user name and password by logging on another way",
    "event 4625 on the host has the reason of a logon that failed",
];
const X224: &[&str] = &[
    "check that the port is that of Remote Desktop, and not of a gateway or load balancer without a host behind it",
    "run `badrdp probe HOST --verbose`: it shows what was refused",
];

/// Advice for a code of the wire.
pub(super) fn of(title: &str, number: u32) -> &'static [&'static str] {
    match title {
        "SetErrorInfo.errorInfo" => match number {
            0x6 => MEMORY,
            0x106 => NETWORK,
            0x400..=0x412 => BROKER,
            0x1191..=0x1195 => SECURITY,
            0x112e | 0x112f => SERVER_LOG,
            0x10c9..=0x1196 => CLIENT_PROTOCOL,
            _ => &[],
        },
        "RDP_NEG_FAILURE.failureCode" | "MCS Result" | "MCS Reason" | "GCC ConferenceCreateResponse.result" => {
            SERVER_LOG
        }
        "LICENSE_ERROR_MESSAGE.dwErrorCode" => SERVER_LOG,
        "TLS AlertDescription" => TLS,
        "TSRequest.errorCode (NTSTATUS)" | "HRESULT" | "RDSTLS resultCode" => LOGON,
        "ErrorNotificationType" | "ErrorNotificationData" => LOGON,
        "X.224 DR reason" | "X.224 ER reject cause" => X224,
        _ => &[],
    }
}
