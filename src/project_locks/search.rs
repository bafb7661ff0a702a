//! Which locks a build has: those that the commands of its RUNs install from, followed back to the context, and those that
//! lie where a project's locks lie.
//!
//! The stages that the target is built on are looked at, and those that it copies from: environments are built in one and
//! copied to the next.
//!
//! What it refuses to do: it looks for locks in the context's root, in folders that are copied from it, and where commands lead,
//! and walks no tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::REGISTRY;
use super::asked::{Ask, LockCall};
use super::format::LockFormat;
use super::lookup::{self, LockAsk, LockFile, LocksOf, ReadLock, folder, join};
use super::requests;
use crate::base::limits;
use crate::base::text::Span;
use crate::dockerfile::{CopySource, Instruction, Keyword, RunFiles, ShellCode, Stages, Step, Transfers};
use crate::image::platform::Platform;
use crate::python::{FileRole, Installs, RequirementsTree};

/// Folders above the one that a command runs in, in which tools look for a workspace's lock; real ones are two deep.
const ABOVE: usize = 4;

/// Files of one folder of the context that are looked at, of those that are called as locks are.
const FOLDER_ENTRIES: usize = 10_000;

/// The locks of the context that `target` is built from.
pub fn locks(stages: &Stages<'_>, target: usize, context: &Path, platform: &Platform) -> LocksOf {
    let (places, folders, lists) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
    let mut search = Search { stages, context, places, folders, lists };
    search.folders.insert(String::new());
    let mut seen = BTreeSet::new();
    let mut installs = Installs::of(stages);
    for top in tops(stages, target) {
        search.chain(top, &mut seen);
        search.requirements(&mut installs, top);
    }
    search.lying();
    search.read(platform)
}

/// The stages that files of `target` come from, the target first: itself, and what it copies from, and so on.
fn tops(stages: &Stages<'_>, target: usize) -> Vec<usize> {
    let mut tops = vec![target];
    let mut next = 0;
    while let Some(top) = tops.get(next).copied() {
        next += 1;
        for step in stages.chain(top).steps {
            let froms = step.instruction.flag("from").into_iter().filter_map(|flag| flag.value.as_ref());
            for from in froms.filter(|_| step.instruction.keyword == Keyword::Copy) {
                if let CopySource::Stage(stage) = stages.copy_source(&from.text)
                    && stage < step.stage
                    && !tops.contains(&stage)
                {
                    tops.push(stage);
                }
            }
        }
    }
    tops
}

