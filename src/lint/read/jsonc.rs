//! JSON with comments into nodes.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::base::text::Span;
use crate::lint::read::node::{Data, Key, Node, is_too_deep};

/// The value that `text` holds; none where it is not JSON.
pub(super) fn parse(text: &str) -> Option<Node> {
    if is_too_deep(text) {
        return None;
    }
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?;
    parsed.value.as_ref().map(node)
}

fn node(value: &Value<'_>) -> Node {
    let range = value.range();
    let data = match value {
        Value::StringLit(text) => Data::Text(text.value.to_string()),
        Value::NumberLit(number) => Data::Text(number.value.to_owned()),
        Value::BooleanLit(truth) => Data::Text(truth.value.to_string()),
        Value::Array(array) => Data::List(array.elements.iter().map(node).collect()),
        Value::Object(object) => {
            let entries = object.properties.iter().map(|property| {
                let range = property.name.range();
                let span = Span::new(range.start, range.end);
                (Key { span, name: property.name.as_str().to_owned() }, node(&property.value))
            });
            Data::Map(entries.collect())
        }
        Value::NullKeyword(_) => Data::Unknown,
    };
    Node { span: Span::new(range.start, range.end), data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_trailing_commas_are_read_over() {
        let text = "{ // a\n \"image\": \"python\", \"runArgs\": [\"--gpus\", \"all\",], }";
        let node = parse(text).unwrap();
        let image = node.get("image").unwrap();
        assert_eq!((image.text(), image.span.text(text)), (Some("python"), "\"python\""));
        assert_eq!(node.get("runArgs").unwrap().items().len(), 2);
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_not_read() {
        assert_eq!(parse("{\"a\": "), None);
        assert_eq!(parse(&"[".repeat(1_000_000)), None);
    }
}
