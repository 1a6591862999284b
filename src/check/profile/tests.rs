#![allow(clippy::unwrap_used, reason = "tests state what they expect")]
use super::*;
use crate::check::{End, Template};

#[test]
fn every_built_in_profile_can_be_read_and_its_placeholders_are_known() {
    for name in Profile::names() {
        let profile = Profile::find(name).unwrap_or_else(|error| unreachable!("{error}"));
        assert!(!profile.about.is_empty(), "{name}");
        let words = profile.command.iter().chain(&profile.stdin).chain(profile.env.values());
        for word in words {
            assert_eq!(Template::parse(word).err(), None, "{name}");
        }
        // A client that can be started has words that are known.
        assert_eq!(profile.command.is_empty(), profile.script.is_some(), "{name}");
        assert!(profile.command.is_empty() || !profile.says.is_empty(), "{name}");
    }
}

fn wrong(text: &str) -> String {
    Profile::parse("a", "a.toml", text).unwrap_err().to_string()
}

#[test]
fn mistakes_are_told_with_their_line() {
    let head = "about = \"a\"\ncommand = [\"a\"]\n";
    let unknown = wrong(&format!("{head}commando = 1\n"));
    assert!(unknown.starts_with("a.toml:3: unknown field `commando`"), "{unknown}");
    let reason = wrong(&format!("{head}[[says]]\nreason = \"because\"\nexit = [1]\n"));
    assert!(reason.starts_with("a.toml:4: unknown variant `because`"), "{reason}");
    let regex = wrong(&format!("{head}[[says]]\nreason = \"tls\"\noutput = \"(\"\n"));
    assert!(regex.starts_with("a.toml:5: not a regular expression"), "{regex}");
    assert_eq!(
        wrong(&format!("{head}[[says]]\nreason = \"tls\"\n")),
        "a.toml:3: `says` has neither `exit` nor `output`"
    );
    assert!(wrong("about = \"a\"\ncommand = []\n").starts_with("a.toml:2: `command` is empty"));
    assert!(wrong("about = \"a\"\n").starts_with("a.toml:1: neither `command` nor `by_hand`"));
    let deadline = wrong(&format!("{head}deadline = \"soon\"\n"));
    assert!(deadline.starts_with("a.toml:3: not a duration"), "{deadline}");
    let for_ever = wrong(&format!("{head}deadline = \"400000000000years\"\n"));
    assert_eq!(for_ever, "a.toml:3: a duration is above zero and at most 1h");
    let both = wrong(&format!("{head}stays = true\nafter_close = \"5s\"\n"));
    assert_eq!(both, "a.toml:4: `after_close` says when a client is hung that `stays` says is not");
    let error = Profile::find("freerdp").unwrap_err().to_string();
    assert!(error.starts_with("no profile is called `freerdp`; there are freerdp2, freerdp3, "), "{error}");
}

#[test]
fn words_come_before_exit_codes_and_the_groups_say_what_is_quoted() {
    let profile = Profile::parse(
        "a",
        "a.toml",
        "about = \"a\"\ncommand = [\"a\"]\n\
         [[says]]\nreason = \"network\"\nexit = [3]\nmeans = \"lost\"\n\
         [[says]]\nreason = \"server-said\"\noutput = 'ERRINFO 0x(?P<errinfo>[0-9a-f]+): (?P<words>.+)'\n",
    );
    let profile = profile.unwrap();
    let stderr = "noise\nERRINFO 0x10a: not  licensed\n".to_owned();
    let outcome = Outcome { end: End::Exited(3), stderr, ..Outcome::unseen() };
    let said = |reason, words: &str, error_info| Said { reason, words: words.to_owned(), error_info };
    let read = profile.read(&outcome);
    assert_eq!(
        read,
        [said(Reason::ServerSaid, "not licensed", Some(0x10a)), said(Reason::Network, "exit code 3: lost", None)]
    );
    assert!(profile.is_odd(4) && !profile.is_odd(3) && !profile.is_odd(0));
    assert!(!Profile::bare(vec!["a".to_owned()]).is_odd(4), "without a list no code is odd");
}

/// Lines that xfreerdp 2.11 and rdesktop 1.9 printed.
#[test]
fn the_words_of_real_clients_are_understood() {
    let read = |name: &str, stderr: &str, code| {
        let outcome = Outcome { end: End::Exited(code), stderr: stderr.to_owned(), ..Outcome::unseen() };
        let said = Profile::find(name).unwrap().read(&outcome);
        said.iter().map(|said| (said.reason, said.error_info)).collect::<Vec<_>>()
    };
    let expired = "[22:48:37:512] [1:2] [WARN][com.freerdp.crypto] - Certificate verification failure 'certificate has \
                   expired (10)' at stack position 0\n";
    assert_eq!(read("freerdp2", expired, 143), [(Reason::Certificate, None), (Reason::Tls, None)]);
    let denied = "[ERROR][com.freerdp.core] - rdp_set_error_info:freerdp_set_last_error_ex \
                  ERRINFO_LICENSE_NO_LICENSE_SERVER [0x00010101]\n";
    // In the session its exit code is 241, which its own list has not got.
    assert_eq!(read("freerdp2", denied, 241), [(Reason::ServerSaid, Some(0x101))]);
    let attach = "Protocol(error): mcs_recv_aucf(), expected result 0, got 96\n";
    assert_eq!(read("rdesktop", attach, 76), [(Reason::Protocol, None), (Reason::Generic, None)]);
}
