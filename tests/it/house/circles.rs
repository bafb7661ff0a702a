//! Circles of files that import each other, over the whole crate.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};

use super::code::{Code, SourceFile};

/// The circles of more than one file, by their paths; the largest first.
pub(super) fn of(code: &Code) -> Vec<Vec<&str>> {
    let imports: Vec<BTreeSet<usize>> = code.files.iter().map(|file| imports(code, file)).collect();
    let mut circles = strongly_connected(&imports);
    circles.retain(|circle| circle.len() > 1);
    circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    circles.iter().map(|circle| circle.iter().map(|at| code.files[*at].path.as_str()).collect()).collect()
}

/// The files that define what `file` names, and those that hand it on and define something themselves.
fn imports(code: &Code, file: &SourceFile) -> BTreeSet<usize> {
    let mut paths = Paths::default();
    file.items.iter().for_each(|item| paths.visit_item(item));
    let own = code.modules[&file.module];
    let mut leads = BTreeSet::new();
    for path in paths.used.iter().chain(&paths.named) {
        follow(code, &file.module, path, &mut leads);
    }
    leads.remove(&own);
    leads
}

/// Adds the files that `path` leads to, seen from the module `from`; whether there is one.
fn follow(code: &Code, from: &[String], path: &[String], leads: &mut BTreeSet<usize>) -> bool {
    let Some(absolute) = absolute(code, from, path) else { return false };
    let lengths = (0..=absolute.len()).rev();
    let Some(deepest) = lengths.into_iter().find(|length| code.modules.contains_key(&absolute[..*length]))
    else {
        return false;
    };
    let at = code.modules[&absolute[..deepest]];
    let file = &code.files[at];
    let is_face = file.items.iter().all(|item| matches!(item, syn::Item::Use(_) | syn::Item::Mod(_)));
    let mut paths = Paths::default();
    file.items
        .iter()
        .filter(|item| matches!(item, syn::Item::Use(_)))
        .for_each(|item| paths.visit_item(item));
    let handed_on = absolute.get(deepest).and_then(|name| {
        let path = paths.used.iter().zip(&paths.names).find(|(_, given)| *given == name);
        path.map(|(path, _)| path)
    });
    let is_own = file.module == from;
    let leads_on = handed_on.is_some_and(|path| !is_own && follow(code, &file.module, path, leads));
    if !(is_face && (leads_on || deepest == 0)) {
        leads.insert(at);
    }
    true
}

/// `path` from the root: `crate::a`, `super::a`, `self::a`, or a module that `from` declares.
fn absolute(code: &Code, from: &[String], path: &[String]) -> Option<Vec<String>> {
    let first = path.first()?;
    let mut base = from.to_vec();
    let mut rest = path;
    match first.as_str() {
        "crate" => {
            base.clear();
            rest = &path[1..];
        }
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                base.pop()?;
                rest = &rest[1..];
            }
        }
        _ => {
            let mut declared = from.to_vec();
            declared.push(first.clone());
            code.modules.get(&declared)?;
        }
    }
    base.extend(rest.iter().cloned());
    Some(base)
}

/// The paths that some items name.
#[derive(Default)]
struct Paths {
    /// Of `use`, each name's whole path.
    used: Vec<Vec<String>>,
    /// What each of these is called where it is used.
    names: Vec<String>,
    /// Of code.
    named: Vec<Vec<String>>,
}

impl Paths {
    fn add_use(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |ident: &syn::Ident| {
            let mut path = before.to_vec();
            path.push(ident.to_string());
            path
        };
        match tree {
            syn::UseTree::Path(path) => self.add_use(&with(&path.ident), &path.tree),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_use(before, tree)),
            syn::UseTree::Name(name) if name.ident == "self" => {
                self.names.extend(before.last().cloned());
                self.used.push(before.to_vec());
            }
            syn::UseTree::Name(name) => {
                self.names.push(name.ident.to_string());
                self.used.push(with(&name.ident));
            }
            syn::UseTree::Rename(rename) => {
                self.names.push(rename.rename.to_string());
                self.used.push(with(&rename.ident));
            }
            syn::UseTree::Glob(_) => {
                self.names.push("*".to_owned());
                self.used.push(before.to_vec());
            }
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_use(&[], &item.tree);
    }

    /// `pub(in crate::report)` says who may see an item, and imports nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if parts.len() > 1 {
            self.named.push(parts);
        }
        visit::visit_path(self, path);
    }
}

/// Tarjan's strongly connected components.
fn strongly_connected(edges: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let mut search =
        Search { edges, order: vec![None; edges.len()], low: vec![0; edges.len()], ..Search::default() };
    for node in 0..edges.len() {
        if search.order[node].is_none() {
            search.visit(node);
        }
    }
    search.components
}

#[derive(Default)]
struct Search<'e> {
    edges: &'e [BTreeSet<usize>],
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    stack: Vec<usize>,
    seen: usize,
    components: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn visit(&mut self, node: usize) {
        self.order[node] = Some(self.seen);
        self.low[node] = self.seen;
        self.seen += 1;
        self.stack.push(node);
        for next in &self.edges[node] {
            match self.order[*next] {
                None => {
                    self.visit(*next);
                    self.low[node] = self.low[node].min(self.low[*next]);
                }
                Some(order) if self.stack.contains(next) => self.low[node] = self.low[node].min(order),
                Some(_) => {}
            }
        }
        if self.order[node] == Some(self.low[node]) {
            let start = self.stack.iter().rposition(|on_stack| *on_stack == node).unwrap();
            let mut component = self.stack.split_off(start);
            component.sort_unstable();
            self.components.push(component);
        }
    }
}

#[test]
fn a_circle_is_what_can_be_walked_round() {
    let edges = [vec![1], vec![2], vec![0, 3], vec![4], vec![3], vec![0]].map(BTreeSet::from_iter);
    let mut circles = strongly_connected(&edges);
    circles.sort();
    assert_eq!(circles, [vec![0, 1, 2], vec![3, 4], vec![5]]);
}
