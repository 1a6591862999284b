//! Standard RDP security as the host's Connect Response describes it.

use badrdp_proto::pdu::gcc::ServerBlock;
use badrdp_proto::pdu::x224::Protocols;

use super::ask::{ALL_METHODS, Question, Settings, put_with};
use super::pace::Pace;

/// What SC_CORE and SC_SECURITY say, MS-RDPBCGR 2.2.1.4.2 and 2.2.1.4.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    /// `version` of the server core data.
    pub version: Option<u32>,
    /// `encryptionMethod`: what the host picked of all that were offered, then of what was left, and so on.
    pub methods: Vec<u32>,
    /// Whether the rest was refused: no further method is accepted.
    pub complete: bool,
    /// `encryptionLevel`.
    pub level: u32,
}

/// Encryption methods, MS-RDPBCGR 5.3.2: all of them were offered, and the host picked one.
pub const METHODS: &[(u32, &str)] =
    &[(0, "none"), (1, "40-bit RC4"), (2, "128-bit RC4"), (8, "56-bit RC4"), (0x10, "FIPS 140-1 (3DES)")];

/// Encryption levels, MS-RDPBCGR 5.3.1.
pub const LEVELS: &[(u32, &str)] = &[(0, "none"), (1, "low"), (2, "client compatible"), (3, "high"), (4, "FIPS")];

/// RDP versions of the server core data, MS-RDPBCGR 2.2.1.4.2.
const VERSIONS: &[(u32, &str)] = &[
    (0x0008_0001, "RDP 4.0"),
    (0x0008_0004, "RDP 5.0 to 8.1"),
    (0x0008_0005, "RDP 10.0"),
    (0x0008_0006, "RDP 10.1"),
    (0x0008_0007, "RDP 10.2"),
    (0x0008_0008, "RDP 10.3"),
    (0x0008_0009, "RDP 10.4"),
    (0x0008_000a, "RDP 10.5"),
    (0x0008_000b, "RDP 10.6"),
    (0x0008_000c, "RDP 10.7"),
    (0x0008_000d, "RDP 10.8"),
    (0x0008_000e, "RDP 10.9"),
    (0x0008_000f, "RDP 10.10"),
    (0x0008_0010, "RDP 10.11"),
    (0x0008_0011, "RDP 10.12"),
];

pub(super) fn read(settings: &Settings) -> Option<Standard> {
    let Settings::Given(response) = settings else {
        return None;
    };
    let version = response.blocks.iter().find_map(|block| match block {
        ServerBlock::Core(core) => Some(core.version),
        _ => None,
    });
    response.blocks.iter().find_map(|block| match block {
        ServerBlock::Security(security) => {
            let (methods, level) = (vec![security.encryption_method], security.encryption_level);
            // Without encryption there is nothing more to ask for.
            Some(Standard { version, complete: security.encryption_method == 0, methods, level })
        }
        _ => None,
    })
}

/// Asks for the methods that the host did not pick, until it takes none of them.
pub(super) async fn exhaust(pace: &mut Pace<'_>, standard: &mut Standard) {
    while !standard.complete {
        let left = standard.methods.iter().fold(ALL_METHODS, |left, method| left & !method);
        let question = Question::of(Protocols::RDP);
        if left == 0 {
            standard.complete = true;
            return;
        }
        let Some((answer, stream)) = put_with(pace, question, left).await else {
            return;
        };
        pace.close(stream, &[]).await;
        match answer.settings.as_ref().and_then(read).and_then(|standard| standard.methods.first().copied()) {
            Some(method) if method & left != 0 => standard.methods.push(method),
            _ => {
                pace.refused();
                standard.complete = answer.settings.is_some();
                return;
            }
        }
    }
}

/// The name in a table, or the number.
#[must_use]
pub fn name(table: &[(u32, &'static str)], number: u32) -> String {
    let known = table.iter().find(|(known, _)| *known == number);
    known.map_or_else(|| format!("{number:#x}"), |(_, name)| (*name).to_owned())
}

/// `RDP 10.7`, or the number.
#[must_use]
pub fn version(number: u32) -> String {
    name(VERSIONS, number)
}
