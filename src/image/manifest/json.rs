//! JSON as Go's tools write and read it: `null` for an empty list, map or string; unknown fields everywhere; keys in any
//! case, none of them twice (`keys`).
//!
//! Depth is bounded by serde_json's recursion limit of 128, size by whoever read the bytes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::image::error::{DocumentFault, ImageError};
use crate::image::manifest::keys;

/// Parses the document `what` of `from`.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], what: &str, from: &str) -> Result<T, ImageError> {
    parse_noting(bytes, what, from).map(|(value, _)| value)
}

/// Parses the document `what` of `from`; what should be told of its keys.
pub(crate) fn parse_noting<T: DeserializeOwned>(
    bytes: &[u8],
    what: &str,
    from: &str,
) -> Result<(T, Option<String>), ImageError> {
    let refused = |fault| match fault {
        DocumentFault::TooMany { .. } => ImageError::of(format!("keys in {what}"), from, fault),
        _ => ImageError::of(what, from, fault),
    };
    keys::read(bytes).map(|(value, odd)| (value, odd.note(what))).map_err(refused)
}

/// `null` is the default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A list of texts, itself or any of them `null`.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let texts: Option<Vec<Option<String>>> = Option::deserialize(deserializer)?;
    Ok(texts.unwrap_or_default().into_iter().map(Option::unwrap_or_default).collect())
}

/// A map of texts, itself or any of them `null`.
pub(crate) fn text_map<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    let texts: Option<BTreeMap<String, Option<String>>> = Option::deserialize(deserializer)?;
    Ok(texts.unwrap_or_default().into_iter().map(|(key, text)| (key, text.unwrap_or_default())).collect())
}

/// A text of which the empty one means none.
pub(crate) fn filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Bytes as Go writes them: base64 with its padding, lines broken anywhere.
pub(crate) fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<[u8]>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let text = text.replace(['\r', '\n'], "");
    let bytes = STANDARD.decode(text).map_err(|_| D::Error::custom("expected bytes in base64"))?;
    Ok(Some(bytes.into()))
}

/// A command: a list, or one text that is a list of one (Docker's strslice).
pub(crate) fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Command;

    impl<'de> Visitor<'de> for Command {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of strings, a string or null")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![text.to_owned()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut words = Vec::new();
            while let Some(word) = seq.next_element::<Option<String>>()? {
                words.push(word.unwrap_or_default());
            }
            Ok(words)
        }
    }

    deserializer.deserialize_any(Command).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        let deep = "[".repeat(100_000);
        let error = parse::<serde_json::Value>(deep.as_bytes(), "config", "oci:x").unwrap_err();
        assert!(
            error.to_string().starts_with("read config of oci:x as JSON: recursion limit exceeded"),
            "{error}"
        );
    }
}
