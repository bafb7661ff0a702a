//! Commands at a RUN's end that take away what drifted and no container needs.
//!
//! What lint's layer-residue would remove comes first, where it has anything to do with what drifted; then what each cause
//! knows to remove of what is left.
//!
//! What it refuses to do: it removes nothing because of its cause alone; some drifted path has to be among what goes.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobMatcher};

use crate::base::path::LayerPath;
use crate::causes::{Cause, Removal};
use crate::finding::{Fix, Safety};
use crate::lint::Subject;

/// What one cause explains of what one instruction made.
pub(super) struct CauseFiles<'o> {
    pub(super) cause: &'static dyn Cause,
    /// The files, where no other instruction can have made them.
    pub(super) paths: Vec<&'o LayerPath>,
}

/// A way to end a RUN.
pub(super) struct Cleaning {
    /// The causes of which it removes a file.
    pub(super) causes: BTreeSet<&'static str>,
    /// The rule that asks for some of it.
    pub(super) rule: Option<&'static str>,
    pub(super) fix: Fix,
}

/// What ends the RUN at `line`; `residue` is the rule that has a fix there.
pub(super) fn find(
    subject: &Subject<'_>,
    line: usize,
    residue: Option<&'static str>,
    causes: Vec<(&'static str, &CauseFiles<'_>)>,
) -> Option<Cleaning> {
    let run = subject.run_end(line)?;
    let mut gone = Gone::default();
    let mut rule = None;
    let paths = || causes.iter().flat_map(|(_, files)| files.paths.iter().copied());
    let mut is_safe = true;
    if let Some(removal) = run.residue().filter(|_| residue.is_some())
        && let own = Gone::of(&removal.command)
        && paths().any(|path| own.covers(path))
    {
        gone = own;
        rule = residue;
        is_safe = removal.safety == Safety::Safe;
    }
    for (_, files) in &causes {
        is_safe &= !add(&mut gone, files, &run.mounts());
    }
    let causes = causes.iter().filter(|(_, files)| files.paths.iter().any(|path| gone.covers(path)));
    let causes: BTreeSet<&'static str> = causes.map(|(id, _)| *id).collect();
    if causes.is_empty() {
        return None;
    }
    let edit = run.ended_with(&gone.command())?;
    let fix = if is_safe { Fix::safe([edit]) } else { Fix::not_safe([edit]) };
    Some(Cleaning { causes, rule, fix })
}

/// Adds what the cause knows to remove, where that takes away a drifted file that is not gone yet.
fn add(gone: &mut Gone, files: &CauseFiles<'_>, mounts: &[String]) -> bool {
    let mut own: Gone = files.cause.profile().removals().collect();
    own.removed.retain(|target| !mounts.iter().any(|mount| target.is_below(mount)));
    let is_needed = files.paths.iter().any(|path| own.covers(path) && !gone.covers(path));
    if is_needed {
        gone.extend(own);
    }
    is_needed
}

/// Commands, and what they take away.
#[derive(Default)]
struct Gone {
    /// The words of `rm`.
    removed: Vec<Target>,
    /// Other commands, with what they empty.
    others: Vec<(String, Target)>,
}

/// A word that names a file, a folder, or several by a pattern.
struct Target {
    word: String,
    glob: Option<GlobMatcher>,
}

impl Gone {
    /// What commands of `rm` and `truncate` take away, joined by `&&`.
    fn of(commands: &str) -> Self {
        let mut gone = Self::default();
        for command in commands.split(" && ") {
            let mut words = command.split(' ');
            let program = words.next();
            let mut names = words.filter(|word| word.starts_with(['/', '~'])).map(Target::of);
            match program {
                Some("rm") => gone.removed.extend(names),
                _ => gone.others.extend(names.next_back().map(|target| (command.to_owned(), target))),
            }
        }
        gone
    }

    fn extend(&mut self, other: Self) {
        for target in other.removed {
            if !self.removed.iter().any(|known| known.covers(&target.word)) {
                self.removed.push(target);
            }
        }
        self.others.extend(other.others);
    }

