//! Operators and compound commands: which commands run only if others did.
//!
//! What it refuses to do: functions are read where they are written, not where they are called.

use std::ops::Range;

use tree_sitter::TreeCursor;

use super::{RawAssignment, RawItem, RawValue, Walk};
use crate::shell::context::ContextKind;
use crate::shell::parse::grammar::{Kind, kind};

impl Walk<'_> {
    pub(super) fn pipeline(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let id = self.new_pipeline();
        let mut position = 0;
        self.each(cursor, |walk, cursor| walk.pipeline_member(cursor, id, &mut position))
    }

    pub(super) fn new_pipeline(&mut self) -> usize {
        *self.pipelines += 1;
        *self.pipelines
    }

    /// One member of a pipeline: a command is marked, anything else gets a context that is.
    pub(super) fn pipeline_member(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        id: usize,
        position: &mut usize,
    ) -> Option<usize> {
        let member = (id, *position);
        match kind(&cursor.node()) {
            Kind::Comment => return None,
            // In error recovery pipelines are found inside pipelines.
            Kind::Pipeline => {
                return self.each(cursor, |walk, cursor| walk.pipeline_member(cursor, id, position));
            }
            _ => *position += 1,
        }
        if is_simple(cursor) {
            self.member = Some(member);
            return self.statement(cursor);
        }
        self.inside(ContextKind::Piped, |walk| {
            if let Some(context) = walk.contexts.last_mut() {
                context.pipeline = Some(member);
            }
            walk.statement(cursor)
        })
    }

    /// `a && b || c`: what runs only if another succeeded or failed is in a context of its own. A chain of `&&` has one,
    /// since each of it runs only if all before it did.
    pub(super) fn list(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let outside = self.context;
        // The grammar nests to the left, once for each operator: go down first, then read upwards.
        let mut down = 0;
        while kind(&cursor.node()) == Kind::List && cursor.goto_first_child() {
            down += 1;
        }
        let assigns = |statement: Kind| {
            matches!(statement, Kind::Assignment | Kind::Assignments | Kind::Declaration | Kind::Unset)
        };
        let mut always_succeeds = assigns(kind(&cursor.node()));
        let mut last = self.statement(cursor);
        for _ in 0..down {
            let mut operator = Kind::And;
            while cursor.goto_next_sibling() {
                match kind(&cursor.node()) {
                    joint @ (Kind::And | Kind::Or) => operator = joint,
                    Kind::Comment => {}
                    _ if operator == Kind::Or => {
                        self.context = outside;
                        always_succeeds = false;
                        last = self.inside(ContextKind::Or, |walk| walk.statement(cursor));
                    }
                    right => {
                        if !always_succeeds && self.context == outside {
                            self.enter(ContextKind::And);
                        }
                        always_succeeds &= assigns(right);
                        last = self.statement(cursor);
                    }
                }
            }
            cursor.goto_parent();
        }
        self.context = outside;
        last
    }

    pub(super) fn if_statement(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let outside = self.context;
        let mut in_condition = true;
        self.each(cursor, |walk, cursor| {
            match kind(&cursor.node()) {
                Kind::Then => {
                    in_condition = false;
                    walk.context = outside;
                    walk.enter(ContextKind::Branch);
                }
                Kind::Elif => {
                    walk.context = outside;
                    walk.inside(ContextKind::Branch, |walk| walk.if_statement(cursor));
                }
                Kind::Else => {
                    walk.context = outside;
                    walk.inside(ContextKind::Branch, |walk| walk.children(cursor));
                }
                _ if in_condition => {
                    walk.inside(ContextKind::Condition, |walk| walk.statement(cursor));
                }
                _ => {
                    walk.statement(cursor);
                }
            }
            None
        });
        self.context = outside;
        None
    }

    pub(super) fn for_loop(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let range = cursor.node().byte_range();
        let mut name = None;
        let mut values: Vec<Range<usize>> = Vec::new();
        let mut body = false;
        let outside = self.context;
        self.each(cursor, |walk, cursor| {
            let node = cursor.node();
            match kind(&node) {
                Kind::VariableName if name.is_none() => name = Some(node.byte_range()),
                Kind::DoGroup => {
                    walk.enter(ContextKind::Loop);
                    body = true;
                    if let Some(name) = name.clone() {
                        let value = match values.is_empty() {
                            true => RawValue::Unknown,
                            false => RawValue::OneOf(std::mem::take(&mut values)),
                        };
                        let (range, context) = (range.clone(), walk.context);
                        let assignment = RawAssignment { range, name, value, exported: false, context };
                        walk.items.push(RawItem::Assignment(assignment));
                    }
                    walk.children(cursor);
                    walk.context = outside;
                }
                Kind::Comment => {}
                _ if !body => {
                    walk.word(cursor, &mut values);
                }
                _ => {}
            }
            None
        })
    }
}

/// Whether a statement is a simple command, with redirects or `!` or without.
fn is_simple(cursor: &mut TreeCursor<'_>) -> bool {
    match kind(&cursor.node()) {
        Kind::Command => true,
        Kind::Redirected | Kind::Negated if cursor.goto_first_child() => {
            let mut inner = kind(&cursor.node());
            while matches!(inner, Kind::Other | Kind::Comment) && cursor.goto_next_sibling() {
                inner = kind(&cursor.node());
            }
            cursor.goto_parent();
            inner == Kind::Command
        }
        _ => false,
    }
}
