//! Several hosts on one page.

use std::io::{self, Write};

use badrdp_proto::transcript::ConnectFailure;
use serde_json::json;

use super::super::{HtmlError, Page};
use super::{denied, document, old_host, page, read, text, texts, with};
use crate::diagnosis::fixture::Story;
use crate::report::survey_json;

#[test]
fn one_host_stands_open_and_has_no_summary() {
    let page = page(&[document(&denied())]);
    let page = read(&page);
    assert_eq!((with(&page, "summary").len(), with(&page, "host").len()), (0, 1));
    assert!(with(&page, "host")[0].has_tag_name(("http://www.w3.org/1999/xhtml", "section")));
    assert_eq!(text(with(&page, "badge")[0]), "broken at active");
}

#[test]
fn several_hosts_are_folded_and_summed_up() {
    let mut surveyed = document(&Story::active().drawn().done());
    surveyed["target"] = json!({ "host": "2001:db8::7", "port": 3390 });
    surveyed["survey"] = survey_json::survey(&old_host());
    let mut replayed = document(&Story::unreachable(ConnectFailure::Refused));
    replayed.as_object_mut().unwrap().remove("target");
    replayed["scenario"] = json!("negotiation/failure");
    let page = page(&[document(&denied()), surveyed, replayed, document(&Story::active().drawn().done())]);
    let page = read(&page);
    let summary = with(&page, "summary")[0];
    let rows: Vec<_> = summary.descendants().filter(|node| node.tag_name().name() == "tr").skip(1).collect();
    assert_eq!(rows.len(), 4);
    let cells = |row: usize| texts(&rows[row].children().filter(roxmltree::Node::is_element).collect::<Vec<_>>());
    let first = cells(0);
    assert_eq!(&first[..3], ["192.0.2.7:3389", "broken", "active"]);
    assert!(first[3].contains("denies the connection"), "{first:?}");
    assert_eq!(first[4], "0x904, 0x7");
    let second = cells(1);
    assert_eq!(&second[..3], ["[2001:db8::7]:3390", "healthy", "active"]);
    assert!(second[5].starts_with("high: "), "{second:?}");
    assert_eq!(cells(2)[0], "negotiation/failure");
    // A weakness is something to look at, too.
    assert_eq!(rows.iter().filter(|row| row.attribute("class") == Some("fine")).count(), 1);
    assert!(text(summary).starts_with("4 hosts, 3 with something to look at"), "{}", text(summary));
    for row in rows {
        let link = row.descendants().find_map(|node| node.attribute("href")).unwrap();
        let place = page.descendants().find(|node| node.attribute("id") == link.strip_prefix('#')).unwrap();
        // A link into what is folded opens it.
        assert_eq!(place.parent().unwrap().tag_name().name(), "details");
    }
}

#[test]
fn no_host_is_a_page_all_the_same() {
    let page = page(&[]);
    assert!(text(read(&page).root_element()).contains("There is no host."));
}

#[test]
fn a_host_is_written_when_the_next_one_has_come() {
    let mut page = Page::begin(Vec::new(), "many").unwrap();
    let begun = page.out.len();
    let document = document(&denied());
    page.host(&document).unwrap();
    assert_eq!(page.out.len(), begun);
    page.host(&document).unwrap();
    let two = page.out.len() - begun;
    assert!(page.waiting.is_none());
    page.host(&document).unwrap();
    assert_eq!((page.out.len() - begun) / 3, two / 2);
}

/// A disk that is full.
#[derive(Debug)]
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_cannot_be_written_is_told() {
    for room in [0, 10_000] {
        let made = Page::begin(Full(room), "full").and_then(|mut page| {
            page.host(&document(&denied()))?;
            page.end()
        });
        assert!(matches!(made, Err(HtmlError::Write(_))), "{made:?}");
    }
}
