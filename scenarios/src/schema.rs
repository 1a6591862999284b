//! The format as a JSON Schema (draft 2020-12), made from the tables that the checker reads by.
//!
//! A schema sees less than the checker: it knows no messages' layers and fields, and no course of a connection.

use serde_json::{Map, Value, json};

use crate::keys::{Key, Keys, Kind, Rule, TABLES};

/// A number that no specification names.
const UNNAMED: &str = "^0x[0-9a-fA-F]+$";

/// The schema; `findings` are the ids of the probe's findings, which the format itself does not know.
#[must_use]
pub fn schema(findings: &[&str]) -> Value {
    let tables: Map<String, Value> =
        TABLES.iter().map(|table| (table.id.to_owned(), definition(table, findings))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "badrdp scenario",
        "description": "One way in which an RDP server is wrong, or a family of them",
        "$ref": "#/$defs/file",
        // A family may leave to its cases what a file alone must have.
        "if": { "not": { "required": ["case"] } },
        "then": {
            "required": ["summary", "spec", "expect"],
            "properties": { "expect": {
                "required": ["probe", "client"],
                "properties": {
                    "probe": { "required": ["stage"] },
                    "client": {
                        "required": ["because"],
                        "anyOf": [{ "required": ["must"] }, { "required": ["should"] }],
                    },
                },
            } },
        },
        "$defs": tables,
    })
}

fn definition(table: &Keys, findings: &[&str]) -> Value {
    let properties: Map<String, Value> =
        table.keys.iter().map(|key| (key.name.to_owned(), property(key, findings))).collect();
    let mut all: Vec<Value> = table.rules.iter().map(rule).collect();
    let mut definition = json!({
        "description": table.table,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if let Some(definition) = definition.as_object_mut()
        && !all.is_empty()
    {
        let required: Vec<Value> = table.rules.iter().filter_map(needed).collect();
        all.retain(|rule| !rule.is_null());
        if !required.is_empty() {
            definition.insert("required".to_owned(), required.into());
        }
        if !all.is_empty() {
            definition.insert("allOf".to_owned(), all.into());
        }
    }
    definition
}

fn needed(rule: &Rule) -> Option<Value> {
    match rule {
        Rule::Needs(key) => Some((*key).into()),
        _ => None,
    }
}

fn rule(rule: &Rule) -> Value {
    let has = |key: &&str| json!({ "required": [key] });
    match rule {
        // Stands in `required`.
        Rule::Needs(_) => Value::Null,
        Rule::One(keys) => json!({ "oneOf": keys.iter().map(has).collect::<Vec<_>>() }),
        Rule::Some(keys) => json!({ "anyOf": keys.iter().map(has).collect::<Vec<_>>() }),
        Rule::AtMostOne(keys) => {
            let none = json!({ "not": { "anyOf": keys.iter().map(has).collect::<Vec<_>>() } });
            json!({ "oneOf": keys.iter().map(has).chain([none]).collect::<Vec<_>>() })
        }
        Rule::With(key, other) => json!({ "dependentRequired": { *key: [other] } }),
    }
}

/// What the key may hold, and what it means.
fn property(key: &Key, findings: &[&str]) -> Value {
    let mut value = kind(&key.kind, findings);
    if let Some(value) = value.as_object_mut() {
        value.insert("description".to_owned(), key.about.into());
    }
    value
}

fn kind(kind: &Kind, findings: &[&str]) -> Value {
    let pattern = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let names = |names: Vec<&str>| json!({ "enum": names });
    let array = |items: Value| json!({ "type": "array", "items": items });
    let number = |least: u64, most: u64| json!({ "type": "integer", "minimum": least, "maximum": most });
    let table = |table: &Keys| json!({ "$ref": format!("#/$defs/{}", table.id) });
    let known = |known: &[badrdp_proto::vocab::code::Known]| known.iter().map(|known| known.name).collect::<Vec<_>>();
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Line => pattern(r"^[^\n]*\S[^\n]*$"),
        Kind::Name => pattern("^[a-z0-9.-]+$"),
        Kind::Finding => names(findings.to_vec()),
        Kind::Hex => pattern(r"^\s*([0-9a-fA-F]\s*[0-9a-fA-F]\s*)+$"),
        Kind::Duration => pattern("^[0-9]+(ms|s)$"),
        Kind::Offset => pattern("^-?[0-9]+[smhd]$"),
        Kind::Switch => json!({ "type": "boolean" }),
        Kind::Flag => json!({ "const": true }),
        Kind::Number(least, most) => number(*least, *most),
        Kind::Signed(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Word(words) => names(words()),
        Kind::Code(codes) => json!({ "anyOf": [names(known(codes)), pattern(UNNAMED)] }),
        Kind::CodeOr(codes, words) => {
            json!({ "anyOf": [names(words()), names(known(codes)), pattern(UNNAMED)] })
        }
        Kind::Texts => json!({ "type": "array", "items": pattern(r"\S"), "minItems": 1 }),
        Kind::NameList => array(pattern("^[a-z0-9.-]+$")),
        Kind::Words(words) => json!({ "type": "array", "items": names(words()), "uniqueItems": true }),
        Kind::Numbers(least, most) => {
            json!({ "type": "array", "items": number(*least, *most), "minItems": 1, "maxItems": 64 })
        }
        Kind::OsVersion => json!({
            "type": "array",
            "prefixItems": [number(0, 255), number(0, 255), number(0, 65_535)],
            "items": false,
            "anyOf": [{ "minItems": 3 }, { "maxItems": 0 }],
        }),
        Kind::Table(keys) => table(keys),
        Kind::Tables(keys) => array(table(keys)),
        Kind::Steps(words, keys) => {
            json!({ "type": "array", "items": { "anyOf": [names(words()), table(keys)] }, "minItems": 1 })
        }
    }
}
