//! Whether something in the stage holds a downloaded file to bytes that the Dockerfile knows.
//!
//! Vocabulary: a *check* is a command that fails where a file has other bytes: `sha256sum -c` and its like, a digest that
//! is compared (`[ "$(sha256sum f)" = … ]`), or a signature. What a check expects is its *list*. A list that comes from
//! the server too moves with the file: it shows that the transfer went well, and holds nothing.
//!
//! What it refuses to do: it doesn't read lists that stand in files of the build context; they are taken to name the file.
//! A signature counts as a check, though its owner may sign other bytes: it is somebody's promise that is verified.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::lint::knowledge::downloads::keys::{is_key_import, takes_keys_by_fingerprint};
use crate::lint::knowledge::downloads::{Download, is_of_commit, last_part, of_call};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::{Call, Purpose, SourceScript};
use crate::shell::{Command, Target};

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

/// Commands behind a download that may be about it; nobody checks a file a thousand commands later.
const FOLLOWING: usize = 1000;

/// The checks of a source's stages, each looked at once, however many downloads ask.
pub(crate) struct Checks<'s, 'a> {
    subject: &'s Subject<'a>,
    stages: BTreeMap<usize, StageChecks>,
}

impl<'s, 'a> Checks<'s, 'a> {
    /// Those of `subject`.
    pub(crate) fn of(subject: &'s Subject<'a>) -> Self {
        Self { subject, stages: BTreeMap::new() }
    }

    /// What holds a download to its bytes.
    pub(crate) fn holding(&mut self, download: &Download<'_>) -> Check {
        if download.is_checked || is_of_commit(&download.url) {
            return Check::Held;
        }
        let Some((stage, step)) = download.call.script.step else { return Check::None };
        let subject = self.subject;
        let stage = self.stages.entry(stage).or_insert_with(|| StageChecks::of(subject, stage));
        let first = stage.starts.range(step..).next().map_or(stage.length, |(_, first)| *first);
        let window = first..first.saturating_add(FOLLOWING).min(stage.length);
        let from = stage.holders.partition_point(|holder| holder.at < window.start);
        let holders = stage.holders.get(from..).unwrap_or_default();
        let holders = || holders.iter().take_while(|holder| holder.at < window.end);
        let best = match download.file.as_deref().map(last_part).filter(|name| !name.is_empty()) {
            Some(name) => holders().map(|holder| holder.kind.of(name, &window)).max(),
            // What goes down a pipe is checked in it.
            None => is_checked_behind(download).then_some(Check::Held),
        };
        let best = best.unwrap_or(Check::None);
        let is_list =
            || LISTS.iter().any(|ending| last_part(&download.url).to_ascii_lowercase().ends_with(ending));
        if best == Check::None && is_list() && holders().next().is_some() { Check::Held } else { best }
    }
}

/// Whether a digest is taken of what a download writes into its pipe.
fn is_checked_behind(download: &Download<'_>) -> bool {
    let call = download.call;
    let behind = call.script.shell.downstream(call.command);
    behind.into_iter().any(|command| is_digest(&Call { command, ..call }))
}

/// The checks of one stage.
struct StageChecks {
    /// The number of the first command of each RUN, by its place in the stage.
    starts: BTreeMap<usize, usize>,
    length: usize,
    /// By the number of their command.
    holders: Vec<Holder>,
}

/// A command that checks.
struct Holder {
    at: usize,
    kind: Kind,
}

enum Kind {
    /// It names the files in its words, and fails where they are others.
    Naming(Vec<Said>),
    /// It names files, and nothing comes of it.
    Printing,
    /// It reads a list.
    List { input: Vec<Said>, file: Option<ListFile> },
}

/// A list that stands in a file.
struct ListFile {
    /// The commands that fetch it.
    fetched: Vec<usize>,
    written: Vec<Said>,
}

/// A word with its variables filled in, as it is written, and the number of its command.
#[derive(Clone)]
struct Said {
    at: usize,
    text: String,
    raw: String,
}

impl Said {
    fn mentions(&self, name: &str) -> bool {
        self.text.contains(name) || self.raw.contains(name)
    }
}

