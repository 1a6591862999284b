//! The ladder: what stands where.

use badrdp_proto::connect::{Blame, CloseKind, TlsFailureKind};
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::transcript::{Again, CertificateProblem, Event, Transcript, Why};
use badrdp_proto::vocab::MessageKind;
use serde_json::json;

use super::super::entry::{self, Kind, Tone};
use super::super::ladder::{Beside, Ends, Ladder, Row};
use super::super::part::Part;
use super::{denied, document, entries, page, read, text, with};
use crate::diagnosis::fixture::{Story, error_info, logon, nla};
use crate::report::{json, ladder};

fn draw(transcript: &Transcript) -> Ladder {
    let value = json::transcript(transcript);
    Ladder::draw(String::new(), Ends::PROBE, Part::of(&value), &Beside { to_blame: true, ..Beside::default() })
}

fn rows(ladder: &Ladder) -> impl Iterator<Item = &Row> {
    ladder.bands.iter().flat_map(|band| &band.drawings).flat_map(|drawing| &drawing.rows)
}

#[test]
fn rows_follow_each_other_without_touching() {
    let mut story = Story::active().got(logon());
    for _ in 0..500 {
        story = story.got(error_info(7));
    }
    let ladder = draw(&story.closed(CloseKind::Fin));
    let drawings: Vec<_> = ladder.bands.iter().flat_map(|band| &band.drawings).collect();
    assert!(drawings.len() > 500 / 24 && drawings.iter().all(|drawing| drawing.rows.len() <= 24));
    for drawing in drawings {
        let mut bottom = 0;
        for row in &drawing.rows {
            assert_eq!(row.top, bottom, "{row:?}");
            bottom = row.top + row.height;
            let bases = std::iter::once(row.base).chain(row.lines.iter().map(|line| line.base));
            assert!(bases.clone().is_sorted_by(|one, next| next - one >= 12), "{row:?}");
            assert!(bases.clone().chain([row.middle]).all(|base| base > row.top && base + 4 < bottom), "{row:?}");
            // The arrow runs between the name and the fact.
            let below = row.lines.first().map(|line| line.base);
            if matches!(row.kind, Kind::Sent | Kind::Received) {
                assert!(row.base < row.middle && below.is_none_or(|below| row.middle + 10 < below), "{row:?}");
            }
        }
        assert_eq!(drawing.height, bottom);
    }
}

#[test]
fn the_middle_of_a_very_long_record_is_left_out() {
    let mut value = json::transcript(&denied());
    let entry = value["entries"][3].clone();
    let all = value["entries"].as_array_mut().unwrap();
    all.resize(4000, entry);
    all[3999]["fact"] = json!("the last");
    value["dropped"] = json!(6);
    value["failure"] = json!(null);
    let ladder = Ladder::draw(String::new(), Ends::PROBE, Part::of(&value), &Beside::default());
    assert_eq!(rows(&ladder).count(), 1000);
    assert_eq!(ladder.missing.as_deref(), Some("3006 entries from the middle are not drawn"));
    assert_eq!(rows(&ladder).last().unwrap().lines[0].text, "the last");
}

#[test]
fn a_long_fact_is_cut_and_stands_in_the_tooltip_whole() {
    let mut document = document(&denied());
    let fact = "one more word, ".repeat(30);
    document["transcript"]["entries"][2]["fact"] = json!(fact);
    let page = page(&[document]);
    let page = read(&page);
    let titles: Vec<_> =
        page.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/1999/xhtml", "title"))).collect();
    assert!(titles.iter().any(|title| text(*title) == fact.trim()), "{titles:?}");
}

#[test]
fn evidence_is_found_in_the_ladder() {
    let stories = [
        denied(),
        Story::secured_as(Protocols::SSL, vec![CertificateProblem::Expired]).stalled(),
        Story::tls(TlsFailureKind::Closed(CloseKind::Fin)),
        Story::asked(Protocols::SSL).foreign(b"SSH-2.0-x"),
        Story::asked(Protocols::SSL).closed(CloseKind::Reset),
        Story::nla(Protocols::HYBRID).challenged_by(nla::identity()).authenticated().done(),
        Story::active().event(Event::NoCloseNotify).event(Event::HalfClosed { altered: None }).done(),
    ];
    for story in stories {
        let value = json::transcript(&story);
        for (entry, written) in story.entries.iter().zip(value["entries"].as_array().unwrap()) {
            assert_eq!(entry::said(Part::of(written), false).quote, ladder::quote(entry));
        }
    }
    let page = page(&[document(&denied())]);
    let page = read(&page);
    let cited: Vec<_> = with(&page, "cited").into_iter().map(text).collect();
    assert!(cited.iter().any(|row| row.contains("SetErrorInfo")), "{cited:?}");
}

