//! python-lock-ignored: a project is installed without holding it to its lock.

use std::collections::BTreeSet;

use crate::dockerfile::Keyword;
use crate::finding::{Confidence, Edit, Fix};
use crate::lint::collect::beside::in_folder;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::lock_tools::{Hold, OF_PYTHON, RENEWING, STYLE};
use crate::lint::knowledge::projects::{Dependencies, of_group, of_project};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::python::{Install, InstallVerb};
use crate::shell::{Arguments, Word};

pub(crate) struct PythonLockIgnored;

impl Rule for PythonLockIgnored {
    profile! {
        id: "python-lock-ignored",
        summary: "a project is installed without holding it to its lock",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls_of(&["uv", "poetry", "pipenv", "pdm", "pixi"]) {
            findings.extend(draft(subject, &call));
        }
        // The stages in which a list was installed before: what a project needs is most likely there then.
        let mut listed = BTreeSet::new();
        let are_together = wheels_come_together(subject);
        for call in subject.installing_calls() {
            let install = call.install();
            let stage = call.script.step.map(|(stage, _)| stage);
            findings.extend(project(subject, &call, install.as_ref(), listed.contains(&stage)));
            if let Some(install) = &install {
                findings.extend(group(subject, &call, install));
                findings.extend(file(&call, install).filter(|_| !are_together));
            }
            if install.is_some_and(|install| !install.files.is_empty()) {
                listed.insert(stage);
            }
        }
    }
}

/// A project that an installer installs which reads no lock: `pip install .`, `python setup.py install`.
fn project(
    subject: &Subject<'_>,
    call: &Call<'_>,
    install: Option<&Install>,
    is_listed: bool,
) -> Option<Draft> {
    let from = subject.source.installed_from.as_ref()?;
    let (folder, extras, span) = match install {
        Some(install) => {
            if install.has(HOLDING) {
                return None;
            }
            let asked = install.asked.iter().find(|asked| asked.project().is_some())?;
            (asked.project()?.to_owned(), extras(&asked.word.text), call.place(&asked.word))
        }
        None => {
            let verbs = ["install", "develop"];
            let mut words = call.arguments().iter();
            let is_setup = call.is("python") && words.next().is_some_and(|word| word.text == "setup.py");
            (is_setup && words.any(|word| verbs.contains(&word.text.as_str()))).then_some(())?;
            (".".to_owned(), Vec::new(), call.span())
        }
    };
    let text = from.texts.get(&in_folder(&folder, "pyproject.toml"));
    let dependencies = text.map_or(Dependencies::Unknown, |text| of_project(text, &extras));
    let program = call.program()?;
    let (what, confidence) = match &dependencies {
        Dependencies::Held => return None,
        Dependencies::Open(open) => (format!("{open} of {folder}"), Confidence::High),
        Dependencies::Unknown => (format!("what {folder} depends on"), Confidence::Low),
    };
    let confidence = if is_listed { Confidence::Low } else { confidence };
    let message = format!("{program} reads no lock: {what} is taken in the newest version of the day");
    let help = match dependencies {
        // Nobody knows whether there is a lock.
        Dependencies::Unknown => {
            "install what it depends on first, from a list with exact versions and hashes, then the project with --no-deps"
        }
        _ => {
            "install what the lock names first (uv sync --locked, pip install --require-hashes -r …), then the project with --no-deps"
        }
    };
    let draft = Draft::at(span, message).help(help).confidence(confidence);
    // What nobody has at hand most likely came with a clone, and moves with it.
    Some(match dependencies {
        Dependencies::Unknown => draft.within(&["git-clone-unpinned"], call.stage_area()),
        Dependencies::Held | Dependencies::Open(_) => draft,
    })
}

/// Options that hold what a command takes besides what it names, or say that it takes nothing.
const HOLDING: &[&str] =
    &["--no-deps", "--no-dependencies", "--require-hashes", "-c", "--constraint", "--constraints"];

