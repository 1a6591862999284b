//! TLS keys, as NSS writes them: a label, the ClientHello's random, and the secret.

use std::fmt::{self, Write as _};

/// A line of a key log file. Only [`line`](Self::line) shows the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyLine {
    label: String,
    client_random: Vec<u8>,
    secret: Vec<u8>,
}

impl KeyLine {
    /// With a label such as `CLIENT_RANDOM`.
    #[must_use]
    pub fn new(label: &str, client_random: &[u8], secret: &[u8]) -> Self {
        Self { label: label.to_owned(), client_random: client_random.to_vec(), secret: secret.to_vec() }
    }

    /// The line with its end.
    #[must_use]
    pub fn line(&self) -> String {
        let mut text = format!("{} ", self.label);
        hex(&mut text, &self.client_random);
        text.push(' ');
        hex(&mut text, &self.secret);
        text.push('\n');
        text
    }
}

fn hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
}

impl fmt::Debug for KeyLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyLine({}, {} bytes)", self.label, self.secret.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_label_random_and_secret_in_hex_and_debug_does_not_show_the_secret() {
        let line = KeyLine::new("CLIENT_RANDOM", &[0, 0xff, 0x0a], &[0xde, 0xad]);
        assert_eq!(line.line(), "CLIENT_RANDOM 00ff0a dead\n");
        assert_eq!(format!("{line:?}"), "KeyLine(CLIENT_RANDOM, 2 bytes)");
    }
}
