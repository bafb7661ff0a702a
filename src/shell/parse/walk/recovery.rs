//! What the grammar could not place.
//!
//! What it refuses to do: it guesses no structure; words that follow each other are taken for a command.

use tree_sitter::TreeCursor;

use super::Walk;
use crate::shell::parse::grammar::{Kind, kind};

impl Walk<'_> {
    /// What the parser could not place: statements are read, and words on their own taken for commands.
    pub(super) fn recovered(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let mut loose: Option<usize> = None;
        self.each(cursor, |walk, cursor| {
            let node = cursor.node();
            match kind(&node) {
                Kind::Literal | Kind::CommandName | Kind::CommandSubstitution => {
                    let index = match loose {
                        Some(index) => index,
                        None => walk.new_command(node.byte_range()),
                    };
                    loose = Some(index);
                    let mut words = walk
                        .command_at(index)
                        .map(|command| std::mem::take(&mut command.words))
                        .unwrap_or_default();
                    walk.word_of(cursor, &mut words, Some(index));
                    if let Some(command) = walk.command_at(index) {
                        command.words = words;
                        command.range.end = command.range.end.max(node.end_byte());
                    }
                }
                Kind::FileRedirect | Kind::HereString | Kind::HeredocRedirect => walk.redirect(cursor, loose),
                Kind::Comment => {}
                _ => {
                    loose = None;
                    walk.statement(cursor);
                }
            }
            loose
        })
    }
}
