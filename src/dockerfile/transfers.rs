//! Which file of the build context stands at a path while a stage is built: the COPY, ADD or bind mount that brings it.
//!
//! Vocabulary: a *transfer* is one source of a COPY or ADD and where it lands. A path is looked for in the transfers
//! before it, the last one first.
//!
//! What it refuses to do: files that come from another stage, from a URL or out of a heredoc are not in the context, and
//! what a RUN moves about is not followed.

use std::path::Path;

use super::model::{Flag, Instruction, Keyword};
use super::stages::{Stages, Step};
use super::words::pattern::Pattern;
use super::words::{Environment, Words};
use crate::base::limits;

/// Transfers looked back at for one file; the longest real chains have some fifty.
const TRANSFERS: usize = 256;

/// What the steps so far have brought into a build, and where they work.
pub struct Transfers<'a, 's> {
    stages: &'s Stages<'a>,
    folder: String,
    transfers: Vec<Transfer<'a>>,
}

/// What stands where while one RUN runs.
pub struct RunFiles<'a, 't> {
    transfers: &'t [Transfer<'a>],
    mounts: Vec<Transfer<'a>>,
    folder: &'t str,
}

/// A file of the context that was brought into a build.
#[derive(Debug, Clone)]
pub struct Brought<'a> {
    /// Its path from the context's root, with forward slashes.
    pub path: String,
    /// The COPY or ADD that brings it, or the RUN that mounts it.
    pub by: &'a Instruction,
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

/// Where a file may come from.
struct Origin {
    /// From the context's root; none where it comes from elsewhere.
    path: Option<String>,
    likely: bool,
}

impl<'a, 's> Transfers<'a, 's> {
    /// Nothing yet, in the root folder.
    pub fn new(stages: &'s Stages<'a>) -> Self {
        Self { stages, folder: "/".into(), transfers: Vec::new() }
    }

    /// Follows one step of a chain: WORKDIR, COPY, ADD.
    pub fn step(&mut self, step: Step<'a>) {
        match step.instruction.keyword {
            Keyword::Workdir => {
                if let Some(text) = step.instruction.arguments.text() {
                    self.folder = join(&self.folder, &self.expanded(step, text.text()));
                }
            }
            Keyword::Copy | Keyword::Add => self.copy(step),
            _ => {}
        }
    }

    /// What stands where while `run` runs.
    pub fn of_run(&self, run: Step<'a>) -> RunFiles<'a, '_> {
        let mounts = run.instruction.flags_named("mount").filter_map(|flag| self.mount(run, flag));
        RunFiles { transfers: &self.transfers, mounts: mounts.collect(), folder: &self.folder }
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
            let outside = elsewhere || is_fetched(&text) || text.starts_with("<<");
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

impl<'a> RunFiles<'a, '_> {
    /// The file of the context at `path`, seen from `folder`, seen from where the RUN runs.
    ///
    /// `exists` says whether the context has a file: a COPY may be read in several ways where it is not known what is a
    /// folder.
    pub fn brought(&self, folder: &str, path: &str, exists: &dyn Fn(&str) -> bool) -> Option<Brought<'a>> {
        let path = join(&join(self.folder, folder), path);
        // A variable is left: no telling which file that is.
        if path.contains('$') {
            return None;
        }
        let nearest = self.mounts.iter().rev().chain(self.transfers.iter().rev()).take(TRANSFERS);
        let mut unlikely = None;
        for transfer in nearest {
            for origin in transfer.origins_of(&path) {
                if (origin.likely || unlikely.is_none()) && origin.path.as_deref().is_none_or(exists) {
                    let brought = origin.path.map(|path| Brought { path, by: transfer.instruction });
                    if origin.likely {
                        return brought;
                    }
                    unlikely = Some(brought);
                }
            }
        }
        unlikely.flatten()
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
        let mut origins = Vec::new();
        if below.is_empty() && !self.into_folder {
            origins.push(Origin { path: Some(source.clone()), likely: true });
        }
        // A single file into a folder, known to be one or not.
        if !below.is_empty() && !below.contains('/') && matches_glob(name, below) {
            origins.push(Origin { path: Some(join_relative(folder, below)), likely: true });
        }
        // The contents of a folder; a name with a dot inside is more often a file's.
        if !below.is_empty() && !source.contains(['*', '?']) {
            let likely = !name.trim_start_matches('.').contains('.');
            origins.push(Origin { path: Some(join_relative(source, below)), likely });
        }
        origins.retain(|origin| origin.path.as_deref() != Some(""));
        origins
    }
}

fn expanded(text: &str, escape: char, environment: &dyn Environment) -> String {
    let words = Words { keep_unset: true, ..Words::new(escape) };
    words.expand(text, environment).map_or_else(|_| text.to_owned(), |expansion| expansion.text)
}

/// `path` seen from `folder`, without `.` and `..`; always absolute. Below a folder that no system has, nothing is.
fn join(folder: &str, path: &str) -> String {
    if !path.starts_with('/') && folder.len() > limits::PATH_BYTES {
        return folder.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    let without = without_drive(path);
    let path = without.as_deref().unwrap_or(path);
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

/// `C:\a` as `/a`: a container of Windows has one drive.
fn without_drive(path: &str) -> Option<String> {
    let (drive, rest) = path.split_once(':')?;
    let is_drive = drive.len() == 1 && drive.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_drive && rest.starts_with(['/', '\\'])).then(|| rest.replace('\\', "/"))
}

fn join_relative(folder: &str, name: &str) -> String {
    Path::new(folder).join(name).to_string_lossy().into_owned()
}

/// Whether a name is one that a pattern of COPY and ADD stands for.
pub(crate) fn matches_glob(pattern: &str, name: &str) -> bool {
    Pattern::parse(pattern)
        .and_then(|pattern| pattern.trim_start(name, true))
        .is_ok_and(|rest| rest.is_empty())
}

/// Whether what is named in the place of a path is fetched: a URL, or a repository as git writes it.
pub fn is_fetched(text: &str) -> bool {
    text.contains("://") || text.starts_with("git@")
}
