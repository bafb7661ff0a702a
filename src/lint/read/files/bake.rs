//! Bake files, HCL and JSON: targets that are built, their variables, functions, matrices and parents worked out.
//! <https://docs.docker.com/build/bake/reference/>
//!
//! What it refuses to do: it merges no files. What another file or the environment decides is open, and so said.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::limits;
use crate::lint::read::file_kind::{FileKind, FileName, file_kind};
use crate::lint::read::files::compose::declared;
use crate::lint::read::hcl::{self, Code, Entries, Entry, Function, Globals, HclValue, Locals};
use crate::lint::read::inline;
use crate::lint::read::jsonc;
use crate::lint::read::node::{Data, Key, Node};
use crate::lint::subject::builds::BuildCall;
use crate::lint::subject::reading::{FileReading, Gap};
use crate::lint::subject::source::SourceText;

pub(crate) struct Bake;

impl FileKind for Bake {
    file_kind!("bake", "`docker-bake*.hcl`, `docker-bake*.json`");

    fn has_name(&self, path: &FileName) -> bool {
        path.stem.starts_with("docker-bake") && matches!(path.extension.as_str(), "hcl" | "json")
    }

    fn has_text(&self, _: &str) -> bool {
        false
    }

    fn read(&self, source: &SourceText) -> FileReading {
        let text = source.text.as_str();
        if source.path.ends_with(".json") {
            return match jsonc::parse(text) {
                Some(root) if root.is_other_than_map() => {
                    FileReading { unread: Some("an object of JSON"), ..FileReading::default() }
                }
                Some(root) => read(&hcl::of_json(&root), text),
                None => FileReading { unread: Some("JSON"), ..FileReading::default() },
            };
        }
        match hcl::parse(text) {
            Some(body) => read(&hcl::of_body(&body, text), text),
            None => FileReading { unread: Some("HCL"), ..FileReading::default() },
        }
    }

    fn inline(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        inline::of_hcl(text)
    }
}

/// Parents of parents; real ones stop at three.
const PARENTS: usize = 32;

/// Keys whose maps parents and children share; of all others, the child's counts.
const SHARED: &[&str] = &["args", "contexts", "labels"];

fn read(root: &Entries<'_>, text: &str) -> FileReading {
    let globals = globals(root);
    let mut reading = FileReading::default();
    let mut targets = Targets { globals: &globals, named: BTreeMap::new(), gaps: Vec::new() };
    for (key, entry) in blocks(root, "target") {
        targets.take(key, entry);
    }
    let grouped = grouped(root, &globals);
    let mut parents = BTreeSet::new();
    let names: Vec<String> = targets.named.keys().cloned().collect();
    let mut made = Vec::new();
    for name in &names {
        let (node, above) = targets.made(name, &mut Vec::new());
        parents.extend(above);
        made.extend(targets.named.get(name).map(|target| (name, target.key.span, node)));
    }
    for (name, span, node) in made {
        let is_base =
            parents.contains(name) && name != "default" && !grouped.contains(name) || name.starts_with('_');
        let inline = node.get("dockerfile-inline");
        if let Some(inline) = inline.filter(|inline| !inline.span.text(text).starts_with("<<")) {
            let reason = "is written in quotes or put together, so the Dockerfile in it is not checked";
            targets.gaps.push(Gap { span: inline.span, reason: reason.to_owned() });
        }
        let has_inline = inline.is_some();
        let call = declared(&node, "contexts", text);
        reading.builds.push(BuildCall { span, is_base, has_inline, ..call });
    }
    reading.gaps = targets.gaps;
    if globals.is_spent() {
        let span = root.first().map_or_else(Default::default, |(key, _)| key.span);
        let reason = "begins a file that takes too much to work out, so not all of it is checked";
        reading.gaps.push(Gap { span, reason: reason.to_owned() });
    }
    reading.distinct()
}

/// The blocks of a sort by their labels: `target "app" { … }`, or `{"target": {"app": …}}`.
fn blocks<'r, 'a>(root: &'r Entries<'a>, sort: &'r str) -> impl Iterator<Item = (Key, Entry<'a>)> + 'r {
    root.iter().filter(move |(key, _)| key.name == sort).flat_map(|(_, entry)| entry.entries())
}

