//! Lines of text where nobody wraps them: SVG does not.

/// What a line holds on a telephone, in hundredths of the font's size: at 400 px of width the ladder's two sides are
/// 300 px apart, and its font has 10 px.
pub(super) const NARROW: u32 = 2900;
/// The same on a screen: 600 px, and 12.5 px.
pub(super) const WIDE: u32 = 4600;
/// Lines of one text.
const MOST: usize = 3;

/// The lines of `text`, none wider than `room`, and whether something of it is left out.
pub(super) fn wrap(text: &str, room: u32) -> (Vec<String>, bool) {
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let fits = fitting(rest, room);
        if fits == rest.len() {
            lines.push(rest.to_owned());
            return (lines, false);
        }
        if lines.len() + 1 == MOST {
            let end = fitting(rest, room.saturating_sub(width('…')));
            lines.push(format!("{}…", rest.get(..end).unwrap_or_default().trim_end()));
            return (lines, true);
        }
        let end = rest.get(..fits).and_then(|head| head.rfind(' ')).filter(|end| *end > 0).unwrap_or(fits);
        let (line, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        lines.push(line.trim_end().to_owned());
        rest = behind.trim_start();
    }
    (lines, false)
}

/// How many bytes of `text` fit; at least one character, so that every line gets on.
fn fitting(text: &str, room: u32) -> usize {
    let mut used = 0;
    for (index, c) in text.char_indices() {
        used += width(c);
        if used > room && index > 0 {
            return index;
        }
    }
    text.len()
}

/// What a character takes in one of the wider fonts that browsers have for sans-serif.
const fn width(c: char) -> u32 {
    match c {
        'i' | 'j' | 'l' | 'f' | 't' | 'r' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '(' | ')' | '!' => 40,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 98,
        '=' | '<' | '>' | '+' | '~' | '#' => 84,
        'A'..='Z' => 78,
        'a'..='z' => 63,
        ' '..='~' => 70,
        '\u{80}'..='\u{2ff}' => 75,
        _ => 105,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_breaks_between_words() {
        let (lines, cut) = wrap("share 0x103ea, 10 capability sets, 1024x768 at 16 bpp, and a few words more", NARROW);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines.join(" "), "share 0x103ea, 10 capability sets, 1024x768 at 16 bpp, and a few words more");
        assert!(!cut);
        assert_eq!(wrap("", NARROW), (Vec::new(), false));
    }

    #[test]
    fn a_word_too_long_for_a_line_is_broken_and_the_rest_is_cut() {
        let (lines, cut) = wrap(&"x".repeat(100_000), NARROW);
        assert!(cut && lines.len() == MOST && lines.iter().all(|line| line.chars().count() < 50), "{lines:?}");
        assert!(lines.last().is_some_and(|line| line.ends_with('…')));
    }

    #[test]
    fn every_line_fits() {
        for text in ["WWW ".repeat(80), "例え".repeat(90), "a b ".repeat(70), "ÄÖÜ".repeat(33)] {
            for room in [NARROW, WIDE] {
                let (lines, _) = wrap(&text, room);
                assert!(!lines.is_empty());
                for line in lines {
                    assert!(line.chars().map(width).sum::<u32>() <= room, "{line}");
                }
            }
        }
    }
}
