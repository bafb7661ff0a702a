//! Statements that change variables.
//!
//! What it refuses to do: arrays and their elements have no value here.

use tree_sitter::TreeCursor;

use super::{RawAssignment, RawItem, RawValue, Walk};
use crate::shell::parse::grammar::{Kind, kind};

impl Walk<'_> {
    pub(super) fn assignment(&mut self, cursor: &mut TreeCursor<'_>, exported: bool) -> Option<usize> {
        if let Some(assignment) = self.raw_assignment(cursor, exported) {
            self.items.push(RawItem::Assignment(assignment));
        }
        None
    }

    pub(super) fn raw_assignment(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        exported: bool,
    ) -> Option<RawAssignment> {
        let range = cursor.node().byte_range();
        if kind(&cursor.node()) != Kind::Assignment {
            return None;
        }
        self.substitutions_below(cursor, None);
        let text = self.text.get(range.clone())?;
        let equals = text.find('=')?;
        let append = text.get(..equals).is_some_and(|name| name.ends_with('+'));
        let name = range.start..range.start + equals - usize::from(append);
        let value = range.start + equals + 1..range.end;
        let is_array = self.text.get(value.clone()).is_some_and(|value| value.starts_with('('));
        let is_element = self.text.get(name.clone()).is_some_and(|name| name.contains('['));
        let value = if is_array || is_element { RawValue::Unknown } else { RawValue::Word { value, append } };
        Some(RawAssignment { range, name, value, exported, context: self.context })
    }

    /// `export`, `declare`, `local` and the like.
    pub(super) fn declaration(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let text = self.text.get(cursor.node().byte_range()).unwrap_or_default();
        let exported = text.starts_with("export");
        self.each(cursor, |walk, cursor| match kind(&cursor.node()) {
            Kind::Assignment => walk.assignment(cursor, exported),
            _ => {
                walk.substitutions_below(cursor, None);
                None
            }
        })
    }

    pub(super) fn unset(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        self.each(cursor, |walk, cursor| {
            if matches!(kind(&cursor.node()), Kind::VariableName | Kind::Literal) {
                let range = cursor.node().byte_range();
                let (name, context) = (range.clone(), walk.context);
                let value = RawValue::Unset;
                let assignment = RawAssignment { range, name, value, exported: false, context };
                walk.items.push(RawItem::Assignment(assignment));
            }
            None
        })
    }
}
