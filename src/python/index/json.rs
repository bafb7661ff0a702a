//! The page in JSON (PEP 691).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Asked, IndexPage, Words, is_readable, sha256};
use crate::base::path::printable;
use crate::python::archives::digests;
use crate::python::name::normal_name;

/// The page's shape. Other keys are passed over.
#[derive(Deserialize)]
struct Page {
    meta: Meta,
    name: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Meta {
    api_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct File {
    filename: String,
    url: String,
    hashes: BTreeMap<String, String>,
    #[serde(default)]
    core_metadata: Value,
    /// What it was called first (PEP 714).
    #[serde(default)]
    dist_info_metadata: Value,
    #[serde(default)]
    yanked: Value,
}

/// A value that may be a truth, a text or a table of texts; anything else is nothing.
#[derive(Default)]
enum Value {
    #[default]
    Nothing,
    Truth(bool),
    Text,
    Table(BTreeMap<String, String>),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a truth, a text or a table of hashes")
    }

    fn visit_bool<E>(self, is: bool) -> Result<Value, E> {
        Ok(Value::Truth(is))
    }

    fn visit_str<E>(self, _: &str) -> Result<Value, E> {
        Ok(Value::Text)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut table = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<String, String>()? {
            table.insert(key, value);
        }
        Ok(Value::Table(table))
    }
}

/// The files that are asked for; the error says why the bytes are no such page.
pub(super) fn read(bytes: &[u8], asked: &Asked<'_>) -> Result<IndexPage, String> {
    let page: Page =
        serde_json::from_slice(bytes).map_err(|error| printable(error.to_string().as_bytes()))?;
    if !is_readable(&page.meta.api_version) {
        let version = printable(page.meta.api_version.as_bytes());
        return Err(format!("its version is {version}, expected 1"));
    }
    if normal_name(&page.name) != asked.project {
        let (name, project) = (printable(page.name.as_bytes()), asked.project);
        return Err(format!("expected the page of {project}, found that of {name}"));
    }
    let files = page.files.iter().filter_map(|file| asked.file(&file.filename, &file.url, || file.words()));
    Ok(IndexPage { base: None, files: files.collect() })
}

impl File {
    fn words(&self) -> Words {
        let metadata = match (&self.core_metadata, &self.dist_info_metadata) {
            (Value::Table(table), _) | (Value::Nothing, Value::Table(table)) => table.get("sha256"),
            _ => None,
        };
        let hashes = self.hashes.iter().map(|(name, hex)| (name.as_str(), hex.as_str()));
        Words {
            hashes: digests(hashes),
            metadata: metadata.and_then(|hex| sha256(hex)),
            is_yanked: matches!(self.yanked, Value::Truth(true) | Value::Text),
        }
    }
}
