//! What a Dockerfile says, as rules see it: the shell code of its instructions, and the images that it names.
//!
//! What it refuses to do: code for another shell (PowerShell, cmd) and scripts of other languages are not read.

use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::dockerfile::{Arguments, Instruction, Keyword, NamedBy, NamedImage, named_images};
use crate::lint::subject::build_file::{BuildFile, BuildStep};
use crate::lint::subject::image_use::{ImageName, ImageRole, ImageUse};
use crate::lint::subject::shell_code::{Map, Purpose, Script};
use crate::shell;

/// The scripts of a Dockerfile.
pub(crate) fn scripts(build: &BuildFile<'_>) -> Vec<Script> {
    let scripts = build.steps.iter().filter_map(|step| {
        let purpose = match step.instruction.keyword {
            Keyword::Run => Purpose::Build,
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => Purpose::Start,
            _ => return None,
        };
        of_step(build, *step, purpose)
    });
    scripts.collect()
}

fn of_step(build: &BuildFile<'_>, step: BuildStep<'_>, purpose: Purpose) -> Option<Script> {
    let source = &build.dockerfile.source;
    let outside = |name: &str| build.known(step.stage, step.index, name);
    let (arguments, instruction) = match &step.instruction.arguments {
        Arguments::Health(_, inner) => (&**inner, None),
        arguments => (arguments, Some(step.instruction)),
    };
    let (shell, map) = match arguments {
        Arguments::Exec(words) => {
            let words: Vec<(&str, Span)> = words.iter().map(|word| (word.text.as_str(), word.span)).collect();
            (shell::Script::from_exec(source, &words), Map::Same)
        }
        Arguments::Text(text) if is_posix(build, step) => {
            let text = match instruction {
                Some(instruction) => shell_text(instruction, source)?,
                None => text.clone(),
            };
            (shell::Script::parse_in(text.text(), &outside), Map::Joined(text))
        }
        _ => return None,
    };
    let step_number = Some((step.stage, step.index));
    Some(Script { purpose, span: step.instruction.span, step: step_number, shell, map })
}

/// The text for the shell; none where a heredoc's `#!` line names something else than a shell.
fn shell_text(instruction: &Instruction, source: &str) -> Option<Logical> {
    let body = instruction.run_body(source)?;
    let is_shell = |program: &str| {
        let mut words = program.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
        words.find(|word| *word != "env" && !word.starts_with('-')).is_some_and(is_shell_name)
    };
    body.interpreter.as_deref().is_none_or(is_shell).then_some(body.text)
}

/// Whether the SHELL in effect reads what a POSIX shell reads; no SHELL is `/bin/sh -c`.
fn is_posix(build: &BuildFile<'_>, step: BuildStep<'_>) -> bool {
    let before = build
        .steps_of(Keyword::Shell)
        .filter(|shell| shell.stage == step.stage && shell.index < step.index && !shell.trigger);
    let Some(shell) = before.last() else { return build.dockerfile.escape != '`' };
    let words = shell.instruction.arguments.words();
    words.iter().any(|word| is_shell_name(word.text.rsplit('/').next().unwrap_or_default()))
}

fn is_shell_name(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "mksh" | "busybox")
}

/// The images that a Dockerfile names.
pub(crate) fn images(build: &BuildFile<'_>) -> Vec<ImageUse> {
    let source = &build.dockerfile.source;
    let used = |image: NamedImage| ImageUse {
        role: match image.by {
            NamedBy::Syntax => ImageRole::Syntax,
            NamedBy::From => ImageRole::From,
            NamedBy::Copy => ImageRole::CopyFrom,
            NamedBy::Mount => ImageRole::MountFrom,
        },
        span: image.written.span,
        name: ImageName::parse(&image.expanded.text),
        variables: image.expanded.used.union(&image.expanded.unset).cloned().collect(),
        verbatim: image.written.is_verbatim(source) && image.written.text == image.expanded.text,
        unknown: image.expanded.unset,
        stage: image.stage,
        trigger: image.trigger,
    };
    named_images(build.stages).into_iter().map(used).collect()
}

#[cfg(test)]
mod tests {
    use super::scripts;
    use crate::dockerfile::{BuildInputs, Dockerfile, Stages};
    use crate::lint::engine::check::check;
    use crate::lint::engine::settings::Settings;
    use crate::lint::subject::Subject;
    use crate::lint::subject::build_file::BuildFile;
    use crate::lint::subject::shell_code::Call;
    use crate::lint::subject::source::{Kind, Source};

    /// The programs run, and the words behind them filled in.
    fn run(text: &str) -> Vec<String> {
        let source = Source::new("Dockerfile", Kind::Dockerfile, text);
        let dockerfile = Dockerfile::parse(text);
        let stages = Stages::of(&dockerfile, &BuildInputs::default());
        let build = BuildFile::of(&stages);
        let scripts = scripts(&build);
        let subject = Subject { scripts, build: Some(build), ..Subject::of(&source) };
        let words = |call: Call<'_>| {
            let words = call.arguments().iter().map(|word| call.value(word).text);
            let words: Vec<String> =
                std::iter::once(call.program().unwrap_or("?").to_owned()).chain(words).collect();
            words.join(" ")
        };
        subject.calls().map(words).collect()
    }

    #[test]
    fn commands_are_found_in_every_form_of_run() {
        let text = "FROM a\nARG V=1\nENV W=2\nRUN pip install a==$V \\\n # note\n b==${W}\nRUN [\"pip\", \"install\", \"c\"]\nRUN <<EOF\nX=3\npip install d==$X\nEOF\nONBUILD RUN sh -c 'pip install e'\nRUN bash <<EOF\npip install f\nEOF\nCMD pip install g\n";
        let found: Vec<String> = run(text).into_iter().filter(|line| line.starts_with("pip")).collect();
        let expected = ["a==1 b==2", "c", "d==3", "e", "f"].map(|words| format!("pip install {words}"));
        assert_eq!(found, expected);
    }

    #[test]
    fn code_for_other_shells_is_left_alone() {
        assert!(run("FROM a\nSHELL [\"powershell\", \"-Command\"]\nRUN curl x\n").is_empty());
        assert!(run("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\ncurl\nEOF\n").is_empty());
        assert_eq!(
            run("FROM a\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl x\n"),
            ["curl x"]
        );
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in
            ["RUN", "FROM", "RUN <<", "FROM a\nRUN []", "FROM a\nHEALTHCHECK CMD", "ONBUILD ONBUILD RUN x"]
        {
            check(&Source::new("Dockerfile", Kind::Dockerfile, text), &Settings::default());
        }
    }
}
