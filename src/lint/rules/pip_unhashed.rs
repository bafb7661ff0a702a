//! pip-unhashed: pip installs exact versions without hashes.

use crate::finding::{Confidence, Severity};
use crate::lint::pip::installs;
use crate::lint::{About, Findings, Found, Remedy, Rule, Set, Subject};
use crate::python::Installer;

static ABOUT: About = About {
    id: "pip-unhashed",
    summary: "pip installs exact versions without hashes",
    severity: Severity::Warning,
    confidence: Confidence::High,
    set: Set::Pedantic,
    remedy: Remedy::None,
    doc: include_str!("../../../docs/rules/pip-unhashed.md"),
};

/// See [`ABOUT`].
pub(super) struct PipUnhashed;

impl Rule for PipUnhashed {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for install in installs(subject).filter(|install| install.tool != Installer::Pipx) {
            let hashed = install.has(&["--require-hashes"])
                || install.is_switched("PIP_REQUIRE_HASHES")
                || install.is_switched("UV_REQUIRE_HASHES");
            let exact = install.asked.iter().find(|asked| asked.requirement.exact_version().is_some());
            let (Some(asked), false) = (exact, hashed) else { continue };
            let text = &asked.requirement.text.text;
            findings.push(
                Found::at(asked.span, format!("the index may serve other files for {text}: a wheel more, or the same name with other bytes"))
                    .help("put it into a file with its hashes, and install that: pip install --require-hashes -r requirements.lock"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn an_exact_version_is_not_yet_a_file() {
        let text = "FROM a\nRUN pip install a==1 b==2\nRUN pip install --require-hashes -r x.txt\nRUN PIP_REQUIRE_HASHES=1 pip install c==1\nRUN pip install d\n";
        assert_eq!(dockerfile("pip-unhashed", text).flagged(), ["a==1"]);
    }
}
