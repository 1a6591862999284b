//! mstsc's primary codes of RD Gateway and Azure Virtual Desktop: 0x3000000 and up.
//!
//! All of them fail before the inner RDP connection begins.

use super::row::{Row, Source, row};

const CERTIFICATE: &[&str] = &["check name, validity, issuer and revocation list of the gateway's certificate"];
const CREDENTIALS: &[&str] = &["check the credentials for the gateway: they may differ from the host's"];
const POLICY: &[&str] = &["check the gateway's connection (CAP) and resource (RAP) policies"];
const REACH: &[&str] = &["check that the gateway's address and port 443 can be reached"];
const PROXY: &[&str] = &["check the proxy or firewall between client and gateway"];
const AGAIN: &[&str] = &["connect again and sign in again"];
const VERSION: &[&str] = &["update client and gateway"];
const TARGET: &[&str] = &["check that the gateway can reach the target host"];

const fn gateway(n: u32, meaning: &'static str, remedies: &'static [&'static str]) -> Row {
    row(0x0300_0000 + n, "", meaning, Source::Dialog)
        .wire("the RD Gateway connection fails; the host behind it sees nothing")
        .fix(remedies)
}

/// Every gateway code with a published dialog text, and one that users report.
pub(super) const ROWS: &[Row] = &[
    gateway(0x01, "the gateway refuses the credentials", CREDENTIALS),
    gateway(0x02, "the revocation list of the gateway's certificate cannot be reached", CERTIFICATE),
    gateway(0x03, "the gateway's certificate has the wrong name, has expired or is not trusted", CERTIFICATE),
    gateway(0x04, "the gateway's certificate was revoked", CERTIFICATE),
    gateway(0x05, "the gateway's identity cannot be verified", CERTIFICATE),
    gateway(0x06, "the gateway's certificate is for another name", CERTIFICATE),
    gateway(0x07, "the gateway's certificate has expired", CERTIFICATE),
    gateway(0x08, "an error on the target's side", TARGET),
    gateway(0x09, "sending to the gateway failed", REACH),
    gateway(0x0a, "receiving from the gateway failed", REACH),
    gateway(0x0b, "the gateway wants another way to log on", CREDENTIALS),
    gateway(0x0c, "the gateway cannot be reached", REACH),
    gateway(0x0d, "the gateway is down for a while", REACH),
    gateway(0x0f, "the gateway is low on resources", AGAIN),
    gateway(0x15, "the gateway refuses the credentials", CREDENTIALS),
    gateway(0x17, "the security package failed", CREDENTIALS),
    gateway(0x18, "the gateway ended the connection", AGAIN),
    gateway(0x19, "the gateway's administrator ended the connection", AGAIN),
    gateway(0x1b, "the resource policy (RAP) does not allow this user or this target name", POLICY),
    gateway(0x1c, "the connection policy (CAP) does not allow this user, device or authentication method", POLICY),
    gateway(0x1f, "the connection is restricted", POLICY),
    gateway(0x20, "a proxy wants authentication", PROXY),
    gateway(0x21, "the password for the gateway has expired", CREDENTIALS),
    gateway(0x22, "the gateway's maximum of connections is reached", AGAIN),
    gateway(0x23, "the gateway does not support the request", VERSION),
    gateway(0x24, "client and gateway are incompatible", VERSION),
    gateway(0x25, "client and gateway are incompatible", VERSION),
    gateway(0x28, "the gateway has no certificate", CERTIFICATE),
    gateway(0x29, "the gateway is not on the list of trusted gateways", POLICY),
    gateway(0x2f, "the firewall refuses the credentials", PROXY),
    gateway(0x30, "the firewall wants credentials", PROXY),
    gateway(0x32, "the gateway's idle timeout was reached", AGAIN),
    gateway(0x33, "the gateway's session timeout was reached", AGAIN),
    gateway(0x34, "the gateway's cookie is invalid", AGAIN),
    gateway(0x35, "the gateway rejects the cookie", AGAIN),
    gateway(0x37, "the gateway wants another authentication method", CREDENTIALS),
    gateway(0x38, "authenticating again failed", AGAIN),
    gateway(0x39, "authenticating again failed", AGAIN),
    gateway(0x3b, "client and gateway could not exchange policies", VERSION),
    gateway(0x45, "no permission for this resource", POLICY),
    gateway(0x46, "no resource is available, for example because the virtual machine is stopped", TARGET),
    gateway(0x47, "the resource cannot be accessed", TARGET),
    gateway(0x49, "the client is too old", VERSION),
    gateway(0x4a, "HTTPS is blocked", PROXY),
    row(
        0x0300_005f,
        "",
        "above the published list",
        Source::Reports("one Android report, cured by using the host's IP address in place of its name"),
    )
    .fix(&["try the host's address instead of its name"]),
];