/// A dependency group that is installed: a list of requirements in a `pyproject.toml`, which no lock holds here.
fn group(subject: &Subject<'_>, call: &Call<'_>, install: &Install) -> Option<Draft> {
    let from = subject.source.installed_from.as_ref()?;
    if install.has(HOLDING) {
        return None;
    }
    let (name, what, confidence) = install.groups().find_map(|(path, name)| {
        match from.texts.get(path).map_or(Dependencies::Unknown, |text| of_group(text, name)) {
            Dependencies::Held => None,
            Dependencies::Open(open) => Some((name, open, Confidence::High)),
            Dependencies::Unknown => Some((name, "what it names".to_owned(), Confidence::Low)),
        }
    })?;
    let program = call.program()?;
    let message = format!(
        "{program} reads no lock: {what} of the group {name} is taken in the newest version of the day"
    );
    let help = "install from the lock: uv sync --locked --only-group NAME, or pip install --require-hashes -r of what was compiled from the group";
    Some(Draft::at(call.span(), message).help(help).confidence(confidence))
}

/// A wheel or an archive at hand, whose dependencies come from the index.
fn file(call: &Call<'_>, install: &Install) -> Option<Draft> {
    let is_held = install.has(HOLDING) || install.has(&["--no-index"]);
    if install.verb != InstallVerb::Install || is_held {
        return None;
    }
    let asked = install.asked.iter().find(|asked| asked.is_file())?;
    let name = &asked.requirement.text.text;
    let program = call.program()?;
    let message = format!(
        "{program} takes what {name} depends on, as far as it isn't there, in the newest version of the day"
    );
    let help = "install what it depends on first, from a list with exact versions and hashes, then the file with --no-deps";
    Some(Draft::at(call.place(&asked.word), message).help(help).confidence(Confidence::Low))
}

/// Whether the build makes wheels together with those of all that they depend on: `pip wheel -r requirements.txt`.
fn wheels_come_together(subject: &Subject<'_>) -> bool {
    subject.installing_calls_of(&["pip"]).any(|call| {
        let words = || call.arguments().iter().map(|word| word.text.as_str());
        // A package may be called `wheel`, so only the command counts.
        let verb = words().find(|word| !word.starts_with('-') && *word != "pip");
        matches!(verb, Some("wheel" | "download")) && words().all(|word| word != "--no-deps")
    })
}

/// The extras in `.[a,b]`.
fn extras(text: &str) -> Vec<String> {
    let inside =
        text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inside, _)| inside);
    inside.split(',').map(|extra| extra.trim().to_owned()).filter(|extra| !extra.is_empty()).collect()
}

fn draft(subject: &Subject<'_>, call: &Call<'_>) -> Option<Draft> {
    let tool = call.program()?;
    let arguments = Arguments::of(call.arguments(), &STYLE);
    let verb = *arguments.operands.first()?;
    if RENEWING.contains(&verb.text.as_str())
        && !arguments.has(&["--check", "--locked", "--frozen", "--no-update"])
    {
        let message = format!("{tool} {} resolves anew in each build", verb.text);
        return Some(
            Draft::at(call.span(), message)
                .help("do that where you work, commit the lock, COPY it, and install from it"),
        );
    }
    if tool == "poetry" {
        return (verb.text == "install" || verb.text == "sync").then(|| poetry(subject, call)).flatten();
    }
    let hold = OF_PYTHON.iter().find(|hold| hold.tool == tool && hold.verbs.contains(&verb.text.as_str()))?;
    let is_set = |name: &&str| {
        call.variable(name).is_some() || call.command.assignments.iter().any(|(set, _)| set == name)
    };
    // `uv run script.py` outside a project syncs nothing; with a requirement of its own, neither.
    let runs_alone = verb.text == "run" && !brings(subject, &["uv.lock", "pixi.lock", "pyproject.toml"]);
    if arguments.has(hold.options) || hold.variables.iter().any(is_set) || runs_alone {
        return None;
    }
    let option = hold.options.first()?;
    let message = format!("{tool} {} renews the lock where it doesn't fit, and says nothing", verb.text);
    Some(
        Draft::at(call.span(), message)
            .help(format!("hold it to the lock: {tool} {} {option}", verb.text))
            .fix(held(subject, call, &arguments, hold)),
    )
}

/// poetry keeps to a lock that is there, and makes one where there is none.
fn poetry(subject: &Subject<'_>, call: &Call<'_>) -> Option<Draft> {
    (!brings(subject, &["poetry.lock"])).then(|| {
        Draft::at(call.span(), "without poetry.lock in the image, poetry resolves anew in each build")
            .help("COPY pyproject.toml poetry.lock ./ before it")
    })
}

