//! One wrong file per class of mistake: what is said, where, and what is suggested.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]

use std::path::Path;

use badrdp_scenarios::{LARGEST_FILE, Severity, check_findings, check_str, load_file, load_str};

/// What a scenario needs at least, to be put behind the part that is wrong.
const REST: &str = r#"
[expect.probe]
stage = "active"
[expect.client]
must = "connect"
because = "of the test"
"#;

const HEAD: &str = "summary = \"s\"\nspec = [\"RFC 1\"]\n";

/// Every mistake of `text`, one a line.
fn mistakes(text: &str) -> String {
    match load_str(Path::new("dir/file.toml"), text) {
        Ok(scenarios) => panic!("{} scenarios and no mistake in:\n{text}", scenarios.len()),
        Err(found) => found.iter().map(|diagnostic| format!("{diagnostic}\n")).collect(),
    }
}

/// Every mistake of a file with this part, which begins at line 3.
fn wrong(part: &str) -> String {
    mistakes(&format!("{HEAD}{part}{REST}"))
}

macro_rules! wrong {
    ($($name:ident: $part:literal;)*) => {
        $(#[test] fn $name() { insta::assert_snapshot!(wrong($part)); })*
    };
}

wrong! {
    unknown_key: "[server.tls]\ncertficate = \"good\"\n[server.tsl]\n";
    unknown_words: "[server]\nsecurity = [\"ssl\", \"hybird\"]\n[server.tls]\ncertificate = \"outdated\"\nciphers = [\"TLS13_AES_256_GCM_SHA348\"]\n";
    unknown_message: "[[fault]]\nat = \"McsConnectRespons\"\nomit = true\n";
    unknown_layer: "[[fault]]\nat = \"McsConnectResponse\"\ntruncate = { layer = \"gc\", keep = 40 }\n";
    layer_of_another_message: "[[fault]]\nat = \"McsAttachUserConfirm\"\ntruncate = { layer = \"gcc\", keep = 40 }\n";
    unknown_field: "[[fault]]\nat = \"McsConnectResponse\"\nset = { layer = \"gcc\", field = \"TS_UD_SC_CORE.versoin\", value = 1 }\n";
    value_too_large_for_its_field: "[[fault]]\nat = \"McsConnectResponse\"\nset = { layer = \"tpkt\", field = \"length\", value = 0x1_0000 }\n";
    wrong_types: "tags = \"one\"\n[server.mcs]\nskip_channel_join = \"yes\"\n[server.session]\nsteps = [1]\n[[fault]]\nat = 3\nduplicate = 1.5\n";
    out_of_range: "[server.mcs]\njoin_result = \"RT_NO_SUCH_CHANNEL\"\njoin_number = 35\n[[fault]]\nat = \"TlsServerHello\"\nalert = 256\n[[fault]]\nat = \"FontMap\"\nwait = \"61s\"\n[[fault]]\nat = \"DemandActive\"\ntruncate = { layer = \"tpkt\", keep = -1 }\n";
    known_code_as_a_number: "[server.licensing]\nerror = \"0x6\"\ntransition = 1\n[server.session]\nsteps = [{ error_info = 7 }]\n";
    unknown_code: "[server.licensing]\nerror_info = \"ERRINFO_LICENSE_NO_LICENCE\"\n";
    an_alert_and_another_ending: "[[fault]]\nat = \"FontMap\"\nalert = 40\n[[fault]]\nat = \"FontMap\"\nthen = \"fin\"\n[[fault]]\nat = \"FontMap\"\nalert = 41\n";
    number_in_decimal: "[server.session]\nsteps = [{ error_info = 1111 }]\n";
    contradictions_of_the_server: "[server.negotiation]\nanswer = false\nselect = \"ssl\"\n[server.tls]\nmin = \"1.3\"\nmax = \"1.2\"\n[server.mcs]\nconnect_result = \"RT_USER_REJECTED\"\njoin_result = \"RT_USER_REJECTED\"\n[server.licensing]\nerror_info = \"ERRINFO_LICENSE_INTERNAL\"\nerror = \"ERR_NO_LICENSE\"\n";
    channel_ids: "[server.mcs]\nio_channel = 1002\nmessage_channel = 1002\n";
    channel_id_twice: "[server.mcs]\nio_channel = 1010\nmessage_channel = 1010\n";
    channel_id_too_large: "[server.mcs]\nio_channel = 65536\n";
    measurements: "[server]\nauto_detect = [\"rtt\", \"bandwith-start\", 3, { bandwidth_payload = 0 }, { bandwidth_stop = 5, count = 2 }, { average_rtt = 5 }, { base_rtt = 5 }, { bandwidth_payload = 5, bandwidth_stop = 5 }]\n";
    no_measurement: "[server]\nauto_detect = []\n";
    no_message_channel: "[server]\nauto_detect = [\"rtt\"]\nmcs.message_channel = 0\nsession.steps = [{ heartbeat = 1 }, \"draw\"]\n[[fault]]\nat = \"RttMeasureRequest\"\nomit = true\n";
    no_extended_client_data: "[server]\nauto_detect = [\"rtt\"]\nmultitransport = [\"lossy\"]\nnegotiation.flags = []\n[probe]\nmultitransport = [\"lossy\"]\n";
    side_transports: "[server]\nmultitransport = [\"relaible\", \"lossy\"]\n";
    message_channel_steps: "[server.session]\nsteps = [{ heartbeat = 256 }, { warn = 1 }, { heartbeat = 1, average_rtt = 5 }, { bandwidth_stop = 4 }]\n";
    messages_without_their_step: "[[fault]]\nat = \"RttMeasureRequest\"\nomit = true\n[[fault]]\nat = \"Heartbeat\"\nomit = true\n[[fault]]\nat = \"InitiateMultitransportRequest\"\nomit = true\n[[fault]]\nat = \"AutoDetectRequest\"\nomit = true\n";
    device_redirection_without_its_channel: "[server.session]\nsteps = [\"device-redirection\", \"draw\"]\n[[fault]]\nat = \"DeviceServerAnnounce\"\nomit = true\n";
    channels_of_the_probe: "[probe]\nchannels = [\"rdpdr\", \"too-long-\", \"\", \"ü\"]\n";
    no_wait_for_an_answer: "[server]\nauto_detect = [\"rtt\", \"bandwidth-start\"]\n[[fault]]\nat = \"RttMeasureRequest\"\nmerge = true\n[[fault]]\nat = \"BandwidthMeasureStart\"\nmerge = true\n";
    part_never_reached: "[server.negotiation]\nfailure = \"INCONSISTENT_FLAGS\"\n[server.session]\nsteps = [\"draw\"]\n";
    message_of_the_client: "[[fault]]\nat = \"McsAttachUserRequest\"\nomit = true\n";
    message_never_sent: "[server.mcs]\nconnect_result = \"RT_USER_REJECTED\"\n[[fault]]\nat = \"DemandActive\"\nomit = true\n[[fault]]\nat = \"SetErrorInfo\"\nomit = true\n";
    message_without_its_step: "[[fault]]\nat = \"SetErrorInfo\"\nomit = true\n[[fault]]\nat = \"TlsAlert\"\nomit = true\n[[fault]]\nat = \"X224Error\"\nomit = true\n";
    occurrence_never_reached: "[[fault]]\nat = \"Control\"\noccurrence = 3\nomit = true\n";
    behind_an_ending: "[[fault]]\nat = \"McsConnectResponse\"\nthen = \"rst\"\n[[fault]]\nat = \"FontMap\"\nomit = true\n";
    waits_for_ever: "[[fault]]\nat = \"McsConnectResponse\"\nmerge = true\n[[fault]]\nat = \"FontMap\"\nhold = 9\n";
    weak_key: "[server.tls]\nkey = \"rsa-1024\"\nmin = \"1.3\"\ncertificate = \"self-signed\"\n";
    one_table_where_many_may_be: "[server]\nsecurity = [\"hybrid\"]\n[server.account]\nuser = \"bob\"\nstate = \"asleep\"\n[probe]\nuser = \"bob\"\npassword = \"Passw0rd!\"\n[fault]\nat = \"FontMap\"\nomit = true\n[case]\nid = \"a\"\n";
    many_tables_where_one_may_be: "[[server]]\nsecurity = [\"hybird\"]\n";
    add: "[[fault]]\nat = \"FontMap\"\nadd = { layer = \"tpkt\", at = 2, value = -1 }\n[[fault]]\nat = \"Synchronize\"\nadd = { layer = \"tpkt\", field = \"length\", value = 0 }\n[[fault]]\nat = \"DemandActive\"\nadd = { layer = \"tpkt\", field = \"length\", value = \"-1\" }\n[[fault]]\nat = \"LicenseErrorAlert\"\nadd = { layer = \"tpkt\", field = \"length\", value = 0x1_0000_0000 }\n";
    two_operators_in_one_fault: "[[fault]]\nat = \"FontMap\"\nomit = true\nduplicate = 2\n";
    no_operator: "[[fault]]\nat = \"FontMap\"\n";
    two_endings: "[[fault]]\nat = \"FontMap\"\nthen = \"fin\"\n[[fault]]\nat = \"FontMap\"\nwait = \"1ms\"\nthen = \"rst\"\n";
    operators_that_exclude_each_other: "[[fault]]\nat = \"FontMap\"\nomit = true\n[[fault]]\nat = \"FontMap\"\nset = { layer = \"tpkt\", at = 0, hex = \"00\" }\n[[fault]]\nat = \"*\"\nsplit = [1]\n";
    overlapping_bytes: "[[fault]]\nat = \"FontMap\"\nset = { layer = \"tpkt\", at = 0, hex = \"0000\" }\n[[fault]]\nat = \"FontMap\"\nxor = { layer = \"tpkt\", at = 1, hex = \"ffff\" }\n[[fault]]\nat = \"FontMap\"\ntruncate = { layer = \"tpkt\", keep = 2 }\n";
    same_field_twice: "[[fault]]\nat = \"McsConnectResponse\"\nset = { layer = \"tpkt\", field = \"length\", value = 3 }\n[[fault]]\nat = \"McsConnectResponse\"\nxor = { layer = \"tpkt\", field = \"length\", value = 3 }\n";
    tls_operator_elsewhere: "[[fault]]\nat = \"X224ConnectionConfirm\"\nalert = 40\n[[fault]]\nat = \"FontMap\"\nserver_hello = \"1.0\"\n[[fault]]\nat = \"TlsServerHello\"\ntruncate = { layer = \"tpkt\", keep = 2 }\n";
    operator_that_needs_one_message: "[[fault]]\nat = \"*\"\nomit = true\n[[fault]]\nat = \"*\"\noccurrence = 2\nwait = \"1ms\"\nthen = \"fin\"\n";
    steps_behind_the_end: "[server.session]\nsteps = [\"logon\", \"fin\", \"draw\"]\n";
    half_a_step: "[server.session]\nsteps = [{ logon_error = \"LOGON_MSG_NO_PERMISSION\" }, { data = \"0x5\" }, { error_info = \"ERRINFO_NONE\", disconnect = \"RN_USER_REQUESTED\" }]\n";
    no_bytes: "[[fault]]\nat = \"FontMap\"\nreplace = { hex = \"0g\" }\n[[fault]]\nat = \"Synchronize\"\nbefore = { hex = \"012\" }\n[[fault]]\nat = \"DemandActive\"\nafter = {}\n[[fault]]\nat = \"LicenseErrorAlert\"\nappend = { layer = \"tpkt\", hex = \"00\", text = \"a\" }\n";
    no_place: "[[fault]]\nat = \"FontMap\"\nset = { layer = \"tpkt\", hex = \"00\" }\n[[fault]]\nat = \"DemandActive\"\nset = { layer = \"tpkt\", at = 0, value = 1 }\n[[fault]]\nat = \"Synchronize\"\nremove = { layer = \"tpkt\", at = 0 }\n";
    nla_without_credssp: "[server.nla]\nversion = 5\n[[server.account]]\nuser = \"alice\"\n[probe]\nspnego = true\nuser = \"alice\"\npassword = \"Passw0rd!\"\n";
    nla_that_the_probe_does_not_offer: "[server]\nsecurity = [\"ssl\", \"hybrid\"]\nnla = { version = 5 }\n[probe]\nprotocols = [\"ssl\"]\nvulnerable = true\n";
    nla_words: "[server]\nsecurity = [\"hybrid\"]\n[server.nla]\nmechanism = \"ntml\"\npublic_key = \"wrong\"\nrefusal = \"reset\"\nrefusal_without_code = \"error-code\"\nrefuse = \"STATUS_LOGON_FALIURE\"\nwrong_password = \"0xc000006a\"\nversion = 1\n";
    nla_target: "[server]\nsecurity = [\"hybrid\"]\n[server.nla.target]\nnetbios_computer = \"A-NAME-TOO-LONG-\"\ndns_computer = \"\"\ndns_tree = \"\"\nos = [10, 0]\nclock = \"10 minutes\"\n";
    nla_clock: "[server]\nsecurity = [\"hybrid\"]\n[server.nla.target]\nos = [10, 0, 65536]\ntimestamp = false\nclock = \"-1001d\"\n";
    account_states: "[server]\nsecurity = [\"hybrid\"]\n[[server.account]]\nuser = \"a\"\nstate = \"locked-uot\"\n[[server.account]]\nuser = \"b\"\nstate = \"STATUS_ACCOUNT_DISABELD\"\n[[server.account]]\nuser = \"c\"\nstate = \"zzz\"\n[[server.account]]\nuser = \"d\"\nstate = \"0xc0000072\"\n[[server.account]]\nuser = \"e\"\nstate = 3\n";
    accounts: "[server]\nsecurity = [\"hybrid\"]\n[[server.account]]\nuser = \"Alice\"\ndomain = \"EXAMPLE\"\n[[server.account]]\nuser = \"alice\"\n[[server.account]]\nuser = \"alice\"\ndomain = \"example\"\n[[server.account]]\nuser = \"\"\n[[server.account]]\npassword = \"x\"\n";
    nobody: "[server]\nsecurity = [\"hybrid\"]\naccount = []\n";
    refuse_says_it_all: "[server]\nsecurity = [\"hybrid\"]\n[server.nla]\nrefuse = \"STATUS_LOGON_FAILURE\"\nunknown_user = \"STATUS_NO_SUCH_USER\"\n";
    early_user_auth_without_hybrid_ex: "[server]\nsecurity = [\"hybrid\"]\n[server.nla]\nearly_user_auth = \"AUTHZ_ACCESS_DENIED\"\n";
    public_key_of_another_version: "[server]\nsecurity = [\"hybrid\"]\n[server.nla]\npublic_key = \"not-incremented\"\n";
    nonce_before_its_version: "[server]\nsecurity = [\"hybrid\"]\n[server.nla]\npublic_key = \"nonce-ignored\"\n[probe]\nuser = \"alice\"\npassword = \"Passw0rd!\"\ncredssp_version = 4\n";
    probe_without_user: "[server]\nsecurity = [\"hybrid\"]\n[probe]\npassword = \"x\"\ndomain = \"EXAMPLE\"\naccept_certificate = true\n";
    probe_half_said: "[server]\nsecurity = [\"hybrid\"]\n[probe]\nuser = \"alice\"\nprotocols = []\nrestricted_admin = true\nremote_guard = true\ncredssp_version = 0\n";
    probe_empty_user: "[server]\nsecurity = [\"hybrid\"]\n[probe]\nuser = \"\"\npassword = \"\"\nprotocols = [\"hybird\"]\n";
    behind_nla_without_credentials: "[server]\nsecurity = [\"hybrid\"]\n[server.session]\nsteps = [\"logon\"]\n[[fault]]\nat = \"TsRequest\"\noccurrence = 2\nomit = true\n[[fault]]\nat = \"EarlyUserAuthResult\"\nomit = true\n[[fault]]\nat = \"FontMap\"\nomit = true\n";
    behind_a_refused_logon: "[server]\nsecurity = [\"hybrid\"]\n[[server.account]]\nuser = \"alice\"\nstate = \"disabled\"\n[probe]\nuser = \"ALICE\"\npassword = \"Passw0rd!\"\n[[fault]]\nat = \"TsRequest\"\noccurrence = 3\nomit = true\n[[fault]]\nat = \"McsConnectResponse\"\nomit = true\n";
    messages_of_nla_elsewhere: "[[fault]]\nat = \"TsRequest\"\nomit = true\n[[fault]]\nat = \"EarlyUserAuthResult\"\nomit = true\n";
    alert_and_an_ending: "[[fault]]\nat = \"FontMap\"\nalert = 80\nthen = \"rst\"\n[[fault]]\nat = \"SaveSessionInfo\"\nomit = true\n";
    alert_without_tls: "[server.negotiation]\nselect = \"rdp\"\n[[fault]]\nat = \"FontMap\"\nalert = 80\n";
}

#[test]
fn syntax() {
    insta::assert_snapshot!(mistakes("summary = \"s\nspec = [\"RFC 1\"]\nsummary = \"again\"\n"));
}

#[test]
fn duplicate_key() {
    insta::assert_snapshot!(wrong("summary = \"again\"\n"));
}

#[test]
fn nothing_at_all() {
    insta::assert_snapshot!(mistakes(""));
}

#[test]
fn expectations() {
    let text = format!("{HEAD}[expect.probe]\nstage = \"licencing\"\n[expect.client]\nmust = \"explode\"\n");
    insta::assert_snapshot!("expectations_unknown", mistakes(&text));
    let text = format!("{HEAD}[expect.probe]\nstage = \"tls\"\n[expect.client]\nbecause = \"\"\n");
    insta::assert_snapshot!("expectations_missing", mistakes(&text));
    let both = "must = \"disconnect\"\nshould = \"connect\"\nbecause = \"a (T.125 7)\"";
    let text = format!("{HEAD}[expect.probe]\nstage = \"tls\"\n[expect.client]\n{both}\n");
    insta::assert_snapshot!("expectations_opposite", mistakes(&text));
    let probe = "stage = \"active\"\nsays = \"STATUS\"";
    let text = format!("{HEAD}{}", REST.replace("stage = \"active\"", probe));
    insta::assert_snapshot!("expectations_said_by_nothing", mistakes(&text));
    let text = text.replace("says = \"STATUS\"", "finding = \"logon-refused\"\nsays = \" \"");
    insta::assert_snapshot!("expectations_silent", mistakes(&text));
}

#[test]
fn cases() {
    let text = format!(
        "{HEAD}{REST}
[[case]]
id = \"One\"
[[case]]
id = \"two\"
server.tls = {{ key = \"dsa\" }}
[[case]]
id = \"two\"
[[case]]
summary = \"nameless\"
foult = 1
"
    );
    insta::assert_snapshot!(mistakes(&text));
}

#[test]
fn rows_are_known() {
    let found = mistakes(&format!("{HEAD}covers = [\"C333\", \"C032w\", \"C032w\", 3]\n{REST}"));
    insta::assert_snapshot!(found);
}

#[test]
fn a_reason_without_a_section_is_a_warning() {
    let checked = check_str(Path::new("a.toml"), &format!("{HEAD}{REST}"));
    let [only] = checked.diagnostics.as_slice() else { panic!("{checked:?}") };
    assert_eq!(only.severity, Severity::Warning);
    let text =
        "a.toml:8:11: warning: `because` names no section of a specification; for example \"… (MS-RDPBCGR 3.2.5.3.9)\"";
    assert_eq!(only.to_string(), text);
    assert_eq!(checked.scenarios.len(), 1, "it can be used");
    let named = format!("{HEAD}{REST}").replace("of the test", "as MS-RDPBCGR 1.3.1.1 has it");
    assert_eq!(check_str(Path::new("a.toml"), &named).diagnostics, []);
}

#[test]
fn columns_are_characters() {
    let found = load_str(Path::new("a.toml"), &format!("summary = \"ä\"\nspec = [\"ü\", \"\"]\n{REST}")).unwrap_err();
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((only.line, only.column, only.span.clone()), (2, 14, 29..31));
}

#[test]
fn findings_are_known_to_the_probe() {
    let text = "[expect.probe]\nfinding = \"tls-alrt\"\n[[case]]\nid = \"a\"\nexpect.probe.finding = \"tls-alert\"\n";
    let found = check_findings(Path::new("a.toml"), text, &["tls-alert", "silent"]);
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(only.to_string(), "a.toml:2:11: unknown finding `tls-alrt`; did you mean `tls-alert`?");
}

#[test]
fn files_that_cannot_be_read() {
    let directory = std::env::temp_dir().join(format!("badrdp-scenarios-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("a.toml");
    let message = |path: &Path| load_file(path).unwrap_err().first().unwrap().message.clone();

    assert!(message(&path).starts_with("cannot open the file: "), "{}", message(&path));
    assert!(message(&directory).starts_with("cannot "), "{}", message(&directory));

    std::fs::write(&path, b"summary = \"\xc3\xa4\xff\"").unwrap();
    assert_eq!(message(&path), "the file is not UTF-8: the byte at offset 13 begins no character");

    let largest = usize::try_from(LARGEST_FILE).unwrap();
    std::fs::write(&path, vec![b'#'; largest + 1]).unwrap();
    assert_eq!(message(&path), "the file is larger than 1048576 bytes, which no scenario is");
    std::fs::write(&path, vec![b'#'; largest]).unwrap();
    assert!(message(&path).contains("needs `summary`"), "{}", message(&path));

    std::fs::remove_dir_all(&directory).unwrap();
}
