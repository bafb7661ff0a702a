//! The sources that go together: a Dockerfile and the requirements files that its RUN lines install from, and what these
//! are installed together with.
//!
//! What it refuses to do: it leaves the build context no more than COPY does; a file that is not there is left to the build
//! to complain of. One that is there and can't be read is an obstacle.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::source::SourceError;
use crate::base::text::{Lines, Span};
use crate::dockerfile::{BuildInputs, Dockerfile, Stages};
use crate::lint::collect::beside;
use crate::lint::collect::obstacle::{Obstacle, too_long, unread_requirements};
use crate::lint::subject::pins::Pins;
use crate::lint::subject::source::{BuildContext, InstalledFrom, SourceKind, SourceText};
use crate::lint::subject::together::{Together, pinned};
use crate::python::{FileRole, InstalledRequirements, Installs, RequirementsText, RequirementsTree, Unread};

/// The sources given, and behind each those that it installs from, each once, with how they are installed; and the
/// files that are there and can't be read.
pub(crate) fn gathered(mut sources: Vec<SourceText>) -> (Vec<SourceText>, Vec<Obstacle>) {
    let mut installed: BTreeMap<String, Installed> = BTreeMap::new();
    let mut obstacles = BTreeSet::new();
    let installs: Vec<Installations> = sources.par_iter().map(installs).collect();
    for (owner, (source, own)) in sources.iter_mut().zip(installs).enumerate() {
        own.installs.into_iter().for_each(|install| install.note(owner, &mut installed));
        obstacles.extend(own.obstacles);
        source.installed_from = own.from;
    }
    for (owner, source) in sources.iter().enumerate() {
        let is_list = matches!(source.kind, SourceKind::Requirements | SourceKind::Constraints);
        if is_list && !installed.contains_key(&source.path) {
            let (install, unread) = alone(source);
            install.into_iter().for_each(|install| install.note(owner, &mut installed));
            obstacles.extend(unread);
        }
    }
    let mut all = Vec::with_capacity(sources.len());
    let given: Vec<SourceText> =
        sources.into_iter().map(|source| as_installed(source, &mut installed)).collect();
    let mut own: BTreeMap<usize, Vec<(String, Installed)>> = BTreeMap::new();
    for (path, file) in installed {
        own.entry(file.owner).or_default().push((path, file));
    }
    for (owner, source) in given.into_iter().enumerate() {
        let pins = source.pins.clone();
        all.push(source);
        let own = own.remove(&owner).unwrap_or_default();
        all.extend(own.iter().map(|(path, file)| file.source(path, pins.clone())));
    }
    (all, obstacles.into_iter().collect())
}

/// A source that was given itself, with how it is installed.
fn as_installed(source: SourceText, installed: &mut BTreeMap<String, Installed>) -> SourceText {
    let Some(file) = installed.remove(&source.path) else { return source };
    let kind = if file.by.is_some() { file.kind() } else { source.kind };
    SourceText { kind, installed_by: file.by, together: file.together, ..source }
}

/// A file that is installed, in one install or several.
struct Installed {
    owner: usize,
    by: Option<String>,
    role: FileRole,
    text: String,
    /// Whether its bytes are not those of the text, so that no edit fits.
    recoded: bool,
    disk: PathBuf,
    context: BuildContext,
    together: Together,
}

impl Installed {
    fn kind(&self) -> SourceKind {
        match self.role {
            FileRole::Requirements => SourceKind::Requirements,
            FileRole::Constraints => SourceKind::Constraints,
        }
    }

    fn source(&self, path: &str, pins: Option<Arc<Pins>>) -> SourceText {
        SourceText {
            file: Some(self.disk.clone()),
            context: Some(self.context.clone()),
            pins: pins.filter(|_| !self.recoded),
            installed_by: self.by.clone(),
            together: self.together.clone(),
            ..SourceText::new(path, self.kind(), self.text.clone())
        }
    }
}

/// A file and what it names, each with its path from the context's root.
type ReadFiles = Arc<[(String, FileRole, RequirementsText)]>;

/// A base, and the files that are installed on it, each with its role.
type OnBase = (Option<String>, Vec<(String, FileRole)>);

/// One command and the files it installs from, the ones that these name included.
struct Install {
    by: Option<String>,
    base: Option<String>,
    context: BuildContext,
    named: Vec<ReadFiles>,
}