/// Whether a COPY, ADD or mount brings one of these files, or may.
fn brings(subject: &Subject<'_>, names: &[&str]) -> bool {
    let Some(build) = &subject.build else { return false };
    build.steps.iter().any(|step| {
        let is_copy = matches!(step.instruction.keyword, Keyword::Copy | Keyword::Add);
        let words = step.instruction.arguments.words();
        let sources = words.split_last().map(|(_, sources)| sources).unwrap_or_default();
        let may = |text: &str| {
            text.contains('*')
                || matches!(text, "." | "./" | "/")
                || names.iter().any(|name| text.contains(name))
                || !text.contains('.')
        };
        let is_mounted = step
            .instruction
            .flags_named("mount")
            .any(|flag| flag.options().get("type").is_some_and(|kind| kind == "bind"));
        is_copy && sources.iter().any(|word| may(&word.text)) || is_mounted
    })
}

/// The command with the option that holds it: unsafe, since a lock that doesn't fit stops the build then. None where no COPY brings
/// a lock, and where the command asks for something that the lock is not about.
fn held(subject: &Subject<'_>, call: &Call<'_>, arguments: &Arguments<'_>, hold: &Hold) -> Option<Fix> {
    let verb = *arguments.operands.first()?;
    let runs = verb.text == "run";
    let is_script =
        |word: &&Word| word.text.ends_with(".py") || word.text.contains("://") || word.text == "-";
    let first = arguments.operands.get(1);
    let is_other = match runs {
        true => hold.tool == "uv" && first.is_some_and(is_script),
        // `pipenv install requests` writes the lock that it would be held to.
        false => first.is_some(),
    };
    // What stands behind `run X` is X's.
    let own = arguments.options.iter().filter(|option| !runs || option.index < arguments.rest);
    let asks = { own }.any(|option| hold.others.contains(&option.name.as_str()));
    if is_other || asks || !brings(subject, &[hold.lock]) {
        return None;
    }
    let span = call.exact(verb, 0..verb.text.len())?;
    Some(Fix::not_safe([Edit::insert(span.end, format!(" {}", hold.options.first()?))]))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn tools_that_renew_their_lock_are_held_to_it() {
        let text = "FROM a\nCOPY . .\nRUN uv sync --no-dev && uv sync --frozen\nRUN pipenv install --system\nRUN pdm install && poetry install\nRUN UV_LOCKED=1 uv sync && pixi install --locked && poetry update\n";
        let case = dockerfile("python-lock-ignored", text);
        assert_eq!(
            case.flagged(),
            ["uv sync --no-dev", "pipenv install --system", "pdm install", "poetry update"]
        );
        let fixed = case.fixed_unsafely();
        assert!(fixed.contains("uv sync --locked --no-dev && uv sync --frozen"), "{fixed}");
        assert!(
            fixed.contains("pipenv install --deploy --system") && fixed.contains("pdm install --check &&"),
            "{fixed}"
        );
        // A lock that doesn't fit stops the build then.
        assert_eq!(case.fixed(), text);
    }

    #[test]
    fn what_the_option_would_break_is_left_to_people() {
        for command in [
            "uv sync --upgrade",
            "uv sync -U",
            "uv sync -P six",
            "uv run --script x.py",
            "uv run x.py",
            "uv sync --script x.py",
            "pipenv install requests",
            "pipenv install -r r.txt",
            "uv lock",
        ] {
            let case = dockerfile("python-lock-ignored", &format!("FROM a\nCOPY . .\nRUN {command}\n"));
            assert!(
                !case.fixed_unsafely().contains("--locked") && !case.fixed_unsafely().contains("--deploy"),
                "{command}"
            );
        }
        let without = "FROM a\nCOPY pyproject.toml ./\nRUN uv sync\n";
        assert_eq!(dockerfile("python-lock-ignored", without).fixed_unsafely(), without);
    }

    #[test]
    fn pdm_resolves_though_it_writes_no_lock() {
        for option in ["--frozen-lockfile", "--no-lock"] {
            let text = format!("FROM a\nCOPY . .\nRUN pdm install {option}\n");
            assert_eq!(dockerfile("python-lock-ignored", &text).flagged().len(), 1, "{option}");
        }
    }

    #[test]
    fn a_tool_that_takes_the_lock_as_it_is_needs_no_option() {
        let text = "FROM a\nCOPY . .\nRUN pdm sync --prod && pipenv sync && uv sync --frozen && pdm install --check\n";
        assert_eq!(dockerfile("python-lock-ignored", text).flagged(), [""; 0]);
    }

    #[test]
    fn poetry_without_its_lock_resolves() {
        let text = "FROM a\nCOPY pyproject.toml ./\nRUN poetry install\n";
        assert_eq!(dockerfile("python-lock-ignored", text).flagged(), ["poetry install"]);
        assert!(
            dockerfile("python-lock-ignored", &text.replace("toml ./", "toml poetry.lock ./"))
                .flagged()
                .is_empty()
        );
    }

    #[test]
    fn a_project_that_pip_installs_is_held_by_exact_versions_alone() {
        let open = ("pyproject.toml", "[project]\nname = 'a'\ndependencies = ['torch>=2']\n");
        let exact = ("pyproject.toml", "[project]\nname = 'a'\ndependencies = ['torch==2.4.1']\n");
        let sure = |lines: &str, files: &[(&str, &str)]| {
            let case =
                dockerfile("python-lock-ignored", &format!("FROM a\nCOPY . .\n{lines}\n")).beside(files);
            case.findings().iter().map(|finding| finding.confidence.name()).collect::<Vec<_>>()
        };
        for command in [
            "pip install .",
            "pip install -e .",
            "uv pip install --system ./",
            "pip wheel .",
            "python -m pip install '.[gpu]'",
            "python setup.py install",
        ] {
            assert_eq!(sure(&format!("RUN {command}"), &[open]), ["high"], "{command}");
            assert_eq!(sure(&format!("RUN {command}"), &[]), ["low"], "{command}");
            assert_eq!(sure(&format!("RUN {command}"), &[exact]), [""; 0], "{command}");
        }
        assert_eq!(sure("RUN pip install --no-deps .", &[open]), [""; 0]);
        assert_eq!(sure("RUN pip install -r r.txt && pip install .", &[open]), ["low"]);
    }

    #[test]
    fn what_a_wheel_at_hand_depends_on_comes_from_the_index() {
        let flagged = |lines: &str| {
            dockerfile("python-lock-ignored", &format!("FROM a\nCOPY . .\n{lines}\n")).flagged().len()
        };
        for command in [
            "pip install ./x.whl",
            "pip install dist/x*.whl",
            "uv pip install 'x.whl[all]'",
            "find d -name 'x-*any*.whl' -exec pip install {}[all] \\;",
            "find d -type f -name '*.tar.gz' -exec pip install --upgrade $MORE {} +",
            // A package of that name.
            "pip install setuptools wheel && pip install ./x.whl",
        ] {
            assert_eq!(flagged(&format!("RUN {command}")), 1, "{command}");
        }
        for command in [
            "pip install --no-deps ./x.whl",
            "pip install --no-index --find-links /w ./x.whl",
            "pip install https://example.org/x.whl",
            "pip wheel -w /w -r r.txt && pip install /w/*.whl",
        ] {
            assert_eq!(flagged(&format!("RUN {command}")), 0, "{command}");
        }
    }

    #[test]
    fn a_group_is_a_list_that_no_lock_holds() {
        let text = "[dependency-groups]\ndev = ['pytest']\nheld = ['pytest==8.0.0']\n";
        let sure = |command: &str| {
            let case = dockerfile("python-lock-ignored", &format!("FROM a\nCOPY . .\nRUN {command}\n"))
                .beside(&[("pyproject.toml", text)]);
            case.findings().iter().map(|finding| finding.confidence.name()).collect::<Vec<_>>()
        };
        assert_eq!(sure("pip install --group dev"), ["high"]);
        assert_eq!(sure("uv pip install --system --group pyproject.toml:dev"), ["high"]);
        assert_eq!(sure("pip install --group held"), [""; 0]);
        assert_eq!(sure("pip install --group unknown"), ["low"]);
        assert_eq!(sure("pip install --group dev -c c.txt"), [""; 0]);
    }
}
