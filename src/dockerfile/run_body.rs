//! What a RUN hands to its shell: the joined line, with the bodies of its heredocs where the shell expects them.
//!
//! A RUN whose only word is a heredoc hands over the body alone, as BuildKit does; a body that begins with `#!` is run by
//! the program named there.
//!
//! What it refuses to do: it reads no shell.

use super::model::{Instruction, InstructionArguments};
use crate::base::logical::Logical;
use crate::base::text::Span;

/// What a RUN hands to its shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunBody {
    /// The text, with its map to the source.
    pub text: Logical,
    /// The program that a heredoc's `#!` line names, with its arguments.
    pub interpreter: Option<String>,
}

impl Instruction {
    /// What the shell form of this instruction hands to a shell; none for the JSON form.
    pub fn run_body(&self, source: &str) -> Option<RunBody> {
        let InstructionArguments::Text(line) = &self.arguments else { return None };
        if let [heredoc] = self.heredocs.as_slice()
            && line.span() == heredoc.word
        {
            let first = heredoc.content.text().lines().next().unwrap_or_default();
            let interpreter = first.strip_prefix("#!").map(|program| program.trim().to_owned());
            return Some(RunBody { text: heredoc.content.clone(), interpreter });
        }
        let mut text = line.clone();
        let mut taken = 0;
        for heredoc in &self.heredocs {
            // The newline before the body, the body, and the line that ends it: what a shell reads after a `<<` word.
            let start = heredoc.body.start.saturating_sub(1).max(taken);
            taken = heredoc.terminator.end;
            text.push(source, Span::new(start, taken));
        }
        Some(RunBody { text, interpreter: None })
    }
}

#[cfg(test)]
mod tests {
    use crate::dockerfile::Dockerfile;

    fn body(source: &str) -> (String, Option<String>) {
        let dockerfile = Dockerfile::parse(source);
        let body = dockerfile.instructions().last().unwrap().run_body(source).unwrap();
        (body.text.text().trim_end().to_owned(), body.interpreter)
    }

    #[test]
    fn a_line_is_handed_over_joined() {
        assert_eq!(body("FROM a\nRUN x \\\n # note\n  && y\n").0, "x   && y");
    }

    #[test]
    fn a_heredoc_alone_is_its_body() {
        assert_eq!(body("FROM a\nRUN <<EOF\nx\ny\nEOF\n"), ("x\ny".to_owned(), None));
        let (_, interpreter) = body("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nx\nEOF\n");
        assert_eq!(interpreter.as_deref(), Some("/usr/bin/env python3"));
    }

    #[test]
    fn heredocs_of_a_command_follow_its_line_as_a_shell_reads_them() {
        assert_eq!(
            body("FROM a\nRUN bash <<A && cat <<B\nx\nA\ny\nB\n").0,
            "bash <<A && cat <<B\nx\nA\ny\nB"
        );
    }

    #[test]
    fn places_lead_back_to_the_source() {
        let source = "FROM a\nRUN bash <<A\nx\nA\n";
        let dockerfile = Dockerfile::parse(source);
        let body = dockerfile.instructions().last().unwrap().run_body(source).unwrap();
        let at = body.text.text().find('x').unwrap();
        assert_eq!(body.text.source_span(at..at + 1).text(source), "x");
    }
}
