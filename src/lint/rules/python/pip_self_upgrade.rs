//! pip-self-upgrade: pip, setuptools or wheel is brought to its newest version.

use crate::lint::engine::draft::{Draft, Findings, listed};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::{Asked, PipInstall, installs};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;

pub(crate) struct PipSelfUpgrade;

impl Rule for PipSelfUpgrade {
    profile! {
        id: "pip-self-upgrade",
        summary: "pip, setuptools or wheel is brought to its newest version",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(installs(subject).filter_map(|install| draft(subject, &install)));
        let calls = subject.build_calls_of(&["python", "curl", "wget"]);
        findings.extend(calls.filter_map(|call| bootstrapped(&call)));
    }
}

fn draft(subject: &Subject<'_>, install: &PipInstall<'_>) -> Option<Draft> {
    if !install.has(&["-U", "--upgrade"]) {
        return None;
    }
    let open: Vec<&Asked> =
        install.asked.iter().filter(|asked| asked.is_open() && asked.is_installer()).collect();
    let first = open.first()?;
    let names: Vec<String> = open.iter().map(|asked| asked.requirement.text.text.clone()).collect();
    let decide = if names.len() == 1 { "decides" } else { "decide" };
    let message =
        format!("{} of the day {decide} how everything after it is resolved and built", listed(&names));
    let name = first.requirement.name.clone().unwrap_or_default();
    let example = if name == "pip" { "24.2" } else { "VERSION" };
    Some(
        Draft::at(first.span, message)
            .help(format!("name the version: {name}=={example}, or keep what the base has"))
            .fix(install.pinned(subject, &open)),
    )
}

/// `get-pip.py` fetched or run without a version.
fn bootstrapped(call: &Call<'_>) -> Option<Draft> {
    let word = call.arguments().iter().find(|word| word.text.ends_with("get-pip.py"))?;
    let names_one = call
        .script
        .shell
        .commands
        .iter()
        .flat_map(|command| &command.words)
        .any(|word| word.text.starts_with("pip=="));
    (!names_one).then(|| {
        Draft::at(call.place(word), "get-pip.py installs the newest pip, and is another script tomorrow")
            .help(
                "give it the version: python get-pip.py pip==VERSION, or install the distribution's python3-pip",
            )
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn upgrades_of_installers_are_told_apart_from_other_packages() {
        let text = "FROM a\nRUN python -m pip install --upgrade pip setuptools wheel\nRUN pip install -U pip==24.2 numpy\nRUN pip install wheel\n";
        assert_eq!(
            dockerfile("pip-self-upgrade", text).lines(),
            [
                "2: pip: pip, setuptools and wheel of the day decide how everything after it is resolved and built"
            ]
        );
        assert_eq!(dockerfile("pip-unpinned", text).flagged(), ["numpy", "wheel"]);
    }

    #[test]
    fn get_pip_needs_a_version() {
        let text = "FROM a\nRUN curl -O https://example.org/get-pip.py\nRUN python get-pip.py pip==24.2\n";
        assert_eq!(dockerfile("pip-self-upgrade", text).flagged(), ["https://example.org/get-pip.py"]);
    }
}
