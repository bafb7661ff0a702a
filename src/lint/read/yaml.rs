//! YAML into nodes.
//!
//! What it refuses to do: an alias that would make the text grow past what a person writes is not followed.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

use crate::base::text::Span;
use crate::lint::read::node::{Data, Key, Node, is_too_deep};

/// Values within each other; see [`is_too_deep`] for those in brackets. Block lists nest without any: `- - - -`.
const DEPTH: usize = 128;

/// Nodes that aliases may add up to; the largest real files hold some thousands.
const NODES: usize = 1 << 16;

/// The first document of `text`; none where it is not YAML.
pub(crate) fn parse(text: &str) -> Option<Node> {
    documents(text)?.into_iter().next()
}

/// The documents of `text` that hold anything; none where it is not YAML.
pub(crate) fn documents(text: &str) -> Option<Vec<Node>> {
    if is_too_deep(text) {
        return None;
    }
    let mut builder =
        Builder { offsets: Offsets::of(text), open: Vec::new(), anchors: BTreeMap::new(), budget: NODES };
    let mut documents = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        let span = builder.offsets.span(span);
        if builder.open.len() > DEPTH {
            return None;
        }
        documents.extend(builder.take(event, span)?);
    }
    Some(documents)
}

/// Byte offsets of characters.
struct Offsets(Option<Vec<usize>>);

impl Offsets {
    fn of(text: &str) -> Self {
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        Self((!text.is_ascii()).then(|| ends.collect()))
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let byte = |index: usize| match &self.0 {
            Some(offsets) => offsets.get(index).or(offsets.last()).copied().unwrap_or(0),
            None => index,
        };
        Span::new(byte(span.start.index()), byte(span.end.index()))
    }
}

struct Builder {
    offsets: Offsets,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    budget: usize,
}

/// A list or map whose end has not come.
struct Open {
    anchor: usize,
    span: Span,
    items: Vec<Node>,
    is_map: bool,
}

impl Builder {
    /// Takes an event; gives the document once it is whole, and none of anything where it grows too large.
    fn take(&mut self, event: Event<'_>, span: Span) -> Option<Option<Node>> {
        match event {
            Event::Scalar(value, _, anchor, _) => {
                self.add(anchor, Node { span, data: Data::Text(value.into_owned()) })
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                self.budget = self.budget.checked_sub(node.as_ref().map_or(1, Node::size))?;
                self.add(0, node.unwrap_or(Node { span, data: Data::Unknown }))
            }
            Event::SequenceStart(anchor, _) => {
                self.open.push(Open { anchor, span, items: Vec::new(), is_map: false });
                Some(None)
            }
            Event::MappingStart(anchor, _) => {
                self.open.push(Open { anchor, span, items: Vec::new(), is_map: true });
                Some(None)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop()?;
                let last = open.items.last().map_or(open.span.end, |node| node.span.end);
                let span = Span::new(open.span.start, last.max(open.span.end));
                let data = if open.is_map { Data::Map(pairs(open.items)) } else { Data::List(open.items) };
                self.add(open.anchor, Node { span, data })
            }
            _ => Some(None),
        }
    }

    fn add(&mut self, anchor: usize, node: Node) -> Option<Option<Node>> {
        if anchor > 0 {
            self.budget = self.budget.checked_sub(node.size())?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            Some(open) => {
                open.items.push(node);
                Some(None)
            }
            None => Some(Some(node)),
        }
    }
}

fn pairs(items: Vec<Node>) -> Vec<(Key, Node)> {
    let mut pairs = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        let name = key.text().unwrap_or_default().to_owned();
        pairs.push((Key { span: key.span, name }, value));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_they_are_written() {
        let text = "services:\n  é:\n    image: \"python:3.12\"\n    ports: [80, 81]\n";
        let node = parse(text).unwrap();
        let service = node.get("services").unwrap().get("é").unwrap();
        let image = service.get("image").unwrap();
        assert_eq!((image.text(), image.span.text(text)), (Some("python:3.12"), "\"python:3.12\""));
        assert_eq!(service.get("ports").unwrap().items().len(), 2);
    }

    #[test]
    fn anchors_and_merge_keys_bring_values_in() {
        let text = "x: &common\n  user: root\ny:\n  <<: *common\n  image: a\nz: *common\n";
        let node = parse(text).unwrap();
        let user = |name: &str| node.get(name).and_then(|node| node.get("user")).and_then(Node::text);
        assert_eq!((user("y"), user("z")), (Some("root"), Some("root")));
    }

    #[test]
    fn aliases_that_multiply_are_given_up() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let items = vec![format!("*a{}", level - 1); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert_eq!(parse(&text), None);
        let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 100].join(", "));
        assert_eq!(parse(&long), None);
        assert_eq!(parse(&"[".repeat(100_000)), None);
        for nested in [
            "- ".repeat(100_000),
            "? ".repeat(100_000),
            (0..10_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(),
            format!("a: {}", "- ".repeat(100_000)),
        ] {
            assert_eq!(parse(&nested), None);
        }
        // Aliases nest what they name, too.
        let mut text = String::from("a0: &a0 [x]\n");
        (1..5000).for_each(|level| text.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1)));
        assert_eq!(parse(&text), None);
        assert_eq!(parse("a: [b"), None);
    }
}
