//! model-hub-unpinned: weights or data that a library fetches at build time, with nothing that holds them.

use crate::base::text::Span;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::downloads::{is_commit, is_remote};
use crate::lint::read::code::{Language, code_of};
use crate::lint::read::function_calls::{FunctionCall, function_calls};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;

pub(crate) struct ModelHubUnpinned;

impl Rule for ModelHubUnpinned {
    profile! {
        id: "model-hub-unpinned",
        summary: "a library fetches weights or data at build time, in whatever version there is",
        severity: Error,
        confidence: Medium,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let calls = subject.build_calls();
        for call in calls {
            if let Some((span, what)) = of_command(&call) {
                findings.push(draft(span, &what));
            }
        }
        for code in code_of(subject, Language::Python) {
            for call in function_calls(&code.text, Language::Python) {
                if fetches(&call, &code.text) {
                    findings.push(draft(code.place(call.range), &call.name));
                }
            }
        }
    }
}

fn draft(span: Span, what: &str) -> Draft {
    let message =
        format!("{what} fetches whatever its server holds on the day of the build, and nothing checks it");
    Draft::at(span, message)
        .help("fetch the files by URL with a checksum (ADD --checksum=sha256:…), or from a repository at a commit, and load them from there")
}

/// Commands that fetch models or data by a name without a version.
fn of_command(call: &Call<'_>) -> Option<(Span, String)> {
    let words = call.arguments();
    let texts: Vec<String> = words.iter().map(|word| call.value(word).text).collect();
    let operand = |skip: usize| words.iter().zip(&texts).filter(|(_, text)| !text.starts_with('-')).nth(skip);
    let is_download = texts.first().is_some_and(|text| text == "download");
    let named = match call.program()? {
        "nltk.downloader" => operand(0),
        // `en_core_web_sm-3.7.1 --direct` is one version.
        "spacy" if is_download => {
            operand(1).filter(|(_, text)| !text.contains("-3.") && !text.contains("-2."))
        }
        "ollama" if texts.first().is_some_and(|text| text == "pull") => operand(1),
        "modelscope" if is_download => operand(1).or_else(|| operand(0)),
        _ => None,
    };
    let (word, text) = named?;
    Some((call.place(word), format!("{} {text}", call.program().unwrap_or_default())))
}

/// Whether a call fetches something that no commit or hash holds.
fn fetches(call: &FunctionCall, code: &str) -> bool {
    let name = call.name.as_str();
    let ends = |ending: &str| name == ending || name.ends_with(&format!(".{ending}"));
    let first = call.first_or(&["repo_or_dir", "model_name_or_path", "model_name", "name", "url"]);
    let literal = first.and_then(|argument| argument.literal.as_deref()).unwrap_or_default();
    let is_local = literal.starts_with(['/', '.', '~']);
    let given = |keyword: &str| {
        call.keyword(keyword)
            .is_some_and(|argument| argument.strings.is_empty() || argument.literal.is_some())
    };
    let is_true = |keyword: &str| {
        call.keyword(keyword)
            .and_then(|argument| code.get(argument.range.0..argument.range.1))
            .is_some_and(|text| text == "True")
    };
    match call.last() {
        "load" if ends("hub.load") && name.contains("torch") => {
            let commit = literal.rsplit_once(':').is_some_and(|(_, commit)| is_commit(commit));
            let local =
                call.keyword("source").is_some_and(|source| source.literal.as_deref() == Some("local"));
            !commit && !local
        }
        "load_state_dict_from_url" => !is_true("check_hash"),
        "download_url_to_file" => !given("hash_prefix"),
        "get_file" if code.contains("keras") => !given("file_hash") && !given("md5_hash"),
        "create_model" => code.contains("timm") && is_true("pretrained") && !is_local,
        "download" => {
            // A URL is download-unverified's.
            let is_url = || first.is_some_and(|url| url.strings.iter().any(|text| is_remote(text)));
            ends("nltk.download")
                || ends("spacy.cli.download")
                || ends("stanza.download")
                || ends("gdown.download") && !is_url()
        }
        "SentenceTransformer" | "CrossEncoder" => {
            let revision = call.keyword("revision").and_then(|revision| revision.literal.as_deref());
            !is_local && !revision.is_some_and(is_commit) && first.is_some()
        }
        "load_model" => ends("whisper.load_model") && !is_local,
        "load_dataset" => false,
        _ if name.contains("keras.applications.") => {
            call.keyword("weights").is_none_or(|weights| weights.literal.as_deref() == Some("imagenet"))
        }
        _ if name.contains("torchvision.models.")
            || name.starts_with("models.") && code.contains("torchvision") =>
        {
            is_true("pretrained")
                || call.keyword("weights").is_some_and(|weights| {
                    !weights.strings.is_empty()
                        || code.get(weights.range.0..weights.range.1).is_some_and(|text| text != "None")
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    fn flagged(command: &str) -> usize {
        dockerfile("model-hub-unpinned", &format!("FROM a\nRUN {command}\n")).flagged().len()
    }

    #[test]
    fn what_gdown_fetches_is_one_finding() {
        for (command, own) in [
            ("gdown 1AbCdEf", 0),
            ("gdown --fuzzy https://example.org/x", 0),
            ("python -c \"import gdown; gdown.download('https://example.org/x', 'x')\"", 0),
            ("python -c \"import gdown; gdown.download(id='1AbCdEf', output='x')\"", 1),
        ] {
            assert_eq!(flagged(command), own, "{command}");
            let text = format!("FROM a\nRUN {command}\n");
            let other = dockerfile("download-unverified", &text).flagged().len();
            assert_eq!(flagged(command) + other, 1, "{command}");
        }
    }

    #[test]
    fn libraries_that_fetch_by_name_are_seen() {
        for command in [
            "python -m nltk.downloader punkt",
            "python -m spacy download en_core_web_sm",
            "ollama pull llama3",
            "python -c \"import nltk; nltk.download('punkt')\"",
            "python -c \"import torch; torch.hub.load('pytorch/vision:v0.10.0', 'resnet18')\"",
            "python -c \"import timm; timm.create_model('resnet50', pretrained=True)\"",
            "python -c \"from sentence_transformers import SentenceTransformer; SentenceTransformer('all-MiniLM-L6-v2')\"",
            "python -c \"import whisper; whisper.load_model('base')\"",
            "python -c \"import tensorflow as tf; tf.keras.applications.ResNet50(weights='imagenet')\"",
            "python -c \"import torchvision; torchvision.models.resnet18(pretrained=True)\"",
        ] {
            assert_eq!(flagged(command), 1, "{command}");
        }
    }

    #[test]
    fn versions_commits_hashes_and_local_files_hold() {
        for command in [
            "python -m spacy download en_core_web_sm-3.7.1 --direct",
            "python -c \"torch.hub.load('o/r:0123456789abcdef0123456789abcdef01234567', 'm')\"",
            "python -c \"torch.hub.load('/src', 'm', source='local')\"",
            "python -c \"import timm; timm.create_model('resnet50', pretrained=False)\"",
            "python -c \"torch.hub.load_state_dict_from_url(u, check_hash=True)\"",
            "python -c \"SentenceTransformer('/models/x')\"",
            "python -c \"import torch; torch.load('x.pt')\"",
        ] {
            assert_eq!(flagged(command), 0, "{command}");
        }
    }
}
