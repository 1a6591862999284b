//! The ladder's geometry: from the entries of a transcript to rows, each with its place.

use badrdp_proto::vocab::Stage;
use serde::Serialize;

use super::entry::{self, Kind, Said, Tone};
use super::part::Part;
use super::wrap::{NARROW, WIDE, wrap};

/// Entries that are drawn, of the beginning and of the end.
const FIRST: usize = 800;
const LAST: usize = 200;
/// Rows of one drawing: a page that is printed breaks between drawings only.
const ROWS: usize = 24;
/// Connections that are drawn.
pub(super) const CONNECTIONS: usize = 8;
/// From one line of a fact to the next.
const LINE: u32 = 14;

/// One connection.
#[derive(Debug, Serialize)]
pub(super) struct Ladder {
    /// What stands above it.
    pub(super) caption: String,
    /// Who stands on the left and on the right.
    pub(super) ends: Ends,
    pub(super) bands: Vec<Band>,
    /// What is not drawn.
    pub(super) missing: Option<String>,
    /// Whether the whole is the server's view.
    pub(super) by_server: bool,
    /// Whether any row is evidence.
    pub(super) cites: bool,
}

/// The names of the two sides: who begins stands on the left.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Ends {
    pub(super) left: &'static str,
    pub(super) right: &'static str,
}

impl Ends {
    pub(super) const PROBE: Self = Self { left: "probe", right: "host" };
    pub(super) const CLIENT: Self = Self { left: "client", right: "server" };
}

/// The entries of one stage, one after the other.
#[derive(Debug, Serialize)]
pub(super) struct Band {
    pub(super) stage: String,
    /// What happens in the stage; none for stages of other versions.
    pub(super) about: Option<&'static str>,
    pub(super) tone: Tone,
    pub(super) drawings: Vec<Drawing>,
}

/// Rows that stay together.
#[derive(Debug, Serialize)]
pub(super) struct Drawing {
    pub(super) height: u32,
    pub(super) rows: Vec<Row>,
}

/// One entry, or where the connection failed.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) tone: Tone,
    /// Whether a finding rests on it.
    pub(super) cited: bool,
    /// From where to where, in pixels from the drawing's top.
    pub(super) top: u32,
    pub(super) height: u32,
    /// Where the name, its time and its length stand.
    pub(super) base: u32,
    /// Where the arrow runs, or the dot is.
    pub(super) middle: u32,
    pub(super) time: Option<String>,
    pub(super) name: String,
    pub(super) length: Option<String>,
    pub(super) lines: Vec<Line>,
    /// Fewer lines for wider screens, where they are fewer; empty elsewhere.
    pub(super) wide: Vec<Line>,
    /// All of it, where something of it is not drawn.
    pub(super) whole: Option<String>,
}

/// A line of a fact.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) base: u32,
    pub(super) text: String,
}

/// What is said beside the entries.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Lines of evidence.
    pub(super) evidence: Vec<String>,
    /// What NLA came to, once it succeeded.
    pub(super) logon: Option<String>,
    /// Where it went wrong, and what: for connections whose own record has no failure.
    pub(super) fault: Option<(String, String)>,
    /// Whether a failure is one of the host, and not where the probe stops.
    pub(super) to_blame: bool,
    /// Whether another connection follows: then this one's end is no failure.
    pub(super) followed: bool,
}

impl Ladder {
    /// Draws `transcript`.
    pub(super) fn draw(caption: String, ends: Ends, transcript: Part<'_>, beside: &Beside) -> Self {
        let by_server = transcript.get("side").is("server");
        let count = transcript.get("entries").list().len();
        let left_out = count.saturating_sub(FIRST + LAST);
        let entries = transcript.get("entries").list().enumerate();
        let drawn = entries.filter(|(index, _)| *index < FIRST || *index >= FIRST + left_out).map(|(_, entry)| entry);
        let mut rows: Vec<Said> = drawn.map(|entry| entry::said(entry, by_server)).collect();
        for row in &mut rows {
            row.cited = beside.evidence.contains(&row.quote);
        }
        if let Some(logon) = &beside.logon {
            insert(&mut rows, "nla", Said::milestone("nla", "logged on", logon.clone()));
        }
        let failure = transcript.get("failure");
        if failure.is_there() && !beside.followed {
            let (name, tone) =
                if beside.to_blame { ("✗ it fails here", Tone::Bad) } else { ("it ends here", Tone::Warn) };
            let stage = failure.get("stage").words();
            insert(&mut rows, &stage, Said::end(&stage, name, tone, entry::why(failure, beside.to_blame)));
        } else if let Some((stage, what)) = &beside.fault {
            insert(&mut rows, stage, Said::end(stage, "✗ it fails here", Tone::Bad, what.clone()));
        }
        let dropped = transcript.get("dropped").number().unwrap_or_default();
        let missing = left_out as i64 + dropped.max(0);
        let missing = (missing > 0).then(|| format!("{missing} entries from the middle are not drawn"));
        let cites = rows.iter().any(|row| row.cited);
        Self { caption, ends, bands: bands(rows), missing, by_server, cites }
    }
}

