//! The block that a finding stands in: the instruction, else its line with those that a backslash joins to it; and of that
//! the one statement.
//!
//! What it refuses to do: a statement is cut where `&&`, `||` and `;` stand, in quotes too. It tells findings apart, and nothing is
//! run by it.

use crate::base::secrets;
use crate::base::text::{Lines, Span};
use crate::dockerfile::{Dockerfile, Instruction};
use crate::finding::Finding;
use crate::lint::subject::source::{SourceKind, SourceText};

/// Characters of a statement that are kept of one that is longer, before its length.
const STATEMENT: usize = 200;

/// The blocks of a source.
pub(crate) struct Blocks<'a> {
    text: &'a str,
    lines: Lines,
    rows: Vec<&'a str>,
    /// Where instructions stand, and their first and last lines.
    instructions: Vec<(Span, (usize, usize))>,
}

impl<'a> Blocks<'a> {
    pub(crate) fn of(source: &'a SourceText) -> Self {
        let text = source.text.as_str();
        let dockerfile = (source.kind == SourceKind::Dockerfile).then(|| Dockerfile::parse(text));
        let place = |instruction: &Instruction| (instruction.span, instruction.lines);
        Self {
            text,
            lines: Lines::of(text),
            rows: text.split('\n').collect(),
            instructions: dockerfile.iter().flat_map(Dockerfile::instructions).map(place).collect(),
        }
    }

    /// The first and the last line of a finding's block, from 1, and its text where it is an instruction.
    pub(crate) fn block(&self, finding: &Finding) -> ((usize, usize), Option<&'a str>) {
        let at = finding.span.start;
        let next = self.instructions.partition_point(|(span, _)| span.start <= at);
        let own = next.checked_sub(1).and_then(|number| self.instructions.get(number));
        match own.filter(|(span, _)| at < span.end) {
            Some((span, lines)) => (*lines, Some(span.text(self.text))),
            None => {
                let (first, last) = (self.lines.line(at), self.lines.line(finding.span.end));
                (self.joined(first, last.max(first)), None)
            }
        }
    }

    /// Lines `first` to `last` with those that a backslash joins to them.
    fn joined(&self, mut first: usize, mut last: usize) -> (usize, usize) {
        while first > 1 && goes_on(self.row(first - 1)) {
            first -= 1;
        }
        while last < self.rows.len() && goes_on(self.row(last)) {
            last += 1;
        }
        (first, last)
    }

    fn row(&self, line: usize) -> &'a str {
        line.checked_sub(1).and_then(|at| self.rows.get(at)).copied().unwrap_or_default()
    }

    /// The line that a finding begins in.
    pub(crate) fn line(&self, finding: &Finding) -> usize {
        self.lines.line(finding.span.start)
    }

    /// The statement that a finding begins in, on one line and without its secrets: of a RUN the one command, its comments
    /// and line ends left out. Long ones are cut, and end with what all of it comes to.
    pub(crate) fn statement(&self, finding: &Finding) -> String {
        let ((first, last), _) = self.block(finding);
        let at = finding.span.start;
        let own = self.lines.line(at);
        // The block's lines joined, and where in that the finding begins.
        let (mut joined, mut place) = (String::new(), 0);
        for line in first..=last {
            let row = self.row(line);
            if line == own {
                let start = at.saturating_sub(self.lines.start(line));
                place = joined.len() + start.min(row.len());
            } else if line != first && row.trim_start().starts_with('#') {
                continue;
            }
            let row = row.strip_suffix('\r').unwrap_or(row);
            match row.strip_suffix(['\\', '`']).filter(|_| line != last) {
                Some(row) => joined.extend([row, " "]),
                None => joined.extend([row, "\n"]),
            }
        }
        let before = joined.get(..place).unwrap_or_default();
        let start = ENDS.iter().filter_map(|end| Some(before.rfind(end)? + end.len())).max().unwrap_or(0);
        let rest = joined.get(place..).unwrap_or_default();
        let end = ENDS.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
        let statement = joined.get(start..place + end).unwrap_or_default();
        let mut statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        secrets::hide(&mut statement);
        shortened(statement)
    }
}

/// What ends a statement.
const ENDS: &[&str] = &["&&", "||", ";", "\n"];

fn goes_on(row: &str) -> bool {
    row.trim_end_matches('\r').ends_with('\\')
}

fn shortened(statement: String) -> String {
    match statement.char_indices().nth(STATEMENT) {
        Some((at, _)) => {
            let digest = crate::base::digest::Sha256::of(statement.as_bytes()).hex();
            let digest = digest.get(..16).unwrap_or_default();
            format!("{}… sha256:{digest}", statement.get(..at).unwrap_or_default())
        }
        None => statement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::engine::check::check;
    use crate::lint::engine::settings::Settings;

    fn statements(kind: SourceKind, text: &str, rule: &'static str) -> Vec<String> {
        let source = SourceText::new("text", kind, text);
        let settings = Settings { select: [rule].into(), ..Settings::default() };
        let blocks = Blocks::of(&source);
        check(&source, &settings).iter().map(|finding| blocks.statement(finding)).collect()
    }

    #[test]
    fn a_statement_is_the_one_command_however_its_lines_are_broken() {
        let text = "FROM a\nRUN apt-get update && \\\n  # tools\n  apt-get install -y \\\n    curl \\\n    git && \\\n    apt-get install -y vim; true\n";
        assert_eq!(
            statements(SourceKind::Dockerfile, text, "apt-unpinned"),
            ["apt-get install -y curl git", "apt-get install -y vim"]
        );
        let one_line = "FROM a\nRUN apt-get install -y curl git\n";
        assert_eq!(
            statements(SourceKind::Dockerfile, one_line, "apt-unpinned"),
            ["RUN apt-get install -y curl git"]
        );
    }

    #[test]
    fn elsewhere_it_is_the_line() {
        assert_eq!(
            statements(SourceKind::Requirements, "numpy\ntorch >= 2 # later\n", "requirements-unlocked"),
            ["numpy", "torch >= 2 # later"]
        );
    }

    #[test]
    fn a_long_one_is_known_by_all_of_it_and_a_secret_by_none() {
        let text = |end: &str| format!("FROM a\nRUN apt-get install -y {}{end}\n", "curl ".repeat(100));
        let of = |end| statements(SourceKind::Dockerfile, &text(end), "apt-unpinned").remove(0);
        assert!(of("").len() < 300);
        assert_ne!(of(""), of("git"));
        let secret = "FROM a\nRUN curl -u me:hunter2hunter2 https://example.org/x -o x\n";
        let statement = statements(SourceKind::Dockerfile, secret, "download-unverified").remove(0);
        assert!(!statement.contains("hunter2"), "{statement}");
    }

    #[test]
    fn lines_that_a_backslash_joins_are_one_block() {
        let source =
            SourceText::new("x.sh", SourceKind::Script, "docker run \\\n  -v a:b \\\r\n  image\necho\n");
        let blocks = Blocks::of(&source);
        assert_eq!(blocks.joined(1, 1), (1, 3));
        assert_eq!(blocks.joined(2, 3), (1, 3));
        assert_eq!(blocks.joined(4, 4), (4, 4));
    }
}
