//! The search for a password in what must not hold it.

/// The marker as text, as UTF-16LE, and as hex or decimal numbers of both, with and without separators.
pub(crate) fn forms(marker: &str) -> Vec<Vec<u8>> {
    let ascii = marker.as_bytes().to_vec();
    let wide: Vec<u8> = marker.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![ascii.clone(), wide.clone()];
    for bytes in [ascii, wide] {
        for separator in ["", " ", ", "] {
            let digits = |digit: fn(&u8) -> String| bytes.iter().map(digit).collect::<Vec<_>>().join(separator);
            forms.push(digits(|byte| format!("{byte:02x}")).into_bytes());
            if !separator.is_empty() {
                forms.push(digits(|byte| byte.to_string()).into_bytes());
            }
        }
    }
    forms
}

/// Fails the test where `output` holds the marker in any form.
pub(crate) fn assert_free_of(marker: &str, what: &str, output: &[u8]) {
    for form in forms(marker) {
        let found = output.windows(form.len()).position(|window| window.eq_ignore_ascii_case(&form));
        if let Some(at) = found {
            let around = output.get(at.saturating_sub(200)..at).unwrap_or_default();
            panic!("{what} holds the password at byte {at}, behind {}", String::from_utf8_lossy(around));
        }
    }
}
