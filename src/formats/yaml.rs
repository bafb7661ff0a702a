//! YAML documents as values, for files that programs write.
//!
//! What this refuses: aliases, values nested deeper than [`DEPTH`], a key that stands twice or is no text, more than [`VALUES`]
//! values, and more than one document.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

/// Values within each other; programs stop at some six.
const DEPTH: usize = 64;

/// Values of one document; a lock of ten thousand packages holds some 300,000.
const VALUES: usize = 1 << 22;

/// A value. What is written as a number, a truth or nothing is the text that it is written as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum YamlValue {
    /// A scalar.
    Text(String),
    /// A sequence.
    List(Vec<YamlValue>),
    /// A mapping.
    Map(BTreeMap<String, YamlValue>),
}

impl YamlValue {
    /// The value of a key; `None` where there is none, or this is no mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        if let Self::Map(map) = self { map.get(key) } else { None }
    }

    /// A scalar's text.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The text of a key's scalar.
    pub(crate) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// The items of a sequence; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The keys of a mapping and their values; none of anything else.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &Self)> {
        let map = if let Self::Map(map) = self { Some(map) } else { None };
        map.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }
}

/// Reads the one document of `text`; the error says what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<YamlValue, String> {
    // The parser calls itself for each bracket.
    if is_too_deep(text) {
        return Err(format!("values are nested more than {DEPTH} deep"));
    }
    let (mut open, mut whole, mut count) = (Vec::<Open>::new(), None, 0);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| format!("it is not YAML: {}", error.info()))?;
        let line = span.start.line();
        let value = match event {
            Event::Scalar(value, ..) => YamlValue::Text(value.into_owned()),
            Event::Alias(_) => return Err(format!("line {line} has an alias, which is not followed")),
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                check_depth(open.len(), line)?;
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(BTreeMap::new(), None));
                check_depth(open.len(), line)?;
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(items)) => YamlValue::List(items),
                Some(Open::Map(map, _)) => YamlValue::Map(map),
                None => return Err(format!("line {line} ends what was not begun")),
            },
            _ => continue,
        };
        count += 1;
        if count > VALUES {
            return Err(format!("it has more than {VALUES} values"));
        }
        match open.last_mut() {
            Some(inner) => inner.take(value).map_err(|problem| format!("line {line}: {problem}"))?,
            None if whole.is_some() => return Err("it has more than one document".to_owned()),
            None => whole = Some(value),
        }
    }
    whole.ok_or_else(|| "it is empty".to_owned())
}

/// A list or a map whose end has not come; a map's key waits for its value.
enum Open {
    List(Vec<YamlValue>),
    Map(BTreeMap<String, YamlValue>, Option<String>),
}

impl Open {
    fn take(&mut self, value: YamlValue) -> Result<(), String> {
        match self {
            Self::List(items) => items.push(value),
            Self::Map(map, key) => match (key.take(), value) {
                (Some(key), value) => {
                    if map.contains_key(&key) {
                        return Err(format!("the key {key:?} stands twice"));
                    }
                    map.insert(key, value);
                }
                (None, YamlValue::Text(text)) => *key = Some(text),
                (None, _) => return Err("a key is no text".to_owned()),
            },
        }
        Ok(())
    }
}

fn check_depth(depth: usize, line: usize) -> Result<(), String> {
    let error = || format!("line {line}: values are nested more than {DEPTH} deep");
    (depth <= DEPTH).then_some(()).ok_or_else(error)
}

/// Whether `text` nests brackets deeper than is read, wherever they stand.
fn is_too_deep(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEPTH
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_they_are_written_as() {
        let read = parse("a: '0.10'\nb: 0.10\nc:\n- x\n- {y: true, z: }\n").unwrap();
        assert_eq!((read.text_of("a"), read.text_of("b")), (Some("0.10"), Some("0.10")));
        let items = read.get("c").unwrap().items();
        assert_eq!((items[0].text(), items[1].text_of("y")), (Some("x"), Some("true")));
        assert_eq!(read.pairs().map(|(key, _)| key).collect::<String>(), "abc");
    }

    #[test]
    fn what_could_mean_two_things_or_grow_is_refused() {
        let deep = "[".repeat(100_000);
        let nested = format!("{}x", "- ".repeat(1000));
        for (text, problem) in [
            ("", "empty"),
            ("a: 1\na: 2\n", "twice"),
            ("a: &x 1\nb: *x\n", "alias"),
            ("[a]: 1\n", "no text"),
            ("a: 1\n---\nb: 2\n", "more than one"),
            ("a: [", "not YAML"),
            (&deep, "deep"),
            (&nested, "deep"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(problem), "{text:.20}: {error}");
        }
    }
}