impl Install {
    fn files(&self) -> impl Iterator<Item = &(String, FileRole, RequirementsText)> {
        self.named.iter().flat_map(|files| files.iter())
    }

    fn note(self, owner: usize, installed: &mut BTreeMap<String, Installed>) {
        let pinned = pinned(self.files().map(|(_, role, file)| (*role, file)));
        for (path, role, file) in self.files() {
            let name = self.context.shown(path);
            let others = self.files().filter(|(other, ..)| other != path);
            let files = others.map(|(other, ..)| self.context.shown(other)).collect();
            let bases = self.base.iter().cloned().collect();
            let together = Together { pinned: pinned.clone(), files, bases };
            match installed.get_mut(&name) {
                Some(known) => {
                    known.role = known.role.min(*role);
                    known.together = std::mem::take(&mut known.together).and(&together);
                }
                None => {
                    let file = Installed {
                        owner,
                        by: self.by.clone(),
                        role: *role,
                        text: file.source.clone(),
                        recoded: file.recoded,
                        disk: self.context.folder.join(path),
                        context: self.context.clone(),
                        together,
                    };
                    installed.insert(name, file);
                }
            }
        }
    }
}

/// What the installs of a source come to.
#[derive(Default)]
struct Installations {
    installs: Vec<Install>,
    from: Option<InstalledFrom>,
    obstacles: Vec<Obstacle>,
}

/// The installs of a Dockerfile; none of other kinds.
fn installs(source: &SourceText) -> Installations {
    let mut obstacles = Vec::new();
    let (SourceKind::Dockerfile, Some(context)) = (source.kind, &source.context) else {
        return Installations::default();
    };
    let dockerfile = Dockerfile::parse(&source.text);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let mut from = InstalledFrom { texts: beside::texts(&stages, context), ..InstalledFrom::default() };
    let lines = Lines::of(&source.text);
    let exists = once_each(|path| context.folder.join(path).exists());
    // A stage below several others is met several times.
    let mut commands: BTreeMap<Span, Vec<InstalledRequirements<'_>>> = BTreeMap::new();
    let mut read = Installs::of(&stages);
    for target in 0..stages.stages.len() {
        for installed in read.files(target, &exists) {
            let files = commands.entry(installed.command).or_default();
            if !files.iter().any(|file| file.path == installed.path && file.role == installed.role) {
                files.push(installed);
            }
        }
    }
    let mut read: BTreeMap<(String, FileRole), ReadFiles> = BTreeMap::new();
    // The same file by the same name, and the same files on the same base, again say nothing more.
    let mut noted: BTreeSet<(String, (String, FileRole))> = BTreeSet::new();
    let mut met: BTreeSet<OnBase> = BTreeSet::new();
    let mut install = |files: Vec<InstalledRequirements<'_>>| {
        let by = files.first().map(|file| format!("{}:{}", source.path, lines.line(file.span.start)));
        let base = files.first().and_then(|file| beside::base_below(&stages, file.installed_by));
        let keys: Vec<_> = files.iter().map(|file| (file.path.clone(), file.role)).collect();
        let mut named = Vec::new();
        for (file, key) in files.iter().zip(&keys) {
            let read = read
                .entry(key.clone())
                .or_insert_with(|| self::read(context, &file.path, file.role, &mut obstacles));
            if exists(&file.path) && noted.insert((file.written.clone(), key.clone())) {
                from.note(file, read);
            }
            named.push(read.clone());
        }
        met.insert((base.clone(), keys)).then(|| Install { by, base, context: context.clone(), named })
    };
    let installs = commands.into_values().filter_map(&mut install).collect();
    Installations { installs, from: Some(from), obstacles }
}

/// The answers of `exists`, each asked for once: thousands of installs ask for the same few paths.
fn once_each(exists: impl Fn(&str) -> bool) -> impl Fn(&str) -> bool {
    let known: RefCell<BTreeMap<String, bool>> = RefCell::default();
    move |path| {
        if let Some(known) = known.borrow().get(path) {
            return *known;
        }
        let answer = exists(path);
        known.borrow_mut().insert(path.to_owned(), answer);
        answer
    }
}

