//! Which requirements files of the build context a Dockerfile installs from: the installs of its RUNs, joined with the COPY,
//! ADD or bind mount that brings each file.
//!
//! What it refuses to do: it opens no file, and lists none that it cannot follow back to the context.

use std::collections::BTreeMap;

use super::filtered;
use super::install::Install;
use super::requirements::FileRole;
use crate::base::text::Span;
use crate::dockerfile::{Brought, CopySource, Instruction, Keyword, ShellCode, Stages, Step, Transfers};
use crate::shell::{Command, Script, Word};

/// A file of the context that a RUN installs from.
#[derive(Debug, Clone)]
pub struct InstalledRequirements<'a> {
    /// Its path from the context's root, with forward slashes.
    pub path: String,
    /// Whether it names what is installed or only constrains it.
    pub role: FileRole,
    /// The COPY or ADD that brings it, or the RUN that mounts it.
    pub brought_by: &'a Instruction,
    /// The RUN that installs from it.
    pub installed_by: &'a Instruction,
    /// Its path as the RUN has it; of a list that is made on the way, the path that is made.
    pub written: String,
    /// Where the RUN names it.
    pub span: Span,
    /// Where the command stands that installs from it; files of one command are installed together.
    pub command: Span,
}

/// The installs of a Dockerfile's RUNs, each read once, however many stages build on it.
pub struct Installs<'a, 's> {
    stages: &'s Stages<'a>,
    /// By stage, number in it, and place.
    read: BTreeMap<(usize, usize, Span), Vec<Named>>,
}

/// A file as an install names it.
#[derive(Debug, Clone)]
struct Named {
    path: String,
    written: String,
    role: FileRole,
    /// Where the command runs, from where its RUN does.
    folder: Option<String>,
    span: Span,
    command: Span,
}

impl<'a, 's> Installs<'a, 's> {
    /// Those of a Dockerfile; nothing is read yet.
    pub fn of(stages: &'s Stages<'a>) -> Self {
        Self { stages, read: BTreeMap::new() }
    }

    /// The requirements files that the stages of `target`'s chain install from, in the order they are installed.
    ///
    /// `exists` says whether the context has a file: a COPY may be read in several ways where it is not known what is a
    /// folder. Without a context at hand, `&|_| true` takes the likeliest.
    pub fn files(&mut self, target: usize, exists: &dyn Fn(&str) -> bool) -> Vec<InstalledRequirements<'a>> {
        let stages = self.stages;
        let mut transfers = Transfers::new(stages);
        let (mut files, mut copies) = (Vec::new(), Vec::new());
        for step in self.stages.chain(target).steps {
            transfers.step(step);
            if step.instruction.keyword == Keyword::Copy && step.instruction.flag("from").is_some() {
                copies.push(step);
            }
            let named = self.named(step);
            if named.is_empty() {
                continue;
            }
            let there = transfers.of_run(step);
            files.extend(named.iter().filter_map(|file| {
                let brought = match &file.folder {
                    Some(folder) => there.brought(folder, &file.path, exists),
                    None if file.path.starts_with('/') => there.brought("", &file.path, exists),
                    None => None,
                };
                let Brought { path, by } =
                    brought.or_else(|| from_stage(stages, &copies, &file.path, exists))?;
                Some(InstalledRequirements {
                    path,
                    written: file.written.clone(),
                    role: file.role,
                    brought_by: by,
                    installed_by: step.instruction,
                    span: file.span,
                    command: file.command,
                })
            }));
        }
        files
    }

    fn named(&mut self, step: Step<'a>) -> &[Named] {
        let stages = self.stages;
        let key = (step.stage, step.index, step.instruction.span);
        self.read.entry(key).or_insert_with(|| named_files(stages, step))
    }
}

/// Copies from stages looked back at for one file; the longest real chains have some ten.
const COPIES: usize = 256;

