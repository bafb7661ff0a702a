//! HCL into nodes, as far as it is plain: blocks become maps under their type and labels, expressions are unknown.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::{Element, StringTemplate};

use crate::base::text::Span;
use crate::lint::read::node::{Data, Key, Node, is_too_deep};

/// The body of `text`; none where it is not HCL.
pub(super) fn parse(text: &str) -> Option<Node> {
    if is_too_deep(text) {
        return None;
    }
    let body: Body = text.parse().ok()?;
    Some(Node { span: Span::new(0, text.len()), data: Data::Map(entries(&body, text)) })
}

fn entries(body: &Body, text: &str) -> Vec<(Key, Node)> {
    let entries = body.iter().map(|structure| match structure {
        Structure::Attribute(attribute) => {
            let key = Key { span: place(attribute.key.span()), name: attribute.key.to_string() };
            (key, value(&attribute.value, text))
        }
        Structure::Block(inner) => block(inner, text),
    });
    entries.collect()
}

/// `target "app" { … }` is `target` → `app` → its body.
fn block(block: &Block, text: &str) -> (Key, Node) {
    let span = place(block.span());
    let mut node = Node { span, data: Data::Map(entries(&block.body, text)) };
    for label in block.labels.iter().rev() {
        let key = Key { span: place(label.span()), name: label.as_str().to_owned() };
        node = Node { span, data: Data::Map(vec![(key, node)]) };
    }
    (Key { span: place(block.ident.span()), name: block.ident.to_string() }, node)
}

fn value(expression: &Expression, text: &str) -> Node {
    let data = match expression {
        Expression::String(text) => Data::Text(text.to_string()),
        Expression::Number(number) => Data::Text(number.to_string().trim().to_owned()),
        Expression::Bool(truth) => Data::Text(truth.to_string().trim().to_owned()),
        Expression::StringTemplate(template) => Data::Text(template_text(template, text)),
        Expression::Array(array) => Data::List(array.iter().map(|item| value(item, text)).collect()),
        Expression::Object(object) => {
            let entries = object.iter().map(|(key, item)| {
                let (name, span) = match key {
                    ObjectKey::Ident(name) => (name.to_string(), name.span()),
                    ObjectKey::Expression(Expression::String(name)) => (name.to_string(), name.span()),
                    ObjectKey::Expression(other) => (String::new(), other.span()),
                };
                (Key { span: place(span), name }, value(item.expr(), text))
            });
            Data::Map(entries.collect())
        }
        _ => Data::Unknown,
    };
    Node { span: place(expression.span()), data }
}

/// The text with its interpolations as they are written: `${TAG}`.
fn template_text(template: &StringTemplate, text: &str) -> String {
    let part = |element: &Element| match element {
        Element::Literal(literal) => literal.to_string(),
        other => place(other.span()).text(text).to_owned(),
    };
    template.iter().map(part).collect()
}

fn place(span: Option<std::ops::Range<usize>>) -> Span {
    span.map_or(Span::default(), |range| Span::new(range.start, range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_maps_under_their_labels() {
        let text = "variable \"TAG\" { default = \"1\" }\ntarget \"app\" {\n  args = { USER_UID = \"1000\", X = \"${TAG}-a\" }\n  tags = [\"a:${TAG}\"]\n  y = f(1)\n}\n";
        let node = parse(text).unwrap();
        let app = node.get("target").unwrap().get("app").unwrap();
        let uid = app.get("args").unwrap().get("USER_UID").unwrap();
        assert_eq!((uid.text(), uid.span.text(text)), (Some("1000"), "\"1000\""));
        assert_eq!(app.get("args").unwrap().get("X").unwrap().text(), Some("${TAG}-a"));
        assert_eq!(app.get("y").unwrap().data, Data::Unknown);
    }

    #[test]
    fn what_is_no_hcl_or_too_deep_is_not_read() {
        assert_eq!(parse("target \"a\" {"), None);
        assert_eq!(parse(&format!("a = {}", "(".repeat(100_000))), None);
    }
}
