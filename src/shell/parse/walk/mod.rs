//! From the syntax tree to raw commands: where their words, redirects and assignments stand, and in which context.
//!
//! Vocabulary: *raw* is what has places in the text that was parsed, but no words read yet. A *trailing* command is the
//! simple command that a statement ends with: the grammar hangs redirects on the whole statement that belong to it.
//!
//! What it refuses to do: nothing nested deeper than [`limits::SHELL_DEPTH`] is entered.

mod assigned;
mod control;
mod raw;
mod recovery;
mod redirects;

use std::ops::Range;

use tree_sitter::{Tree, TreeCursor};

use crate::base::limits;
use crate::shell::context::{ContextKind, ScriptContext};
use crate::shell::parse::grammar::{Kind, kind};

pub(crate) use raw::{RawAssignment, RawCommand, RawItem, RawRedirect, RawTarget, RawValue};

/// Walks the tree of one text.
pub(crate) struct Walk<'a> {
    text: &'a str,
    /// Substitutions that another shell has dealt with.
    skip: &'a [Range<usize>],
    pub(crate) items: Vec<RawItem>,
    pub(crate) substitutions: Vec<Range<usize>>,
    pub(crate) contexts: &'a mut Vec<ScriptContext>,
    pub(crate) pipelines: &'a mut usize,
    pub(crate) has_errors: bool,
    pub(crate) too_deep: bool,
    context: usize,
    /// The place in a pipeline of the command that comes next.
    member: Option<(usize, usize)>,
    depth: usize,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(
        text: &'a str,
        skip: &'a [Range<usize>],
        contexts: &'a mut Vec<ScriptContext>,
        pipelines: &'a mut usize,
        context: usize,
    ) -> Self {
        Self {
            text,
            skip,
            items: Vec::new(),
            substitutions: Vec::new(),
            contexts,
            pipelines,
            has_errors: false,
            too_deep: false,
            context,
            member: None,
            depth: 0,
        }
    }

    pub(crate) fn run(&mut self, tree: &Tree) {
        self.has_errors = tree.root_node().has_error();
        self.children(&mut tree.walk());
        self.substitutions.sort_by_key(|range| range.start);
    }

    /// Visits the statements below a node.
    fn children(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        self.each(cursor, Self::statement)
    }

    /// Calls `visit` at each child; the last answer.
    fn each(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        mut visit: impl FnMut(&mut Self, &mut TreeCursor<'_>) -> Option<usize>,
    ) -> Option<usize> {
        if self.depth >= limits::SHELL_DEPTH {
            self.too_deep = true;
            return None;
        }
        let mut last = None;
        if cursor.goto_first_child() {
            self.depth += 1;
            loop {
                if cursor.node().is_named() || kind(&cursor.node()) != Kind::Other {
                    last = visit(self, cursor);
                }
                if !cursor.goto_next_sibling() {
                    break;
                }
            }
            self.depth -= 1;
            cursor.goto_parent();
        }
        last
    }

    /// Visits in a context of its own.
    fn inside(&mut self, kind: ContextKind, visit: impl FnOnce(&mut Self) -> Option<usize>) -> Option<usize> {
        let outside = self.context;
        self.enter(kind);
        let last = visit(self);
        self.context = outside;
        last
    }

    fn enter(&mut self, kind: ContextKind) {
        let parent = Some(self.context);
        self.context = self.contexts.len();
        self.contexts.push(ScriptContext { parent, kind, owner: None, pipeline: None });
    }

    /// Visits one statement; its trailing command.
    fn statement(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let node = cursor.node();
        match kind(&node) {
            Kind::Command => self.command(cursor),
            Kind::Redirected => self.redirected(cursor),
            Kind::Pipeline => self.pipeline(cursor),
            Kind::List => self.list(cursor),
            Kind::Negated => self.children(cursor),
            Kind::Assignment => self.assignment(cursor, false),
            Kind::Assignments => self.each(cursor, |walk, cursor| walk.assignment(cursor, false)),
            Kind::Declaration => self.declaration(cursor),
            Kind::Unset => self.unset(cursor),
            Kind::For => self.for_loop(cursor),
            Kind::While => {
                self.inside(ContextKind::Loop, |walk| walk.children(cursor));
                None
            }
            Kind::If => self.if_statement(cursor),
            Kind::Case => {
                self.children(cursor);
                None
            }
            Kind::CaseItem => self.inside(ContextKind::Branch, |walk| walk.children(cursor)).and(None),
            Kind::Function => self.inside(ContextKind::Function, |walk| walk.children(cursor)).and(None),
            Kind::Subshell => self.inside(ContextKind::Subshell, |walk| walk.children(cursor)).and(None),
            Kind::DoGroup | Kind::Compound => self.children(cursor).and(None),
            Kind::CommandSubstitution | Kind::ProcessSubstitution => self.substitution(cursor, None),
            Kind::Error => self.recovered(cursor),
            Kind::Comment | Kind::VariableName => None,
            _ if node.child_count() > 0 => self.children(cursor).and(None),
            _ => None,
        }
    }

    fn command_at(&mut self, index: usize) -> Option<&mut RawCommand> {
        match self.items.get_mut(index) {
            Some(RawItem::Command(command)) => Some(command),
            _ => None,
        }
    }

    fn new_command(&mut self, range: Range<usize>) -> usize {
        let pipeline = self.member.take().unwrap_or_else(|| (self.new_pipeline(), 0));
        let command = RawCommand { range, context: self.context, pipeline, ..RawCommand::default() };
        self.items.push(RawItem::Command(command));
        self.items.len() - 1
    }

    fn command(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let index = self.new_command(cursor.node().byte_range());
        let mut words = Vec::new();
        let mut assignments = Vec::new();
        self.each(cursor, |walk, cursor| {
            match kind(&cursor.node()) {
                Kind::Assignment => assignments.extend(walk.raw_assignment(cursor, false)),
                Kind::FileRedirect | Kind::HereString | Kind::HeredocRedirect => {
                    walk.redirect_with(cursor, Some(index), &mut words);
                }
                Kind::Comment => {}
                _ => walk.word_of(cursor, &mut words, Some(index)),
            }
            None
        });
        if let Some(command) = self.command_at(index) {
            command.words.append(&mut words);
            command.assignments = assignments;
        }
        Some(index)
    }

    /// Adds the word at the cursor, joined with the one before where nothing stands between.
    fn word(&mut self, cursor: &mut TreeCursor<'_>, words: &mut Vec<Range<usize>>) {
        self.word_of(cursor, words, None);
    }

    fn word_of(&mut self, cursor: &mut TreeCursor<'_>, words: &mut Vec<Range<usize>>, owner: Option<usize>) {
        let range = cursor.node().byte_range();
        self.substitutions_below(cursor, owner);
        let text = self.text;
        match words.last_mut() {
            Some(last) if joins(text.get(last.end..range.start)) => last.end = range.end.max(last.end),
            _ => words.push(range),
        }
    }

    /// Visits the substitutions at or below a node that is no statement.
    fn substitutions_below(&mut self, cursor: &mut TreeCursor<'_>, owner: Option<usize>) {
        let node = cursor.node();
        match kind(&node) {
            Kind::CommandSubstitution | Kind::ProcessSubstitution => {
                self.substitution(cursor, owner);
            }
            _ if node.child_count() == 0 => {}
            _ => {
                self.each(cursor, |walk, cursor| {
                    walk.substitutions_below(cursor, owner);
                    None
                });
            }
        }
    }

    fn substitution(&mut self, cursor: &mut TreeCursor<'_>, owner: Option<usize>) -> Option<usize> {
        let range = cursor.node().byte_range();
        self.substitutions.push(range.clone());
        if self.skip.iter().any(|skip| skip.start <= range.start && range.end <= skip.end) {
            return None;
        }
        let outside = self.context;
        self.enter(ContextKind::Substitution);
        if let Some(context) = self.contexts.last_mut() {
            context.owner = owner;
        }
        self.children(cursor);
        self.context = outside;
        None
    }
}

/// Whether what stands between two nodes does not end a word: nothing, or escapes.
fn joins(between: Option<&str>) -> bool {
    let Some(between) = between else { return false };
    let mut bytes = between.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' || bytes.next().is_none() {
            return false;
        }
    }
    true
}