/// Variables, functions and what stands alone.
fn globals<'a>(root: &Entries<'a>) -> Globals<'a> {
    const BLOCKS: &[&str] = &["target", "group", "variable", "function"];
    let alone = root.iter().filter(|(key, _)| !BLOCKS.contains(&key.name.as_str()));
    let mut variables: BTreeMap<String, Option<Code<'a>>> =
        alone.map(|(key, entry)| (key.name.clone(), entry.code())).collect();
    for (key, entry) in blocks(root, "variable") {
        let inside = entry.entries();
        let default = inside.iter().find(|(key, _)| key.name == "default");
        variables.insert(key.name, default.and_then(|(_, entry)| entry.code()));
    }
    let functions = blocks(root, "function").filter_map(|(key, entry)| {
        let inside = entry.entries();
        let get = |name: &str| inside.iter().find(|(key, _)| key.name == name).map(|(_, entry)| entry);
        let result = get("result")?.code()?;
        let parameters = get("params").map(names).unwrap_or_default();
        let rest = get("variadic_params").and_then(|entry| names(entry).into_iter().next());
        Some((key.name, Function { parameters, rest, result }))
    });
    Globals::new(variables, functions.collect())
}

/// The words of a list: `[a, b]`, in JSON texts.
fn names(entry: &Entry<'_>) -> Vec<String> {
    // A word alone is open, since nothing is called so: `${a}`.
    let node = entry.node(&Globals::default(), &Locals::new());
    let name = |text: &str| text.trim_start_matches("${").trim_end_matches('}').to_owned();
    node.items().iter().filter_map(Node::text).map(name).collect()
}

/// The targets that groups name.
fn grouped(root: &Entries<'_>, globals: &Globals<'_>) -> BTreeSet<String> {
    let groups = blocks(root, "group").map(|(_, entry)| entry.node(globals, &Locals::new()));
    let named = groups.flat_map(|group| {
        let targets = group.get("targets").map(Node::items).unwrap_or_default();
        targets.iter().filter_map(Node::text).map(str::to_owned).collect::<Vec<_>>()
    });
    named.collect()
}

/// A target, or one of those that a matrix makes of it.
struct Target<'a> {
    key: Key,
    entry: Rc<Entry<'a>>,
    locals: Locals,
}

struct Targets<'g, 'a> {
    globals: &'g Globals<'a>,
    named: BTreeMap<String, Target<'a>>,
    gaps: Vec<Gap>,
}

