//! Logons that end as they should.

use super::*;

#[test]
fn every_version_logs_on_and_delegates_the_password() {
    for version in 2..=6 {
        let mut walk = Walk::new(
            &with(|options| options.credssp = CredSsp { version, vulnerable: true, ..options.credssp }),
            true,
        );
        let identity = walk.against_sspi(version, false).unwrap();
        assert_eq!((identity.username.inner(), identity.password.as_ref().as_str()), ("EXAMPLE\\alice", PASSWORD));
        assert_eq!(walk.sent.len(), 3, "version {version}");
    }
}

#[test]
fn spnego_logs_on() {
    // sspi's server forgets the increment inside SPNEGO, so that version 4 cannot be had from it.
    for version in [5, 6] {
        let mut walk =
            Walk::new(&with(|options| options.credssp = CredSsp { version, spnego: true, ..options.credssp }), true);
        let identity = walk.against_sspi(version, true).unwrap();
        assert_eq!(identity.password.as_ref(), PASSWORD);
        assert_eq!(walk.sent.len(), 4, "the mechListMIC takes a message of its own");
    }
}

#[test]
fn a_user_principal_name_stands_alone() {
    for spnego in [false, true] {
        let options = with(|options| {
            options.credentials = credentials("", "alice@corp.example", PASSWORD);
            options.credssp.spnego = spnego;
        });
        let identity = Walk::new(&options, true).against_sspi(6, spnego).unwrap();
        assert_eq!(identity.username.inner(), "alice@corp.example");
    }
}

#[test]
fn a_wrong_password_is_refused() {
    for spnego in [false, true] {
        let options = with(|options| {
            options.credentials = credentials(DOMAIN, USER, "another");
            options.credssp.spnego = spnego;
        });
        let failure = Walk::new(&options, true).against_sspi(6, spnego).unwrap_err();
        assert!(matches!(failure, AuthFailure::Refused(_)), "{failure:?}");
    }
}

#[test]
fn restricted_admin_delegates_nothing() {
    let options = with(|options| options.credssp.mode = LogonMode::RestrictedAdmin);
    let identity = Walk::new(&options, true).against_sspi(6, false).unwrap();
    assert_eq!((identity.username.inner(), identity.password.as_ref().as_str()), ("", ""));
}

#[test]
fn remote_guard_says_nothing_to_the_host() {
    let options = with(|options| options.credssp.mode = LogonMode::RemoteGuard);
    let mut walk = Walk::new(&options, true);
    let failure = walk.call(AuthCall::Begin).unwrap_err().unwrap();
    assert_eq!(failure.to_string(), "Remote Credential Guard needs Kerberos, which is not spoken here");
    assert!(walk.sent.is_empty());
}
