//! Expressions of workflows, `${{ … }}`, as far as the file gives their values: `matrix.NAME` and `env.NAME`.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/expressions>
//!
//! What it refuses to do: it calls no function and knows no context of a run; such an expression stays as it is written.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::limits;
use crate::lint::read::node::Node;

/// What expressions may name where a step stands.
#[derive(Debug, Clone)]
pub(super) struct Scope<'n> {
    /// The `env:` of the workflow, the job and the step.
    environment: Vec<&'n Node>,
    matrix: Option<&'n Node>,
    /// Bytes that all texts of the file may still be filled in to.
    left: Rc<Cell<usize>>,
}

/// Names looked at in one map; real ones have some ten.
const NAMES: usize = 256;

/// Bytes of a text that is filled in with a matrix; of a longer one nothing is.
const BYTES: usize = 4096;

fn named<'n>(map: &'n Node, name: &str) -> Option<&'n Node> {
    map.entries().iter().take(NAMES).find(|(key, _)| key.name == name).map(|(_, value)| value)
}

impl<'n> Scope<'n> {
    /// That of a file which has said nothing yet.
    pub(super) fn new() -> Self {
        Self { environment: Vec::new(), matrix: None, left: Rc::new(Cell::new(limits::FILLED_BYTES)) }
    }

    /// Takes some bytes off what may be filled in; whether there are as many.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.unwrap_or(self.left.get()));
        left.is_some()
    }

    /// The same with the variables of an `env:` over it.
    pub(super) fn with_environment(&self, node: Option<&'n Node>) -> Self {
        let mut scope = self.clone();
        scope.environment.extend(node);
        scope
    }

    /// The same for a job with that matrix.
    pub(super) fn with_matrix(&self, matrix: Option<&'n Node>) -> Self {
        Self { matrix, ..self.clone() }
    }

    /// The environment's variables.
    pub(super) fn environment(&self) -> BTreeMap<&'n str, &'n Node> {
        let all = self.environment.iter().flat_map(|map| map.entries().iter().take(NAMES));
        all.map(|(key, value)| (key.name.as_str(), value)).collect()
    }

    fn variable(&self, name: &str) -> Option<&'n Node> {
        self.environment.iter().rev().find_map(|map| named(map, name))
    }

    /// The matrix' values, where a text is nothing but one of its names.
    pub(super) fn items_of(&self, text: &str) -> Option<Vec<&'n Node>> {
        let inside = text.trim().strip_prefix("${{")?.strip_suffix("}}")?.trim();
        let items = self.values(inside.strip_prefix("matrix.")?);
        (!items.is_empty()).then_some(items)
    }

    /// The values that a name of the matrix has: `image`, or `job.image` where its values are maps.
    fn values(&self, path: &str) -> Vec<&'n Node> {
        let Some(matrix) = self.matrix else { return Vec::new() };
        let mut parts = path.split('.');
        let name = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let axis = named(matrix, name).map(Node::items).unwrap_or_default().iter();
        let included = named(matrix, "include").map(Node::items).unwrap_or_default().iter();
        let each = axis.chain(included.take(NAMES).filter_map(|entry| named(entry, name)));
        let below = each.filter_map(|node| rest.iter().try_fold(node, |node, name| named(node, name)));
        below.take(limits::MATRIX).collect()
    }

    /// Whether the matrix leaves out what has these values.
    fn is_excluded(&self, chosen: &BTreeMap<&str, &str>) -> bool {
        let excluded =
            self.matrix.and_then(|matrix| named(matrix, "exclude")).map(Node::items).unwrap_or_default();
        excluded.iter().take(NAMES).any(|entry| {
            !entry.entries().is_empty()
                && entry.entries().iter().all(|(key, value)| {
                    value.text().is_some_and(|text| chosen.get(key.name.as_str()) == Some(&text))
                })
        })
    }
}

