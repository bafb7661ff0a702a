//! Files of the context, other than lists of requirements, that decide what a RUN installs: projects (`pip install .`), conda's
//! environments, scripts with dependencies of their own.
//!
//! What it refuses to do: it reads no more than [`FILES`] of them for one Dockerfile, and none that it cannot follow back to the context.

use std::collections::BTreeMap;

use crate::base::source;
use crate::dockerfile::{Instruction, Keyword, RunFiles, ShellCode, Stage, Stages, Step, Transfers};
use crate::lint::subject::source::BuildContext;
use crate::python::Install;
use crate::shell::{Command, Outside, Script};

/// Files read for one Dockerfile; real ones name three.
const FILES: usize = 64;

/// The texts of the files, each by its path as the RUN has it, or would have it.
pub(super) fn texts(stages: &Stages<'_>, context: &BuildContext) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let exists = |path: &str| context.folder.join(path).exists();
    for target in 0..stages.stages.len() {
        let mut transfers = Transfers::new(stages);
        for step in stages.chain(target).steps {
            transfers.step(step);
            if step.instruction.keyword != Keyword::Run || !may_name(step) || texts.len() >= FILES {
                continue;
            }
            let there = transfers.of_run(step);
            for (folder, path) in named(stages, step) {
                let Some(real) = real_path(&there, folder.as_deref(), &path, &exists) else { continue };
                if texts.len() < FILES
                    && !texts.contains_key(&path)
                    && let Ok(text) = source::read(&context.folder.join(real))
                {
                    texts.insert(path, text);
                }
            }
        }
    }
    texts
}

fn real_path(
    there: &RunFiles<'_, '_>,
    folder: Option<&str>,
    path: &str,
    exists: &dyn Fn(&str) -> bool,
) -> Option<String> {
    let folder = folder.or(path.starts_with('/').then_some(""))?;
    let brought = there.brought(folder, path, exists)?;
    // What climbs out of the context is not the build's.
    (!brought.path.split('/').any(|part| part == "..")).then_some(brought.path)
}

/// Whether a RUN may name such a file at all.
fn may_name(step: Step<'_>) -> bool {
    let bodies = step.instruction.heredocs.iter().map(|heredoc| heredoc.content.text());
    let mut texts = std::iter::once(step.instruction.logical.text()).chain(bodies);
    texts.any(|text| ["pip", "conda", "mamba", "uv", "setup.py"].iter().any(|word| text.contains(word)))
}

/// The files that the commands of a RUN name, each with the folder that it is named in.
fn named(stages: &Stages<'_>, step: Step<'_>) -> Vec<(Option<String>, String)> {
    let place = (step.stage, step.index);
    let Some(code) = ShellCode::in_any_shell(stages, place, step.instruction) else { return Vec::new() };
    let outside = |name: &str| stages.known(step.stage, step.index, name);
    let folders = code.script.folders();
    let commands = code.script.commands.iter().enumerate();
    let named = commands.flat_map(|(at, command)| {
        let paths = of_command(&code.script, command, &outside);
        let folder = if paths.is_empty() { None } else { folders.of(at, &outside) };
        paths.into_iter().map(move |path| (folder.clone(), path))
    });
    named.collect()
}

fn of_command(script: &Script, command: &Command, outside: Outside<'_>) -> Vec<String> {
    let mut paths = Vec::new();
    if let Some(install) = Install::of(script, command, outside) {
        let projects = install.asked.iter().filter_map(|asked| asked.project());
        paths.extend(projects.map(|folder| in_folder(folder, "pyproject.toml")));
        paths.extend(install.groups().map(|(path, _)| path.to_owned()));
    }
    let words = || script.expanded(command, outside);
    match command.name.as_deref() {
        Some("conda" | "mamba" | "micromamba") => {
            let words = words();
            let values = words.windows(2).filter_map(|pair| match pair {
                [option, value] if matches!(option.text.as_str(), "-f" | "--file") => {
                    Some(value.text.clone())
                }
                _ => None,
            });
            let attached =
                words.iter().filter_map(|word| word.text.strip_prefix("--file=").map(str::to_owned));
            paths.extend(values.chain(attached));
        }
        Some("python") if words().get(1).is_some_and(|word| word.text == "setup.py") => {
            paths.push("pyproject.toml".to_owned());
        }
        _ => paths.extend(script_of(command).into_iter().flat_map(|path| [format!("{path}.lock"), path])),
    }
    paths
}

/// A path in a folder as a RUN would write it.
pub(crate) fn in_folder(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "." | "" => name.to_owned(),
        folder => format!("{}/{name}", folder.trim_start_matches("./")),
    }
}

/// The script that `uv run` runs, which may say what it depends on.
pub(crate) fn script_of(command: &Command) -> Option<String> {
    let is_run = command.wrappers.iter().any(|wrapper| wrapper.name == "uv");
    let word = match is_run {
        true => command.words.first()?,
        false if command.is("uv") => command.arguments().iter().find(|word| word.text.ends_with(".py"))?,
        false => return None,
    };
    (word.is_literal() && word.text.ends_with(".py")).then(|| word.text.clone())
}
/// The image that the stage of an instruction is made from in the end.
pub(super) fn base_below(stages: &Stages<'_>, instruction: &Instruction) -> Option<String> {
    let begins = |stage: &&Stage<'_>| stage.from.span.start <= instruction.span.start;
    let stage = stages.stages.iter().rfind(begins)?;
    let first = stages.below(stage.index).first().copied()?;
    Some(stages.stages.get(first)?.expanded.text.clone())
}
