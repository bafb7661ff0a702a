//! pip-upgrade-flag: what pinned packages depend on is upgraded.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::edits::without_word;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::{PipInstall, installs};
use crate::lint::subject::Subject;
use crate::python::Installer;

pub(crate) struct PipUpgradeFlag;

impl Rule for PipUpgradeFlag {
    profile! {
        id: "pip-upgrade-flag",
        summary: "what pinned packages depend on is upgraded",
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
    if !all_exact
        || install.has(&["-r", "--requirement", "--requirements", "--no-deps"])
        || !is_eager(install)
    {
        return None;
    }
    let is_alone = subject.at(option.span) == option.name;
    let edit = without_word(subject, option.span).filter(|_| is_alone);
    Some(
        Draft::at(
            option.span,
            format!(
                "{} moves nothing that is pinned, but takes the newest of all that it depends on",
                option.name
            ),
        )
        .help("leave it out: an exact version is installed either way")
        .fix(edit.map(|edit| Fix::safe([edit]))),
    )
}

/// Whether an upgrade goes on to dependencies that would do as they are: always with uv, and with pip where it is told so.
/// <https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-upgrade-strategy>,
/// <https://docs.astral.sh/uv/reference/cli/#uv-pip-install--upgrade>
fn is_eager(install: &PipInstall<'_>) -> bool {
    let strategy = install.all(&["--upgrade-strategy"]).last().and_then(|option| option.value.clone());
    match install.tool {
        Installer::Uv => true,
        Installer::Pip => {
            strategy.or_else(|| install.setting("PIP_UPGRADE_STRATEGY")).is_some_and(|name| name == "eager")
        }
        Installer::Pipx | Installer::EasyInstall => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn only_where_everything_is_exact_the_flag_is_useless() {
        let text = "FROM a\nENV PIP_UPGRADE_STRATEGY=eager\nRUN pip install -U a==1 b==2\nRUN pip install -U c\nRUN pip install --upgrade -r r.txt\nRUN pip install -qU d==1\n";
        let case = dockerfile("pip-upgrade-flag", text);
        assert_eq!(case.flagged(), ["-U", "-qU"]);
        assert_eq!(case.fixed(), text.replace("install -U a==1", "install a==1"));
    }

    #[test]
    fn dependencies_move_with_uv_and_where_pip_is_told_to_be_eager() {
        let flagged = |command: &str| {
            dockerfile("pip-upgrade-flag", &format!("FROM a\nRUN {command}\n")).flagged().len()
        };
        assert_eq!(flagged("uv pip install --upgrade six==1.16.0"), 1);
        assert_eq!(flagged("pip install -U --upgrade-strategy=eager six==1.16.0"), 1);
        assert_eq!(flagged("pip install -U --upgrade-strategy eager --no-deps six==1.16.0"), 0);
        assert_eq!(flagged("pip install -U six==1.16.0"), 0);
        assert_eq!(flagged("pip install -U --upgrade-strategy only-if-needed six==1.16.0"), 0);
        assert_eq!(flagged("pipx install six==1.16.0"), 0);
    }
}