/// A file of the context, or a folder of files that are one lock, and its format.
type Place = (String, &'static str);

struct Search<'a, 's> {
    stages: &'s Stages<'a>,
    context: &'s Path,
    /// What is asked of each, stage by stage from the target on.
    places: BTreeMap<Place, Vec<LockAsk>>,
    /// Folders of the context in which locks may lie.
    folders: BTreeSet<String>,
    /// Lists of requests that conda installs from, each with its first line in the Dockerfile.
    lists: BTreeMap<String, usize>,
}

impl<'a> Search<'a, '_> {
    fn exists(&self, path: &str) -> bool {
        self.context.join(path).exists()
    }

    /// The RUNs of a chain of stages, each once.
    fn chain(&mut self, top: usize, seen: &mut BTreeSet<(usize, usize, Span)>) {
        let mut transfers = Transfers::new(self.stages);
        for step in self.stages.chain(top).steps {
            transfers.step(step);
            match step.instruction.keyword {
                Keyword::Copy | Keyword::Add => self.copied(step.instruction),
                Keyword::Run if seen.insert((step.stage, step.index, step.instruction.span)) => {
                    let there = transfers.of_run(step);
                    self.run(step, &there);
                }
                _ => {}
            }
        }
    }

    /// The folders that a COPY brings, as written, and those of its files.
    fn copied(&mut self, copy: &Instruction) {
        if copy.flag("from").is_some() {
            return;
        }
        let words = copy.arguments.words();
        let sources = words.split_last().map_or(&[][..], |(_, sources)| sources);
        for source in sources {
            let parts = source.text.split('/').filter(|part| !matches!(*part, "" | "."));
            let path = &parts.collect::<Vec<_>>().join("/");
            let is_plain = !path.contains(['*', '?', '$', '[']) && !path.split('/').any(|part| part == "..");
            if is_plain && self.folders.len() < limits::PROJECT_LOCKS {
                let is_folder = self.context.join(path).is_dir();
                let own = if is_folder { path.as_str() } else { folder(path) };
                self.folders.insert(own.to_owned());
            }
        }
    }

    fn run(&mut self, step: Step<'a>, there: &RunFiles<'a, '_>) {
        let run = step.instruction;
        let mut texts = std::iter::once(run.logical.text())
            .chain(run.heredocs.iter().map(|heredoc| heredoc.content.text()));
        // Most RUNs name no such tool, and the grammar takes its time. A variable may hold a name.
        let programs = || REGISTRY.iter().flat_map(|format| format.programs());
        if !texts.any(|text| text.contains('$') || programs().any(|program| text.contains(program))) {
            return;
        }
        let Some(code) = ShellCode::in_any_shell(self.stages, (step.stage, step.index), run) else { return };
        let stages = self.stages;
        let outside = |name: &str| stages.known(step.stage, step.index, name);
        let folders = code.script.folders();
        for (index, command) in code.script.commands.iter().enumerate() {
            let Some(program) = command.name.as_deref() else { continue };
            let formats = REGISTRY.iter().filter(|format| format.programs().contains(&program));
            let words = code.script.expanded(command, &outside);
            let variable = |name: &str| {
                let own = command.assignments.iter().rev().find(|(set, _)| set == name);
                match own {
                    Some((_, word)) => word.is_literal().then(|| word.text.clone()),
                    None => code.script.variable(command, name, &outside).or_else(|| outside(name)),
                }
            };
            let call = LockCall { program, words: words.get(1..).unwrap_or_default(), variable: &variable };
            // A lock may be called as such a list is.
            let asks: Vec<_> = formats.filter_map(|format| Some((format, format.ask(&call)?))).collect();
            if let (true, Some(list)) = (asks.is_empty(), requests::list_of(&call)) {
                self.lists.entry(list).or_insert(run.lines.0);
            }
            for (format, ask) in asks {
                let folder = folders.of(index, &outside);
                let path = self.brought(*format, &ask, folder.as_deref(), there);
                let ask = LockAsk { ask, line: run.lines.0 };
                self.places.entry((path.unwrap_or_default(), format.id())).or_default().push(ask);
            }
        }
    }

    /// The file of the context that a command finds as its lock.
    fn brought(
        &self,
        format: &dyn LockFormat,
        ask: &Ask,
        folder: Option<&str>,
        there: &RunFiles<'_, '_>,
    ) -> Option<String> {
        let exists = |path: &str| self.exists(path);
        let at = |path: &str| match folder {
            Some(folder) => there.brought(folder, path, &exists),
            None if path.starts_with('/') => there.brought("", path, &exists),
            None => None,
        };
        let place = ask.place.trim_end_matches('/');
        let is_file = format.is_named(place.rsplit('/').next().unwrap_or_default());
        let own = is_file.then(|| at(place)).flatten();
        let ups = (0..=ABOVE).map(|up| format!("{}{}", join(place, ""), "../".repeat(up)));
        let mut paths = ups.flat_map(|up| format.names().iter().map(move |name| format!("{up}{name}")));
        own.or_else(|| paths.find_map(|path| at(path.trim_start_matches("./")))).map(|brought| brought.path)
    }

    /// The locks that installers of requirements files are given.
    fn requirements(&mut self, installs: &mut Installs<'_, '_>, top: usize) {
        let context = self.context;
        let exists = |path: &str| context.join(path).exists();
        // Thousands of RUNs may install from one file.
        let mut lists: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for installed in installs.files(top, &exists) {
            let name = installed.path.rsplit('/').next().unwrap_or_default();
            let given = REGISTRY.iter().filter(|format| format.is_given_as_requirements());
            let Some(format) = given.into_iter().find(|format| format.is_named(name)) else { continue };
            if installed.role == FileRole::Constraints {
                continue;
            }
            let mut ask = Ask::default();
            let place = match format.joins_files() {
                false => installed.path.clone(),
                true => {
                    let list = lists.entry(installed.path.clone());
                    ask.files = list.or_insert_with(|| included(context, &installed.path)).clone();
                    folder(&installed.path).to_owned()
                }
            };
            let asked = LockAsk { ask, line: installed.installed_by.lines.0 };
            let asks = self.places.entry((place, format.id())).or_default();
            if !asks.contains(&asked) {
                asks.push(asked);
            }
        }
    }

    /// The locks that lie in the folders, whether or not a command asks for them.
    fn lying(&mut self) {
        for folder in self.folders.clone() {
            let names = self.names(&folder);
            for format in REGISTRY {
                for name in names.iter().filter(|name| format.is_named(name)) {
                    let place = if format.joins_files() { folder.clone() } else { join(&folder, name) };
                    self.places.entry((place, format.id())).or_default();
                }
            }
        }
        // A command whose lock could not be followed to the context asks for the only one that lies there.
        for format in REGISTRY.iter().filter(|format| !format.joins_files()) {
            let Some(lost) = self.places.remove(&(String::new(), format.id())) else { continue };
            let mut own = self.places.iter_mut().filter(|((_, id), _)| *id == format.id());
            if let (Some((_, asks)), None) = (own.next(), own.next()) {
                asks.extend(lost);
            }
        }
    }

    /// The names in a folder of the context that a lock may have, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.context.join(folder)).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let is_named = |name: &String| REGISTRY.iter().any(|format| format.is_named(name));
        let mut names: Vec<String> = names.filter(is_named).collect();
        names.sort();
        // The first by name: in which order a file system has them is chance.
        names.truncate(FOLDER_ENTRIES);
        names
    }

    fn read(self, platform: &Platform) -> LocksOf {
        let mut of = LocksOf::default();
        for ((place, id), asks) in &self.places {
            let Some(format) = super::of_id(id) else { continue };
            if of.locks.len() >= limits::PROJECT_LOCKS {
                of.notes.push(format!("of the project's locks, {} are looked at", limits::PROJECT_LOCKS));
                break;
            }
            let (files, notes) = match format.joins_files() {
                true => self.joined(format, place, asks),
                false => match lookup::read(self.context, place) {
                    Ok(file) => (vec![file], Vec::new()),
                    Err(reason) => (Vec::new(), vec![format!("{place} was not read: {reason}")]),
                },
            };
            of.notes.extend(notes);
            if files.is_empty() {
                continue;
            }
            let read = ReadLock::of(format, files, self.context, platform);
            of.notes.extend(problems(&read));
            // Stages are walked from the target on; which command came last, their lines tell.
            let mut asks = asks.clone();
            asks.sort_by_key(|asked| asked.line);
            of.locks.push(ReadLock { asks, ..read });
        }
        let is_conda = |read: &ReadLock| {
            let entries = read.lock.iter().flat_map(|lock| &lock.entries);
            read.format.ecosystems().contains(&"conda")
                || entries.into_iter().any(|entry| entry.ecosystem == "conda")
        };
        let has_lock = of.locks.iter().any(is_conda);
        for (list, line) in self.lists.iter().filter(|_| !has_lock) {
            of.notes
                .push(format!("{list} (:{line}) locks nothing: what conda chose is held against no lock"));
        }
        of
    }

    /// The files of a lock of several: those that are asked for, and those beside them.
    fn joined(&self, format: &dyn LockFormat, place: &str, asks: &[LockAsk]) -> (Vec<LockFile>, Vec<String>) {
        let asked: BTreeSet<String> = asks.iter().flat_map(|asked| asked.ask.files.clone()).collect();
        let beside = self.names(place).into_iter().filter(|name| format.is_named(name));
        let beside = beside.map(|name| join(place, &name)).filter(|path| !asked.contains(path));
        let all = asked.iter().cloned().chain(beside).take(limits::PROJECT_LOCKS);
        let (mut files, mut notes) = (Vec::new(), Vec::new());
        for path in all {
            match lookup::read(self.context, &path) {
                Ok(file) if format.is_lock(&file.text) => files.push(file),
                Ok(_) => {}
                Err(_) if !asked.contains(&path) => {}
                Err(reason) => notes.push(format!("{path} was not read: {reason}")),
            }
        }
        (files, notes)
    }
}

/// A requirements file of the context, and what it includes.
fn included(context: &Path, path: &str) -> BTreeSet<String> {
    let tree = RequirementsTree::read(context, path).unwrap_or_default();
    let files = tree.files.into_iter().filter(|file| file.role == FileRole::Requirements);
    files.map(|file| file.path).chain([path.to_owned()]).collect()
}

/// What is wrong with a lock, for people.
fn problems(read: &ReadLock) -> Vec<String> {
    let path = read.path();
    match &read.lock {
        Err(reason) => vec![format!("{path} was not compared with what is installed: {reason}")],
        Ok(lock) => lock.problems.iter().map(|problem| format!("{path}: {problem}")).collect(),
    }
}