/// The texts that a text with expressions may be, each once; what is not known stays as it is written.
pub(super) fn filled(text: &str, scope: &Scope<'_>) -> Vec<String> {
    if text.len() > BYTES {
        return vec![text.to_owned()];
    }
    let names: BTreeSet<&str> =
        expressions(text).filter_map(|inside| inside.strip_prefix("matrix.")).collect();
    let mut all: Vec<BTreeMap<&str, &str>> = vec![BTreeMap::new()];
    for name in names {
        let values: Vec<&str> = scope.values(name).into_iter().filter_map(Node::text).collect();
        if values.is_empty() {
            continue;
        }
        let pairs = all.iter().flat_map(|chosen| values.iter().map(move |value| (chosen, *value)));
        let more = pairs.take(limits::MATRIX).map(|(chosen, value)| {
            let mut chosen = chosen.clone();
            chosen.insert(name, value);
            chosen
        });
        all = more.collect();
    }
    let kept = all.iter().filter(|chosen| !scope.is_excluded(chosen));
    let texts: BTreeSet<String> = kept.map(|chosen| with_values(text, chosen, scope)).collect();
    texts.into_iter().collect()
}

/// What stands in the expressions of a text.
fn expressions(text: &str) -> impl Iterator<Item = &str> {
    text.split("${{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(inside, _)| inside.trim())
}

fn with_values(text: &str, chosen: &BTreeMap<&str, &str>, scope: &Scope<'_>) -> String {
    if !scope.spend(text.len()) {
        return text.to_owned();
    }
    let mut parts = text.split("${{");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((inside, rest)) = part.split_once("}}") else {
            all.push_str("${{");
            all.push_str(part);
            continue;
        };
        let name = inside.trim();
        let of_matrix = name.strip_prefix("matrix.").and_then(|name| chosen.get(name).copied());
        let of_environment = || {
            let node = scope.variable(name.strip_prefix("env.")?)?;
            node.text().filter(|text| !text.contains('$'))
        };
        match of_matrix.or_else(of_environment).filter(|value| scope.spend(value.len())) {
            Some(value) => all.push_str(value),
            None => all.extend(["${{", inside, "}}"]),
        }
        all.push_str(rest);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::read::yaml;

    #[test]
    fn what_the_file_gives_is_filled_in() {
        let root = yaml::parse(
            "env: {E: e}\nmatrix:\n  v: [1, 2]\n  os: [a, b]\n  include: [{v: 3, os: c}]\n  exclude: [{v: 1, os: a}]\n  j: [{image: x}]\n",
        )
        .unwrap();
        let scope = Scope::new().with_environment(root.get("env")).with_matrix(root.get("matrix"));
        assert_eq!(filled("n:${{ matrix.v }}", &scope), ["n:1", "n:2", "n:3"]);
        assert_eq!(filled("${{env.E}}:${{ inputs.x }}", &scope), ["e:${{ inputs.x }}"]);
        assert!(!filled("${{ matrix.v }}${{ matrix.os }}", &scope).contains(&"1a".to_owned()));
        assert_eq!(scope.items_of("${{ matrix.j.image }}").unwrap()[0].text(), Some("x"));
        assert_eq!(filled("${{ matrix.lost }}", &scope), ["${{ matrix.lost }}"]);
        assert_eq!(filled("${{ open", &scope), ["${{ open"]);
    }

    #[test]
    fn what_would_make_a_file_grow_too_large_stays_as_it_is_written() {
        let root = yaml::parse(&format!("env: {{E: {}}}\n", "e".repeat(1 << 20))).unwrap();
        let scope = Scope::new().with_environment(root.get("env"));
        let all: usize = (0..100).map(|_| filled("${{ env.E }}", &scope).concat().len()).sum();
        assert!(all <= limits::FILLED_BYTES);
        assert_eq!(filled("${{ env.E }}", &scope), ["${{ env.E }}"]);
    }
}
