//! Real clients and servers from Debian's packages, started for one test and ended with it.
#![allow(dead_code, clippy::expect_used, clippy::panic, reason = "a test helper: what is missing is a failed test")]

pub(crate) mod between;
pub(crate) mod browser;
pub(crate) mod hosts;
pub(crate) mod nmap;
pub(crate) mod secret;
pub(crate) mod served;
pub(crate) mod sslyze;
pub(crate) mod window;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program's path, where it is installed.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    directories.map(|directory| directory.join(name)).find(|candidate| candidate.is_file())
}

/// The program's path; fails the test with the package's name where it is not installed.
pub(crate) fn program(name: &str, package: &str) -> PathBuf {
    find(name).unwrap_or_else(|| panic!("`{name}` is not installed: apt-get install {package}"))
}

/// A child process that ends with the test.
#[derive(Debug)]
pub(crate) struct Peer(pub(crate) Child);

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Peer {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}")))
    }

    /// Waits for the process; fails the test past `limit`.
    pub(crate) fn wait(mut self, limit: Duration) -> Output {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.0.try_wait().expect("a child can be waited for") {
                let mut output = Output { status, stdout: Vec::new(), stderr: Vec::new() };
                if let Some(mut stdout) = self.0.stdout.take() {
                    let _ = stdout.read_to_end(&mut output.stdout);
                }
                if let Some(mut stderr) = self.0.stderr.take() {
                    let _ = stderr.read_to_end(&mut output.stderr);
                }
                return output;
            }
            assert!(Instant::now() < deadline, "the process still runs after {limit:?}");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
}

/// An X display of its own, with its pixels in a file.
pub(crate) struct Display {
    _atoms: x11rb::rust_connection::RustConnection,
    _server: Peer,
    directory: tempfile::TempDir,
    /// `:N`.
    pub(crate) name: String,
}

impl Display {
    /// Starts Xvfb on a free display and returns when it accepts clients.
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut server = Peer::spawn(
            Command::new(program("Xvfb", "xvfb"))
                .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-fbdir"])
                .arg(directory.path())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let stdout = server.0.stdout.take().expect("stdout was piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("Xvfb names its display");
        let number: u32 = line.trim().parse().unwrap_or_else(|_| panic!("Xvfb said {line:?}, not a display number"));
        let name = format!(":{number}");
        Self { _atoms: window::prepare(&name), _server: server, directory, name }
    }

    pub(crate) fn home(&self) -> &Path {
        self.directory.path()
    }

    /// A command whose windows are on this display and whose files are thrown away.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.name)
            .env("HOME", self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// How many pixels of the screen have each colour (0xRRGGBB), read from the framebuffer's XWD file.
    pub(crate) fn colours(&self) -> std::collections::HashMap<u32, usize> {
        let file = std::fs::read(self.directory.path().join("Xvfb_screen0")).expect("Xvfb writes its framebuffer");
        // XWDFileHeader: 25 big-endian words; 0 header size, 4 width, 5 height, 12 bytes per line, 19 colour count.
        let word = |index: usize| {
            let bytes = file.get(index * 4..index * 4 + 4).expect("an XWD header");
            u32::from_be_bytes(bytes.try_into().expect("four bytes")) as usize
        };
        let (width, height, stride) = (word(4), word(5), word(12));
        let start = word(0) + word(19) * 12;
        let mut colours = std::collections::HashMap::new();
        for y in 0..height {
            let row = file.get(start + y * stride..start + y * stride + width * 4).expect("a row of pixels");
            for pixel in row.chunks_exact(4) {
                let colour = u32::from_le_bytes(pixel.try_into().expect("four bytes")) & 0x00ff_ffff;
                *colours.entry(colour).or_insert(0) += 1;
            }
        }
        colours
    }
}

/// Checks `done` until it holds; fails the test past `limit`, saying what was awaited.
pub(crate) fn until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + limit;
    while !done() {
        assert!(Instant::now() < deadline, "{what}: not within {limit:?}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
