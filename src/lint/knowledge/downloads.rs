//! What a RUN fetches with curl, wget, aria2c and their like, and where it goes.
//!
//! Vocabulary: a *download* is one URL of such a command. It goes to a file or to the command's *output*: into a pipe, a
//! substitution, a redirect.
//!
//! What it refuses to do: it fetches nothing and follows no redirect. Requests that send something (`-d`, `-X POST`) or
//! only look (`-I`, `--spider`), and those to the machine itself, bring nothing that a layer keeps.

pub(super) mod keys;
mod options;

use crate::base::text::Span;
use crate::lint::knowledge::downloads::options::{ARIA, CURL, WGET};
use crate::lint::knowledge::fetchers;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::{Call, Purpose};
use crate::shell::{Arguments, Target, Word};

/// A URL that a command fetches.
pub(crate) struct Download<'a> {
    /// The command.
    pub(crate) call: Call<'a>,
    /// The URL, variables filled in.
    pub(crate) url: String,
    /// Where it stands.
    pub(crate) span: Span,
    /// Whether all of it is known.
    pub(crate) known: bool,
    /// The file it goes to; none for the command's output.
    pub(crate) file: Option<String>,
    /// Whether the command itself holds it to a checksum.
    pub(crate) is_checked: bool,
    /// How it is named.
    pub(crate) form: DownloadForm,
}

/// How a command names what it fetches: what could fetch it with a checksum depends on that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DownloadForm {
    /// By a URL.
    Url,
    /// By a place that only the program knows: a bucket, a path on another machine.
    Place,
    /// By a name that the program looks up: a package, a release, a data set.
    Name,
    /// By a file that lists URLs.
    List,
}

impl Download<'_> {
    /// Whether PowerShell or a tool of Windows fetches it: nobody has sha256sum there.
    pub(crate) fn is_windows(&self) -> bool {
        let program = self.call.program().unwrap_or_default().to_ascii_lowercase();
        let own = [
            "invoke-webrequest",
            "iwr",
            "invoke-restmethod",
            "irm",
            "start-bitstransfer",
            "new-object",
            "certutil",
            "bitsadmin",
        ];
        self.call.script.purpose == Purpose::Windows || own.contains(&program.as_str())
    }
}

impl DownloadForm {
    /// The form of a text that a program fetches.
    pub(crate) fn of(text: &str) -> Self {
        let is_url = ["http://", "https://", "ftp://", "$"].iter().any(|start| text.starts_with(start));
        if is_url { Self::Url } else { Self::Place }
    }
}

/// Options with which curl and wget bring no file, or send one.
const SENDS: &[&str] = &[
    "-I",
    "--head",
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-urlencode",
    "--json",
    "-F",
    "--form",
    "-T",
    "--upload-file",
];
const WGET_SENDS: &[&str] = &["--spider", "--post-data", "--post-file", "--body-data", "-V", "--version"];

/// The downloads of the commands that make layers.
pub(crate) fn downloads<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = Download<'s>> {
    subject.installing_calls().flat_map(of_call)
}

