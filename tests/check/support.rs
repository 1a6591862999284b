//! Runs `badrdp check` with the mock client.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// How the mock client is to be read.
const PROFILE: &str = r#"
about = "the mock client of the tests"
command = ["true"]
crash_codes = [101]
warns = "is not good, go on"

[[says]]
reason = "certificate"
output = "^reason: certificate$"

[[says]]
reason = "licence"
output = "^reason: licence$"

[[says]]
reason = "logon"
output = "^reason: logon$"

[[says]]
reason = "tls"
output = "^reason: tls$"

[[says]]
reason = "negotiation"
output = "^reason: negotiation$"

[[says]]
reason = "server-said"
output = "^ERRINFO 0x(?P<errinfo>[0-9a-f]+)$"

[[says]]
reason = "protocol"
output = "^reason: protocol$"
"#;

/// A directory for what a test writes.
pub(crate) struct Room(tempfile::TempDir);

impl Room {
    pub(crate) fn new() -> Self {
        let room = Self(tempfile::tempdir().expect("a temporary directory"));
        std::fs::write(room.path("mock.toml"), PROFILE).expect("a profile");
        room
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// `badrdp check` with these arguments, and the mock client with this behaviour.
    pub(crate) fn command(&self, arguments: &[&str], behaviour: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
        let temporary = self.path("tmp");
        std::fs::create_dir_all(&temporary).expect("a directory");
        command.arg("check").args(arguments).arg("--client").arg(self.path("mock.toml"));
        command.arg("--env").arg(format!("TELL={}", self.path("told").display()));
        command.env("TMPDIR", temporary).env_remove("GITHUB_ACTIONS").arg("--");
        let words = ["{host}", "{port}", "{user}", "{password}", "{domain}", "{ca}"];
        command.arg(std::env::current_exe().expect("this program")).args([crate::client::MARK, behaviour]).args(words);
        command
    }

    pub(crate) fn check(&self, arguments: &[&str], behaviour: &str) -> Output {
        self.command(arguments, behaviour).output().expect("badrdp runs")
    }

    /// What is left in the directory for temporary files.
    pub(crate) fn left(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path("tmp")).expect("a directory");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }
}

/// The first case of `badrdp check --json`, and the exit code.
pub(crate) fn case(arguments: &[&str], behaviour: &str) -> (Value, i32) {
    let room = Room::new();
    let deadline: &[&str] = if arguments.contains(&"--deadline") { &[] } else { &["--deadline", "20s"] };
    let arguments = [arguments, &["--json"], deadline].concat();
    let output = room.check(&arguments, behaviour);
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(room.left(), [] as [PathBuf; 0], "nothing is left behind");
    (document["scenarios"][0].clone(), output.status.code().expect("an exit code"))
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether a process of this number is there.
pub(crate) fn lives(id: &str) -> bool {
    // A zombie has ended: whoever inherited it has not asked yet.
    std::fs::read_to_string(Path::new("/proc").join(id).join("stat"))
        .is_ok_and(|stat| stat.rsplit(')').next().is_none_or(|rest| !rest.trim_start().starts_with('Z')))
}
