//! Values of structured texts, with their places.

use crate::base::text::Span;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// Where it stands, quotes included.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) data: Data,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Data {
    /// A text, number or truth value, as text.
    Text(String),
    /// Values in order.
    List(Vec<Node>),
    /// Values by name, in order; a name may come again.
    Map(Vec<(Key, Node)>),
    /// Nothing, or an expression that is not evaluated.
    Unknown,
}

/// The name of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// Where it stands.
    pub(crate) span: Span,
    /// The name.
    pub(crate) name: String,
}

impl Node {
    /// The text of a text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is a value that has no names where these are asked for: a list, or a text. Nothing at all may be a map yet.
    pub(crate) fn is_other_than_map(&self) -> bool {
        matches!(self.data, Data::Text(_) | Data::List(_))
    }

    /// The values of a list; none for anything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// The names and values of a map; none for anything else.
    pub(crate) fn entries(&self) -> &[(Key, Node)] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value called `name`; YAML's `<<` brings in those of other maps.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        let own = self.entries().iter().find(|(key, _)| key.name == name);
        own.map(|(_, value)| value).or_else(|| {
            let merged = self.entries().iter().filter(|(key, _)| key.name == "<<");
            merged.map(|(_, value)| value).find_map(|value| match &value.data {
                Data::List(maps) => maps.iter().find_map(|map| map.own(name)),
                _ => value.own(name),
            })
        })
    }

    /// How many values it is, with all below it; long texts and names count as several.
    pub(crate) fn size(&self) -> usize {
        let more = |text: &str| text.len() / PIECE;
        let below: usize = match &self.data {
            Data::Text(text) => more(text),
            Data::List(items) => items.iter().map(Self::size).sum(),
            Data::Map(entries) => entries.iter().map(|(key, value)| more(&key.name) + value.size()).sum(),
            Data::Unknown => 0,
        };
        1 + below
    }

    fn own(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key.name == name).map(|(_, value)| value)
    }
}

/// Bytes of a text that count as a value.
const PIECE: usize = 256;

/// Brackets within each other; real files stop at some ten. Parsers call themselves for each.
const DEPTH: usize = 128;

/// Whether `text` nests brackets deeper than is read.
pub(super) fn is_too_deep(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEPTH
    })
}
