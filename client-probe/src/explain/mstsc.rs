//! mstsc's primary code, discReason: what `OnDisconnected` and event 1026 report.

use badrdp_proto::vocab::Stage;

use super::row::{Row, Source, row};

const DNS: &[&str] = &["try the address instead of the name", "check the client's DNS servers and suffixes"];
const MEMORY: &[&str] = &["close other programs on the client and try again"];
const SMART_CARD: &[&str] = &["check the client's smart card service, reader and card"];
const TARGET: &[&str] = &[
    "check that Remote Desktop is enabled on the host and listens on this port",
    "check firewalls between client and host",
    "run `badrdp probe HOST` from the client's network",
];
const RESET: &[&str] = &[
    "find out who resets: capture on both ends, or run `badrdp probe HOST`",
    "check firewalls, VPN and proxies that inspect TLS",
];
const PROTOCOL: &[&str] = &[
    "run `badrdp probe HOST`: it names the first message that is malformed",
    "try fewer features on the client: lower colour depth, one monitor, no redirection",
];
const CREDENTIALS: &[&str] = &[
    "type the user as DOMAIN\\user, host\\user or user@domain",
    "check the password by logging on to the host another way",
];
const ACCOUNT: &[&str] = &["check the account's properties in the directory or in the host's local users"];
const RD_LICENSING: &[&str] = &[
    "on the host check licensing mode, licence server and free CALs (RD Licensing Diagnoser)",
    "on the client delete HKLM\\SOFTWARE\\Microsoft\\MSLicensing (keep a copy) and start mstsc once as administrator",
];
const DELEGATION: &[&str] =
    &["check the policy for delegating credentials (Computer Configuration, System, Credentials Delegation)"];
const NONE: &[&str] = &[];

