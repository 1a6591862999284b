//! Every key of the file format, table by table. `docs/scenario-format.md` explains each.

/// The keys of one table.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// The table as a message names it.
    pub table: &'static str,
    /// Its keys.
    pub keys: &'static [&'static str],
}

macro_rules! tables {
    ($($name:ident $table:literal [$($key:literal),* $(,)?];)*) => {
        $(pub(crate) static $name: Keys = Keys { table: $table, keys: &[$($key),*] };)*

        /// Every table of the format.
        pub static TABLES: &[&Keys] = &[$(&$name),*];
    };
}

tables! {
    FILE "the file" ["summary", "about", "spec", "tags", "server", "fault", "expect", "case"];
    CASE "[[case]]" ["id", "summary", "about", "spec", "tags", "server", "fault", "expect"];
    SERVER "[server]" ["security", "negotiation", "tls", "mcs", "licensing", "session"];
    NEGOTIATION "[server.negotiation]" ["failure", "select", "answer", "flags"];
    TLS "[server.tls]" ["certificate", "key", "min", "max", "ciphers"];
    MCS "[server.mcs]" ["connect_result", "attach_result", "join_result", "join_number", "skip_channel_join"];
    LICENSING "[server.licensing]" ["error", "transition", "error_info"];
    SESSION "[server.session]" ["steps"];
    STEP "a step" ["logon_error", "data", "error_info", "disconnect"];
    FAULT "[[fault]]" [
        "at", "occurrence", "then", "omit", "duplicate", "replace", "before", "after", "hold", "set", "xor", "remove",
        "truncate", "append", "insert", "split", "drip", "wait", "merge", "alert", "server_hello",
    ];
    RAW "`replace`, `before` or `after`" ["hex", "text"];
    EDIT "`set` or `xor`" ["layer", "field", "at", "count", "hex", "value"];
    REMOVE "`remove`" ["layer", "field", "at", "count"];
    TRUNCATE "`truncate`" ["layer", "keep"];
    APPEND "`append`" ["layer", "hex", "text"];
    INSERT "`insert`" ["layer", "field", "at", "hex", "text"];
    DRIP "`drip`" ["bytes", "every"];
    EXPECT "[expect]" ["probe", "client"];
    EXPECT_PROBE "[expect.probe]" ["stage", "finding"];
    EXPECT_CLIENT "[expect.client]" ["must", "should", "because"];
}
