//! pip-upgrade-flag: pip upgrades what is pinned.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::edits::without_word;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::{PipInstall, installs};
use crate::lint::subject::Subject;

pub(crate) struct PipUpgradeFlag;

impl Rule for PipUpgradeFlag {
    profile! {
        id: "pip-upgrade-flag",
        summary: "pip upgrades what is pinned",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: Rewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(installs(subject).filter_map(|install| draft(subject, &install)));
    }
}

fn draft(subject: &Subject<'_>, install: &PipInstall<'_>) -> Option<Draft> {
    let option = install.all(&["-U", "--upgrade"]).next()?;
    let all_exact = !install.asked.is_empty() && install.asked.iter().all(|asked| !asked.is_open());
    if !all_exact || install.has(&["-r", "--requirement", "--requirements"]) {
        return None;
    }
    let is_alone = subject.at(option.span) == option.name;
    let edit = without_word(subject, option.span).filter(|_| is_alone);
    Some(
        Draft::at(
            option.span,
            format!("{} moves nothing that is pinned, but may move what it depends on", option.name),
        )
        .help("leave it out: an exact version is installed either way")
        .fix(edit.map(|edit| Fix::safe([edit]))),
    )
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn only_where_everything_is_exact_the_flag_is_useless() {
        let text = "FROM a\nRUN pip install -U a==1 b==2\nRUN pip install -U c\nRUN pip install --upgrade -r r.txt\nRUN pip install -qU d==1\n";
        let case = dockerfile("pip-upgrade-flag", text);
        assert_eq!(case.flagged(), ["-U", "-qU"]);
        assert_eq!(case.fixed(), text.replace("install -U a==1", "install a==1"));
    }
}
