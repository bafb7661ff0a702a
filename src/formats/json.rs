//! JSON documents of untrusted images.

use serde_json::Value;

/// Reads a document; nesting is capped by the parser.
pub(crate) fn parse(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_without_end_is_refused() {
        assert!(parse("[".repeat(100_000).as_bytes()).is_none());
        assert!(parse(br#"{"a":[1]}"#).is_some());
    }
}
