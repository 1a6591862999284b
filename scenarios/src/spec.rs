//! Names of specifications and their sections, as files and people write them.

/// A specification, and perhaps a section of it: `MS-RDPBCGR 2.2.8`, `RFC 8446 6.2`, `T.125 7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'t> {
    /// `MS-RDPBCGR`, `RFC 8446`; empty where only a section is named.
    pub document: &'t str,
    /// `2.2.8`; empty where only a document is named.
    pub section: &'t str,
}

impl<'t> Reference<'t> {
    /// Takes a text apart; what stands behind the section is not looked at.
    #[must_use]
    pub fn parse(text: &'t str) -> Self {
        let text = text.trim();
        if is_section(text) {
            return Self { document: "", section: text };
        }
        let words = if text.starts_with("RFC ") { 2 } else { 1 };
        let end = text.match_indices(' ').nth(words - 1).map_or(text.len(), |(at, _)| at);
        let (document, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        let section = rest.split_whitespace().next().unwrap_or_default().trim_end_matches(',');
        Self { document, section: if is_section(section) { section } else { "" } }
    }

    /// Whether `self` is what `wanted` asks for, or lies below it: 2.2.8.1 is below 2.2.8.
    #[must_use]
    pub fn is_within(&self, wanted: &Reference<'_>) -> bool {
        let document = wanted.document.is_empty() || wanted.document.eq_ignore_ascii_case(self.document);
        let below = self.section.strip_prefix(wanted.section);
        document && (wanted.section.is_empty() || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }
}

/// Numbers with dots between them.
fn is_section(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a sentence names a section of a specification: "… (MS-RDPBCGR 3.2.5.3.9)".
#[must_use]
pub fn names_a_section(prose: &str) -> bool {
    let apart = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';' | ':');
    let words: Vec<&str> = prose.split(apart).filter(|word| !word.is_empty()).collect();
    let section = |at: usize| words.get(at).is_some_and(|word| is_section(word.trim_end_matches('.')));
    words.iter().enumerate().any(|(at, word)| match *word {
        "RFC" => section(at + 1) && section(at + 2),
        word => is_document(word) && section(at + 1),
    })
}

/// `MS-RDPBCGR`, `T.125`, `X.224`.
fn is_document(word: &str) -> bool {
    let microsoft = word.strip_prefix("MS-").is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_uppercase()));
    let itu = word.split_once('.').is_some_and(|(series, number)| {
        matches!(series, "T" | "X") && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    microsoft || itu
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_and_sections_are_told_apart() {
        let parts = |text| {
            let Reference { document, section } = Reference::parse(text);
            (document, section)
        };
        assert_eq!(parts("MS-RDPBCGR 2.2.1.4"), ("MS-RDPBCGR", "2.2.1.4"));
        assert_eq!(parts("RFC 8446 6.2"), ("RFC 8446", "6.2"));
        assert_eq!(parts("RFC 5289"), ("RFC 5289", ""));
        assert_eq!(parts("T.125 7, part 4"), ("T.125", "7"));
        assert_eq!(parts(" 2.2.8 "), ("", "2.2.8"));
        assert_eq!(parts("MS-CSSP"), ("MS-CSSP", ""));
        assert_eq!(parts(""), ("", ""));
    }

    #[test]
    fn a_section_holds_those_below_it() {
        let within = |section, wanted| Reference::parse(section).is_within(&Reference::parse(wanted));
        assert!(within("MS-RDPBCGR 2.2.8.1", "2.2.8") && within("MS-RDPBCGR 2.2.8", "2.2.8"));
        assert!(within("MS-RDPBCGR 2.2.8.1", "ms-rdpbcgr 2.2") && within("RFC 8446 6.2", "RFC 8446"));
        assert!(!within("MS-RDPBCGR 2.2.80", "2.2.8") && !within("MS-RDPBCGR 2.2", "2.2.8"));
        assert!(!within("MS-CSSP 2.2.1", "MS-RDPBCGR 2.2.1") && !within("RFC 5289", "5.2"));
    }

    #[test]
    fn a_sentence_names_its_section() {
        assert!(names_a_section("a frame ends where its length says (RFC 1006 6)"));
        assert!(names_a_section("MS-RDPBCGR 3.2.5.3.9: the confirm must name the channel"));
        assert!(names_a_section("(T.125 7)") && names_a_section("as X.224 13.5, says."));
        assert!(!names_a_section("nothing is wrong") && !names_a_section("TLS 1.3 is spoken"));
        assert!(!names_a_section("see RFC 8446") && !names_a_section("see MS-RDPBCGR"));
    }
}