/// Every documented or reported discReason below the gateway range, by number.
pub(super) const ROWS: &[Row] = &[
    row(0x0, "disconnectReasonNoInfo", "no information", Source::Reference)
        .reported("also shown beside \"An authentication error has occurred (Code: 0x8009....)\" (mRemoteNG#3088)")
        .fix(&["explain the 0x8009.... code that the dialog shows instead"]),
    row(0x1, "disconnectReasonLocalNotError", "the user disconnected at the client; not an error", Source::Reference)
        .at(Stage::Active).wire("the client sends an MCS Disconnect Provider Ultimatum"),
    row(0x2, "disconnectReasonRemoteByUser", "the user disconnected or logged off at the server; not an error", Source::Reference)
        .at(Stage::Active).wire("the server sends an MCS Disconnect Provider Ultimatum, reason user-requested"),
    row(0x3, "disconnectReasonByServer", "the server ended the session; not an error by itself", Source::Reference)
        .wire("the server sends an MCS Disconnect Provider Ultimatum; a Set Error Info before it becomes the extended code")
        .fix(&["read the extended code: it says why", "on the host look at the session events of the same second"]),
    row(0x4, "", "\"error 0x4\" of mobile and Mac apps; in no mstsc list", Source::Reports("xrdp#3015 (server log: TLS accept failed), rdpwrap#1340, rdpwrap#571"))
        .fix(&["accept the host's certificate again", "look at the server's log for a failed TLS accept"]),
    row(0x104, "disconnectReasonDNSLookupFailed", "the host's name could not be looked up", Source::ReferenceAndDialog)
        .dialog("the computer cannot be found; it may not belong to the network that was named")
        .at(Stage::Tcp).wire("nothing is sent to the host").fix(DNS),
    row(0x106, "disconnectReasonOutOfMemory", "the client is out of memory", Source::ReferenceAndDialog).fix(MEMORY),
    row(0x107, "", "named \"no error\" in a hoster's event 1026 example", Source::Reports("a Rackspace article about event 1026"))
        .fix(&["ignore it unless a dialog names another code"]),
    row(0x108, "disconnectReasonConnectionTimedOut", "no answer in time", Source::ReferenceAndDialog)
        .dialog("the two computers could not connect in the time allowed; try again")
        .at(Stage::Tcp).wire("the SYN is dropped, or the server accepts TCP and says nothing").fix(TARGET),
    row(0x10a, "", "the smart card service stopped on the client", Source::Dialog).wire("client only").fix(SMART_CARD),
    row(0x204, "disconnectReasonSocketConnectFailed", "connect() failed", Source::ReferenceAndDialog)
        .dialog("the computer cannot be connected to: remote access may be off there, it may be turned off, or not on the network")
        .at(Stage::Tcp).wire("the SYN is answered with RST, or the network says unreachable")
        .reported("dockur/windows#1244, bazzite#1497, rdpwrap.ini#305").fix(TARGET),
    row(0x206, "disconnectReasonOutOfMemory2", "the client is out of memory", Source::ReferenceAndDialog).fix(MEMORY),
    row(0x207, "", "authentication failed, in Mac and iOS apps", Source::Reports("web reports only")).at(Stage::Nla).fix(CREDENTIALS),
    row(0x208, "disconnectReasonHostNotFound", "the host was not found", Source::Reference)
        .at(Stage::Tcp).wire("nothing is sent to the host").fix(DNS),
    row(0x20a, "", "the smart card reader failed on the client", Source::Dialog).wire("client only").fix(SMART_CARD),
    row(0x304, "disconnectReasonWinsockSendFailed", "send() failed", Source::ReferenceAndDialog)
        .wire("RST while the client writes, at any stage").fix(RESET),
    row(0x306, "disconnectReasonOutOfMemory3", "the client is out of memory", Source::ReferenceAndDialog).fix(MEMORY),
    row(0x308, "disconnectReasonInvalidIPAddr", "the address is invalid", Source::Reference).at(Stage::Tcp)
        .wire("nothing is sent to the host").fix(DNS),
    row(0x30a, "", "the smart card cannot be used", Source::Dialog).wire("client only").fix(SMART_CARD),
    row(0x404, "disconnectReasonSocketRecvFailed", "recv() failed", Source::Reference)
        .wire("RST while the client reads, at any stage").fix(RESET),
    row(0x406, "disconnectReasonInvalidSecurityData", "the server's security data is invalid", Source::ReferenceAndDialog)
        .at(Stage::BasicSettingsExchange).wire("a bad Server Security Data block")
        .fix(&["on the host delete the Certificate values under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\RCM (keep a copy) and restart"]),
    row(0x408, "disconnectReasonInternalError", "an internal error; also shown for a host name with invalid characters", Source::ReferenceAndDialog)
        .wire("client only").fix(&["check the host name as typed"]),
    row(0x40a, "", "the smart card subsystem failed on the client", Source::Dialog).wire("client only").fix(SMART_CARD),
    row(0x506, "disconnectReasonInvalidEncryption", "the encryption method is invalid", Source::Reference)
        .at(Stage::BasicSettingsExchange).wire("bad encryptionMethod or encryptionLevel in Server Security Data")
        .fix(&["use TLS or CredSSP instead of standard RDP security"]),
    row(0x508, "disconnectReasonDNSLookupFailed2", "the name lookup failed", Source::Reference).at(Stage::Tcp)
        .wire("nothing is sent to the host").fix(DNS),
    row(0x604, "disconnectReasonGetHostByNameFailed", "gethostbyname() failed", Source::Reference).at(Stage::Tcp)
        .wire("nothing is sent to the host").fix(DNS),
    row(0x606, "disconnectReasonInvalidServerSecurityInfo", "the server's security info is invalid", Source::Reference)
        .at(Stage::BasicSettingsExchange).wire("a bad Server Security Data block").fix(PROTOCOL),
    row(0x608, "disconnectReasonTimerError", "a timer failed in the client", Source::Reference).wire("client only").fix(NONE),
    row(0x704, "disconnectReasonTimeoutOccurred", "the connection took too long", Source::ReferenceAndDialog)
        .dialog("the computer cannot be connected to; try again, and else ask its owner or the administrator")
        .wire("the client's own timer ran out while it waited, at any stage").fix(TARGET),
    row(0x706, "disconnectReasonServerCertificateUnpackErr", "the server's proprietary certificate cannot be read", Source::Reference)
        .at(Stage::BasicSettingsExchange).wire("a bad certificate inside Server Security Data (standard RDP security)")
        .fix(&["use TLS or CredSSP instead of standard RDP security"]),
    row(0x708, "", "mstsc refuses to connect to its own console", Source::SampleAndDialog)
        .wire("the client closes before any RDP for localhost and 127.0.0.1").reported("SuperRDP#38")
        .fix(&["use 127.0.0.2 to test against a server on the same Windows machine"]),
    row(0x804, "disconnectReasonInvalidIP", "the address is invalid", Source::Reference).at(Stage::Tcp)
        .wire("nothing is sent to the host").fix(DNS),
    row(0x807, "SSL_ERR_LOGON_FAILURE", "the login failed", Source::Reference).at(Stage::Nla)
        .wire("CredSSP carries STATUS_LOGON_FAILURE").reported("windowsserverdocs#1955 (Mac client, Azure AD user)").fix(CREDENTIALS),
    row(0x808, "disconnectReasonLicensingFailed", "the licence negotiation failed", Source::ReferenceAndDialog)
        .dialog("the remote computer ended the session because of an error in the licensing protocol")
        .at(Stage::Licensing).wire("a licensing error alert, or a licensing message that the client cannot use").fix(RD_LICENSING),
    row(0x904, "disconnectReasonAtClientWinsockFDCLOSE", "the socket closed: the peer ended TCP", Source::ReferenceAndDialog)
        .dialog("the session has ended: the connection was lost, perhaps for trouble with the network")
        .wire("TCP ends without an MCS Disconnect Provider Ultimatum, at any stage; the code alone does not say which")
        .reported("rustdesk#10125, dockur/windows#754, tp4a/teleport#301")
        .fix(&["read the extended code: 0 means that the server gave no reason", "run `badrdp probe HOST`: it names the stage where the server closes"]),
    row(0x906, "disconnectReasonInternalSecurityError", "an internal security error", Source::Reference)
        .at(Stage::SecureSettingsExchange).wire("standard RDP security failed").fix(&["use TLS or CredSSP instead of standard RDP security"]),
    row(0x907, "", "the server's certificate is not the expected one", Source::Dialog).at(Stage::Tls)
        .wire("another certificate than a redirection or gateway promised")
        .fix(&["after a certificate change, tell broker, gateway and web client about the new one"]),
    row(0x908, "disconnectReasonLicensingTimeout", "the licence exchange timed out", Source::ReferenceAndDialog)
        .at(Stage::Licensing).wire("silence after a licensing message").fix(RD_LICENSING),
    row(0xa06, "disconnectReasonInternalSecurityError2", "an internal security error", Source::Reference)
        .at(Stage::SecureSettingsExchange).wire("standard RDP security failed").fix(&["use TLS or CredSSP instead of standard RDP security"]),
    row(0xa07, "SSL_ERR_NO_SUCH_USER", "the account does not exist", Source::ReferenceAndDialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_NO_SUCH_USER").fix(CREDENTIALS),
    row(0xb04, "", "the client cannot connect (a general text)", Source::Dialog).fix(TARGET),
    row(0xb06, "disconnectReasonEncryptionError", "encryption failed", Source::ReferenceAndDialog)
        .wire("a cipher or integrity check of standard RDP security failed").reported("rdpwrap#302").fix(RESET),
    row(0xb07, "SSL_ERR_ACCOUNT_DISABLED", "the account is disabled", Source::ReferenceAndDialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_ACCOUNT_DISABLED").fix(ACCOUNT),
    row(0xb08, "", "a normal disconnect (UI_ERR_NORMAL_DISCONNECT in samples)", Source::Sample)
        .wire("an orderly end, for example Deactivate All").reported("mRemoteNG#54").fix(&["nothing to fix"]),
    row(0xb09, "", "the host requires Network Level Authentication and the client does not offer it", Source::Dialog)
        .dialog("the remote computer requires Network Level Authentication, which this computer does not support")
        .at(Stage::ConnectionInitiation).wire("RDP_NEG_FAILURE with HYBRID_REQUIRED_BY_SERVER").reported("mRemoteNG#875")
        .fix(&["enable CredSSP in the client (enablecredsspsupport:i:1)"]),
    row(0xc06, "disconnectReasonDecryptionError", "decryption failed", Source::ReferenceAndDialog)
        .wire("a cipher or integrity check of standard RDP security failed").fix(RESET),
    row(0xc07, "SSL_ERR_ACCOUNT_RESTRICTION", "a rule on the account forbids the logon", Source::ReferenceAndDialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_ACCOUNT_RESTRICTION").fix(&["give the account a password: blank ones are refused over the network", "check hours and workstations allowed to the account"]),
    row(0xc08, "disconnectReasonClientDecompressionError", "decompression failed", Source::ReferenceAndDialog)
        .at(Stage::Active).wire("bad compressed data").fix(&["disable compression in the client and try again"]),
    row(0xd06, "", "\"because of a protocol error\"", Source::SampleAndDialog)
        .dialog("because of a protocol error the session ends; connect again")
        .wire("the client could not decode a PDU after the connection was negotiated")
        .reported("xrdp#3571 (5K screen), xrdp#3128 (colour depth below 32), mRemoteNG#1194, mRemoteNG#1891, 1Remote#108").fix(PROTOCOL),
    row(0xd07, "SSL_ERR_ACCOUNT_LOCKED_OUT", "the account is locked out", Source::ReferenceAndDialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_ACCOUNT_LOCKED_OUT").fix(&["unlock the account or wait", "find the device that keeps trying an old password"]),
    row(0xd09, "", "policy demands a typed password and the host does not support NLA", Source::Dialog)
        .at(Stage::ConnectionInitiation).wire("the server selects less than HYBRID").fix(&["enable NLA on the host"]),
    row(0xe06, "", "the client lacks the FIPS encryption that the server demands", Source::Dialog).at(Stage::BasicSettingsExchange)
        .fix(&["use TLS instead of standard RDP security"]),
    row(0xe07, "SSL_ERR_ACCOUNT_EXPIRED", "the account has expired", Source::ReferenceAndDialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_ACCOUNT_EXPIRED").fix(ACCOUNT),
    row(0xe08, "", "reconnecting to the session failed", Source::Dialog).at(Stage::Active).fix(&["connect again by hand"]),
    row(0xe09, "", "the host does not support Restricted Admin", Source::Dialog).at(Stage::ConnectionInitiation)
        .wire("the negotiation response lacks the Restricted Admin flag").fix(&["enable Restricted Admin on the host, or connect without it"]),
    row(0xf07, "SSL_ERR_PASSWORD_EXPIRED", "the password has expired", Source::ReferenceAndDialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_PASSWORD_EXPIRED").fix(&["change the password elsewhere: NLA cannot"]),
    row(0xf08, "", "credentials may not be sent to this host", Source::Dialog).at(Stage::Nla).fix(DELEGATION),
    row(0x1007, "", "the account may not log on at this hour", Source::Dialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_INVALID_LOGON_HOURS").fix(ACCOUNT),
    row(0x1008, "", "the client is low on video memory", Source::Dialog).wire("client only").fix(&["use a smaller desktop or fewer colours"]),
    row(0x1104, "", "\"protocol error detected at the client\"", Source::Reports("rdpwrap#363, serverfault 224950; users name another service on the port"))
        .at(Stage::ConnectionInitiation).wire("bytes that are not RDP, or a broken TPKT")
        .fix(&["check what listens on the port: `badrdp probe HOST` tells RDP from HTTP and SSH", "check firewalls that rewrite the stream"]),
    row(0x1107, "", "the account may not log on from this computer", Source::Dialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_INVALID_WORKSTATION").fix(ACCOUNT),
    row(0x1207, "SSL_ERR_PASSWORD_MUST_CHANGE", "the password must be changed before the first logon", Source::ReferenceAndDialog)
        .at(Stage::Nla).wire("CredSSP carries STATUS_PASSWORD_MUST_CHANGE").fix(&["change the password elsewhere: NLA cannot"]),
    row(0x1307, "", "the account lacks the right to log on this way", Source::Dialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_LOGON_TYPE_NOT_GRANTED").reported("event text \"Reason: 4871\" in UiPath's documents")
        .fix(&["grant \"Allow log on through Remote Desktop Services\" and \"Access this computer from the network\"", "add the user to Remote Desktop Users"]),
    row(0x1407, "", "Kerberos user-to-user authentication is required", Source::Dialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_USER2USER_REQUIRED").fix(NONE),
    row(0x1607, "SSL_ERR_DELEGATION_POLICY", "policy forbids delegating credentials to this host", Source::Reference).at(Stage::Nla)
        .wire("the client's own security package says SEC_E_DELEGATION_POLICY").fix(DELEGATION),
    row(0x1707, "SSL_ERR_POLICY_NTLM_ONLY", "policy forbids delegating credentials where only NTLM authenticates the host", Source::Reference)
        .at(Stage::Nla).wire("the client's own security package says SEC_E_POLICY_NTLM_ONLY").fix(DELEGATION),
    row(0x1807, "SSL_ERR_NO_AUTHENTICATING_AUTHORITY", "no authority could be contacted to authenticate", Source::Reference)
        .at(Stage::Nla).wire("the client's own security package says SEC_E_NO_AUTHENTICATING_AUTHORITY, or CredSSP carries a domain error")
        .reported("mRemoteNG#912").fix(&["check that client and host reach a domain controller by name", "check the host's trust with its domain"]),
    row(0x1b07, "SSL_ERR_CERT_EXPIRED", "the server's certificate has expired or is invalid, or a clock is wrong", Source::ReferenceAndDialog)
        .dialog("no connection, as the host's certificate is expired or invalid; or the two clocks are far apart")
        .at(Stage::Tls).wire("the client rejects the certificate; this, not 0x904, is the code for an expired certificate")
        .fix(&["renew the host's certificate", "check the clocks of client and host"]),
    row(0x1c07, "SSL_ERR_SMARTCARD_WRONG_PIN", "the smart card's PIN is wrong", Source::ReferenceAndDialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_SMARTCARD_WRONG_PIN").fix(&["type the PIN again; few tries block the card"]),
    row(0x1d07, "", "the clocks of client and host differ too much", Source::Dialog).at(Stage::Nla)
        .wire("SEC_E_TIME_SKEW, or CredSSP carries STATUS_TIME_DIFFERENCE_AT_DC").fix(&["synchronize both clocks (w32tm /resync)"]),
    row(0x2104, "", "a protocol error in the Mac client", Source::Reports("xrdp#1922: cured by a new self-signed certificate on xrdp"))
        .at(Stage::Tls).fix(&["make a new certificate on the server"]),
    row(0x2107, "SSL_ERR_FRESH_CRED_REQUIRED_BY_SERVER", "the server refuses saved credentials", Source::Reference).at(Stage::Nla)
        .wire("refused in CredSSP, or ERRINFO_SERVER_FRESH_CREDENTIALS_REQUIRED later").fix(&["type the password instead of using a saved one"]),
    row(0x2207, "SSL_ERR_SMARTCARD_CARD_BLOCKED", "the smart card is blocked", Source::ReferenceAndDialog).at(Stage::Nla)
        .wire("CredSSP carries STATUS_SMARTCARD_CARD_BLOCKED").fix(&["have the card unblocked"]),
    row(0x2407, "", "often said to be CredSSP encryption oracle remediation", Source::Folklore).at(Stage::Nla)
        .fix(&["bring client and host to the same update level (CVE-2018-0886)"]),
    row(0x2507, "", "RemoteApp could not reconnect by itself", Source::Dialog).fix(&["start the program again"]),
    row(0x2604, "", "client and server speak different RemoteApp versions", Source::Dialog).fix(&["update the client"]),
    row(0x2904, "", "a protocol error", Source::Sample).fix(PROTOCOL),
    row(0x0200_0001, "", "RemoteApp could not reconnect", Source::Dialog).at(Stage::Active).fix(&["start the program again"]),
    row(0x0200_0002, "", "the server does not support RemoteApp", Source::Dialog).at(Stage::Active).fix(&["connect to a full desktop"]),
];
