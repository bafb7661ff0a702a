//! What a Dockerfile says, as rules see it: the shell code of its instructions, and the images that it names.
//!
//! What it refuses to do: code for another shell (PowerShell, cmd) and scripts of other languages are not read.

use crate::dockerfile::{ImageMention, Keyword, NamedBy, ShellCode, named_images};
use crate::lint::subject::build_file::{BuildFile, BuildStep};
use crate::lint::subject::image_use::{ImageName, ImageRole, ImageUse};
use crate::lint::subject::shell_code::{Purpose, SourceScript};

/// The scripts of a Dockerfile.
pub(crate) fn scripts(build: &BuildFile<'_>) -> Vec<SourceScript> {
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

fn of_step(build: &BuildFile<'_>, step: BuildStep<'_>, purpose: Purpose) -> Option<SourceScript> {
    let place = (step.stage, step.index);
    let ShellCode { script: shell, places } = ShellCode::of(build.stages, place, step.instruction)?;
    Some(SourceScript { purpose, span: step.instruction.span, step: Some(place), shell, places })
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
            check(&SourceText::new("Dockerfile", SourceKind::Dockerfile, text), &Settings::default());
        }
    }
}
