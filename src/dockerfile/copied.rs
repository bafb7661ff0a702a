//! Which requirements files of the build context a Dockerfile installs from: `pip install -r FILE` joined with the COPY,
//! ADD or bind mount that brings FILE.
//!
//! Vocabulary: a *transfer* is one source of a COPY or ADD and where it lands. A file that pip names is looked for in the
//! transfers before it, the last one first.
//!
//! What it refuses to do: it runs no shell. Commands are found by a scan of words that knows quotes, separators and
//! `cd`, no more. Files that come from another stage, from a URL or out of a heredoc are not in the context.

use std::path::Path;

use super::{
    Arguments, Environment, FileRole, Flag, Instruction, Keyword, Logical, Pattern, ScannedFile, Stages,
    Step, Words, scan_commands,
};
use crate::base::text::Span;

/// Transfers looked back at for one file; the longest real chains have some fifty.
const TRANSFERS: usize = 1024;

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
    /// Where the RUN names it.
    pub span: Span,
    /// Where the command stands that installs from it; files of one command are installed together.
    pub command: Span,
}

/// The requirements files that the stages of `target`'s chain install from, in the order they are installed.
///
/// `exists` says whether the context has a file: a COPY may be read in several ways where it is not known what is a
/// folder. Without a context at hand, `&|_| true` takes the likeliest.
pub fn installed_requirements<'a>(
    stages: &Stages<'a>,
    target: usize,
    exists: &dyn Fn(&str) -> bool,
) -> Vec<InstalledRequirements<'a>> {
    let mut walk = Walk { stages, exists, folder: "/".into(), transfers: Vec::new(), found: Vec::new() };
    for step in stages.chain(target).steps {
        walk.step(step);
    }
    walk.found
}

/// One source of a COPY and where it lands.
struct Transfer<'a> {
    /// From the context's root; none where it comes from elsewhere.
    source: Option<String>,
    destination: String,
    /// The destination is surely a folder.
    into_folder: bool,
    instruction: &'a Instruction,
}

struct Walk<'a, 's> {
    stages: &'s Stages<'a>,
    exists: &'s dyn Fn(&str) -> bool,
    folder: String,
    transfers: Vec<Transfer<'a>>,
    found: Vec<InstalledRequirements<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn step(&mut self, step: Step<'a>) {
        match step.instruction.keyword {
            Keyword::Workdir => {
                if let Some(text) = step.instruction.arguments.text() {
                    self.folder = join(&self.folder, &self.expanded(step, text.text()));
                }
            }
            Keyword::Copy | Keyword::Add => self.copy(step),
            Keyword::Run => self.run(step),
            _ => {}
        }
    }

    fn expanded(&self, step: Step<'a>, text: &str) -> String {
        let environment = self.stages.environment(step.stage, step.index);
        expanded(text, self.stages.dockerfile.escape, &environment)
    }

    fn copy(&mut self, step: Step<'a>) {
        let words = step.instruction.arguments.words();
        let Some((destination, sources)) = words.split_last() else { return };
        let destination = self.expanded(step, &destination.text);
        let into_folder = sources.len() > 1 || destination.ends_with('/') || destination == ".";
        let destination = join(&self.folder, &destination);
        let elsewhere = step.instruction.flag("from").is_some();
        for source in sources {
            let text = self.expanded(step, &source.text);
            let outside =
                elsewhere || text.contains("://") || text.starts_with("<<") || text.starts_with("git@");
            let source = (!outside).then(|| join("/", &text).trim_start_matches('/').to_owned());
            let into_folder = into_folder || text.contains(['*', '?']);
            let instruction = step.instruction;
            self.transfers.push(Transfer {
                source,
                destination: destination.clone(),
                into_folder,
                instruction,
            });
        }
    }

    fn run(&mut self, step: Step<'a>) {
        let mounts: Vec<_> =
            step.instruction.flags_named("mount").filter_map(|flag| self.mount(step, flag)).collect();
        for text in bodies(step.instruction) {
            for file in scan_commands(&text) {
                let folder = join(&self.folder, &self.expanded(step, &file.folder));
                let path = join(&folder, &self.expanded(step, &file.path));
                // A variable of the shell is left: no telling which file that is.
                if path.contains('$') {
                    continue;
                }
                self.look_up(step, &mounts, &path, &file);
            }
        }
    }

