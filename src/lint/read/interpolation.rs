//! Compose's interpolation: `$X`, `${X}`, `${X:-default}`, `${X:?error}`, `${X:+other}`, and `$$` for a dollar.
//! <https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md>
//!
//! Filled in is what the files say: `.env` beside the file, and the defaults. What only the environment says stays as it is written.
//!
//! What it refuses to do: of a variable that each machine sets, the default is not taken for its value.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::base::limits;
use crate::lint::read::node::{Data, Node};
use crate::lint::read::values::is_of_machines;

/// Defaults inside defaults; real ones stop at two.
const DEPTH: usize = 16;

/// What the files give variables.
pub(super) struct Environment {
    given: BTreeMap<String, String>,
    /// Bytes that a file may still grow by.
    left: Cell<usize>,
}

impl Environment {
    /// That of a `.env` file, or of none.
    pub(super) fn of(text: Option<&str>) -> Self {
        let given = text.map(variables).unwrap_or_default();
        Self { given, left: Cell::new(limits::FILLED_BYTES) }
    }

    /// The value of a variable; none where it would make the file grow too large.
    fn value(&self, name: &str) -> Option<String> {
        let value = self.given.get(name)?;
        self.left.set(self.left.get().checked_sub(value.len())?);
        Some(value.clone())
    }
}

/// The variables of a `.env` file.
fn variables(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let set = lines.filter_map(|line| {
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let value = value.trim();
        let quoted = ['"', '\''].iter().find_map(|quote| {
            let inside = value.strip_prefix(*quote)?;
            inside.get(..inside.find(*quote)?)
        });
        let plain = || value.split(" #").next().unwrap_or_default().trim_end();
        let value = quoted.unwrap_or_else(plain);
        // What is made of other variables is left to compose.
        (!value.contains('$')).then(|| (name.trim().to_owned(), value.to_owned()))
    });
    set.collect()
}

/// A document with its texts filled in, and maps that YAML's `<<` merges in merged.
pub(super) fn filled(node: Node, given: &Environment) -> Node {
    let data = match node.data {
        Data::Text(text) if text.contains('$') => Data::Text(interpolated(&text, given, DEPTH)),
        Data::List(items) => Data::List(items.into_iter().map(|item| filled(item, given)).collect()),
        Data::Map(entries) => {
            let (merged, own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| key.name == "<<");
            let mut own: Vec<_> = own.into_iter().map(|(key, value)| (key, filled(value, given))).collect();
            let maps = merged.into_iter().flat_map(|(_, value)| match value.data {
                Data::List(items) => items,
                _ => vec![value],
            });
            let mut names: BTreeSet<String> = own.iter().map(|(key, _)| key.name.clone()).collect();
            for map in maps {
                // One that merges others in is whole first.
                let Data::Map(entries) = filled(map, given).data else { continue };
                own.extend(entries.into_iter().filter(|(key, _)| names.insert(key.name.clone())));
            }
            Data::Map(own)
        }
        other => other,
    };
    Node { span: node.span, data }
}

/// A text with what is known in its places.
fn interpolated(text: &str, given: &Environment, depth: usize) -> String {
    let mut all = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, behind) = rest.split_at(at);
        all.push_str(before);
        let behind = behind.get(1..).unwrap_or_default();
        let (written, value) = match braced(behind) {
            _ if behind.starts_with('$') => (1, Some("$".to_owned())),
            Some(inside) => (inside.len() + 2, of_braces(inside, given, depth)),
            None => {
                let length = name_length(behind);
                (length, behind.get(..length).and_then(|name| given.value(name)))
            }
        };
        match value {
            Some(value) => all.push_str(&value),
            None => {
                all.push('$');
                all.push_str(behind.get(..written).unwrap_or_default());
            }
        }
        rest = behind.get(written..).unwrap_or_default();
    }
    all.push_str(rest);
    all
}

fn name_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

/// What stands in the braces that a text begins with, others inside it included.
fn braced(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('{')?;
    let mut depth = 0usize;
    for (at, byte) in inside.bytes().enumerate().take(LONGEST) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return inside.get(..at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Bytes between braces; real ones hold some hundred.
const LONGEST: usize = 4096;

/// The value of `NAME`, `NAME:-default` and their like.
fn of_braces(inside: &str, given: &Environment, depth: usize) -> Option<String> {
    let (name, rest) = inside.split_at(name_length(inside));
    let (is_strict, sign) = match rest.strip_prefix(':') {
        Some(sign) => (true, sign),
        None => (false, rest),
    };
    let set = given.given.get(name).filter(|value| !is_strict || !value.is_empty());
    let other = |text: &str| depth.checked_sub(1).map(|depth| interpolated(text, given, depth));
    match (sign.chars().next(), set) {
        (Some('+'), Some(_)) => other(sign.get(1..)?),
        (Some('+'), None) if !is_of_machines(name) => Some(String::new()),
        (_, Some(_)) => given.value(name),
        (Some('-'), None) if !is_of_machines(name) => other(sign.get(1..)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_files_say_is_filled_in_and_what_the_environment_says_is_not() {
        let given = Environment::of(Some("# c\nTAG=6\nexport Q=\"a b\" # c\nE=\nN = 1 # c\nV=${X}\n"));
        let filled = |text: &str| interpolated(text, &given, DEPTH);
        assert_eq!(filled("${IMG:-redis}:${TAG:-7}"), "redis:6");
        assert_eq!(filled("$TAG ${Q} ${E-x} ${E:-x} ${N}"), "6 a b  x 1");
        assert_eq!(filled("${A:-${B:-c}}-${A}"), "c-${A}");
        assert_eq!(filled("${A?need}${A:?need}$A$$A"), "${A?need}${A:?need}$A$A");
        assert_eq!(filled("${TAG:+x}${A:+x}|"), "x|");
        assert_eq!(filled("${UID:-1000}${V}${"), "${UID:-1000}${V}${");
    }

    #[test]
    fn what_is_merged_in_is_filled_in_once() {
        let text = "base: &base\n  a: $$TAG\nown:\n  <<: *base\n  b: $$TAG\n";
        let root = filled(crate::lint::read::yaml::parse(text).unwrap(), &Environment::of(Some("TAG=6\n")));
        let own = root.get("own").unwrap();
        let value = |name: &str| own.get(name).and_then(Node::text);
        assert_eq!((value("a"), value("b")), (Some("$TAG"), Some("$TAG")));
    }

    #[test]
    fn defaults_in_defaults_end() {
        let text = "${A:-".repeat(5_000) + &"}".repeat(5_000);
        assert!(interpolated(&text, &Environment::of(None), DEPTH).len() <= text.len());
        interpolated(&"${A:-".repeat(50_000), &Environment::of(None), DEPTH);
    }

    #[test]
    fn what_would_make_a_file_grow_too_large_stays_as_it_is_written() {
        let given = Environment::of(Some(&format!("X={}\n", "x".repeat(1 << 20))));
        let whole = interpolated(&"$X ${X:-y} ".repeat(1000), &given, DEPTH);
        assert!(whole.len() <= limits::FILLED_BYTES + 20_000);
        assert!(whole.ends_with("x $X ${X:-y} ") || whole.ends_with(" $X ${X:-y} "));
    }
}