#[test]
fn where_it_failed_is_marked_once() {
    let stories = [
        (denied(), "active"),
        (Story::secured().stalled(), "tls"),
        (Story::tls(TlsFailureKind::Closed(CloseKind::Fin)), "tls"),
        (Story::asked(Protocols::SSL).closed(CloseKind::Fin), "connection-initiation"),
    ];
    for (story, stage) in stories {
        let document = document(&story);
        let page = page(std::slice::from_ref(&document));
        let page = read(&page);
        let marks = with(&page, "row end bad");
        assert_eq!(marks.len(), 1, "{document}");
        let drawing = marks[0].parent().unwrap();
        let stage = document["transcript"]["failure"]["stage"].as_str().unwrap_or(stage);
        assert_eq!(drawing.attribute("aria-label"), Some(stage));
    }
    // A session that the host ends has not failed as a connection: the finding says what is wrong.
    let mut ended = document(&denied());
    ended["transcript"]["failure"] = json!(null);
    let ended = page(&[ended]);
    let ended = read(&ended);
    let marks = with(&ended, "row end bad");
    assert_eq!(marks.len(), 1);
    assert!(text(marks[0]).contains("denies the connection"), "{}", text(marks[0]));
    let healthy = page(&[document(&Story::active().drawn().done())]);
    assert_eq!(with(&read(&healthy), "row end").len(), 0);
}

#[test]
fn a_refusal_is_one_only_where_the_verdict_says_so() {
    let redirected = Story::active().fail(Blame::Refused(MessageKind::ServerRedirection));
    let value = json::transcript(&redirected);
    for (to_blame, said) in
        [(true, "the host refuses: ServerRedirection"), (false, "the host goes no further: ServerRedirection")]
    {
        let ladder =
            Ladder::draw(String::new(), Ends::PROBE, Part::of(&value), &Beside { to_blame, ..Beside::default() });
        let end = rows(&ladder).find(|row| row.kind == Kind::End).unwrap();
        assert!(end.lines[0].text.starts_with(said), "{end:?}");
        assert_eq!(end.tone == Tone::Bad, to_blame);
    }
}

/// A probe without credentials stops where the host has done nothing wrong.
#[test]
fn where_the_probe_stops_is_not_marked_as_a_failure() {
    let story = Story::nla(Protocols::HYBRID).challenged_by(nla::identity());
    let story = story.fail(Blame::Auth(badrdp_proto::connect::AuthFailure::NoCredentials));
    let page = page(&[document(&story)]);
    let page = read(&page);
    assert_eq!((with(&page, "row end bad").len(), with(&page, "row end warn").len()), (0, 1));
    let about = with(&page, "block").into_iter().map(text).collect::<String>();
    assert!(about.contains("computer") && about.contains("selected (HYBRID)"), "{about}");
}

#[test]
fn a_following_connection_has_a_ladder_of_its_own() {
    let second = Again { why: Why::Redirected, target: ("192.0.2.8".to_owned(), 3390), transcript: denied() };
    let redirected = Story::active().event(Event::Again(Box::new(second)));
    let story = redirected.fail(Blame::Refused(MessageKind::ServerRedirection));
    let page = page(&[document(&story)]);
    let page = read(&page);
    let ladders = with(&page, "ladder");
    let captions: Vec<_> = ladders.iter().map(|ladder| text(ladder.first_element_child().unwrap())).collect();
    assert_eq!(captions.len(), 2);
    assert_eq!(captions[1], "The next connection: on to 192.0.2.8:3390, as it was told");
    // The end is the second connection's; the first one's was what led there.
    let marks = with(&page, "row end");
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].ancestors().find(|node| node.attribute("class") == Some("ladder")), ladders.last().copied());
}

#[test]
fn what_a_server_wrote_down_points_the_same_way() {
    let mut document = document(&denied());
    let drawn = draw(&denied());
    document["transcript"]["side"] = json!("server");
    for entry in document["transcript"]["entries"].as_array_mut().unwrap() {
        let turned = match entry["direction"].as_str() {
            Some("sent") => "received",
            Some("received") => "sent",
            _ => continue,
        };
        entry["direction"] = json!(turned);
    }
    let turned = Ladder::draw(String::new(), Ends::PROBE, Part::of(&document["transcript"]), &Beside::default());
    let messages = |ladder: &Ladder| {
        rows(ladder).filter(|row| row.length.is_some()).map(|row| (row.kind, row.name.clone())).collect::<Vec<_>>()
    };
    assert_eq!(messages(&drawn), messages(&turned));
    assert!(turned.by_server && messages(&turned).len() > 5);
}

#[test]
fn an_event_of_a_later_version_is_a_note() {
    let mut document = document(&denied());
    let count = entries(&document).len();
    document["transcript"]["entries"][1] = json!({ "event": "quite-new", "stage": "later", "fact": "something" });
    let page = page(&[document]);
    let page = read(&page);
    assert_eq!(with(&page, "row").len(), count + 1);
    let row = with(&page, "row note plain").into_iter().map(text).find(|text| text.contains("quite new")).unwrap();
    assert!(row.contains("something"), "{row}");
    assert_eq!(Tone::default(), Tone::Plain);
}
