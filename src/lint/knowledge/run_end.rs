//! RUN instructions as who wants to end them with another command finds them: by line.
//!
//! What it refuses to do: it ends no RUN whose commands are not all read, none that another user than root runs, as far as
//! the Dockerfile tells, and none that would not reach its end.

use crate::dockerfile::Keyword;
use crate::finding::Edit;
use crate::lint::engine::edits::at_the_end;
use crate::lint::knowledge::residue::{kept_out, left};
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::BuildStep;
use crate::lint::subject::shell_code::{Purpose, SourceScript};

/// A RUN that can be ended with another command.
pub(crate) struct RunEnd<'s> {
    subject: &'s Subject<'s>,
    script: &'s SourceScript,
}

impl<'a> Subject<'a> {
    /// The RUN that begins at `line`, where root runs it in a POSIX shell.
    pub(crate) fn run_end(&'a self, line: usize) -> Option<RunEnd<'a>> {
        let build = self.build.as_ref()?;
        let is_here = |step: &&BuildStep<'_>| {
            step.instruction.lines.0 == line && step.instruction.keyword == Keyword::Run && !step.trigger
        };
        let step = build.steps.iter().find(is_here)?;
        let place = Some((step.stage, step.index));
        let script =
            self.scripts.iter().find(|script| script.step == place && script.purpose == Purpose::Build)?;
        self.is_root((step.stage, step.index)).then_some(RunEnd { subject: self, script })
    }

    /// Whether no USER before a step names another user than root; what the base says is not known.
    fn is_root(&self, (stage, index): (usize, usize)) -> bool {
        let Some(build) = &self.build else { return false };
        let chain = build.stages.below(stage);
        let reaches = |user: &BuildStep<'_>| match user.stage == stage {
            true => user.index < index,
            false => chain.contains(&user.stage),
        };
        let users = build.steps_of(Keyword::User).filter(|user| !user.trigger).filter(reaches);
        let Some(last) = users.last() else { return true };
        let name =
            last.instruction.arguments.text().and_then(|name| build.expand(last, name.text().trim()).ok());
        name.is_some_and(|name| matches!(name.text.split(':').next(), Some("root" | "0")))
    }
}

impl RunEnd<'_> {
    /// The command that takes away what the package managers of the RUN leave in its layer.
    pub(crate) fn residue(&self) -> Option<String> {
        left(self.subject, self.script).map(|left| left.commands.join(" && "))
    }

    /// The folders that the RUN mounts: what stands in them is no layer's, and of use to the next build.
    pub(crate) fn mounts(&self) -> Vec<String> {
        kept_out(self.subject, self.script)
    }

    /// The edit that lets the RUN end with `command`.
    pub(crate) fn ended_with(&self, command: &str) -> Option<Edit> {
        at_the_end(self.subject, self.script, command)
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::{Fix, apply};
    use crate::lint::read::with_subject;
    use crate::lint::subject::source::{SourceKind, SourceText};

    /// The text with `rm -f /x` at the end of the RUN at `line`; nothing where that can't be.
    fn ended(text: &str, line: usize) -> Option<String> {
        let source = SourceText::new("Dockerfile", SourceKind::Dockerfile, text);
        let edit = with_subject(&source, |subject| subject.run_end(line)?.ended_with("rm -f /x"))?;
        Some(apply(text, &[&Fix::safe([edit])]).0)
    }

    #[test]
    fn a_run_gets_a_line_more_however_it_is_written() {
        assert_eq!(ended("FROM a\nRUN b", 2).unwrap(), "FROM a\nRUN b \\\n && rm -f /x");
        assert_eq!(
            ended("FROM a\nRUN b \\\n  # why\n  && c # no\nRUN d\n", 5).unwrap(),
            "FROM a\nRUN b \\\n  # why\n  && c # no\nRUN d \\\n && rm -f /x\n"
        );
        assert_eq!(
            ended("FROM a\nRUN <<EOF\nb\nc\nEOF\nRUN d\n", 2).unwrap(),
            "FROM a\nRUN <<EOF\nb\nc && rm -f /x\nEOF\nRUN d\n"
        );
        assert_eq!(
            ended("FROM a\r\nRUN <<EOF\r\nb\r\nEOF\r\n", 2).unwrap(),
            "FROM a\r\nRUN <<EOF\r\nb && rm -f /x\r\nEOF\r\n"
        );
        assert_eq!(
            ended("FROM a\nRUN /bin/bash -c \"b && c\"\n", 2).unwrap(),
            "FROM a\nRUN /bin/bash -c \"b && c\" \\\n && rm -f /x\n"
        );
    }

    #[test]
    fn what_is_no_list_of_commands_to_its_end_is_left_alone() {
        for run in [
            "RUN [\"b\", \"c\"]",
            "RUN b # c",
            "RUN b &",
            "RUN b; exec c",
            "RUN b && exit 0",
            "RUN for x in b c; do d; done",
            "RUN cat <<EOF >/y\nb\nEOF",
            "RUN <<EOF cat >/y\nb\nEOF",
            "RUN <<EOF\n#!/usr/bin/env python3\nb\nEOF",
            "RUN <<EOF\ncat >/y <<END\nb\nEND\nEOF",
            "SHELL [\"powershell\"]\nRUN b",
            "ONBUILD RUN b",
            "COPY b c",
        ] {
            let line = if run.starts_with("SHELL") { 3 } else { 2 };
            assert_eq!(ended(&format!("FROM a\n{run}\n"), line), None, "{run}");
        }
    }

    #[test]
    fn another_user_than_root_removes_nothing() {
        let text = "FROM a AS x\nARG ME=me\nUSER $ME\nRUN b\nUSER 0:0\nRUN c\nUSER me\nFROM x\nRUN d\nFROM a\nRUN e\n";
        let actual: Vec<bool> = [4, 6, 9, 11].map(|line| ended(text, line).is_some()).to_vec();
        assert_eq!(actual, [false, true, false, true]);
    }
}
