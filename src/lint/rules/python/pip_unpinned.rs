//! pip-unpinned: pip installs without exact versions.

use crate::finding::Confidence;
use crate::lint::collect::beside::script_of;
use crate::lint::engine::draft::{Draft, Findings, confidence_in, listed};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::{Asked, PipInstall, installs};
use crate::lint::knowledge::projects::{Dependencies, of_script};
use crate::lint::knowledge::requirement::may_apply;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::python::Installer;

pub(crate) struct PipUnpinned;

impl Rule for PipUnpinned {
    profile! {
        id: "pip-unpinned",
        summary: "pip installs without exact versions",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(installs(subject).filter_map(|install| draft(subject, &install)));
        let compilers = subject.installing_calls_of(&["pip-compile", "uv", "pip", "pipx"]);
        findings.extend(compilers.filter_map(|call| compiled(&call)));
        findings.extend(subject.installing_calls().filter_map(|call| script(subject, &call)));
    }
}

/// A script that `uv run` runs, and that says what it depends on without exact versions or a lock of its own.
fn script(subject: &Subject<'_>, call: &Call<'_>) -> Option<Draft> {
    let from = subject.source.installed_from.as_ref()?;
    let path = script_of(call.command)?;
    let Dependencies::Open(open) = of_script(from.texts.get(&path)?) else { return None };
    let has_lock = from.texts.contains_key(&format!("{path}.lock"));
    let message = format!(
        "uv installs {open} for {path} in the newest version that the index has on the day of the build"
    );
    (!has_lock).then(|| {
        Draft::at(call.span(), message)
            .help(format!("lock it: uv lock --script {path}, and COPY {path}.lock too"))
    })
}

/// Versions that are chosen in the build: `pip-compile`, `uv pip compile`, `pip lock`; `uv tool upgrade --all`.
fn compiled(call: &Call<'_>) -> Option<Draft> {
    let operands: Vec<&str> = call
        .arguments()
        .iter()
        .map(|word| word.text.as_str())
        .filter(|text| !text.starts_with('-'))
        .collect();
    let program = match (call.program()?, operands.as_slice()) {
        ("pip-compile", _) => "pip-compile",
        ("uv", ["pip", "compile", ..]) => "uv pip compile",
        ("pip", ["lock", ..]) => "pip lock",
        ("uv", ["tool", "upgrade", ..]) if call.arguments().iter().any(|word| word.text == "--all") => {
            "uv tool upgrade"
        }
        ("pipx", ["upgrade-all", ..]) => "pipx upgrade-all",
        _ => return None,
    };
    let asks = |text: &str| matches!(text, "--version" | "--help" | "-h");
    if call.arguments().iter().any(|word| asks(&word.text)) {
        return None;
    }
    if !program.ends_with("compile") && program != "pip lock" {
        let message = format!(
            "{program} moves each tool to the newest version that the index has on the day of the build"
        );
        let help = "install each tool in one version, where it is first installed: NAME==VERSION";
        return Some(Draft::at(call.span(), message).help(help));
    }
    let message = format!("{program} chooses the newest versions that the index has on the day of the build");
    Some(
        Draft::at(call.span(), message)
            .help("compile where you work, commit what comes of it, COPY it, and install from it"),
    )
}

