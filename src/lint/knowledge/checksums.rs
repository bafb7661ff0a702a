//! Whether something in the stage holds a downloaded file to bytes that the Dockerfile knows.
//!
//! Vocabulary: a *check* is a command that fails where a file has other bytes: `sha256sum -c` and its like, a digest that
//! is compared (`[ "$(sha256sum f)" = … ]`), or a signature. What a check expects is its *list*. A list that comes from
//! the server too moves with the file: it shows that the transfer went well, and holds nothing.
//!
//! What it refuses to do: it doesn't read lists that stand in files of the build context; they are taken to name the file.
//! A signature counts as a check, though its owner may sign other bytes: it is somebody's promise that is verified.

use crate::lint::knowledge::downloads::{Download, is_of_commit, last_part, of_call, same_stage};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::Target;

/// What holds a download to its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Check {
    /// Nothing.
    None,
    /// A list of checksums that is downloaded too.
    Served,
    /// Something that does not come with it.
    Held,
}

/// Programs that print or check digests.
const DIGESTS: &[&str] = &[
    "sha256sum",
    "sha512sum",
    "sha384sum",
    "sha224sum",
    "sha1sum",
    "md5sum",
    "b2sum",
    "b3sum",
    "shasum",
    "cksum",
    "sha256",
    "sha512",
    "rhash",
];

/// Programs that check signatures.
const SIGNATURES: &[&str] = &["gpg", "gpgv", "gpg2", "cosign", "minisign", "slsa-verifier", "signify"];

/// Endings of files that hold checksums or signatures of others.
const LISTS: &[&str] = &[
    ".sha256",
    ".sha256sum",
    ".sha512",
    ".sha512sum",
    ".sha1",
    ".md5",
    ".asc",
    ".sig",
    ".sign",
    ".minisig",
    "sums",
    "sums.txt",
    ".digest",
];

/// What holds a download to its bytes.
pub(crate) fn check_of(subject: &Subject<'_>, download: &Download<'_>) -> Check {
    if download.is_checked || is_of_commit(&download.url) {
        return Check::Held;
    }
    let calls = same_stage(subject, &download.call);
    let own = download.file.as_deref().map(last_part).filter(|name| !name.is_empty());
    let checks = calls.iter().map(|call| match own {
        Some(name) => check_by(&calls, call, name),
        // What goes down a pipe is checked in it.
        None if is_behind(download, call) && is_digest(call) => Check::Held,
        None => Check::None,
    });
    let best = checks.max().unwrap_or(Check::None);
    let is_list =
        || LISTS.iter().any(|ending| last_part(&download.url).to_ascii_lowercase().ends_with(ending));
    let has_check = || calls.iter().any(|call| is_digest(call) || is_signature(call));
    if best == Check::None && is_list() && has_check() { Check::Held } else { best }
}

fn is_behind(download: &Download<'_>, call: &Call<'_>) -> bool {
    let script = &download.call.script.shell;
    std::ptr::eq(download.call.script, call.script)
        && script.downstream(download.call.command).iter().any(|command| std::ptr::eq(*command, call.command))
}

fn is_digest(call: &Call<'_>) -> bool {
    let is_dgst = || call.is("openssl") && call.arguments().first().is_some_and(|word| word.text == "dgst");
    call.program().is_some_and(|program| DIGESTS.contains(&program)) || is_dgst()
}

fn is_signature(call: &Call<'_>) -> bool {
    let verifies = |text: &str| matches!(text, "--verify" | "verify-blob" | "verify-artifact" | "-V" | "-Vm");
    call.program().is_some_and(|program| SIGNATURES.contains(&program))
        && (call.is("gpgv") || call.arguments().iter().any(|word| verifies(&word.text)))
}

/// How PowerShell compares texts.
const COMPARED: &[&str] = &["-ne", "-eq", "-cne", "-ceq", "-ine", "-ieq", "-notlike", "-like"];