    fn look_up(&mut self, step: Step<'a>, mounts: &[Transfer<'a>], path: &str, file: &ScannedFile) {
        let nearest = mounts.iter().rev().chain(self.transfers.iter().rev()).take(TRANSFERS);
        let origins = nearest.flat_map(|transfer| {
            transfer.origins_of(path).into_iter().map(move |origin| (origin, transfer.instruction))
        });
        let known = |(origin, _): &&(Origin, &Instruction)| origin.path.as_deref().is_none_or(self.exists);
        let origins: Vec<_> = origins.collect();
        let hit = origins.iter().filter(|(origin, _)| origin.likely).find(known);
        let Some((Origin { path: Some(path), .. }, brought_by)) = hit.or_else(|| origins.iter().find(known))
        else {
            return;
        };
        let (path, brought_by) = (path.clone(), *brought_by);
        let (role, span, command) = (file.role, file.span, file.command);
        self.found.push(InstalledRequirements {
            path,
            role,
            brought_by,
            installed_by: step.instruction,
            span,
            command,
        });
    }

    /// `--mount=type=bind,source=…,target=…`; a mount of another kind or from elsewhere hides what it covers.
    fn mount(&self, step: Step<'a>, flag: &Flag) -> Option<Transfer<'a>> {
        let options = flag.options();
        let get = |names: &[&str]| {
            names.iter().find_map(|name| options.get(*name)).map(|text| self.expanded(step, text))
        };
        let target = get(&["target", "dst", "destination"])?;
        let bound = get(&["type"]).is_none_or(|kind| kind == "bind");
        let outside = !bound || get(&["from"]).is_some_and(|from| !from.is_empty());
        let source = get(&["source", "src"]).unwrap_or_default();
        let source = (!outside).then(|| join("/", &source).trim_start_matches('/').to_owned());
        let destination = join(&self.folder, &target);
        Some(Transfer { source, destination, into_folder: false, instruction: step.instruction })
    }
}

impl Transfer<'_> {
    /// Where the file at `path` may come from, likeliest first.
    fn origins_of(&self, path: &str) -> Vec<Origin> {
        let below = match path.strip_prefix(self.destination.trim_end_matches('/')) {
            Some("") => "",
            Some(rest) if rest.starts_with('/') => rest.trim_start_matches('/'),
            _ => return Vec::new(),
        };
        let Some(source) = &self.source else { return vec![Origin { path: None, likely: true }] };
        let (folder, name) = source.rsplit_once('/').unwrap_or(("", source));
        let mut found = Vec::new();
        if below.is_empty() && !self.into_folder {
            found.push(Origin { path: Some(source.clone()), likely: true });
        }
        // A single file into a folder, known to be one or not.
        if !below.is_empty() && !below.contains('/') && matches_glob(name, below) {
            found.push(Origin { path: Some(join_relative(folder, below)), likely: true });
        }
        // The contents of a folder; a name with a dot inside is more often a file's.
        if !below.is_empty() && !source.contains(['*', '?']) {
            let likely = !name.trim_start_matches('.').contains('.');
            found.push(Origin { path: Some(join_relative(source, below)), likely });
        }
        found.retain(|origin| origin.path.as_deref() != Some(""));
        found
    }
}

/// Where a file may come from.
struct Origin {
    /// From the context's root; none where it comes from elsewhere.
    path: Option<String>,
    likely: bool,
}

/// What a RUN gives to shells: its text or JSON words, and its heredocs.
fn bodies(instruction: &Instruction) -> Vec<Logical> {
    let heredocs = instruction.heredocs.iter().map(|heredoc| heredoc.content.clone());
    let line = match &instruction.arguments {
        Arguments::Text(text) => Some(text.clone()),
        // The words as written; the quotes and commas between them are seen to by the scan.
        Arguments::Exec(words) => {
            let whole = instruction.logical.text();
            words.first().and(whole.find('[')).map(|at| instruction.logical.slice(at..whole.len()))
        }
        _ => None,
    };
    line.into_iter().chain(heredocs).collect()
}

fn expanded(text: &str, escape: char, environment: &dyn Environment) -> String {
    let words = Words { keep_unset: true, ..Words::new(escape) };
    words.expand(text, environment).map_or_else(|_| text.to_owned(), |expansion| expansion.text)
}

/// `path` seen from `folder`, without `.` and `..`; always absolute.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let start = if path.starts_with('/') { "" } else { folder };
    for part in start.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn join_relative(folder: &str, name: &str) -> String {
    Path::new(folder).join(name).to_string_lossy().into_owned()
}

fn matches_glob(pattern: &str, name: &str) -> bool {
    Pattern::parse(pattern)
        .and_then(|pattern| pattern.trim_start(name, true))
        .is_ok_and(|rest| rest.is_empty())
}

#[cfg(test)]
mod tests;