fn draft(subject: &Subject<'_>, install: &PipInstall<'_>) -> Option<Draft> {
    let upgrades = install.has(&["-U", "--upgrade"]);
    // pip-self-upgrade has more to say of those.
    let is_its_own = |asked: &&Asked| upgrades && asked.is_installer();
    let open = install.asked.iter().filter(|asked| asked.is_open() && may_apply(&asked.requirement, None));
    let pinned = install.constrained(subject);
    let is_constrained =
        |asked: &&Asked| asked.requirement.name.as_ref().is_some_and(|name| pinned.contains(name));
    let open: Vec<&Asked> = open.filter(|asked| !is_its_own(asked) && !is_constrained(asked)).collect();
    let Some(first) = open.first() else { return by_argument(install) };
    // Of `$(…)` the first word is no name.
    let shown = |asked: &&Asked| match asked.requirement.text.text.as_str() {
        text if text.starts_with("$(") || text.starts_with('`') => "what another command names".to_owned(),
        text => text.to_owned(),
    };
    let names: Vec<String> = open.iter().map(shown).collect();
    let program = match install.call.program().unwrap_or_default() {
        // `uv run --with a python` installs it for python.
        program if install.tool == Installer::Uv && !matches!(program, "uv" | "uvx") => "uv run",
        program => program,
    };
    let message = format!(
        "{program} installs {} in the newest version that the index has on the day of the build",
        listed(&names)
    );
    // With its extras, as it is written.
    let written = first.requirement.text.text.split(['<', '>', '=', '!', '~', ';', '@', ' ']).next();
    let name = written.filter(|_| first.requirement.name.is_some()).unwrap_or("NAME");
    // Constraints may pin what the command leaves open.
    let constrained = install.has(&["-c", "--constraint", "--constraints", "--override", "--overrides"]);
    let known = open.iter().any(|asked| asked.known) && !constrained;
    Some(
        Draft::at(first.span, message)
            .help(format!(
                "name the version: {name}==VERSION, or install with --require-hashes -r from a compiled file"
            ))
            .confidence(confidence_in(known))
            .fix(install.pinned(subject, &open)),
    )
}

