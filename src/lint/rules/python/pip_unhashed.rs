//! pip-unhashed: pip installs exact versions without hashes.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::installs;
use crate::lint::subject::Subject;
use crate::python::Installer;

pub(crate) struct PipUnhashed;

impl Rule for PipUnhashed {
    profile! {
        id: "pip-unhashed",
        summary: "pip installs exact versions without hashes",
        severity: Warning,
        confidence: High,
        set: Pedantic,
        remedy: None,
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
                Draft::at(asked.span, format!("the index may serve other files for {text}: a wheel more, or the same name with other bytes"))
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