/// The file of the context that stands at a path since an earlier stage had it, and `COPY --from` took it from there: by its name.
fn from_stage<'a>(
    stages: &Stages<'a>,
    copies: &[Step<'a>],
    path: &str,
    exists: &dyn Fn(&str) -> bool,
) -> Option<Brought<'a>> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    copies.iter().rev().take(COPIES).find_map(|step| {
        let from = step.instruction.flag("from")?.value.as_ref()?;
        let CopySource::Stage(stage) = stages.copy_source(&from.text) else { return None };
        // Stages that copy from themselves, or from later ones, are no build's.
        let (_, sources) = step.instruction.arguments.words().split_last().filter(|_| stage < step.stage)?;
        let source = sources.iter().find(|word| name(&word.text) == name(path))?;
        let mut transfers = Transfers::new(stages);
        stages.chain(stage).steps.into_iter().for_each(|step| transfers.step(step));
        transfers.of_run(*step).brought("/", &format!("/{}", source.text.trim_start_matches('/')), exists)
    })
}

/// The requirements files that the stages of `target`'s chain install from; see [`Installs::files`].
pub fn installed_requirements<'a>(
    stages: &Stages<'a>,
    target: usize,
    exists: &dyn Fn(&str) -> bool,
) -> Vec<InstalledRequirements<'a>> {
    Installs::of(stages).files(target, exists)
}

/// The files that the commands of a RUN install from.
fn named_files(stages: &Stages<'_>, step: Step<'_>) -> Vec<Named> {
    if step.instruction.keyword != Keyword::Run || !may_install(stages, step) {
        return Vec::new();
    }
    let Some(code) = ShellCode::in_any_shell(stages, (step.stage, step.index), step.instruction) else {
        return Vec::new();
    };
    let outside = |name: &str| stages.known(step.stage, step.index, name);
    let folders = code.script.folders();
    let mut named = Vec::new();
    for (index, command) in code.script.commands.iter().enumerate() {
        let Some(install) = Install::of(&code.script, command, &outside) else { continue };
        let folder = folders.of(index, &outside);
        let place = code.places.of(command.words.first().map_or(command.span, |word| word.span));
        let made = made_lists(&code.script, index, command, &install);
        let files =
            install.files.into_iter().map(|file| (file.path.clone(), file.path, file.role, file.span));
        let made =
            made.into_iter().map(|(written, word)| (word.text, written, FileRole::Requirements, word.span));
        named.extend(files.chain(made).map(|(path, written, role, span)| Named {
            path,
            written,
            role,
            folder: folder.clone(),
            span: code.places.of(span),
            command: place,
        }));
    }
    named
}

/// The lists that the script makes of others for an install: how the install names each, and the file that it is made of.
fn made_lists(script: &Script, at: usize, command: &Command, install: &Install) -> Vec<(String, Word)> {
    let named = install.files.iter().filter(|file| file.role == FileRole::Requirements);
    let named =
        named.filter_map(|file| Some((file.path.clone(), filtered::made_of(script, at, &file.path)?)));
    let unread = install.unread.iter().filter_map(|word| {
        let is_input = matches!(word.text.as_str(), "-" | "/dev/stdin");
        Some((word.text.clone(), filtered::read_by(script, at, (!is_input).then_some(word))?))
    });
    let is_fed = command.wrappers.iter().any(|wrapper| matches!(wrapper.name.as_str(), "xargs" | "parallel"));
    let piped = is_fed.then(|| filtered::read_by(script, at, None)).flatten();
    named.chain(unread).chain(piped.map(|word| (XARGS.to_owned(), word))).collect()
}

/// How a list is called that `xargs` reads.
pub const XARGS: &str = "|";

/// Whether a RUN may hold the name of an installer at all, written or in a variable from outside: most RUNs do not, and the
/// grammar takes its time.
fn may_install(stages: &Stages<'_>, step: Step<'_>) -> bool {
    let is_named = |text: &str| text.contains("pip") || text.contains("uv");
    let from_outside = |name: &str| stages.known(step.stage, step.index, name);
    let run = step.instruction;
    let bodies = run.heredocs.iter().map(|heredoc| heredoc.content.text());
    let mut texts = std::iter::once(run.logical.text()).chain(bodies);
    texts.any(|text| {
        is_named(text) || variables(text).any(|name| from_outside(name).is_some_and(|value| is_named(&value)))
    })
}

/// The names behind each `$` and `${` of a text.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(['{', '!', '#']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests;
