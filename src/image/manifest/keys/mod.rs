//! Keys as Go's encoding/json takes them: in any case, and of one that stands twice the last.
//!
//! Every engine reads its documents with that reader, so a key is a field's whatever its case (`Layers` is `layers`), and
//! so is one with `ſ` (U+017F) for an s or `K` (U+212A) for a k, which Unicode folds with them. One in another case is
//! read as engines read it, and told. One that stands twice is refused: engines take the last, other readers the first or
//! the one in the right case, and each would see another image. The names in a map (labels, annotations) are data: there
//! `a` and `A` are two, and only the very same name is one too many.
//!
//! Nor does Go read a list where an object belongs, as serde would, field by field.

mod deserializer;
mod visitor;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::base::limits;
use crate::image::error::{DocumentFault, shown};

/// How many keys in another case are named.
const NAMED: usize = 8;

/// Reads `bytes` as JSON with these keys; what should be told of them.
pub(super) fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<(T, Odd), DocumentFault> {
    let seen = Seen::default();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = T::deserialize(deserializer::Reader { inner: &mut json, seen: &seen })
        .and_then(|value| json.end().map(|()| value));
    let Seen { odd, refusal, .. } = seen;
    match (refusal.into_inner(), value) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(value)) => Ok((value, odd.into_inner())),
        (None, Err(error)) => Err(DocumentFault::Json { reason: shown(error.to_string()) }),
    }
}

/// Keys in another case than their field's, each once: as written, and the field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Odd(BTreeMap<String, &'static str>);

impl Odd {
    /// What to tell of them, of the document `what`.
    pub(crate) fn note(&self, what: &str) -> Option<String> {
        let named = |(written, field): (&String, &&str)| format!("\"{}\" for \"{field}\"", spelled(written));
        let mut list: Vec<String> = self.0.iter().take(NAMED).map(named).collect();
        match self.0.len().saturating_sub(NAMED) {
            0 => {}
            more => list.push(format!("{more} more")),
        }
        (!list.is_empty()).then(|| {
            format!("{what} has keys in another case, which engines read all the same: {}", list.join(", "))
        })
    }
}

/// What was seen of a document's keys so far.
#[derive(Default)]
struct Seen {
    odd: RefCell<Odd>,
    /// Why the document is refused, which serde's error has no room for.
    refusal: RefCell<Option<DocumentFault>>,
    /// Keys in all objects.
    count: Cell<usize>,
}

impl Seen {
    fn refuse<E: serde::de::Error>(&self, fault: DocumentFault) -> E {
        self.refusal.borrow_mut().get_or_insert(fault);
        E::custom("refused for its keys")
    }
}

/// What the keys of one object are.
#[derive(Clone, Copy)]
enum Sort {
    /// A struct's: one of these, in any case, or one that is passed over.
    Fields(&'static [&'static str]),
    /// Data.
    Names,
}

/// The keys of one object so far, by how they are told apart.
struct Keys<'s> {
    sort: Sort,
    seen: &'s Seen,
    taken: BTreeMap<String, Option<String>>,
}

impl<'s> Keys<'s> {
    fn new(sort: Sort, seen: &'s Seen) -> Self {
        Self { sort, seen, taken: BTreeMap::new() }
    }

    /// The key that `written` stands for.
    fn take<E: serde::de::Error>(&mut self, written: String) -> Result<String, E> {
        let place = match self.sort {
            Sort::Fields(_) => folded(&written),
            Sort::Names => written.clone(),
        };
        // Kept apart only where it differs, which is seldom.
        let spelling = (place != written).then(|| written.clone());
        if let Some(first) = self.taken.get(&place) {
            let (first, second) = (spelled(first.as_deref().unwrap_or(&place)), spelled(&written));
            return Err(self.seen.refuse(DocumentFault::KeyTwice { first, second }));
        }
        let count = self.seen.count.get() + 1;
        self.seen.count.set(count);
        if count > limits::JSON_KEYS {
            let fault = DocumentFault::TooMany { expected: limits::JSON_KEYS, found: count };
            return Err(self.seen.refuse(fault));
        }
        let field = match self.sort {
            Sort::Fields(fields) => fields.iter().find(|field| folded(field) == place),
            Sort::Names => None,
        };
        self.taken.insert(place, spelling);
        Ok(match field {
            Some(field) if *field != written => {
                self.seen.odd.borrow_mut().0.insert(written, field);
                (*field).to_owned()
            }
            _ => written,
        })
    }
}

/// A key for people: what only looks like a letter is told by its number.
fn spelled(key: &str) -> String {
    let letter = |letter: char| match letter.is_ascii() {
        true => letter.to_string(),
        false => letter.escape_unicode().to_string(),
    };
    shown(key).chars().map(letter).collect()
}

/// A key without its case, as Go folds it. No field's name has letters beyond ASCII, so none but these two matter.
fn folded(key: &str) -> String {
    let fold = |letter: char| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    key.chars().map(fold).collect()
}

#[cfg(test)]
mod tests;
