//! Rules under test: one text, one rule.

use crate::base::text::Lines;
use crate::finding::{Finding, Safety};
use crate::lint::engine::check::check;
use crate::lint::engine::fixing::fix;
use crate::lint::engine::settings::Settings;
use crate::lint::subject::pins::Pins;
use crate::lint::subject::source::{BuildContext, InstalledFrom, SourceKind, SourceText};
use crate::lockfile::{self, Lockfile};

/// The digest in [`BASE_LOCK`].
pub(super) const DIGEST: &str = "sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914";

/// A lockfile that knows its base, `python:3.12`.
pub(super) const BASE_LOCK: &str = r#"version = 1

[image]
platform = "linux/amd64"
config = "sha256:12d21ea3b687f00675eb72f3f69617187ae659cebab9a975f6d557cbec21a5ee"

[base]
reference = "python:3.12"
digest = "sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914"
"#;

/// A text and the rule that looks at it.
pub(crate) struct Case {
    source: SourceText,
    settings: Settings,
}

/// `text`, a Dockerfile, before the rule `id`.
pub(crate) fn dockerfile(id: &'static str, text: &str) -> Case {
    of(id, SourceKind::Dockerfile, text)
}

/// `text`, of whatever kind, before the rule `id`.
pub(super) fn of(id: &'static str, kind: SourceKind, text: &str) -> Case {
    let settings = Settings { select: [id].into(), ..Settings::default() };
    Case { source: SourceText::new("text", kind, text), settings }
}

/// A lockfile's text, read.
pub(crate) fn lock(text: &str) -> Lockfile {
    lockfile::codec::decode(text, "reprolock.lock".as_ref()).unwrap()
}

/// A lockfile whose image was installed from the requirements file called `file`, and has these distributions.
pub(super) fn python_lock(file: &str, packages: &[(&str, &str)]) -> String {
    let digest = DIGEST;
    let layer = format!(
        "\n[[layer]]\ndiff-id = {digest:?}\ncontent = {digest:?}\nsize = 1\nuncompressed-size = 1\ncompression = \
         \"none\"\nfiles = 1\n"
    );
    let packages = packages.iter().map(|(name, version)| {
        let location = "usr/lib/python3.12/site-packages";
        format!("\n[[package.python]]\nname = {name:?}\nversion = {version:?}\nlocation = {location:?}\nlayer = 0\n")
    });
    let packages: String = packages.collect();
    format!("{BASE_LOCK}\n[[build.requirements]]\npath = {file:?}\ndigest = {digest:?}\n{layer}{packages}")
}

impl Case {
    /// Where other files pin these names.
    pub(super) fn pinned(mut self, names: &[&str]) -> Self {
        self.source.together.pinned = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// In a context that has these files, which are linted beside it.
    pub(super) fn installed_from(mut self, files: &[&str]) -> Self {
        let known = files.iter().map(|name| (*name).to_owned()).collect();
        self.source.installed_from = Some(InstalledFrom { known, ..InstalledFrom::default() });
        self
    }

    /// In a context that has these files, which say what is installed.
    pub(super) fn beside(mut self, files: &[(&str, &str)]) -> Self {
        let texts = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        self.source.installed_from = Some(InstalledFrom { texts, ..InstalledFrom::default() });
        self
    }

    /// With this build context.
    pub(super) fn within(mut self, folder: &std::path::Path) -> Self {
        self.source.context = Some(BuildContext { folder: folder.to_owned(), name: String::new() });
        self
    }

    /// With a lockfile at hand.
    pub(crate) fn locked(mut self, lock: Lockfile) -> Self {
        self.source.pins = Some(std::sync::Arc::new(Pins::of("reprolock.lock", lock)));
        self
    }

    /// What is found.
    pub(super) fn findings(&self) -> Vec<Finding> {
        check(&self.source, &self.settings)
    }

    /// What is found, a line each: line, the text it is at, message.
    pub(super) fn lines(&self) -> Vec<String> {
        let lines = Lines::of(&self.source.text);
        let findings = self.findings().into_iter();
        let line = |finding: Finding| {
            let at = finding.span.text(&self.source.text);
            format!("{}: {at}: {}", lines.line(finding.span.start), finding.message)
        };
        findings.map(line).collect()
    }

    /// The texts that are found fault with.
    pub(crate) fn flagged(&self) -> Vec<&str> {
        self.findings().iter().map(|finding| finding.span.text(&self.source.text)).collect()
    }

    /// The text after its safe fixes.
    pub(crate) fn fixed(&self) -> String {
        fix(&self.source, &self.settings, Safety::Safe).text
    }

    /// The text after all fixes.
    #[allow(dead_code, reason = "not every set of rules has an unsafe fix")]
    pub(super) fn fixed_unsafely(&self) -> String {
        fix(&self.source, &self.settings, Safety::Unsafe).text
    }
}