impl<'a> Targets<'_, 'a> {
    /// Takes in a target: as many as its matrix makes of it.
    fn take(&mut self, key: Key, entry: Entry<'a>) {
        let inside = entry.entries();
        let get = |name: &str| inside.iter().find(|(key, _)| key.name == name).map(|(_, entry)| entry);
        let combinations = match get("matrix") {
            Some(matrix) => self.combinations(matrix, &key),
            None => vec![Locals::new()],
        };
        let entry = Rc::new(entry);
        for (number, locals) in combinations.into_iter().enumerate() {
            let name = get("name").and_then(Entry::code).map(|code| self.globals.value(code, &locals));
            let name = match name.as_ref().and_then(HclValue::as_text) {
                Some(name) => name,
                None if number == 0 => key.name.clone(),
                None => format!("{}/{number}", key.name),
            };
            // The same target in two places of a file is one, the later over the earlier; a part of it is enough to look at.
            if self.named.len() < limits::TARGETS {
                self.named.insert(name, Target { key: key.clone(), entry: Rc::clone(&entry), locals });
            }
        }
    }

    /// The values that each of a matrix' targets has.
    fn combinations(&mut self, matrix: &Entry<'a>, key: &Key) -> Vec<Locals> {
        let values = match matrix {
            Entry::Json(node) => {
                let axes = node.entries().iter().map(|(name, axis)| {
                    let items = axis.items().iter().map(|item| json_value(item, self.globals));
                    (name.name.clone(), HclValue::List(items.collect()))
                });
                HclValue::Map(axes.collect())
            }
            other => other.code().map_or(HclValue::Null, |code| self.globals.value(code, &Locals::new())),
        };
        let HclValue::Map(axes) = values else { return vec![Locals::new()] };
        let mut all = vec![Locals::new()];
        let mut is_cut = false;
        for (name, items) in axes {
            let HclValue::List(items) = items else { continue };
            is_cut |= all.len().saturating_mul(items.len()) > limits::MATRIX;
            let pairs = all.iter().flat_map(|locals| items.iter().map(move |item| (locals, item)));
            let more = pairs.take(limits::MATRIX).map_while(|(locals, item)| {
                let weight = item.weight() + locals.values().map(HclValue::weight).sum::<usize>();
                let with = || {
                    let mut locals = locals.clone();
                    locals.insert(name.clone(), item.clone());
                    locals
                };
                (!self.globals.spend(weight)).then(with)
            });
            all = more.collect();
        }
        if is_cut {
            let reason = format!("makes more than {} targets, and only so many are checked", limits::MATRIX);
            self.gaps.push(Gap { span: key.span, reason });
        }
        all
    }

    /// A target with what its parents bring, and the names of these.
    fn made(&mut self, name: &str, on_the_way: &mut Vec<String>) -> (Node, Vec<String>) {
        let nothing = Node { span: Default::default(), data: Data::Map(Vec::new()) };
        let Some(target) = self.named.get(name) else { return (nothing, Vec::new()) };
        if self.globals.spend(64) {
            return (nothing, Vec::new());
        }
        let own = target.entry.node(self.globals, &target.locals);
        let inherits: Vec<Node> = own.get("inherits").map(Node::items).unwrap_or_default().to_vec();
        if inherits.is_empty() {
            return (own, Vec::new());
        }
        on_the_way.push(name.to_owned());
        let mut made = nothing;
        let mut parents = Vec::new();
        for parent in &inherits {
            let Some(name) = parent.text() else { continue };
            let reason = match () {
                () if on_the_way.iter().any(|other| other == name) => Some("leads back to this target"),
                () if on_the_way.len() >= PARENTS => Some("has too many parents above it to be looked at"),
                () if !self.named.contains_key(name) => {
                    Some("is not in this file, so what it brings is not checked")
                }
                () => None,
            };
            if let Some(reason) = reason {
                self.gaps.push(Gap { span: parent.span, reason: reason.to_owned() });
                continue;
            }
            let (node, above) = self.made(name, on_the_way);
            parents.push(name.to_owned());
            parents.extend(above);
            made = over(made, node);
            if self.globals.spend(made.entries().len() * 16) {
                break;
            }
        }
        on_the_way.pop();
        (over(made, own), parents)
    }
}

/// What a child says over what its parent says.
fn over(parent: Node, child: Node) -> Node {
    let (Data::Map(mut all), Data::Map(own)) = (parent.data, child.data) else {
        return Node { span: child.span, data: Data::Map(Vec::new()) };
    };
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (at, (key, _)) in all.iter().enumerate() {
        places.entry(key.name.clone()).or_insert(at);
    }
    for (key, value) in own {
        match places.get(&key.name).and_then(|at| all.get_mut(*at)) {
            Some((_, known)) => {
                let is_shared = SHARED.contains(&key.name.as_str());
                *known = match (&mut known.data, value) {
                    (Data::Map(before), Node { span, data: Data::Map(after) }) if is_shared => {
                        let names: BTreeSet<&str> = after.iter().map(|(key, _)| key.name.as_str()).collect();
                        before.retain(|(key, _)| !names.contains(key.name.as_str()));
                        let mut merged = std::mem::take(before);
                        merged.extend(after);
                        Node { span, data: Data::Map(merged) }
                    }
                    (_, value) => value,
                };
            }
            None => {
                places.insert(key.name.clone(), all.len());
                all.push((key, value));
            }
        }
    }
    Node { span: child.span, data: Data::Map(all) }
}

/// A value of JSON as one of HCL.
fn json_value(node: &Node, globals: &Globals<'_>) -> HclValue {
    match &node.data {
        Data::Text(text) => globals.value(Code::Template(text), &Locals::new()),
        Data::List(items) => HclValue::List(items.iter().map(|item| json_value(item, globals)).collect()),
        Data::Map(entries) => HclValue::Map(
            entries.iter().map(|(key, item)| (key.name.clone(), json_value(item, globals))).collect(),
        ),
        Data::Unknown => HclValue::Null,
    }
}
