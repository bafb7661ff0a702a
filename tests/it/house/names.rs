//! Names: a public type's is its own, and no name is a participle that says nothing of the thing.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};

use super::code::Code;

/// Words that fit everything, and so name nothing.
const EMPTY: [&str; 2] = ["found", "told"];

/// Public types of the same name.
pub(super) fn shared(code: &Code) -> Vec<String> {
    let mut places = BTreeMap::<String, Vec<&str>>::new();
    for file in &code.files {
        for item in &file.items {
            let (visibility, name) = match item {
                syn::Item::Struct(item) => (&item.vis, &item.ident),
                syn::Item::Enum(item) => (&item.vis, &item.ident),
                syn::Item::Trait(item) => (&item.vis, &item.ident),
                syn::Item::Type(item) => (&item.vis, &item.ident),
                _ => continue,
            };
            if matches!(visibility, syn::Visibility::Public(_)) {
                places.entry(name.to_string()).or_default().push(&file.path);
            }
        }
    }
    places.retain(|_, paths| paths.len() > 1);
    places.into_iter().map(|(name, paths)| format!("{name} is defined in {}", paths.join(", "))).collect()
}

/// Bindings, functions, types and modules that are called by an empty word. Fields are not looked at: `expected` and
/// `found` stand in pairs there, as in the JSON documents.
pub(super) fn empty(code: &Code) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in &code.files {
        let mut names = Names(Vec::new());
        file.items.iter().for_each(|item| names.visit_item(item));
        let is_empty = |(name, _): &(String, usize)| EMPTY.contains(&name.to_lowercase().as_str());
        let named = names.0.into_iter().filter(is_empty);
        wrong.extend(named.map(|(name, line)| format!("{}:{line}: {name} is no name", file.path)));
    }
    wrong
}

struct Names(Vec<(String, usize)>);

impl Names {
    fn add(&mut self, ident: &syn::Ident) {
        self.0.push((ident.to_string(), ident.span().start().line));
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.add(&pattern.ident);
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_field_pat(&mut self, pattern: &'ast syn::FieldPat) {
        // `Error { expected, found }` names the fields.
        if pattern.colon_token.is_some() {
            visit::visit_field_pat(self, pattern);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig.ident);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig.ident);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.add(&item.ident);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.add(&item.ident);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.add(&item.ident);
        visit::visit_item_mod(self, item);
    }
}
