//! Paths as the user would write them from the current folder, and where they really are.

use std::path::{Path, PathBuf};

use crate::base::checkout::absolute;
use crate::lint::subject::source::SourceText;

/// The current folder, for names that don't depend on where that is.
pub(super) struct Names {
    here: PathBuf,
}

impl Names {
    pub(super) fn here() -> Self {
        Self { here: std::env::current_dir().unwrap_or_default() }
    }

    /// A path from the root, `.` and `..` taken out by name.
    pub(super) fn absolute(&self, path: &Path) -> PathBuf {
        absolute(&self.here, path)
    }

    /// The path of a source from the root.
    pub(super) fn place(&self, source: &SourceText) -> PathBuf {
        self.absolute(source.location())
    }

    /// The folder that a source stands in; the current one for a text without a file.
    pub(super) fn folder_of(&self, source: &SourceText) -> PathBuf {
        let mut folder = self.place(source);
        folder.pop();
        folder
    }

    /// A path that leads to `path` from the current folder; empty for that folder itself.
    pub(super) fn relative(&self, path: &Path) -> PathBuf {
        let absolute = self.absolute(path);
        // A way that goes up to the root says more of this machine than the whole path does.
        let above = self.here.ancestors().take_while(|folder| folder.parent().is_some());
        for (up, folder) in above.enumerate() {
            if let Ok(rest) = absolute.strip_prefix(folder) {
                return (0..up).map(|_| "..").collect::<PathBuf>().join(rest);
            }
        }
        absolute
    }

    /// The name of a file or folder in reports.
    pub(super) fn shown(&self, path: &Path) -> String {
        let relative = self.relative(path);
        let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        match relative.is_absolute() {
            true => relative.to_string_lossy().replace('\\', "/"),
            false => parts.join("/"),
        }
    }

    /// The name of a folder in reports: `.` for the current one.
    pub(super) fn shown_folder(&self, path: &Path) -> String {
        Some(self.shown(path)).filter(|shown| !shown.is_empty()).unwrap_or_else(|| ".".to_owned())
    }

    /// The current folder.
    pub(super) fn folder(&self) -> &Path {
        &self.here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names { here: PathBuf::from("/a/b") }
    }

    #[test]
    fn a_name_is_what_leads_there_from_the_current_folder() {
        let shown = |path: &str| names().shown(Path::new(path));
        assert_eq!(shown("./Dockerfile"), "Dockerfile");
        assert_eq!(shown("x/../docker/./Dockerfile"), "docker/Dockerfile");
        assert_eq!(shown("/a/b/docker/Dockerfile"), "docker/Dockerfile");
        assert_eq!(shown("../Dockerfile"), "../Dockerfile");
        assert_eq!(shown("/a/c/Dockerfile"), "../c/Dockerfile");
        assert_eq!(shown("../../c/Dockerfile"), "/c/Dockerfile");
        assert_eq!(shown("/c/Dockerfile"), "/c/Dockerfile");
        assert_eq!(shown("."), "");
    }
}
