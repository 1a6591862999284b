//! Who may log on, and what everybody else is told.

use badrdp_proto::vocab::codes::NtStatus;
use badrdp_scenarios::model::{Account, Target};

use super::AuthHost;
use super::ntlm_crypto::upper;

/// A logon attempt: `prove` gives the key of a right password.
pub(super) fn log_on<K>(
    host: &AuthHost,
    user: &str,
    domain: &str,
    prove: impl FnOnce(&str) -> Option<K>,
) -> Result<K, NtStatus> {
    if let Some(status) = host.nla.refuse {
        return Err(status);
    }
    let Some(account) = find(host, user, domain) else {
        return Err(host.nla.unknown_user);
    };
    match (prove(&account.password), account.state) {
        // Whether the password is right is not said of a locked account.
        (None, Some(NtStatus::STATUS_ACCOUNT_LOCKED_OUT)) => Err(NtStatus::STATUS_ACCOUNT_LOCKED_OUT),
        (None, _) => Err(host.nla.wrong_password),
        (Some(_), Some(status)) => Err(status),
        (Some(key), None) => Ok(key),
    }
}

/// The account of a user, by name and domain or, without a domain, by a user principal name.
pub(super) fn find<'a>(host: &'a AuthHost, user: &str, domain: &str) -> Option<&'a Account> {
    let target = &host.nla.target;
    let named = |user: &str, domain: &str| {
        host.accounts.iter().find(|account| same(&account.user, user) && in_domain(account, target, domain))
    };
    named(user, domain).or_else(|| {
        let (user, suffix) = user.rsplit_once('@').filter(|_| domain.is_empty())?;
        named(user, suffix)
    })
}

/// A host's own domain goes by its NetBIOS and by its DNS name.
fn in_domain(account: &Account, target: &Target, domain: &str) -> bool {
    let own = |name: &str| same(name, &target.netbios_domain) || same(name, &target.dns_domain);
    account.domain.as_ref().is_none_or(|wanted| same(wanted, domain) || (own(wanted) && own(domain)))
}

fn same(a: &str, b: &str) -> bool {
    upper(a) == upper(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::tests::{account, host};

    const LOCKED: NtStatus = NtStatus::STATUS_ACCOUNT_LOCKED_OUT;

    fn attempt(host: &AuthHost, user: &str, domain: &str, password: &str) -> Result<(), NtStatus> {
        log_on(host, user, domain, |right| (right == password).then_some(()))
    }

    #[test]
    fn an_account_without_a_domain_is_in_every_domain_and_in_none() {
        let host = host(vec![account("alice", None, None)]);
        for domain in ["", "EXAMPLE", "elsewhere"] {
            assert_eq!(attempt(&host, "ALICE", domain, "Passw0rd!"), Ok(()));
        }
        assert_eq!(attempt(&host, "alice@any.test", "", "Passw0rd!"), Ok(()));
        assert_eq!(attempt(&host, "alice@any.test", "EXAMPLE", "Passw0rd!"), Err(host.nla.unknown_user));
    }

    #[test]
    fn an_account_in_a_domain_goes_by_both_names_of_the_hosts_own() {
        let host = host(vec![account("alice", Some("EXAMPLE"), None), account("bob", Some("other"), None)]);
        for (user, domain) in [("alice", "example"), ("alice", "Example.Test"), ("alice@example.test", "")] {
            assert_eq!(attempt(&host, user, domain, "Passw0rd!"), Ok(()), "{user} {domain}");
        }
        assert_eq!(attempt(&host, "bob", "OTHER", "Passw0rd!"), Ok(()));
        for (user, domain) in [("alice", ""), ("alice", "other"), ("bob", "example.test"), ("bob@example.test", "")] {
            assert_eq!(attempt(&host, user, domain, "Passw0rd!"), Err(host.nla.unknown_user), "{user} {domain}");
        }
    }

    #[test]
    fn a_user_name_with_an_at_sign_of_its_own_is_found() {
        let host = host(vec![account("al@ice", None, None)]);
        assert_eq!(attempt(&host, "al@ice", "", "Passw0rd!"), Ok(()));
    }

    #[test]
    fn the_state_is_for_those_who_know_the_password_but_for_a_locked_account() {
        let disabled = NtStatus::STATUS_ACCOUNT_DISABLED;
        let host = host(vec![account("alice", None, Some(disabled)), account("bob", None, Some(LOCKED))]);
        assert_eq!(attempt(&host, "alice", "", "Passw0rd!"), Err(disabled));
        assert_eq!(attempt(&host, "alice", "", "wrong"), Err(host.nla.wrong_password));
        assert_eq!(attempt(&host, "bob", "", "Passw0rd!"), Err(LOCKED));
        assert_eq!(attempt(&host, "bob", "", "wrong"), Err(LOCKED));
    }

    #[test]
    fn refuse_is_for_everybody_and_the_other_answers_are_the_profiles() {
        let mut host = host(vec![account("alice", None, None)]);
        host.nla.wrong_password = NtStatus::STATUS_WRONG_PASSWORD;
        host.nla.unknown_user = NtStatus::STATUS_NO_SUCH_USER;
        assert_eq!(attempt(&host, "alice", "", "wrong"), Err(NtStatus::STATUS_WRONG_PASSWORD));
        assert_eq!(attempt(&host, "nobody", "", "Passw0rd!"), Err(NtStatus::STATUS_NO_SUCH_USER));
        host.nla.refuse = Some(NtStatus::STATUS_NO_LOGON_SERVERS);
        for user in ["alice", "nobody"] {
            assert_eq!(attempt(&host, user, "", "Passw0rd!"), Err(NtStatus::STATUS_NO_LOGON_SERVERS));
        }
    }
}
