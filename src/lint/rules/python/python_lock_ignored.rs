//! python-lock-ignored: a project is installed without holding it to its lock.

use crate::dockerfile::Keyword;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle, Word};

pub(crate) struct PythonLockIgnored;

impl Rule for PythonLockIgnored {
    profile! {
        id: "python-lock-ignored",
        summary: "a project is installed without holding it to its lock",
        severity: Error,
        confidence: High,
        set: Default,
        remedy: Rewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls_of(&["uv", "poetry", "pipenv", "pdm", "pixi"]) {
            findings.extend(draft(subject, &call));
        }
    }
}

/// How a tool is held to its lock.
struct Hold {
    tool: &'static str,
    /// Subcommands that read the lock, or renew it.
    verbs: &'static [&'static str],
    /// Options that hold to it; the first is the one to add.
    options: &'static [&'static str],
    /// Variables that do the same.
    variables: &'static [&'static str],
}

const HOLDS: &[Hold] = &[
    Hold {
        tool: "uv",
        verbs: &["sync", "run", "export"],
        options: &["--locked", "--frozen", "--no-sync", "--no-project"],
        variables: &["UV_LOCKED", "UV_FROZEN", "UV_NO_SYNC"],
    },
    Hold {
        tool: "pipenv",
        verbs: &["install"],
        options: &["--deploy", "--ignore-pipfile"],
        variables: &["PIPENV_DEPLOY"],
    },
    Hold {
        tool: "pdm",
        verbs: &["install", "sync"],
        options: &["--frozen-lockfile", "--no-lock", "--check"],
        variables: &["PDM_FROZEN_LOCKFILE"],
    },
    Hold {
        tool: "pixi",
        verbs: &["install", "run"],
        options: &["--locked", "--frozen"],
        variables: &["PIXI_LOCKED", "PIXI_FROZEN"],
    },
];

/// Subcommands that renew the lock, of any tool.
const RENEWING: &[&str] = &["lock", "update", "upgrade", "add"];

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-C",
        "-P",
        "-p",
        "-E",
        "-e",
        "--directory",
        "--project",
        "--python",
        "--extra",
        "--group",
        "--with",
        "--without",
        "--only",
        "--extras",
        "--package",
        "--index-url",
        "--manifest-path",
        "--environment",
        "--cache-dir",
        "--config-file",
    ],
    single_dash: false,
    stop_at_operand: false,
};

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
    let hold = HOLDS.iter().find(|hold| hold.tool == tool && hold.verbs.contains(&verb.text.as_str()))?;
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
            .fix(held(call, verb, option)),
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

fn held(call: &Call<'_>, verb: &Word, option: &str) -> Option<Fix> {
    let span = call.exact(verb, 0..verb.text.len())?;
    Some(Fix::safe([Edit::insert(span.end, format!(" {option}"))]))
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
        assert!(case.fixed().contains("uv sync --locked --no-dev && uv sync --frozen"));
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
}