/// A version that an argument of the build decides, where nothing else is open.
fn by_argument(install: &PipInstall<'_>) -> Option<Draft> {
    let asked = install.asked.iter().find(|asked| asked.is_by_argument())?;
    let text = &asked.requirement.text.text;
    let message = format!("which version {text} is, the Dockerfile doesn't say");
    Some(
        Draft::at(asked.span, message)
            .help("give the ARG the default that was meant: ARG NAME=VERSION")
            .confidence(Confidence::Low),
    )
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, lock, python_lock};

    #[test]
    fn ranges_and_wildcards_are_open_and_a_command_is_one_finding() {
        let text = "FROM a\nARG V=2.4.1\nRUN pip install 'torch>=2' \\\n  numpy==1.* a==1.0 torchvision==$V \"b[x]~=2.0\" c@https://example.org/c.whl git+https://example.org/d\n";
        let expected = "3: torch>=2: pip installs torch>=2, numpy==1.* and b[x]~=2.0 in the newest version that the index has on the day of the build";
        assert_eq!(dockerfile("pip-unpinned", text).lines(), [expected]);
    }

    #[test]
    fn what_a_variable_holds_is_read_and_what_it_does_not_is_not_silent() {
        let text = "FROM a\nRUN P='x y==1' && pip install $P && pip install $Q\n";
        let findings = dockerfile("pip-unpinned", text).findings();
        let sure: Vec<&str> = findings.iter().map(|finding| finding.confidence.name()).collect();
        assert_eq!(sure, ["high", "low"]);
    }

    #[test]
    fn a_version_by_argument_is_not_the_newest_of_the_index() {
        let lines = |command: &str| {
            dockerfile("pip-unpinned", &format!("FROM a\nARG V\nRUN pip install {command}\n")).lines()
        };
        assert_eq!(lines("a==$V"), ["3: a==$V: which version a==$V is, the Dockerfile doesn't say"]);
        assert!(lines("a==${V} b")[0].contains("pip installs b in the newest version"));
        assert!(lines("\"a>=$V\"")[0].contains("pip installs a>=$V in the newest version"));
    }

    #[test]
    fn locked_versions_take_the_place_of_ranges_in_quotes_too() {
        let text = "FROM a\nRUN bash -c \"pip install 'torch>=2' numpy\" && pip install \"b[x]\" c\n";
        let lock = lock(&python_lock("r.txt", &[("torch", "2.4.1"), ("numpy", "1.26.4"), ("b", "1.0")]));
        let expected = "FROM a\nRUN bash -c \"pip install 'torch==2.4.1' numpy==1.26.4\" && pip install \"b[x]==1.0\" c\n";
        assert_eq!(dockerfile("pip-unpinned", text).locked(lock).fixed(), expected);
    }

    #[test]
    fn what_brings_packages_in_other_ways_is_an_install_too() {
        for command in [
            "easy_install foo",
            "uv run --with requests python -c 1",
            "uv run --with 'requests>2' --with a==1 s.py",
            "uvx ruff check",
            "uvx --from ruff ruff check",
            "uvx --with httpx ruff@0.4.0",
            "uv tool run black .",
            "uv tool install black",
            "uv tool upgrade black",
            "uv tool upgrade --all",
            "pipx upgrade-all",
            "mim install mmcv",
            "pipx run black",
            "pipx install black",
            "pipx inject app requests",
            "uv pip compile --upgrade requirements.in -o r.txt",
            "pip-compile requirements.in",
            "pip wheel -w /wheels scipy",
            "pip download -d w numpy",
            "python -m pip --python /v install c",
        ] {
            let case = dockerfile("pip-unpinned", &format!("FROM a\nRUN {command}\n"));
            assert_eq!(case.flagged().len(), 1, "{command}: {:?}", case.flagged());
        }
        for command in [
            "uvx ruff@0.4.0 check",
            "uvx --from ruff==0.4.0 ruff check",
            "uv tool install black==24.1.0",
            "uv run --with requests==2.31.0 python -c 1",
            "pip-compile --version",
            "mim install mmcv==2.0.0",
            "mim download mmdet --config x",
            "pipx run https://example.org/x.py",
        ] {
            let case = dockerfile("pip-unpinned", &format!("FROM a\nRUN {command}\n"));
            assert_eq!(case.flagged(), [""; 0], "{command}");
        }
    }

    #[test]
    fn what_another_python_has_is_no_version_for_this_one() {
        for (command, is_pinned) in [
            ("pip install a", true),
            ("pip3 install a", true),
            ("pip3.12 install a", true),
            ("/opt/v/bin/python3.12 -m pip install a", true),
            ("uv pip install --python 3.12 a", true),
            ("uv pip install -p /opt/v/bin/python a", true),
            ("pip3.9 install a", false),
            ("python3.9 -m pip install a", false),
            ("uv pip install --python 3.9 a", false),
            ("uv pip install --python=cpython-3.9.1 a", false),
            ("pip download --python-version 3.9 --only-binary :all: a", false),
        ] {
            let text = format!("FROM x\nRUN {command}\n");
            let case = dockerfile("pip-unpinned", &text).locked(lock(&python_lock("r.txt", &[("a", "1.0")])));
            assert_eq!(case.fixed() != text, is_pinned, "{command}: {}", case.fixed());
        }
    }

    #[test]
    fn options_are_each_tools_own() {
        let lock = || lock(&python_lock("r.txt", &[("a", "1.0"), ("w", "2.0"), ("x", "3.0")]));
        for (command, expected) in [
            ("pip wheel -w x a", "pip wheel -w x a==1.0"),
            ("pip wheel --wheel-dir x a", "pip wheel --wheel-dir x a==1.0"),
            ("pip download -d x a", "pip download -d x a==1.0"),
            ("pip download --dest x a", "pip download --dest x a==1.0"),
            ("pip install -t x a", "pip install -t x a==1.0"),
            ("pip install --target x a", "pip install --target x a==1.0"),
            ("pip install --log x a", "pip install --log x a==1.0"),
            ("pip wheel --build-option x a", "pip wheel --build-option x a==1.0"),
            ("uv pip install --python-platform x a", "uv pip install --python-platform x a==1.0"),
            ("uv pip install -P x a", "uv pip install -P x a==1.0"),
            ("uv pip install --no-binary x a", "uv pip install --no-binary x a==1.0"),
            ("uv add --optional x a", "uv add --optional x a==1.0"),
            ("uv add --no-binary a", "uv add --no-binary a==1.0"),
            ("uv add --group x a", "uv add --group x a==1.0"),
            ("uv tool install --with w a", "uv tool install --with w==2.0 a==1.0"),
            ("uvx -w w a", "uvx -w w==2.0 a==1.0"),
            ("uvx --env-file x a", "uvx --env-file x a==1.0"),
            ("pipx install -f a", "pipx install -f a==1.0"),
            ("pipx install --python-args x a", "pipx install --python-args x a==1.0"),
            ("pipx inject x a", "pipx inject x a==1.0"),
            ("pipx run --spec a x", "pipx run --spec a==1.0 x"),
            ("easy_install -d x a", "easy_install -d x a==1.0"),
        ] {
            let case = dockerfile("pip-unpinned", &format!("FROM i\nRUN {command}\n")).locked(lock());
            assert_eq!(case.fixed(), format!("FROM i\nRUN {expected}\n"));
        }
    }
}
