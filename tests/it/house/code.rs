//! The source files below `src`, parsed, without what is compiled for tests alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

/// The crate's code.
pub(super) struct Code {
    /// Sorted by path.
    pub(super) files: Vec<SourceFile>,
    /// Which file a module is, by its path in the crate: `["layer", "pass"]`.
    pub(super) modules: BTreeMap<Vec<String>, usize>,
}

/// One source file.
pub(super) struct SourceFile {
    /// Its path from the root of the repository.
    pub(super) path: String,
    /// The module that it is.
    pub(super) module: Vec<String>,
    /// Its items, those of tests taken out.
    pub(super) items: Vec<syn::Item>,
    lines: usize,
    test_lines: usize,
}

/// A function with a body.
pub(super) struct Function {
    pub(super) name: String,
    pub(super) lines: usize,
}

impl Code {
    /// Reads all that `src/lib.rs` leads to.
    pub(super) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut paths, mut tests) = (Vec::new(), BTreeSet::new());
        rust_files(&root.join("src"), &mut paths);
        let mut files = Vec::new();
        for path in paths {
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if relative == "src/main.rs" {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{relative}: {error}"));
            let module = module_of(&relative);
            let (for_tests, items): (Vec<_>, Vec<_>) = parsed.items.into_iter().partition(is_for_tests);
            for item in &for_tests {
                if let syn::Item::Mod(declared) = item {
                    let mut name = module.clone();
                    name.push(declared.ident.to_string());
                    tests.insert(name);
                }
            }
            let test_lines = for_tests.iter().map(|item| lines_of(item.span())).sum();
            files.push(SourceFile { path: relative, module, items, lines: text.lines().count(), test_lines });
        }
        let is_test = |module: &[String]| (1..=module.len()).any(|depth| tests.contains(&module[..depth]));
        files.retain(|file| !is_test(&file.module));
        let modules = files.iter().enumerate().map(|(at, file)| (file.module.clone(), at)).collect();
        Self { files, modules }
    }
}

impl SourceFile {
    /// Lines, blank ones and comments too, its tests aside.
    pub(super) fn production_lines(&self) -> usize {
        self.lines - self.test_lines
    }

    /// Its functions and methods.
    pub(super) fn functions(&self) -> Vec<Function> {
        let mut functions = Functions(Vec::new());
        self.items.iter().for_each(|item| functions.visit_item(item));
        functions.0
    }
}

struct Functions(Vec<Function>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let lines = body.span().end().line - signature.span().start().line + 1;
        self.0.push(Function { name: signature.ident.to_string(), lines });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.add(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn lines_of(span: proc_macro2::Span) -> usize {
    span.end().line - span.start().line + 1
}

fn rust_files(folder: &Path, paths: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => rust_files(&path, paths),
            false if path.extension().is_some_and(|extension| extension == "rs") => paths.push(path),
            false => {}
        }
    }
}

/// `["layer", "pass"]` of `src/layer/pass.rs` and of `src/layer/pass/mod.rs`; empty for the root.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let parts = inside.split('/').filter(|part| !matches!(*part, "mod" | "lib"));
    parts.map(str::to_owned).collect()
}

/// Whether an item is compiled for tests alone.
fn is_for_tests(item: &syn::Item) -> bool {
    use syn::Item;
    let attributes = match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}