impl InstalledFrom {
    /// Takes in a file that is there, and what it leads to.
    fn note(&mut self, file: &InstalledRequirements<'_>, read: &[(String, FileRole, RequirementsText)]) {
        self.known.insert(file.written.clone());
        if file.role == FileRole::Constraints {
            let pinned = pinned(read.iter().map(|(_, role, file)| (*role, file)));
            let known = self.pinned.entry(file.written.clone()).or_insert_with(|| pinned.clone());
            known.retain(|name| pinned.contains(name));
        }
    }
}

/// The install of a requirements file by itself, and of what it names.
fn alone(source: &SourceText) -> (Option<Install>, Vec<Obstacle>) {
    let mut obstacles = Vec::new();
    let install = place_of(source).map(|(context, path)| {
        let role = match source.kind {
            SourceKind::Constraints => FileRole::Constraints,
            _ => FileRole::Requirements,
        };
        let named = vec![read(&context, &path, role, &mut obstacles)];
        // That it is too long is told with what its first lines say.
        obstacles.retain(|obstacle| *obstacle != too_long(&context.shown(&path)));
        Install { by: None, base: None, context, named }
    });
    (install, obstacles)
}

/// A file as a file of its context; where that is not known, of its folder.
fn place_of(source: &SourceText) -> Option<(BuildContext, String)> {
    match (&source.context, &source.file) {
        (Some(context), _) => {
            let name = context.name.trim_end_matches('/');
            let path = source.path.strip_prefix(name).unwrap_or(&source.path);
            Some((context.clone(), path.trim_start_matches('/').to_owned()))
        }
        (None, Some(file)) => {
            let (name, path) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.map_or_else(|| ".".into(), Path::to_owned);
            Some((BuildContext { folder, name: name.to_owned() }, path.to_owned()))
        }
        (None, None) => None,
    }
}

/// A file, and what it names.
fn read(context: &BuildContext, path: &str, role: FileRole, obstacles: &mut Vec<Obstacle>) -> ReadFiles {
    let tree = match RequirementsTree::read(&context.folder, path) {
        Ok(tree) => tree,
        Err(error) => {
            obstacles
                .extend((!is_missing(&error)).then(|| unread_requirements(&context.shown(path), &error)));
            return Arc::default();
        }
    };
    for problem in &tree.problems {
        let Some(from) = tree.files.get(problem.file) else { continue };
        let is_told = matches!(problem.reason, Unread::Source(_) | Unread::TooLong { .. });
        if is_told && !is_missing(&problem.reason) {
            let text = &from.file.source;
            let named = unread_requirements(problem.span.text(text), &problem.reason);
            obstacles.push(Obstacle {
                path: context.shown(&from.path),
                at: Some(Lines::of(text).position(text, problem.span.start)),
                message: format!("{}: {}", named.path, named.message),
                hint: named.hint,
                kind: named.kind,
            });
        }
    }
    tree.files.into_iter().map(|file| (file.path, file.role.max(role), file.file)).collect()
}

