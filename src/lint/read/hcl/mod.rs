//! HCL, and its form in JSON: names with what stands under them, and expressions worked out into nodes.
//!
//! What it refuses to do: a text that nests deeper than its parser can bear is not read.

mod eval;
mod operators;
mod stdlib;
mod value;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};

use crate::base::text::Span;
pub(crate) use crate::lint::read::hcl::eval::{Code, Function, Globals, Locals};
pub(crate) use crate::lint::read::hcl::value::HclValue;
use crate::lint::read::node::{Data, Key, Node, is_too_deep};

/// What stands under a name.
#[derive(Debug, Clone)]
pub(crate) enum Entry<'a> {
    /// An expression, and the text it stands in.
    Expression(&'a Expression, &'a str),
    /// A value of JSON; its texts are templates.
    Json(&'a Node),
    /// A block.
    Block(Span, Entries<'a>),
}

/// Names, each with what stands under it, in order; a name may come again.
pub(crate) type Entries<'a> = Vec<(Key, Entry<'a>)>;

/// The body of `text`; none where it is not HCL, or nests too deep.
pub(crate) fn parse(text: &str) -> Option<Body> {
    if is_too_deep(text) || chains_too_long(text) {
        return None;
    }
    text.parse().ok()
}

/// Operators of one expression, one behind the other; real files stop at some ten. The parser calls itself for each, and so does
/// what takes its tree apart.
const CHAIN: usize = 256;

fn chains_too_long(text: &str) -> bool {
    let (mut count, mut open) = (0usize, 0usize);
    // A line of dashes may be a comment's. What begins no line counts, comment or not.
    let is_comment =
        |line: &&str| line.trim_start().starts_with(['#']) || line.trim_start().starts_with("//");
    text.split_inclusive('\n').filter(|line| !is_comment(line)).flat_map(str::bytes).any(|byte| {
        match byte {
            b'!' | b'-' | b'?' | b'+' | b'*' | b'%' | b'<' | b'>' | b'=' | b'&' | b'|' => count += 1,
            b'(' | b'[' => open += 1,
            b')' | b']' => open = open.saturating_sub(1),
            // What ends an argument or an attribute ends its operators too; in brackets, a line's end ends nothing.
            b',' | b'{' | b'}' | b'"' => count = 0,
            b'\n' if open == 0 => count = 0,
            _ => {}
        }
        count > CHAIN
    })
}

/// What a body holds; `target "app" { … }` is `target` → `app` → its body.
pub(crate) fn of_body<'a>(body: &'a Body, text: &'a str) -> Entries<'a> {
    let entries = body.iter().map(|structure| match structure {
        Structure::Attribute(attribute) => {
            let key = Key { span: place(attribute.key.span()), name: attribute.key.to_string() };
            (key, Entry::Expression(&attribute.value, text))
        }
        Structure::Block(inner) => of_block(inner, text),
    });
    entries.collect()
}

fn of_block<'a>(block: &'a Block, text: &'a str) -> (Key, Entry<'a>) {
    let span = place(block.span());
    let mut entry = Entry::Block(span, of_body(&block.body, text));
    for label in block.labels.iter().rev() {
        let key = Key { span: place(label.span()), name: label.as_str().to_owned() };
        entry = Entry::Block(span, vec![(key, entry)]);
    }
    (Key { span: place(block.ident.span()), name: block.ident.to_string() }, entry)
}

/// What a value of JSON holds by name; a list of maps is all of them.
pub(crate) fn of_json(node: &Node) -> Entries<'_> {
    let maps = node.items().iter().flat_map(Node::entries);
    node.entries().iter().chain(maps).map(|(key, node)| (key.clone(), Entry::Json(node))).collect()
}

impl<'a> Entry<'a> {
    /// What it holds by name.
    pub(crate) fn entries(&self) -> Entries<'a> {
        match self {
            Self::Expression(..) => Vec::new(),
            Self::Json(node) => of_json(node),
            Self::Block(_, entries) => entries.clone(),
        }
    }

    /// What it is worth, where it is one value.
    pub(crate) fn code(&self) -> Option<Code<'a>> {
        match self {
            Self::Expression(expression, text) => Some(Code::Hcl(expression, text)),
            Self::Json(node) => node.text().map(Code::Template),
            Self::Block(..) => None,
        }
    }

    /// Its value with the places of its parts; what is open has `${…}` in its text.
    pub(crate) fn node(&self, globals: &Globals<'_>, locals: &Locals) -> Node {
        match self {
            Self::Expression(expression, text) => of_expression(expression, text, globals, locals),
            Self::Json(node) => of_node(node, globals, locals),
            Self::Block(span, entries) => {
                let entries = entries.iter().map(|(key, entry)| (key.clone(), entry.node(globals, locals)));
                Node { span: *span, data: Data::Map(entries.collect()) }
            }
        }
    }
}

fn of_expression(expression: &Expression, text: &str, globals: &Globals<'_>, locals: &Locals) -> Node {
    let span = place(expression.span());
    let data = match expression {
        Expression::Array(array) => {
            Data::List(array.iter().map(|item| of_expression(item, text, globals, locals)).collect())
        }
        Expression::Object(object) => {
            let entries = object.iter().map(|(key, item)| {
                let name = globals.key(key, text, locals).unwrap_or_default();
                (Key { span: place(key.span()), name }, of_expression(item.expr(), text, globals, locals))
            });
            Data::Map(entries.collect())
        }
        _ => of_value(globals.value(Code::Hcl(expression, text), locals), span),
    };
    Node { span, data }
}

fn of_node(node: &Node, globals: &Globals<'_>, locals: &Locals) -> Node {
    let data = match &node.data {
        Data::Text(text) => of_value(globals.value(Code::Template(text), locals), node.span),
        Data::List(items) => Data::List(items.iter().map(|item| of_node(item, globals, locals)).collect()),
        Data::Map(entries) => Data::Map(
            entries.iter().map(|(key, item)| (key.clone(), of_node(item, globals, locals))).collect(),
        ),
        Data::Unknown => Data::Unknown,
    };
    Node { span: node.span, data }
}

/// A value that stands, as a whole, at `span`.
fn of_value(value: HclValue, span: Span) -> Data {
    let node = |value| Node { span, data: of_value(value, span) };
    match value {
        HclValue::Open(text) => Data::Text(text),
        HclValue::List(items) => Data::List(items.into_iter().map(node).collect()),
        HclValue::Map(entries) => {
            Data::Map(entries.into_iter().map(|(name, value)| (Key { span, name }, node(value))).collect())
        }
        other => other.as_text().map_or(Data::Unknown, Data::Text),
    }
}

fn place(span: Option<std::ops::Range<usize>>) -> Span {
    span.map_or(Span::default(), |range| Span::new(range.start, range.end))
}

#[cfg(test)]
mod tests;
