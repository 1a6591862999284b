//! sspi's CredSSP client, which was not written here, through real bytes.

use sspi::credssp::{ClientMode, ClientState, CredSspClient, CredSspMode, TsRequest as Foreign};
use sspi::ntlm::NtlmConfig;
use sspi::{AuthIdentity, Credentials, NegotiateConfig, Username};

use super::*;

/// What a whole logon came to.
#[derive(Debug, PartialEq)]
struct Logon {
    /// Nothing where the client is logged on.
    refused: Option<Refused>,
    delegated: Option<Delegated>,
    /// What sspi makes of the server's last message.
    client: Option<(sspi::ErrorKind, Option<u32>)>,
    /// Messages from the client.
    messages: usize,
}

struct Peer {
    version: u32,
    spnego: bool,
    password: &'static str,
    mode: CredSspMode,
}

const PEER: Peer = Peer { version: 6, spnego: false, password: "Passw0rd!", mode: CredSspMode::WithCredentials };

impl Peer {
    fn log_on(&self, host: &AuthHost) -> Logon {
        let config = NegotiateConfig::new(
            Box::new(NtlmConfig::default()),
            Some("!kerberos,!pku2u,ntlm".to_owned()),
            "peer".to_owned(),
        );
        let mode = if self.spnego { ClientMode::Negotiate(config) } else { ClientMode::Ntlm(NtlmConfig::default()) };
        let credentials = Credentials::AuthIdentity(AuthIdentity {
            username: Username::new("alice", Some("EXAMPLE")).unwrap(),
            password: self.password.to_owned().into(),
        });
        let service = "TERMSRV/host".to_owned();
        let key = KEY.to_vec();
        let mut client =
            CredSspClient::new_with_version(key, credentials, self.mode, self.version, mode, service).unwrap();
        let mut acceptor = Acceptor::new(host, 1);
        assert_eq!(acceptor.call(host, AuthCall::Begin), AuthReply::Wait);

        let mut logon = Logon { refused: None, delegated: None, client: None, messages: 0 };
        let mut heard = Foreign::default();
        loop {
            let said = match client.process(heard).resolve_to_result() {
                Ok(ClientState::ReplyNeeded(said) | ClientState::FinalMessage(said)) => said,
                Err(error) => {
                    logon.client = Some((error.error_type, error.nstatus.map(|status| status.0)));
                    return logon;
                }
            };
            logon.messages += 1;
            let mut bytes = Vec::new();
            said.encode_ts_request(&mut bytes).unwrap();
            let reply = acceptor.call(host, AuthCall::Take(Box::new(read(&bytes, Side::Client))));
            logon.delegated = acceptor.take_delegated();
            let next = match reply {
                AuthReply::Send(next) => next,
                AuthReply::Done { last: None } => return logon,
                AuthReply::Failed { last, failure, ending } => {
                    logon.refused = Some(Refused::of(last.clone(), failure, ending));
                    match last {
                        Some(last) => last,
                        None => return logon,
                    }
                }
                other => panic!("{other:?}"),
            };
            heard = Foreign::from_buffer(&Message::TsRequest(next).encode()).unwrap();
        }
    }
}

fn logged_on(messages: usize) -> Logon {
    let delegated =
        Delegated { cred_type: 1, domain: "EXAMPLE".to_owned(), user: "alice".to_owned(), secret_length: 9 };
    Logon { refused: None, delegated: Some(delegated), client: None, messages }
}

#[test]
fn bare_ntlm_logs_on_in_three_messages_whatever_the_version() {
    for version in 2..=6 {
        let mut host = alice();
        host.nla.version = version;
        assert_eq!(Peer { version, ..PEER }.log_on(&host), logged_on(3), "version {version}");
    }
}

#[test]
fn ntlm_inside_spnego_logs_on_with_both_sides_mech_list_mics() {
    for version in 2..=6 {
        let mut host = alice();
        host.nla.version = version;
        assert_eq!(Peer { version, spnego: true, ..PEER }.log_on(&host), logged_on(4), "version {version}");
    }
}

#[test]
fn a_newer_client_follows_an_older_server() {
    for version in 2..=6 {
        for spnego in [false, true] {
            let mut host = alice();
            host.nla.version = version;
            let logon = Peer { spnego, ..PEER }.log_on(&host);
            assert_eq!((logon.refused, logon.client), (None, None), "version {version}, SPNEGO {spnego}");
        }
    }
}

#[test]
fn a_wrong_password_is_told_by_the_code_and_only_where_one_may_be_sent() {
    let status = NtStatus::STATUS_LOGON_FAILURE;
    for spnego in [false, true] {
        for version in 2..=6 {
            let mut host = alice();
            host.nla.version = version;
            let logon = Peer { version, spnego, password: "wrong", ..PEER }.log_on(&host);
            let (refused, client) = if matches!(version, 2 | 5) {
                (Refused { code: None, failure: AuthFailure::Refused(status), ending: Ending::TlsAlert(80) }, None)
            } else {
                (Refused::status(status), Some((sspi::ErrorKind::InvalidToken, Some(status.0))))
            };
            let expected = Logon { refused: Some(refused), delegated: None, client, messages: 2 };
            assert_eq!(logon, expected, "version {version}, SPNEGO {spnego}");
        }
    }
}

#[test]
fn restricted_admin_delegates_nothing_where_the_server_supports_it() {
    let mut host = alice();
    let peer = Peer { mode: CredSspMode::CredentialLess, ..PEER };
    let nothing = Delegated { cred_type: 1, domain: String::new(), user: String::new(), secret_length: 0 };
    let why = "they are empty, and Restricted Admin mode is not supported";
    let refused = Refused { code: None, failure: AuthFailure::Credentials(why), ending: Ending::Fin };
    let mut expected = Logon { refused: Some(refused), delegated: Some(nothing), client: None, messages: 3 };
    assert_eq!(peer.log_on(&host), expected);
    host.nla.restricted_admin = true;
    expected.refused = None;
    assert_eq!(peer.log_on(&host), expected);
}

#[test]
fn a_wrong_proof_of_the_key_is_noticed_before_anything_is_delegated() {
    use badrdp_scenarios::model::PublicKeyAnswer;
    for (answer, version) in [
        (PublicKeyAnswer::WrongKey, 6),
        (PublicKeyAnswer::WrongKey, 4),
        (PublicKeyAnswer::NonceIgnored, 6),
        (PublicKeyAnswer::NotIncremented, 4),
        (PublicKeyAnswer::Unsealed, 6),
        (PublicKeyAnswer::Missing, 6),
    ] {
        let mut host = alice();
        host.nla.public_key = answer;
        host.nla.version = version;
        let logon = Peer { version, ..PEER }.log_on(&host);
        assert!(logon.client.is_some(), "{answer:?} {version}: {logon:?}");
        assert_eq!(logon.delegated, None, "{answer:?} {version}");
    }
}
