//! NLA in scenario files: every key is read, every state has its status, and cases lay themselves over all of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::{EarlyUserAuthorizationResult, NtStatus};
use badrdp_scenarios::load_str;
use badrdp_scenarios::model::{
    Account, LicenseAnswer, Mechanism, NlaProfile, Operator, ProbeProfile, PublicKeyAnswer, Refusal, Scenario, Target,
};

const HEAD: &str = "summary = \"s\"\nspec = [\"RFC 1\"]\nexpect.probe = { stage = \"nla\", finding = \"f\" }\n\
                    expect.client = { must = \"disconnect\", because = \"of the test\" }\n";

fn load(text: &str) -> Vec<Scenario> {
    match load_str(Path::new("dir/file.toml"), &format!("{HEAD}{text}")) {
        Ok(scenarios) => scenarios,
        Err(wrong) => panic!("{wrong:#?}"),
    }
}

fn one(text: &str) -> Scenario {
    load(text).into_iter().next().unwrap()
}

#[test]
fn every_key_is_read() {
    let scenario = one(r#"
[server]
security = ["hybrid", "hybrid-ex"]
[server.nla]
version = 5
min_client_version = 3
mechanism = "spnego"
public_key = "not-incremented"
wrong_password = "STATUS_WRONG_PASSWORD"
unknown_user = "0xc0000001"
refusal = "stall"
refusal_without_code = "rst"
early_user_auth = "0x7"
restricted_admin = true
remote_guard = true
[server.nla.target]
netbios_computer = "A"
netbios_domain = "B"
dns_computer = "c.test"
dns_domain = "d.test"
dns_tree = ""
os = [6, 1, 7601]
clock = "-90m"
[[server.account]]
user = "bob"
domain = "B"
password = ""
[probe]
user = "bob"
domain = "B"
password = ""
protocols = ["hybrid", "hybrid-ex"]
spnego = true
credssp_version = 4
vulnerable = true
accept_certificate = true
restricted_admin = true
"#);
    let nla = NlaProfile {
        version: 5,
        min_client_version: 3,
        mechanism: Mechanism::Spnego,
        public_key: PublicKeyAnswer::NotIncremented,
        refuse: None,
        wrong_password: NtStatus::STATUS_WRONG_PASSWORD,
        unknown_user: NtStatus(0xc000_0001),
        refusal: Refusal::Stall,
        refusal_without_code: Refusal::Rst,
        early_user_auth: EarlyUserAuthorizationResult(7),
        restricted_admin: true,
        remote_guard: true,
        target: Target {
            netbios_computer: "A".to_owned(),
            netbios_domain: "B".to_owned(),
            dns_computer: "c.test".to_owned(),
            dns_domain: "d.test".to_owned(),
            dns_tree: String::new(),
            os: Some((6, 1, 7601)),
            clock: -5400,
            timestamp: true,
        },
    };
    assert_eq!(scenario.server.nla, nla);
    let bob = Account { user: "bob".to_owned(), domain: Some("B".to_owned()), password: String::new(), state: None };
    assert_eq!(scenario.server.accounts, [bob]);
    let probe = ProbeProfile {
        license: LicenseAnswer::Decline,
        user: Some("bob".to_owned()),
        domain: "B".to_owned(),
        password: String::new(),
        protocols: Some(Protocols::HYBRID.union(Protocols::HYBRID_EX)),
        spnego: true,
        credssp_version: Some(4),
        vulnerable: true,
        accept_certificate: true,
        restricted_admin: true,
        remote_guard: false,
        ..ProbeProfile::default()
    };
    assert!(scenario.probe == probe, "{:?}", scenario.probe);
}

#[test]
fn what_is_left_out_is_honest() {
    let scenario = one("server.security = [\"hybrid\"]\nserver.nla.target = { os = [], timestamp = false }\n");
    let silent = Target { os: None, timestamp: false, ..Target::default() };
    assert_eq!(scenario.server.nla, NlaProfile { target: silent, ..NlaProfile::default() });
    assert_eq!(scenario.server.accounts, [Account::default()]);
    assert!(scenario.probe == ProbeProfile::default());
}

#[test]
fn a_state_is_a_word_a_name_or_a_number() {
    let state = |state: &str| {
        let account =
            format!("server.security = [\"hybrid\"]\n[[server.account]]\nuser = \"a\"\nstate = \"{state}\"\n");
        one(&account).server.accounts.first().unwrap().state
    };
    let words = [
        ("disabled", NtStatus::STATUS_ACCOUNT_DISABLED),
        ("locked-out", NtStatus::STATUS_ACCOUNT_LOCKED_OUT),
        ("expired", NtStatus::STATUS_ACCOUNT_EXPIRED),
        ("password-expired", NtStatus::STATUS_PASSWORD_EXPIRED),
        ("password-must-change", NtStatus::STATUS_PASSWORD_MUST_CHANGE),
        ("logon-hours", NtStatus::STATUS_INVALID_LOGON_HOURS),
        ("workstation", NtStatus::STATUS_INVALID_WORKSTATION),
        ("logon-type-not-granted", NtStatus::STATUS_LOGON_TYPE_NOT_GRANTED),
    ];
    assert_eq!(state("ok"), None);
    for (word, status) in words {
        assert_eq!(state(word), Some(status), "{word}");
    }
    for known in NtStatus::KNOWN {
        assert_eq!(state(known.name).map(|status| u64::from(status.0)), Some(known.number), "{}", known.name);
    }
    assert_eq!(state("0xc0009999"), Some(NtStatus(0xc000_9999)));
}

#[test]
fn a_case_is_laid_over_the_logon() {
    let scenarios = load(
        r#"
[server]
security = ["hybrid"]
nla = { version = 4, target = { clock = "1h" } }
account = [{ user = "alice", state = "disabled" }]
[probe]
user = "alice"
password = "Passw0rd!"
vulnerable = true
[[case]]
id = "base"
[[case]]
id = "over"
server.nla.target.os = []
server.account = [{ user = "bob" }, { user = "carol" }]
probe.user = "bob"
expect.probe.says = "STATUS"
[[case]]
id = "silent"
server.nla = { version = 6 }
probe.vulnerable = false
"#,
    );
    let [base, over, silent] = scenarios.as_slice() else { panic!("{scenarios:?}") };
    assert_eq!(base.server.accounts.first().unwrap().state, Some(NtStatus::STATUS_ACCOUNT_DISABLED));
    let target = &over.server.nla.target;
    assert_eq!((over.server.nla.version, target.clock, target.os), (4, 3600, None), "leaf by leaf");
    let users: Vec<&str> = over.server.accounts.iter().map(|account| account.user.as_str()).collect();
    assert_eq!(users, ["bob", "carol"], "accounts are replaced whole");
    assert_eq!((over.probe.user.as_deref(), over.probe.vulnerable), (Some("bob"), true));
    assert_eq!((&base.expect_probe.says, over.expect_probe.says.as_deref()), (&None, Some("STATUS")));
    assert_eq!((silent.server.nla.version, silent.probe.vulnerable), (6, false));
}

/// How many TSRequests a server sends, as far as anchors go.
#[test]
fn anchors_reach_as_far_as_the_logon() {
    let user = "[probe]\nuser = \"alice\"\npassword = \"Passw0rd!\"\n";
    let sent = |extra: &str| {
        let reached = |kind: &str, occurrence: u32| {
            let fault = format!("[[fault]]\nat = \"{kind}\"\noccurrence = {occurrence}\nomit = true\n");
            load_str(Path::new("dir/file.toml"), &format!("{HEAD}{extra}{fault}")).is_ok()
        };
        let requests = (1..9).take_while(|occurrence| reached("TsRequest", *occurrence)).count();
        (requests, reached("EarlyUserAuthResult", 1), reached("McsConnectResponse", 1))
    };
    let hybrid = "server.security = [\"hybrid\"]\n";
    let ex = "server.security = [\"ssl\", \"hybrid\", \"hybrid-ex\"]\n";
    let with = |server: &str, probe: &str| format!("{server}{user}{probe}");
    assert_eq!(sent(hybrid), (1, false, false), "the challenge alone");
    assert_eq!(sent(&with(hybrid, "")), (2, false, true));
    assert_eq!(sent(&with(ex, "")), (2, true, true));
    assert_eq!(sent(&with(hybrid, "spnego = true\n")), (3, false, true), "the mechListMIC is answered");
    assert_eq!(sent(&with(ex, "protocols = [\"ssl\"]\n")), (0, false, true), "TLS alone is selected");
    assert_eq!(sent(&with(ex, "protocols = [\"hybrid\"]\n")), (2, false, true));
    assert_eq!(sent(&with(ex, "protocols = [\"rdstls\"]\n")), (0, false, false));
    let server = |key: &str| sent(&with(&format!("{hybrid}{key}\n"), ""));
    assert_eq!(server("server.tls.certificate = \"expired\""), (1, false, false), "credentials are withheld");
    assert_eq!(server("server.nla.refuse = \"STATUS_LOGON_FAILURE\""), (2, false, false), "refused with a code");
    assert_eq!(server("server.nla = { refuse = \"STATUS_LOGON_FAILURE\", refusal = \"fin\" }"), (1, false, false));
    assert_eq!(server("server.account = [{ user = \"bob\" }]"), (2, false, false));
    assert_eq!(server("server.account = [{ user = \"ALICE\", state = \"expired\" }]"), (2, false, false));
    assert_eq!(server("server.nla.public_key = \"wrong-key\""), (2, false, false));
    assert_eq!(server("server.nla.version = 4"), (1, false, false), "the probe goes no further");
    assert_eq!(server("server.nla.mechanism = \"reject\""), (1, false, false), "the rejection alone");
    let old = |version| sent(&with(&format!("{hybrid}server.nla.min_client_version = 5\n"), version));
    assert_eq!(old("credssp_version = 4\n"), (1, false, false), "the refusal stands in the challenge's place");
    assert_eq!(old("credssp_version = 5\n"), (2, false, true));
    let denied = format!("{ex}server.nla.early_user_auth = \"AUTHZ_ACCESS_DENIED\"\n");
    assert_eq!(sent(&with(&denied, "")), (2, true, false));
    assert_eq!(sent(&with(hybrid, "restricted_admin = true\n")), (0, false, false), "not on offer");
    let offered = format!("{hybrid}server.nla.restricted_admin = true\n");
    assert_eq!(sent(&with(&offered, "restricted_admin = true\n")), (2, false, true));
}

#[test]
fn an_alert_fits_every_message_inside_tls() {
    for at in ["TlsServerHello", "McsConnectResponse", "FontMap"] {
        let scenario = one(&format!("[[fault]]\nat = \"{at}\"\nalert = 80\n"));
        assert_eq!(scenario.faults.first().unwrap().operator, Some(Operator::Alert(80)), "{at}");
    }
    let scenario = one("server.security = [\"hybrid\"]\n[[fault]]\nat = \"TsRequest\"\nalert = 80\n");
    assert_eq!(scenario.faults.first().unwrap().operator, Some(Operator::Alert(80)));
}