/// Puts `row` behind the last entry of its stage that is not about tidying up; at the end where there is none.
fn insert(rows: &mut Vec<Said>, stage: &str, row: Said) {
    let behind = |rows: &[Said], farewell: bool| {
        rows.iter().rposition(|row| row.stage == stage && (farewell || !row.farewell)).map(|index| index + 1)
    };
    let place = behind(rows, false).or_else(|| behind(rows, true)).unwrap_or(rows.len());
    rows.insert(place, row);
}

/// Rows by stage, each run of one stage a band.
fn bands(rows: Vec<Said>) -> Vec<Band> {
    let mut runs: Vec<(String, Vec<Said>)> = Vec::new();
    for row in rows {
        match runs.last_mut() {
            Some((stage, run)) if *stage == row.stage => run.push(row),
            _ => runs.push((row.stage.clone(), vec![row])),
        }
    }
    runs.into_iter().map(|(stage, rows)| band(stage, rows)).collect()
}

fn band(stage: String, rows: Vec<Said>) -> Band {
    let tone = rows.iter().map(|row| row.tone).max().unwrap_or_default();
    let known: Option<Stage> = stage.parse().ok();
    let mut drawings = Vec::with_capacity(rows.len().div_ceil(ROWS));
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut top = 0;
        let mut placed = Vec::with_capacity(ROWS);
        for said in rows.by_ref().take(ROWS) {
            let row = place(said, top);
            top += row.height;
            placed.push(row);
        }
        drawings.push(Drawing { height: top, rows: placed });
    }
    Band { stage, about: known.map(Stage::sentence), tone, drawings }
}

/// One row, whose top is at `top`.
fn place(said: Said, top: u32) -> Row {
    let Said { kind, tone, cited, time, name, length, fact, altered, .. } = said;
    let (narrow, cut) = lines(&fact, &altered, NARROW);
    let (wide, _) = lines(&fact, &altered, WIDE);
    // Name; arrow, if any; lines; a gap.
    let (base, middle, first) = match kind {
        Kind::Sent | Kind::Received => (top + 15, top + 22, top + 36),
        Kind::Note => (top + 15, top + 11, top + 29),
        Kind::Milestone | Kind::End => (top + 20, top + 16, top + 35),
    };
    let count = narrow.len() as u32;
    let bottom = match kind {
        Kind::Sent | Kind::Received => 10,
        Kind::Note => 8,
        Kind::Milestone | Kind::End => 14,
    };
    let under = if count == 0 { base.max(middle) } else { first + (count - 1) * LINE };
    let height = under + bottom - top;
    let whole = cut.then(|| std::iter::once(fact).chain(altered).collect::<Vec<_>>().join("; "));
    let wide = if wide.len() < narrow.len() { placed(wide, first) } else { Vec::new() };
    let lines = placed(narrow, first);
    Row { kind, tone, cited, top, height, base, middle, time, name, length, lines, wide, whole }
}

/// The lines of a fact and of what was altered, and whether something is left out.
fn lines(fact: &str, altered: &[String], room: u32) -> (Vec<String>, bool) {
    let (mut lines, mut cut) = wrap(fact, room);
    for what in altered {
        let (more, shorter) = wrap(&format!("altered: {what}"), room);
        lines.extend(more);
        cut |= shorter;
    }
    (lines, cut)
}

fn placed(texts: Vec<String>, first: u32) -> Vec<Line> {
    (first..).step_by(LINE as usize).zip(texts).map(|(base, text)| Line { base, text }).collect()
}
