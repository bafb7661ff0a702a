//! model-revision-unpinned: a model or data set of the Hugging Face hub without a commit.

use crate::base::text::Span;
use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::downloads::is_commit;
use crate::lint::read::code::{Language, code_of};
use crate::lint::read::function_calls::{FunctionCall, function_calls};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle};

pub(crate) struct ModelRevisionUnpinned;

impl Rule for ModelRevisionUnpinned {
    profile! {
        id: "model-revision-unpinned",
        summary: "a model or data set of the Hugging Face hub without a commit",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let calls = subject.build_calls();
        findings.extend(calls.filter_map(|call| of_command(&call)));
        for code in code_of(subject, Language::Python) {
            for call in function_calls(&code.text, Language::Python) {
                if let Some((range, model, revision)) = of_function(&call, &code.text) {
                    let known = model.is_some() && !matches!(&revision, Some(Revision::Unknown));
                    let help = "name its commit: revision=\"COMMIT\" (all 40 digits)";
                    findings.push(draft(code.place(range), model.as_deref(), revision.as_ref(), help, known));
                }
            }
        }
    }
}

/// A revision that is no commit.
enum Revision {
    Named(String),
    Unknown,
}

fn draft(span: Span, model: Option<&str>, revision: Option<&Revision>, help: &str, known: bool) -> Draft {
    let model = model.unwrap_or("the model");
    let message = match revision {
        None => format!("{model} is downloaded at the head of its main branch, which its owner moves"),
        Some(Revision::Named(name)) => format!("{name} of {model} may be another commit tomorrow"),
        Some(Revision::Unknown) => format!("which revision of {model} is meant, the Dockerfile doesn't say"),
    };
    Draft::at(span, message).help(help).confidence(confidence_in(known))
}

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "--revision",
        "--repo-type",
        "--local-dir",
        "--cache-dir",
        "--include",
        "--exclude",
        "--token",
        "--local-dir-use-symlinks",
        "--max-workers",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// `hf download`, `huggingface-cli download`, `text-generation-server download-weights`.
fn of_command(call: &Call<'_>) -> Option<Draft> {
    let verb = match call.program()? {
        "hf" | "huggingface-cli" => "download",
        "text-generation-server" => "download-weights",
        _ => return None,
    };
    let words = call.expanded();
    let arguments = Arguments::of(&words, &STYLE);
    if arguments.subcommand() != Some(verb) {
        return None;
    }
    let model = arguments.after_subcommand().first()?;
    let given = arguments.value(&["--revision"]);
    if given.is_some_and(|value| is_commit(value.text())) {
        return None;
    }
    let revision = given.map(|value| match value.is_literal() {
        true => Revision::Named(value.text().to_owned()),
        false => Revision::Unknown,
    });
    let span = given.map_or(model.span, crate::shell::Value::span);
    let known = model.is_literal() && !matches!(revision, Some(Revision::Unknown));
    let help = "name its commit: --revision COMMIT (all 40 digits)";
    Some(draft(call.script.place(span), Some(&model.text), revision.as_ref(), help, known))
}

type Loaded = ((usize, usize), Option<String>, Option<Revision>);

/// What a call downloads without a commit.
fn of_function(call: &FunctionCall, code: &str) -> Option<Loaded> {
    let names: &[&str] = match call.last() {
        "from_pretrained" => &["pretrained_model_name_or_path", "model_id"],
        "snapshot_download" | "hf_hub_download" | "cached_download" => &["repo_id"],
        "load_dataset" | "load_dataset_builder" => &["path"],
        // Other libraries have pipelines, too.
        "pipeline" if code.contains("transformers") => &["model"],
        _ => return None,
    };
    if code.contains("modelscope") || call.keyword("local_files_only").is_some() {
        return None;
    }
    let model = match call.last() {
        "pipeline" => call.keyword("model"),
        _ => Some(call.first_or(names)?),
    };
    let name = model.and_then(|model| model.literal.clone());
    let is_local = |name: &String| name.starts_with(['/', '.', '~']);
    // `load_dataset("csv", data_files=…)` reads what is at hand.
    let is_format = call.last().starts_with("load_dataset")
        && name.as_deref().is_some_and(|name| {
            matches!(name, "csv" | "json" | "parquet" | "text" | "imagefolder" | "arrow")
        });
    if name.as_ref().is_some_and(is_local) || is_format {
        return None;
    }
    let range = model.map_or(call.range, |model| model.range);
    let Some(revision) = call.keyword("revision") else { return Some((range, name, None)) };
    match &revision.literal {
        Some(text) if is_commit(text) => None,
        Some(text) => Some((revision.range, name, Some(Revision::Named(text.clone())))),
        None => Some((revision.range, name, Some(Revision::Unknown))),
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn lines(text: &str) -> Vec<String> {
        dockerfile("model-revision-unpinned", &format!("FROM a\n{}", text.replace("COMMIT", COMMIT))).lines()
    }

    #[test]
    fn commands_that_download_models_name_a_commit_or_are_flagged() {
        assert_eq!(
            lines(
                "RUN hf download org/model --local-dir /m\nRUN huggingface-cli download --revision main org/model\nRUN hf download org/model --revision COMMIT\nRUN hf auth whoami\n"
            ),
            [
                "2: org/model: org/model is downloaded at the head of its main branch, which its owner moves",
                "3: main: main of org/model may be another commit tomorrow",
            ]
        );
    }

    #[test]
    fn python_is_read_wherever_it_stands() {
        let text = "RUN python -c \"from transformers import AutoModel; AutoModel.from_pretrained('a/b')\"\nRUN python3 - <<EOF\nfrom huggingface_hub import snapshot_download\nsnapshot_download(repo_id='c/d', revision='v1')\nEOF\nRUN <<EOF\n#!/usr/bin/env python3\nimport datasets\ndatasets.load_dataset('e/f')\nEOF\n";
        assert_eq!(
            lines(text),
            [
                "2: 'a/b': a/b is downloaded at the head of its main branch, which its owner moves",
                "5: 'v1': v1 of c/d may be another commit tomorrow",
                "10: 'e/f': e/f is downloaded at the head of its main branch, which its owner moves",
            ]
        );
    }

    #[test]
    fn commits_local_folders_and_other_code_are_left_alone() {
        for text in [
            "RUN python -c \"M.from_pretrained('a/b', revision='COMMIT')\"",
            "RUN python -c \"M.from_pretrained('/models/x')\"",
            "RUN python -c \"print('from_pretrained(x)') # M.from_pretrained('a/b')\"",
            "RUN python -c \"load_dataset('csv', data_files='x.csv')\"",
            "CMD python -c \"M.from_pretrained('a/b')\"",
            "RUN echo \"M.from_pretrained('a/b')\"",
        ] {
            assert_eq!(lines(&format!("{text}\n")), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_model_that_the_shell_names_is_filled_in() {
        let text = "ARG MODEL=a/b\nRUN python -c \"M.from_pretrained('$MODEL')\"\nRUN python -c \"M.from_pretrained(name, revision=r)\"\n";
        assert!(lines(text)[0].contains("a/b is downloaded"), "{:?}", lines(text));
        assert!(lines(text)[1].contains("which revision of the model"), "{:?}", lines(text));
    }
}