/// What a command fetches.
pub(crate) fn of_call(call: Call<'_>) -> Vec<Download<'_>> {
    let words = call.expanded();
    let (style, program) = match call.program() {
        Some("curl") => (&CURL, "curl"),
        Some("wget") => (&WGET, "wget"),
        Some("aria2c") => (&ARIA, "aria2c"),
        _ => return fetchers::of_call(call),
    };
    let arguments = Arguments::of(&words, style);
    let sends = match program {
        "curl" => arguments.has(SENDS) || method(&arguments).is_some_and(|method| method != "GET"),
        "wget" => arguments.has(WGET_SENDS),
        _ => false,
    };
    if sends {
        return Vec::new();
    }
    let given = arguments.all(&["--url"]).filter_map(|option| option.value.as_ref()).map(|value| value.word);
    let urls = arguments.operands.iter().copied().chain(given).filter(|word| is_remote(&word.text));
    let names: Vec<String> = outputs(program, &arguments);
    let is_checked = program == "aria2c" && arguments.has(&["--checksum"]);
    let downloads = urls.enumerate().map(|(number, word)| {
        let file = match names.get(number).or_else(|| names.first().filter(|_| program != "curl")) {
            Some(name) => Some(name.clone()),
            None if program == "curl" && !saves_by_name(&arguments) => None,
            None => Some(last_part(&word.text).to_owned()),
        };
        // `wget $(curl … | jq -r .url)`
        let is_printed = word.text.starts_with("$(") || word.text.starts_with('`');
        let url: String = word.text.split_whitespace().collect();
        Download {
            call,
            url: if is_printed { "what another command names".to_owned() } else { url },
            span: place(&call, word),
            known: word.is_literal(),
            file: file.filter(|file| !is_output(file)).or_else(|| redirected(&call)),
            is_checked,
            form: if is_printed { DownloadForm::List } else { DownloadForm::Url },
        }
    });
    let downloads: Vec<Download<'_>> = downloads.collect();
    if downloads.is_empty() { listed(call, program, &arguments).into_iter().collect() } else { downloads }
}

/// The URLs that a file lists: `wget -i FILE`.
fn listed<'s>(call: Call<'s>, program: &str, arguments: &Arguments<'_>) -> Option<Download<'s>> {
    let list =
        arguments.value(if program == "curl" { &["-K", "--config"] } else { &["-i", "--input-file"] })?;
    let url = format!("what {} lists", list.text());
    let (span, known) = (place(&call, list.word), list.is_literal());
    Some(Download { call, url, span, known, file: None, is_checked: false, form: DownloadForm::List })
}

fn method<'a>(arguments: &Arguments<'a>) -> Option<&'a str> {
    arguments.value(&["-X", "--request"]).map(crate::shell::Value::text)
}

fn saves_by_name(arguments: &Arguments<'_>) -> bool {
    arguments.has(&["-O", "--remote-name", "--remote-name-all", "-J", "--remote-header-name"])
}

/// The files that options name, in order.
fn outputs(program: &str, arguments: &Arguments<'_>) -> Vec<String> {
    let names: &[&str] = match program {
        "curl" => &["-o", "--output"],
        "wget" => &["-O", "--output-document"],
        _ => &["-o", "--out"],
    };
    let values = arguments.all(names).filter_map(|option| option.value.as_ref());
    values.map(|value| value.text().to_owned()).collect()
}

pub(super) fn place(call: &Call<'_>, word: &Word) -> Span {
    call.exact(word, 0..word.text.len()).unwrap_or_else(|| call.place(word))
}

/// Where the shell sends the command's output.
fn redirected(call: &Call<'_>) -> Option<String> {
    call.command.redirects.iter().find_map(|redirect| match &redirect.target {
        Target::File(word)
            if matches!(redirect.operator.as_str(), ">" | ">>" | ">|")
                && redirect.descriptor.is_none_or(|descriptor| descriptor == 1) =>
        {
            Some(call.value(word).text)
        }
        _ => None,
    })
}

pub(super) fn is_output(file: &str) -> bool {
    matches!(file, "-" | "/dev/stdout")
}

/// Whether a word is a URL of another machine, or may be one.
pub(crate) fn is_remote(text: &str) -> bool {
    let host = text.split_once("://").map(|(_, rest)| rest).unwrap_or(text);
    let is_own = ["localhost", "127.", "0.0.0.0", "[::1]", "host.docker.internal"];
    let is_shaped = text.contains("://") || text.starts_with('$') || text.contains('.');
    // `wget $WGET_OPTIONS $URL`
    let upper = text.to_ascii_uppercase();
    let is_options = text.starts_with('$') && ["FLAG", "OPT", "ARGS"].iter().any(|word| upper.contains(word));
    is_shaped && !is_options && !text.starts_with("file:") && !is_own.iter().any(|own| host.starts_with(own))
}

/// What follows the last `/` of a path or URL, query and fragment left out.
pub(crate) fn last_part(text: &str) -> &str {
    let path = text.split(['?', '#']).next().unwrap_or(text).trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a URL names a file by a commit, which is a digest of it; an archive of a commit may be packed in another way.
pub(crate) fn is_of_commit(url: &str) -> bool {
    let is_packed = [".gz", ".tgz", ".zip", ".xz", ".bz2", ".zst"].iter().any(|ending| url.ends_with(ending));
    !is_packed && url.split('/').any(is_commit)
}

/// Whether a text is the id of a commit.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A URL short enough for a message: the last part with the host before it.
pub(crate) fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split('/').next().unwrap_or_default();
    let last = last_part(rest);
    match url.chars().count() <= 60 || scheme.is_empty() || last == host {
        true => url.to_owned(),
        false => format!("{scheme}://{host}/…/{last}"),
    }
}
