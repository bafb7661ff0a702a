//! RUN instructions as who wants to end them with another command finds them: by line.
//!
//! What it refuses to do: it ends no RUN whose commands are not all read, none that another user than root runs, as far as
//! the Dockerfile tells, and none that would not reach its end.

use crate::dockerfile::Keyword;
use crate::finding::Edit;
use crate::lint::engine::last_command::at_the_end;
use crate::lint::knowledge::residue::later::Later;
use crate::lint::knowledge::residue::{Removal, kept_out, left};
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::{BuildStep, User};
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
        (self.user((step.stage, step.index)) != User::Other).then_some(RunEnd { subject: self, script })
    }
}

impl RunEnd<'_> {
    /// What takes away what the package managers of the RUN leave in its layer, where root does so without `sudo`.
    pub(crate) fn residue(&self) -> Option<Removal> {
        let left = left(self.subject, self.script, &Later::of(self.subject))?;
        left.removal.filter(|removal| !removal.is_raised)
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
            "RUN b; exit; c",
            "RUN exec b; c",
            "RUN b & c",
            "RUN (b) & c",
            "RUN f() { b; c; }; set -e; f",
            "RUN function f { b; }; f",
            "RUN b && . ./c",
            "RUN source c",
            "RUN eval \"$B\"",
            "RUN b || { echo c; exit 1; }",
            "RUN b;",
            "RUN (b && c)",
            "RUN if b; then c; fi",
            "RUN b && { c; }",
            "RUN b | while read x; do c; done",
            "COPY b c",
        ] {
            let line = if run.starts_with("SHELL") { 3 } else { 2 };
            assert_eq!(ended(&format!("FROM a\n{run}\n"), line), None, "{run}");
        }
    }

    #[test]
    fn a_list_that_comes_to_its_end_may_go_on() {
        for run in [
            "RUN b || true",
            "RUN b & c; wait",
            "RUN b 2>&1 && c >&2",
            "RUN b &> x && c |& d",
            "RUN set -e; b; c",
            "RUN exec >x; b",
            "RUN [ -e x ] && exit 0; b",
            "RUN ! b",
            "RUN f() { b; }; f; c",
            "RUN echo 'b & c'; e",
            "RUN trap c EXIT; b",
            "RUN b <x",
            "RUN bash c",
        ] {
            let text = format!("FROM a\n{run}\n");
            assert_eq!(ended(&text, 2), Some(format!("FROM a\n{run} \\\n && rm -f /x\n")), "{run}");
        }
    }

    #[test]
    fn a_shell_that_takes_an_empty_pattern_for_an_error_is_given_none() {
        for shell in ["SHELL [\"/bin/zsh\", \"-c\"]", "SHELL [\"bash\", \"-O\", \"failglob\", \"-c\"]"] {
            let text = format!("FROM a\n{shell}\nRUN b\n");
            let source = SourceText::new("Dockerfile", SourceKind::Dockerfile, &text);
            let edit = |command: &str| {
                with_subject(&source, |subject| subject.run_end(3)?.ended_with(command)).is_some()
            };
            assert_eq!((edit("rm -rf /x/*"), edit("rm -rf /x")), (false, true), "{shell}");
        }
    }

    #[test]
    fn another_user_than_root_removes_nothing() {
        let text = "FROM a AS x\nARG ME=me\nUSER $ME\nRUN b\nUSER 0:0\nRUN c\nUSER me\nFROM x\nRUN d\nFROM a\nRUN e\n";
        let actual: Vec<bool> = [4, 6, 9, 11].map(|line| ended(text, line).is_some()).to_vec();
        assert_eq!(actual, [false, true, false, true]);
    }
}