/// What a command does to hold the file called `name`.
fn check_by(calls: &[Call<'_>], call: &Call<'_>, name: &str) -> Check {
    let names_it = || call.arguments().iter().any(|word| mentions(&call.value(word).text, &word.text, name));
    // `if ((Get-FileHash FILE -Algorithm sha256).Hash -ne '…') { exit 1 }`: what it gives is compared, or it is asked for nothing.
    // https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.utility/get-filehash
    if call.program().is_some_and(|program| program.eq_ignore_ascii_case("get-filehash")) {
        let words = call.script.shell.commands.iter().flat_map(|command| &command.words);
        let mut compared = words.filter(|word| COMPARED.contains(&word.text.to_ascii_lowercase().as_str()));
        return if names_it() && compared.next().is_some() { Check::Held } else { Check::None };
    }
    if is_signature(call) {
        return if names_it() { Check::Held } else { Check::None };
    }
    if !is_digest(call) {
        return Check::None;
    }
    let compares = || {
        let script = &call.script.shell;
        !script.consumers(call.command).is_empty()
            || !script.downstream(call.command).is_empty()
            || script.assignments.iter().any(|assignment| covers(assignment.span, call.command.span))
    };
    match checks_a_list(call) {
        true => by_list(calls, call, name),
        false if names_it() && (compares() || call.is("openssl")) => Check::Held,
        false => Check::None,
    }
}

fn covers(outer: crate::base::text::Span, inner: crate::base::text::Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn checks_a_list(call: &Call<'_>) -> bool {
    call.arguments().iter().any(|word| {
        let text = word.text.as_str();
        text == "--check" || text.starts_with('-') && !text.starts_with("--") && text.contains('c')
    })
}

/// What a list says of the file called `name`.
fn by_list(calls: &[Call<'_>], call: &Call<'_>, name: &str) -> Check {
    let mut texts = input_of(call, calls);
    let mut served = false;
    let mut operands = call.arguments().iter().map(|word| call.value(word).text);
    // `-a 256` of shasum is no list.
    let list = operands.find(|text| !text.starts_with('-') && text.parse::<u32>().is_err());
    if let Some(list) = list.filter(|list| list != "/dev/stdin" && !list.contains("<(")) {
        let file = last_part(&list).to_owned();
        let fetched = calls.iter().flat_map(|call| of_call(*call));
        served =
            fetched.into_iter().any(|other| other.file.as_deref().is_some_and(|at| last_part(at) == file));
        texts.extend(written_to(calls, &file));
        if texts.is_empty() {
            return if served { Check::Served } else { Check::Held };
        }
    }
    match texts.iter().any(|(text, raw)| mentions(text, raw, name)) {
        _ if texts.iter().any(|(text, _)| text == FETCHED) => Check::Served,
        true if served => Check::Served,
        true => Check::Held,
        // Nothing is known of where the list comes from.
        false if texts.is_empty() => Check::Held,
        false => Check::None,
    }
}

/// Stands for the answer of a server.
const FETCHED: &str = "\0fetched";

/// The words that a check reads from its pipe, heredoc or substitution: with variables filled in, and as written.
fn input_of(call: &Call<'_>, calls: &[Call<'_>]) -> Vec<(String, String)> {
    let script = &call.script.shell;
    let mut texts = redirected_into(call);
    for other in calls.iter().filter(|other| std::ptr::eq(other.script, call.script)) {
        let feeds =
            script.downstream(other.command).iter().any(|command| std::ptr::eq(*command, call.command))
                || script.consumers(other.command).iter().any(|command| std::ptr::eq(*command, call.command));
        if !feeds {
            continue;
        }
        if matches!(other.program(), Some("curl" | "wget")) {
            texts.push((FETCHED.to_owned(), String::new()));
        }
        texts.extend(other.arguments().iter().map(|word| (other.value(word).text, word.text.clone())));
        texts.extend(redirected_into(other));
    }
    texts
}

fn redirected_into(call: &Call<'_>) -> Vec<(String, String)> {
    let words = call.command.redirects.iter().filter_map(|redirect| match &redirect.target {
        Target::HereString(word) | Target::Heredoc(word) => Some(word),
        _ => None,
    });
    words.map(|word| (call.value(word).text, word.text.clone())).collect()
}

/// What commands write to the file called `file`.
fn written_to(calls: &[Call<'_>], file: &str) -> Vec<(String, String)> {
    let writes = |call: &&Call<'_>| {
        call.command.redirects.iter().any(|redirect| match &redirect.target {
            Target::File(word) => {
                redirect.operator.starts_with('>') && last_part(&call.value(word).text) == file
            }
            _ => false,
        })
    };
    let texts = calls.iter().filter(writes).filter(|call| !matches!(call.program(), Some("curl" | "wget")));
    let words = texts.flat_map(|call| {
        let own = call.arguments().iter().map(|word| (call.value(word).text, word.text.clone()));
        own.chain(redirected_into(call)).collect::<Vec<_>>()
    });
    words.collect()
}

fn mentions(text: &str, raw: &str, name: &str) -> bool {
    text.contains(name) || raw.contains(name)
}