impl Kind {
    /// What it does to hold the file called `name`, by what stands within the window.
    fn of(&self, name: &str, window: &Range<usize>) -> Check {
        let (input, file) = match self {
            Self::Printing => return Check::None,
            Self::Naming(words) => {
                let names = words.iter().any(|word| word.mentions(name));
                return if names { Check::Held } else { Check::None };
            }
            Self::List { input, file } => (input, file.as_ref()),
        };
        let served = file.is_some_and(|file| file.fetched.iter().any(|at| window.contains(at)));
        let written = file.into_iter().flat_map(|file| &file.written);
        let said = || input.iter().chain(written.clone()).filter(|said| window.contains(&said.at));
        if said().next().is_none() {
            // Nothing is known of where the list comes from.
            return if served { Check::Served } else { Check::Held };
        }
        match said().any(|said| said.mentions(name)) {
            _ if said().any(|said| said.text == FETCHED) => Check::Served,
            true if served => Check::Served,
            true => Check::Held,
            false => Check::None,
        }
    }
}

impl StageChecks {
    fn of(subject: &Subject<'_>, stage: usize) -> Self {
        let is_own = |script: &&SourceScript| {
            script.step.is_some_and(|step| step.0 == stage)
                && matches!(script.purpose, Purpose::Build | Purpose::Windows)
        };
        let mut starts = BTreeMap::new();
        let mut calls: Vec<Call<'_>> = Vec::new();
        for script in subject.scripts.iter().filter(is_own) {
            starts.entry(script.step.unwrap_or_default().1).or_insert(calls.len());
            calls.extend(script.shell.commands.iter().map(|command| subject.call(script, command)));
        }
        let compares = |script: &&SourceScript| compares_texts(script) || takes_keys_by_fingerprint(script);
        let comparing = subject.scripts.iter().filter(is_own).filter(compares);
        let comparing = comparing.map(std::ptr::from_ref).collect();
        let files = Files { comparing, ..Files::of(&calls) };
        let holder = |(at, call): (usize, &Call<'_>)| Some(Holder { at, kind: kind(call, at, &files)? });
        let holders = calls.iter().enumerate().filter_map(holder).collect();
        Self { starts, length: calls.len(), holders }
    }
}

/// What commands write where.
#[derive(Default)]
struct Files<'s> {
    /// The words that come to a command that checks, down a pipe or in a substitution, by its place in memory.
    fed: BTreeMap<*const Command, Vec<(usize, Call<'s>)>>,
    /// The commands that fetch a file, by its name.
    fetched: BTreeMap<String, Vec<usize>>,
    /// The commands that write a file, by its name.
    written: BTreeMap<String, Vec<(usize, Call<'s>)>>,
    /// The scripts in which PowerShell compares texts, or gpg whole fingerprints, by their places in memory.
    comparing: BTreeSet<*const SourceScript>,
}

impl<'s> Files<'s> {
    fn of(calls: &[Call<'s>]) -> Self {
        let mut files = Self::default();
        // Only what checks is asked about.
        if !calls.iter().any(|call| checks_a_list(call.command)) {
            return files;
        }
        for (at, call) in calls.iter().enumerate() {
            let script = &call.script.shell;
            let behind = script.downstream(call.command).into_iter().chain(script.consumers(call.command));
            for command in behind.filter(|command| checks_a_list(command)) {
                let feeders = files.fed.entry(std::ptr::from_ref(command)).or_default();
                if feeders.last().is_none_or(|(last, _)| *last != at) {
                    feeders.push((at, *call));
                }
            }
            let is_fetch = matches!(call.program(), Some("curl" | "wget"));
            for redirect in call.command.redirects.iter().filter(|_| !is_fetch) {
                if let Target::File(word) = &redirect.target
                    && redirect.operator.starts_with('>')
                {
                    let name = last_part(&call.value(word).text).to_owned();
                    files.written.entry(name).or_default().push((at, *call));
                }
            }
            for file in of_call(*call).into_iter().filter_map(|download| download.file) {
                files.fetched.entry(last_part(&file).to_owned()).or_default().push(at);
            }
        }
        files
    }

    /// The words that a check reads from its pipe, heredoc or substitution.
    fn input_of(&self, call: &Call<'_>, at: usize) -> Vec<Said> {
        let mut said = redirected_into(call, at);
        let feeders = self.fed.get(&std::ptr::from_ref(call.command)).map(Vec::as_slice).unwrap_or_default();
        for (at, other) in feeders {
            if matches!(other.program(), Some("curl" | "wget")) {
                said.push(Said { at: *at, text: FETCHED.to_owned(), raw: String::new() });
            }
            said.extend(words_of(other, *at));
            said.extend(redirected_into(other, *at));
        }
        said
    }

    fn list(&self, file: &str) -> ListFile {
        let written = self.written.get(file).map(Vec::as_slice).unwrap_or_default().iter();
        let written = written.flat_map(|(at, call)| {
            let mut said = words_of(call, *at);
            said.extend(redirected_into(call, *at));
            said
        });
        ListFile { fetched: self.fetched.get(file).cloned().unwrap_or_default(), written: written.collect() }
    }
}

fn words_of(call: &Call<'_>, at: usize) -> Vec<Said> {
    let words = call.arguments().iter();
    words.map(|word| Said { at, text: call.value(word).text, raw: word.text.clone() }).collect()
}

fn redirected_into(call: &Call<'_>, at: usize) -> Vec<Said> {
    let words = call.command.redirects.iter().filter_map(|redirect| match &redirect.target {
        Target::HereString(word) | Target::Heredoc(word) => Some(word),
        _ => None,
    });
    words.map(|word| Said { at, text: call.value(word).text, raw: word.text.clone() }).collect()
}

/// How PowerShell compares texts.
const COMPARED: &[&str] = &["-ne", "-eq", "-cne", "-ceq", "-ine", "-ieq", "-notlike", "-like"];

fn compares_texts(script: &SourceScript) -> bool {
    let mut words = script.shell.commands.iter().flat_map(|command| &command.words);
    words.any(|word| COMPARED.contains(&word.text.to_ascii_lowercase().as_str()))
}

/// What a command does to hold files.
fn kind(call: &Call<'_>, at: usize, files: &Files<'_>) -> Option<Kind> {
    // `if ((Get-FileHash FILE -Algorithm sha256).Hash -ne '…') { exit 1 }`: what it gives is compared, or it is asked for nothing.
    // https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.utility/get-filehash
    if call.program().is_some_and(|program| program.eq_ignore_ascii_case("get-filehash")) {
        let compares = files.comparing.contains(&std::ptr::from_ref(call.script));
        return Some(if compares { Kind::Naming(words_of(call, at)) } else { Kind::Printing });
    }
    let is_import = || is_key_import(call) && files.comparing.contains(&std::ptr::from_ref(call.script));
    if is_signature(call) || is_import() {
        return Some(Kind::Naming(words_of(call, at)));
    }
    if !is_digest(call) {
        return None;
    }
    if !checks_a_list(call.command) {
        let script = &call.script.shell;
        let compares = call.is("openssl")
            || !script.consumers(call.command).is_empty()
            || !script.downstream(call.command).is_empty()
            || script.is_assigned(call.command);
        return Some(if compares { Kind::Naming(words_of(call, at)) } else { Kind::Printing });
    }
    let mut operands = call.arguments().iter().map(|word| call.value(word).text);
    // `-a 256` of shasum is no list.
    let list = operands.find(|text| !text.starts_with('-') && text.parse::<u32>().is_err());
    let list = list.filter(|list| list != "/dev/stdin" && !list.contains("<("));
    let file = list.map(|list| files.list(last_part(&list)));
    Some(Kind::List { input: files.input_of(call, at), file })
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

fn checks_a_list(command: &Command) -> bool {
    command.arguments().iter().any(|word| {
        let text = word.text.as_str();
        text == "--check" || text.starts_with('-') && !text.starts_with("--") && text.contains('c')
    })
}

/// Stands for the answer of a server.
const FETCHED: &str = "\0fetched";
