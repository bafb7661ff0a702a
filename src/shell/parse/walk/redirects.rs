//! Redirects, which the grammar hangs on whole statements, with words and further commands below them.
//!
//! What it refuses to do: redirects of compound commands are walked for what they run, and not kept.

use std::ops::Range;

use tree_sitter::TreeCursor;

use super::{RawRedirect, RawTarget, Walk};
use crate::shell::context::ContextKind;
use crate::shell::parse::grammar::{Kind, kind};
use crate::shell::parse::nested;

impl Walk<'_> {
    /// Redirects behind a statement belong to its trailing command.
    pub(super) fn redirected(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let mut trailing = None;
        self.each(cursor, |walk, cursor| {
            match kind(&cursor.node()) {
                Kind::FileRedirect | Kind::HeredocRedirect | Kind::HereString => {
                    if trailing.is_none() && walk.items.is_empty() {
                        trailing = Some(walk.new_command(cursor.node().byte_range()));
                    }
                    walk.redirect(cursor, trailing);
                }
                _ => trailing = walk.statement(cursor).or(trailing),
            }
            trailing
        });
        trailing
    }

    /// A redirect behind a statement; words behind its file are the command's.
    pub(super) fn redirect(&mut self, cursor: &mut TreeCursor<'_>, command: Option<usize>) {
        let mut words = Vec::new();
        self.redirect_with(cursor, command, &mut words);
        if let Some(command) = command.and_then(|index| self.command_at(index)) {
            command.words.append(&mut words);
            command.words.sort_by_key(|range| range.start);
        }
    }

    pub(super) fn redirect_with(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        command: Option<usize>,
        words: &mut Vec<Range<usize>>,
    ) {
        let node = cursor.node();
        let range = node.byte_range();
        let redirect = match kind(&node) {
            Kind::HeredocRedirect => self.heredoc(cursor, command, words),
            here => self.file_redirect(cursor, command, words, here == Kind::HereString),
        };
        if let Some(command) = command.and_then(|index| self.command_at(index)) {
            command.range.start = command.range.start.min(range.start);
            if !matches!(redirect.target, RawTarget::Heredoc { .. }) {
                command.range.end = command.range.end.max(range.end);
            }
            command.redirects.push(redirect);
        }
    }

    pub(super) fn file_redirect(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        owner: Option<usize>,
        words: &mut Vec<Range<usize>>,
        is_string: bool,
    ) -> RawRedirect {
        let range = cursor.node().byte_range();
        let mut operator = range.start..range.start;
        let mut targets: Vec<Range<usize>> = Vec::new();
        if cursor.goto_first_child() {
            loop {
                let node = cursor.node();
                match kind(&node) {
                    Kind::Comment => {}
                    Kind::Descriptor => operator.end = node.end_byte(),
                    _ if targets.is_empty()
                        && !node.is_named()
                        && is_operator(self.text, &node.byte_range()) =>
                    {
                        operator.end = node.end_byte();
                    }
                    _ => self.word_of(cursor, &mut targets, owner),
                }
                if !cursor.goto_next_sibling() {
                    break;
                }
            }
            cursor.goto_parent();
        }
        let mut targets = targets.into_iter();
        let target = match targets.next() {
            None => RawTarget::Closed,
            Some(target) if is_string => RawTarget::HereString(target),
            Some(target) => RawTarget::File(target),
        };
        words.extend(targets);
        RawRedirect { range, operator, target }
    }

    /// A heredoc; the rest of its line stands below its node: words, redirects, a pipeline, `&& …`.
    pub(super) fn heredoc(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        command: Option<usize>,
        words: &mut Vec<Range<usize>>,
    ) -> RawRedirect {
        let range = cursor.node().byte_range();
        let mut operator = range.start..range.start;
        let (mut start, mut body) = (0..0, range.end..range.end);
        let mut rest = ContextKind::And;
        self.each(cursor, |walk, cursor| {
            let node = cursor.node();
            match kind(&node) {
                Kind::Descriptor => {}
                Kind::HeredocStart => {
                    operator.end = node.start_byte();
                    start = node.byte_range();
                }
                Kind::HeredocBody => {
                    body = node.byte_range();
                    if !walk.is_shell(command) {
                        walk.substitutions_below(cursor, command);
                    }
                }
                Kind::HeredocEnd => body.end = node.start_byte(),
                Kind::FileRedirect | Kind::HereString | Kind::HeredocRedirect => {
                    walk.redirect_with(cursor, command, words);
                }
                Kind::Pipeline => walk.rest_of_pipeline(cursor, command),
                Kind::Or => rest = ContextKind::Or,
                Kind::And | Kind::Comment => {}
                Kind::Literal => walk.word_of(cursor, words, command),
                _ => {
                    walk.inside(rest, |walk| walk.statement(cursor));
                }
            }
            None
        });
        RawRedirect { range, operator, target: RawTarget::Heredoc { start, body } }
    }

    /// Whether a command is a shell, which reads the substitutions of its heredoc again.
    pub(super) fn is_shell(&mut self, command: Option<usize>) -> bool {
        let text = self.text;
        let Some(command) = command.and_then(|index| self.command_at(index)) else { return false };
        let is_shell = |word: &Range<usize>| text.get(word.clone()).is_some_and(nested::is_shell_program);
        command.words.iter().any(is_shell)
    }

    /// `| sh` behind a heredoc's word: it goes on with the pipeline of the command that reads the heredoc.
    pub(super) fn rest_of_pipeline(&mut self, cursor: &mut TreeCursor<'_>, command: Option<usize>) {
        let (id, first) = match command.and_then(|index| self.command_at(index)) {
            Some(command) => command.pipeline,
            None => (self.new_pipeline(), 0),
        };
        let mut position = first + 1;
        self.each(cursor, |walk, cursor| walk.pipeline_member(cursor, id, &mut position));
    }
}

fn is_operator(text: &str, range: &Range<usize>) -> bool {
    text.get(range.clone()).is_some_and(|text| text.starts_with(['<', '>', '&']))
}
