//! A saved run: what `badrdp check --json` printed, read back.

use badrdp_client_probe::report::json::SCHEMA;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::check::Class;

/// The largest file that is read.
pub const MAX_BYTES: usize = 512 * 1024 * 1024;

/// A run of one client. The transcripts stay in the text that it was read from.
#[derive(Clone, Debug, Deserialize)]
pub struct Run<'a> {
    /// Which client.
    pub client: Client,
    /// The version of badrdp that ran it.
    pub badrdp: String,
    /// When, Unix seconds.
    pub started: u64,
    /// How long it took.
    pub took_ms: f64,
    /// What became of each case.
    #[serde(borrow)]
    pub scenarios: Vec<Case<'a>>,
}

/// Whose run it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Client {
    /// The name of its profile, or of its program.
    pub name: String,
    /// What the profile says of it; empty without a profile.
    #[serde(default)]
    pub about: String,
    /// Program and arguments, with placeholders.
    #[serde(default)]
    pub command: Vec<String>,
}

/// One case.
#[derive(Clone, Debug, Deserialize)]
pub struct Case<'a> {
    /// The scenario.
    pub id: String,
    /// In one sentence.
    pub summary: String,
    /// Sections of specifications.
    #[serde(default)]
    pub spec: Vec<String>,
    /// What the scenario asks of a client.
    pub expected: Expected,
    /// What the client came to.
    pub verdict: Verdict,
    /// What the expectation file says of that.
    pub recorded: Recorded,
    /// How the client's process ended.
    pub outcome: Outcome,
    /// Its command line.
    #[serde(default)]
    pub command: Vec<String>,
    /// What it gave away.
    #[serde(default)]
    pub leak_lines: Vec<String>,
    /// The directory with its artefacts.
    #[serde(default)]
    pub artefacts: Option<String>,
    /// The server's transcripts.
    #[serde(borrow, default)]
    pub connections: Option<&'a RawValue>,
}

/// What a scenario asks of a client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Expected {
    /// What it must do.
    pub must: Option<String>,
    /// What it should do.
    pub should: Option<String>,
    /// Why.
    #[serde(default)]
    pub because: String,
}

/// A verdict, as it was printed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Verdict {
    /// In one word.
    pub class: Class,
    /// In one sentence.
    pub detail: String,
    /// Where the last connection ended.
    pub stage: String,
    /// How many connections the attempt had.
    #[serde(default)]
    pub connections: u64,
    /// From the first lie to the client's end.
    #[serde(default)]
    pub time_to_detect_ms: Option<f64>,
    /// What the client says of the reason.
    #[serde(default)]
    pub said: Vec<Said>,
    /// Which reasons would be right.
    #[serde(default)]
    pub right_reasons: Vec<String>,
}

/// A reason that the client gave.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Said {
    /// Its class.
    pub reason: String,
    /// The client's own words.
    #[serde(default)]
    pub words: String,
    /// The ERRINFO number that it reports.
    #[serde(default)]
    pub error_info: Option<u32>,
}

/// What the expectation file says of a case.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Recorded {
    /// Whether it is good, neither, or listed so.
    pub as_recorded: bool,
    /// The reason of the entry that expects it.
    pub known: Option<String>,
    /// What an entry expects in its place.
    pub listed: Option<String>,
}

/// How a client's process ended.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Outcome {
    /// How, in one word.
    pub end: String,
    /// Its exit code.
    #[serde(default)]
    pub exit_code: Option<i64>,
    /// The signal that ended it.
    #[serde(default)]
    pub signal: Option<i32>,
    /// Whether the system wrote a core file.
    #[serde(default)]
    pub core: Option<bool>,
    /// From its start to its end.
    pub took_ms: f64,
    /// The end of what it wrote to stdout.
    #[serde(default, skip_serializing)]
    pub stdout: String,
    /// The end of what it wrote to stderr.
    #[serde(default, skip_serializing)]
    pub stderr: String,
}

/// Why a run cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No text at all.
    #[error("the file is empty")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than {} MiB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// Not JSON, or cut short.
    #[error("{0}")]
    Json(serde_json::Error),
    /// JSON that is none of ours, or another command's.
    #[error("it is not what `badrdp check --json` prints: {0}")]
    Foreign(&'static str),
    /// Written by another version.
    #[error("schema {0}: this version reads schema {SCHEMA}")]
    Schema(Value),
    /// A field that is missing, or not as it should be.
    #[error("{field}: {why}")]
    Field {
        /// Which, as a path.
        field: String,
        /// What is wrong with it.
        why: serde_json::Error,
    },
}

/// What tells whose a document is.
#[derive(Deserialize)]
struct Head {
    schema: Option<Value>,
    kind: Option<Value>,
}

impl<'a> Run<'a> {
    /// Reads one document.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(json: &'a [u8]) -> Result<Self, ReadError> {
        if json.len() > MAX_BYTES {
            return Err(ReadError::TooLarge);
        }
        if json.iter().all(u8::is_ascii_whitespace) {
            return Err(ReadError::Empty);
        }
        // Whose it is comes first, wherever in the document it is said.
        let head: Head = serde_json::from_slice(json).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => ReadError::Foreign("it is no object"),
            _ => ReadError::Json(error),
        })?;
        match (head.schema, head.kind) {
            (None, _) => return Err(ReadError::Foreign("no field `schema`")),
            (Some(schema), _) if schema != SCHEMA => return Err(ReadError::Schema(schema)),
            (_, Some(kind)) if kind == "check" => {}
            (_, Some(kind)) if kind == "matrix" => {
                return Err(ReadError::Foreign("it is what runs were merged into already; merge the runs themselves"));
            }
            _ => return Err(ReadError::Foreign("no field `kind` that is \"check\"")),
        }
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| ReadError::Field { field: error.path().to_string(), why: error.into_inner() })
    }
}
