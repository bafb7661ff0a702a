//! What a Dockerfile says, as rules see it: the shell code of its instructions, and the images that it names.
//!
//! What it refuses to do: scripts of other languages are not read, and of code for PowerShell and cmd only what RUN installs and
//! downloads.

use crate::dockerfile::{
    CodePlaces, ImageMention, InstructionArguments, Keyword, NamedBy, ShellCode, Stage, StageBase,
    named_images, names_shell_of_windows,
};
use crate::lint::subject::build_file::{BuildFile, BuildStep};
use crate::lint::subject::image_use::{ImageName, ImageRole, ImageUse};
use crate::lint::subject::shell_code::{Purpose, SourceScript};
use crate::shell::Script;

/// The scripts of a Dockerfile.
pub(crate) fn scripts(build: &BuildFile<'_>) -> Vec<SourceScript> {
    let mut scripts = Vec::new();
    // Whether a shell of Windows reads what follows, for each stage so far; steps come stage by stage.
    let mut on_windows: Vec<bool> = Vec::new();
    for step in &build.steps {
        while let Some(stage) =
            build.stages.stages.get(on_windows.len()).filter(|stage| stage.index <= step.stage)
        {
            on_windows.push(starts_on_windows(build, stage, &on_windows));
        }
        let Some(is_windows) = on_windows.get_mut(step.stage) else { continue };
        let purpose = match step.instruction.keyword {
            Keyword::Shell => {
                *is_windows = names_shell_of_windows(step.instruction);
                continue;
            }
            Keyword::Run => Purpose::Build,
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => Purpose::Start,
            _ => continue,
        };
        let is_text = matches!(step.instruction.arguments, InstructionArguments::Text(_));
        scripts.extend(match *is_windows && is_text && purpose == Purpose::Build {
            true => of_windows(build, *step),
            false => of_step(build, *step, purpose),
        });
    }
    scripts
}

fn of_step(build: &BuildFile<'_>, step: BuildStep<'_>, purpose: Purpose) -> Option<SourceScript> {
    let place = (step.stage, step.index);
    let ShellCode { script: shell, places } = ShellCode::of(build.stages, place, step.instruction)?;
    Some(SourceScript { purpose, span: step.instruction.span, step: Some(place), shell, places })
}

/// Whether a shell of Windows reads a stage before any SHELL: its base is one of Windows, or the backtick escapes.
fn starts_on_windows(build: &BuildFile<'_>, stage: &Stage<'_>, before: &[bool]) -> bool {
    match stage.base {
        StageBase::Stage(below) => before.get(below).copied().unwrap_or_default(),
        StageBase::Scratch => false,
        StageBase::Image => {
            let name = stage.expanded.text.to_ascii_lowercase();
            let of_windows = ["/windows", "nanoserver", "servercore"].iter().any(|part| name.contains(part));
            of_windows || build.dockerfile.escape == '`'
        }
    }
}

/// The commands of PowerShell or cmd, as far as they look like everybody's.
fn of_windows(build: &BuildFile<'_>, step: BuildStep<'_>) -> Option<SourceScript> {
    let body =
        step.instruction.run_body(&build.dockerfile.source).filter(|body| body.interpreter.is_none())?;
    let shell = Script::parse_windows(body.text.text());
    let places = CodePlaces::Joined(body.text);
    let step_place = Some((step.stage, step.index));
    Some(SourceScript {
        purpose: Purpose::Windows,
        span: step.instruction.span,
        step: step_place,
        shell,
        places,
    })
}

/// The images that a Dockerfile names.
pub(crate) fn images(build: &BuildFile<'_>) -> Vec<ImageUse> {
    let source = &build.dockerfile.source;
    let used = |image: ImageMention| ImageUse {
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
    use crate::lint::subject::source::{SourceKind, SourceText};

    /// The programs run, and the words behind them filled in.
    fn run(text: &str) -> Vec<String> {
        let source = SourceText::new("Dockerfile", SourceKind::Dockerfile, text);
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
        let actual: Vec<String> = run(text).into_iter().filter(|line| line.starts_with("pip")).collect();
        let expected = ["a==1 b==2", "c", "d==3", "e", "f"].map(|words| format!("pip install {words}"));
        assert_eq!(actual, expected);
    }

    #[test]
    fn code_for_other_shells_is_no_code_of_a_posix_shell() {
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
            check(&SourceText::new("Dockerfile", SourceKind::Dockerfile, text), &Settings::default());
        }
    }
}