    fn covers(&self, path: &LayerPath) -> bool {
        let path = format!("/{}", String::from_utf8_lossy(path.as_bytes()));
        self.removed
            .iter()
            .chain(self.others.iter().map(|(_, target)| target))
            .any(|target| target.covers(&path))
    }

    fn command(&self) -> String {
        let words: Vec<&str> = self.removed.iter().map(|target| target.word.as_str()).collect();
        let removal = (!words.is_empty()).then(|| format!("rm -rf {}", words.join(" ")));
        let others = self.others.iter().map(|(command, _)| command.clone());
        removal.into_iter().chain(others).collect::<Vec<_>>().join(" && ")
    }
}

impl FromIterator<Removal> for Gone {
    fn from_iter<R: IntoIterator<Item = Removal>>(removals: R) -> Self {
        let mut gone = Self::default();
        for removal in removals {
            let target = Target::of(removal.path());
            match removal {
                Removal::Delete(_) => gone.removed.push(target),
                Removal::Empty(path) => gone.others.push((format!("truncate -s 0 {path}"), target)),
            }
        }
        gone
    }
}

impl Target {
    fn of(word: &str) -> Self {
        let path = word.strip_prefix('~').map_or_else(|| word.to_owned(), |rest| format!("/root{rest}"));
        let glob = GlobBuilder::new(&path).literal_separator(true).build().ok();
        Self { word: word.to_owned(), glob: glob.map(|glob| glob.compile_matcher()) }
    }

    /// Whether what the word names is `folder`, or stands in it.
    fn is_below(&self, folder: &str) -> bool {
        let folder = folder.trim_end_matches('/');
        self.word.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether a path, or a folder above it, is among what the word names.
    fn covers(&self, path: &str) -> bool {
        let Some(glob) = &self.glob else { return false };
        let ends = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).chain([path.len()]);
        ends.filter_map(|end| path.get(..end)).any(|above| glob.is_match(above))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mount_keeps_is_told_by_its_folder() {
        let below = |word: &str, folder: &str| Target::of(word).is_below(folder);
        assert!(below("/var/cache/apt/*", "/var/cache/apt") && below("/var/cache/apt", "/var/cache/apt/"));
        assert!(!below("/var/cache/apt-x/*", "/var/cache/apt") && !below("/var/cache", "/var/cache/apt"));
    }

    #[test]
    fn words_cover_what_a_shell_would_give_rm() {
        let covers = |word: &str, path: &str| Target::of(word).covers(path);
        assert!(covers("/var/lib/apt/lists/*", "/var/lib/apt/lists/partial/x"));
        assert!(
            covers("/var/log/apt", "/var/log/apt/history.log") && covers("/var/log/apt", "/var/log/apt/*")
        );
        assert!(covers("~/.wget-hsts", "/root/.wget-hsts") && !covers("~/.wget-hsts", "/home/a/.wget-hsts"));
        assert!(!covers("/var/lib/apt/lists/*", "/var/lib/apt/lists"));
        assert!(
            !covers("/var/log/dnf*", "/var/log/a/dnf.log") && !covers("/var/log/apt", "/var/log/aptitude")
        );
    }

    #[test]
    fn what_a_cause_removes_is_named_by_whole_paths() {
        let removals = crate::causes::REGISTRY.iter().flat_map(|cause| cause.profile().removals());
        let removals: Vec<Removal> = removals.collect();
        assert!(!removals.is_empty());
        for removal in removals {
            let path = removal.path();
            assert!(path.starts_with(['/', '~']) && !path.contains([' ', '&', ';']), "{path}");
            assert!(Target::of(path).glob.is_some(), "{path}");
            let gone: Gone = [removal].into_iter().collect();
            let command = match removal {
                Removal::Delete(path) => format!("rm -rf {path}"),
                Removal::Empty(path) => format!("truncate -s 0 {path}"),
            };
            assert_eq!((gone.command(), Gone::of(&command).command()), (command.clone(), command));
        }
    }
}