/// Whether the build would fail for the file, too.
fn is_missing(error: &Unread) -> bool {
    match error {
        Unread::Source(SourceError::Io { source, .. }) => source.kind() == io::ErrorKind::NotFound,
        Unread::Escapes { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(files: &[(&str, &str)], given: &[&str]) -> Vec<SourceText> {
        workspace_and_obstacles(files, given).0
    }

    fn workspace_and_obstacles(files: &[(&str, &str)], given: &[&str]) -> (Vec<SourceText>, Vec<Obstacle>) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            std::fs::write(folder.path().join(path), text).unwrap();
        }
        let context = BuildContext { folder: folder.path().to_owned(), name: "app".into() };
        let source = |path: &&str| {
            let (_, text) = files.iter().find(|(name, _)| name == path).unwrap();
            let kind = crate::lint::read::files::kind_of_name(path.as_ref()).unwrap();
            SourceText { context: Some(context.clone()), ..SourceText::new(context.shown(path), kind, *text) }
        };
        gathered(given.iter().map(source).collect())
    }

    fn of<'s>(sources: &'s [SourceText], path: &str) -> &'s SourceText {
        let mut of_path = sources.iter().filter(|source| source.path == path);
        let first = of_path.next().unwrap();
        assert_eq!(of_path.count(), 0, "{path} comes once");
        first
    }

    #[test]
    fn files_of_one_command_are_installed_together_and_others_are_not() {
        let dockerfile = "FROM a\nCOPY . /app\nWORKDIR /app\n\
                          RUN pip install -r one.txt -c pins.txt && pip install -r two.txt\n";
        let files = [
            ("Dockerfile", dockerfile),
            ("one.txt", "numpy\n"),
            ("two.txt", "numpy\n"),
            ("pins.txt", "numpy==2.0\n"),
        ];
        let sources = workspace(&files, &["Dockerfile"]);
        assert!(of(&sources, "app/one.txt").together.pinned.contains("numpy"));
        assert!(of(&sources, "app/two.txt").together.pinned.is_empty());
        assert_eq!(of(&sources, "app/pins.txt").kind, SourceKind::Constraints);
        assert_eq!(of(&sources, "app/one.txt").installed_by.as_deref(), Some("app/Dockerfile:4"));
    }

    #[test]
    fn what_one_install_leaves_open_is_open() {
        let dockerfile = "FROM a AS x\nCOPY . .\nRUN pip install -r one.txt -c pins.txt\n\
                          FROM a\nCOPY . .\nRUN pip install -r one.txt\n";
        let files = [("Dockerfile", dockerfile), ("one.txt", "numpy\n"), ("pins.txt", "numpy==2.0\n")];
        assert!(of(&workspace(&files, &["Dockerfile"]), "app/one.txt").together.pinned.is_empty());
    }

    #[test]
    fn a_file_that_is_given_too_is_told_how_it_is_installed() {
        let dockerfile = "FROM a\nCOPY . .\nRUN pip install -r requirements.txt -c requirements-pins.txt\n";
        let files = [
            ("Dockerfile", dockerfile),
            ("requirements.txt", "numpy\n"),
            ("requirements-pins.txt", "numpy==2.0\n"),
        ];
        let sources = workspace(&files, &["requirements.txt", "requirements-pins.txt", "Dockerfile"]);
        let requirements = of(&sources, "app/requirements.txt");
        assert_eq!(requirements.installed_by.as_deref(), Some("app/Dockerfile:3"));
        assert!(requirements.together.pinned.contains("numpy"));
        assert_eq!(of(&sources, "app/requirements-pins.txt").kind, SourceKind::Constraints);
    }

    #[test]
    fn a_file_alone_is_read_with_what_it_names() {
        let files = [
            ("requirements.txt", "-r base-requirements.txt\n-c constraints.txt\nnumpy\n"),
            ("base-requirements.txt", "torch\n"),
            ("constraints.txt", "torch==2.0\n"),
        ];
        let sources = workspace(&files, &["requirements.txt"]);
        assert_eq!(sources.len(), 3);
        let base = of(&sources, "app/base-requirements.txt");
        assert!(base.together.pinned.contains("torch") && base.installed_by.is_none());
    }

    #[test]
    fn a_file_that_is_installed_again_and_again_is_read_once_for_each_base() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("one.txt"), "numpy\n").unwrap();
        let install = "COPY one.txt .\nRUN pip install -r one.txt\n".repeat(50);
        let text = format!("FROM a\n{install}FROM b\n{install}");
        let context = BuildContext { folder: folder.path().to_owned(), name: "app".into() };
        let source = SourceText {
            context: Some(context),
            ..SourceText::new("app/Dockerfile", SourceKind::Dockerfile, text)
        };
        let installs = installs(&source).installs;
        assert_eq!(installs.len(), 2);
        let [first, second] = [0, 1].map(|at| installs[at].named[0].clone());
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn a_list_that_nobody_means_is_told_and_not_read_to_its_end() {
        let long = "e\n".repeat(crate::base::limits::REQUIREMENTS + 1);
        let dockerfile = "FROM a\nCOPY . .\nRUN pip install -r names.txt\n";
        let files = [("Dockerfile", dockerfile), ("names.txt", "-r long.txt\n"), ("long.txt", long.as_str())];
        let (sources, obstacles) = workspace_and_obstacles(&files, &["Dockerfile"]);
        assert_eq!(
            sources.iter().map(|source| source.path.as_str()).collect::<Vec<_>>(),
            ["app/Dockerfile", "app/names.txt"]
        );
        let told: Vec<_> =
            obstacles.iter().map(|obstacle| (obstacle.path.as_str(), obstacle.message.as_str())).collect();
        assert_eq!(told, [("app/names.txt", "long.txt: has more than 65536 lines")]);
    }
}
