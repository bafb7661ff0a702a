//! pyc-timestamp: pip writes .pyc files that hold the time of the build.

use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::epoch::{declared, is_set, python_reads_it};
use crate::lint::knowledge::pip::{PipInstall, installs};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Purpose;
use crate::python::Installer;

pub(crate) struct PycTimestamp;

impl Rule for PycTimestamp {
    profile! {
        id: "pyc-timestamp",
        summary: "pip writes .pyc files that hold the time of the build",
        severity: Warning,
        confidence: High,
        set: Bytes,
        remedy: Rewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        // One finding a RUN: its first such command is enough to say it, and all of them are mended at once. Those of one RUN are
        // kept and no more, since a file may install a hundred thousand times.
        let mut run: Vec<PipInstall<'_>> = Vec::new();
        for install in installs(subject).filter(|install| compiles(subject, install)) {
            if run.first().is_some_and(|first| first.call.script.span != install.call.script.span) {
                findings.extend(draft(subject, &run));
                run.clear();
            }
            run.push(install);
        }
        findings.extend(draft(subject, &run));
    }
}

/// What is said of the commands of one RUN.
fn draft(subject: &Subject<'_>, run: &[PipInstall<'_>]) -> Option<Draft> {
    let first = run.first()?;
    let reads = python_reads_it(subject, &first.call);
    let help = match reads {
        true => {
            "declare ARG SOURCE_DATE_EPOCH in the stage, and build with that variable set: .pyc files then hold a hash of their source; with --no-compile instead, every container compiles what it imports at each cold start"
        }
        false => {
            "this Python knows no .pyc files by hash, which 3.7 and later write where SOURCE_DATE_EPOCH is set; with --no-compile, every container compiles what it imports at each cold start"
        }
    };
    let epoch = first.call.script.step.filter(|_| reads).and_then(|(stage, _)| declared(subject, stage));
    let message = "each .pyc holds its source's modification time, which is the time of the build";
    let draft = Draft::at(first.call.span(), message).help(help);
    Some(draft.fix(epoch.or_else(|| without_compiling(run))))
}

/// Whether the command compiles what it installs, with times.
fn compiles(subject: &Subject<'_>, install: &PipInstall<'_>) -> bool {
    let does = match install.tool {
        // PIP_NO_COMPILE is read the other way round: 1 compiles.
        Installer::Pip => !install.has(&["--no-compile"]) && !is_off(install),
        Installer::Uv => {
            install.has(&["--compile-bytecode", "--compile"]) || install.is_switched("UV_COMPILE_BYTECODE")
        }
        Installer::Pipx | Installer::EasyInstall => true,
    };
    let installs = install
        .call
        .arguments()
        .iter()
        .all(|word| !matches!(word.text.as_str(), "download" | "wheel" | "--dry-run"));
    let is_posix = install.call.script.purpose == Purpose::Build;
    does && installs
        && is_posix
        && !(is_set(subject, &install.call) && python_reads_it(subject, &install.call))
}

/// Whether pip is told by a variable not to compile.
fn is_off(install: &PipInstall<'_>) -> bool {
    let value = install.setting("PIP_COMPILE");
    value.is_some_and(|value| matches!(value.as_str(), "0" | "false" | "no" | "off"))
}

fn without_compiling(run: &[PipInstall<'_>]) -> Option<Fix> {
    let places =
        run.iter().filter(|install| install.tool == Installer::Pip).filter_map(|install| install.behind_verb);
    let edits: Vec<Edit> = places.map(|at| Edit::insert(at, " --no-compile")).collect();
    // Every cold start pays for it.
    (!edits.is_empty()).then(|| Fix::not_safe(edits))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn what_does_not_stop_pip_from_compiling_is_no_excuse() {
        let text = "FROM a\nENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_COMPILE=1\nRUN pip install -r r.txt && pip install b\nRUN uv pip install c && pip install --no-compile d\nRUN PIP_COMPILE=0 pip install e\nRUN pip download f\n";
        let case = dockerfile("pyc-timestamp", text);
        assert_eq!(case.flagged(), ["pip install -r r.txt"]);
        assert_eq!(case.fixed(), text.replace("FROM a\n", "FROM a\nARG SOURCE_DATE_EPOCH\n"));
    }

    #[test]
    fn with_the_epoch_pyc_files_hold_hashes() {
        assert!(
            dockerfile("pyc-timestamp", "FROM a\nARG SOURCE_DATE_EPOCH\nRUN pip install b\n")
                .flagged()
                .is_empty()
        );
    }

    #[test]
    fn a_python_before_hashes_is_not_silenced_by_the_epoch_and_gets_no_declaration() {
        for (base, command) in [
            ("python:3.6", "pip install b"),
            ("python:2.7-slim", "pip install b"),
            ("a", "python3.6 -m pip install b"),
            ("a", "pip2 install b"),
        ] {
            for declaration in ["", "ARG SOURCE_DATE_EPOCH\n"] {
                let text = format!("FROM {base}\n{declaration}RUN {command}\n");
                let case = dockerfile("pyc-timestamp", &text);
                assert_eq!((case.flagged().len(), case.fixed()), (1, text.clone()), "{text}");
                assert_eq!(case.fixed_unsafely(), text.replace("install b", "install --no-compile b"));
            }
        }
        for (base, command) in [
            ("python:3.12", "pip install b"),
            ("python:3", "pip3 install b"),
            ("a", "python3.10 -m pip install b"),
        ] {
            let text = format!("FROM {base}\nARG SOURCE_DATE_EPOCH\nRUN {command}\n");
            assert!(dockerfile("pyc-timestamp", &text).flagged().is_empty(), "{text}");
        }
    }
}
