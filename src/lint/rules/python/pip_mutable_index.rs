//! pip-mutable-index: pip takes packages from several indexes, or pre-releases.

use crate::dockerfile::Keyword;
use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::edits::without_word;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::{PipInstall, installs};
use crate::lint::subject::Subject;
use crate::python::{EntryKind, Installer, RequirementsText};

pub(crate) struct PipMutableIndex;

impl Rule for PipMutableIndex {
    profile! {
        id: "pip-mutable-index",
        summary: "pip takes packages from several indexes, or pre-releases",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for install in installs(subject) {
            findings.extend(option(subject, &install));
        }
        findings.extend(subject.requirements.iter().flat_map(of_file));
        let Some(build) = &subject.build else { return };
        for pair in build.steps_of(Keyword::Env).flat_map(|step| step.instruction.arguments.pairs()) {
            if let Some(why) = variable(&pair.key.text, &pair.value.text) {
                let help = match pair.key.text.ends_with("FIND_LINKS") {
                    true => FROM_LIST,
                    false => {
                        "name one index, with PIP_INDEX_URL, and exact local versions (NAME==VERSION+LOCAL)"
                    }
                };
                findings.push(Draft::at(pair.key.span, why).help(help));
            }
        }
    }
}

/// What to write in place of a list of files.
const FROM_LIST: &str = "name the file that is meant, and its hash: NAME @ https://example.org/name-1.2.3-cp312-linux_x86_64.whl#sha256=…";

/// The first option of a command that lets an index decide.
fn option(subject: &Subject<'_>, install: &PipInstall<'_>) -> Option<Draft> {
    // Told to, uv chooses among all indexes, as pip does.
    let is_unsafe = |value: &str| value.starts_with("unsafe");
    let strategy = install.all(&["--index-strategy"]).filter_map(|option| option.value.as_deref()).last();
    let chooses = strategy.is_some_and(is_unsafe)
        || install.setting("UV_INDEX_STRATEGY").is_some_and(|value| is_unsafe(&value));
    let tool = if chooses { Installer::Pip } else { install.tool };
    let (option, why) = install.options.iter().find_map(|option| {
        let value = option.value.as_deref().unwrap_or_default();
        Some((option, reason(&option.name, value, tool)?))
    })?;
    let help = match option.name.as_str() {
        "--pre" | "--prerelease" => "leave it out, and name the pre-release that is meant: NAME==1.2.3rc1",
        "-f" | "--find-links" => FROM_LIST,
        _ => {
            "name one index, and exact local versions: --index-url https://index.example.org/simple NAME==VERSION+LOCAL"
        }
    };
    let draft = Draft::at(option.span, why).help(help);
    let is_switch = matches!(option.name.as_str(), "--pre");
    let is_alone = is_switch && subject.at(option.span) == option.name;
    let edit = without_word(subject, option.span).filter(|_| is_alone);
    Some(draft.fix(edit.map(|edit| Fix::not_safe([edit]))))
}

/// The lines of a requirements file that let an index decide: <https://pip.pypa.io/en/stable/reference/requirements-file-format/>
fn of_file(file: &RequirementsText) -> Vec<Draft> {
    let lines = file.entries.iter().filter_map(|entry| {
        let EntryKind::Option(name, value) = &entry.kind else { return None };
        let value = value.as_ref().map_or("", |value| value.text.as_str());
        let why = reason(&format!("--{name}"), value, Installer::Pip)?;
        let help = match name.as_str() {
            "pre" => "leave it out, and name the pre-release that is meant: NAME==1.2.3rc1",
            "find-links" => FROM_LIST,
            _ => "name one index, and exact local versions: NAME==VERSION+LOCAL",
        };
        Some(Draft::at(entry.span, why).help(help))
    });
    lines.collect()
}

fn reason(name: &str, value: &str, tool: Installer) -> Option<String> {
    let is_nightly = value.contains("nightly");
    Some(match name {
        // https://docs.astral.sh/uv/concepts/indexes/#searching-across-multiple-indexes
        "--extra-index-url" | "--index" if tool == Installer::Uv && !is_nightly => {
            format!("the first index that has a package is taken, and {value} may have one more tomorrow")
        }
        "--pre" => "pre-releases come and go, and the newest of them is taken".to_owned(),
        "--prerelease" if value == "allow" => {
            "pre-releases come and go, and the newest of them is taken".to_owned()
        }
        "--extra-index-url" => {
            format!(
                "the newest of what two indexes have is taken, and {value} may have something new tomorrow"
            )
        }
        "--index" if !is_nightly => format!(
            "the newest of what two indexes have is taken, and {value} may have something new tomorrow"
        ),
        "-f" | "--find-links" if value.contains("://") => {
            format!("the list of files at {value} may be another one tomorrow")
        }
        "--index-strategy" if value.starts_with("unsafe") => {
            "the newest of what several indexes have is taken".to_owned()
        }
        "-i" | "--index-url" | "--default-index" | "--index" if is_nightly => {
            format!("{value} drops its builds after some weeks")
        }
        _ => return None,
    })
}

fn variable(name: &str, value: &str) -> Option<String> {
    match name {
        "UV_EXTRA_INDEX_URL" | "UV_INDEX" => Some(format!(
            "the first index that has a package is taken, and {value} may have one more tomorrow"
        )),
        "PIP_EXTRA_INDEX_URL" => Some(format!(
            "the newest of what two indexes have is taken, and {value} may have something new tomorrow"
        )),
        "PIP_PRE" | "UV_PRERELEASE" if !matches!(value, "0" | "disallow" | "false") => {
            Some("pre-releases come and go, and the newest of them is taken".to_owned())
        }
        "PIP_FIND_LINKS" | "UV_FIND_LINKS" if value.contains("://") => {
            Some(format!("the list of files at {value} may be another one tomorrow"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, of};
    use crate::lint::subject::source::SourceKind;

    #[test]
    fn options_inside_a_file_count_as_those_of_the_command() {
        let text = "--extra-index-url=https://example.org/simple\n--pre\n-f https://example.org/w.html\n-i https://example.org/simple\n--find-links ./w\nnumpy==1.26.4\n";
        assert_eq!(
            of("pip-mutable-index", SourceKind::Requirements, text).flagged(),
            ["--extra-index-url=https://example.org/simple", "--pre", "-f https://example.org/w.html"]
        );
    }

    #[test]
    fn uv_takes_the_first_index_that_has_a_package() {
        let text = "FROM a\nRUN uv pip install a==1 --extra-index-url https://example.org/x\n";
        assert!(dockerfile("pip-mutable-index", text).lines()[0].contains("the first index"));
    }

    #[test]
    fn more_than_one_index_lets_the_newest_win() {
        let text = "FROM a\nENV PIP_EXTRA_INDEX_URL=https://x.example.org\nRUN pip install a==1 --extra-index-url https://y.example.org\nRUN pip install -f https://z.example.org/t.html b==1 && pip install --pre c && pip install -f ./wheels -i https://x.example.org d==1\nRUN pip install --index-url https://x.example.org/whl/nightly/cu124 e\n";
        assert_eq!(
            dockerfile("pip-mutable-index", text).flagged(),
            [
                "PIP_EXTRA_INDEX_URL",
                "--extra-index-url https://y.example.org",
                "-f https://z.example.org/t.html",
                "--pre",
                "--index-url https://x.example.org/whl/nightly/cu124"
            ]
        );
    }
}
