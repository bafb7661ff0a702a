//! Lists of requirements that a RUN installs from and that are not at hand: made in the build, cloned, the base's, missing, at a URL.
//!
//! What it refuses to do: what a build makes of a lock (`poetry export`, `uv export`) is held by the lock, and what it compiles
//! (`pip-compile`) is said to be open where it does.

use crate::base::text::Span;
use crate::dockerfile::{Heredoc, Keyword};
use crate::finding::Confidence;
use crate::lint::knowledge::downloads::last_part;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::lint::subject::source::InstalledFrom;
use crate::python::{FileRole, Install, InstallVerb, RequirementsText, XARGS};
use crate::shell::{Target, Word};

/// A list that is installed from, and can't be read.
pub(crate) struct UnreadList {
    /// Where the RUN names it.
    pub(crate) span: Span,
    /// As it is named.
    pub(crate) name: String,
    /// Why it can't be read.
    pub(crate) why: Why,
}

/// Why a list of requirements can't be read, or what is open in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is fetched.
    Url,
    /// It is the output of a command.
    Piped,
    /// What it is called, only the build knows.
    Variable,
    /// A COPY names it, and the context has no such file.
    Missing,
    /// Another stage or image has it, and what is in it is not at hand.
    Stage(String),
    /// A command of the build writes it: its program.
    Made(String),
    /// It is known, and leaves this open.
    Open(String),
    /// No COPY brings it: it is the base's, or comes with something else.
    Elsewhere,
}

impl Why {
    /// How sure it is that something is open.
    pub(crate) fn confidence(&self) -> Confidence {
        match self {
            Self::Url | Self::Open(_) | Self::Missing => Confidence::High,
            Self::Piped | Self::Made(_) | Self::Stage(_) | Self::Elsewhere => Confidence::Medium,
            Self::Variable => Confidence::Low,
        }
    }
}

/// The lists that the RUNs of a Dockerfile install from and that are not at hand; none where its context is not known.
pub(crate) fn unread_lists(subject: &Subject<'_>) -> Vec<UnreadList> {
    let Some(from) = &subject.source.installed_from else { return Vec::new() };
    let installs = subject.installing_calls().filter_map(|call| Some((call, call.install()?)));
    let mut lists: Vec<(Option<(usize, usize)>, UnreadList)> = Vec::new();
    for (call, install) in installs {
        for list in of_install(subject, from, &call, &install) {
            // A RUN that installs from a list again, in another way, is one finding.
            let step = call.script.step;
            if !lists.iter().any(|(at, known)| *at == step && known.name == list.name) {
                lists.push((step, list));
            }
        }
    }
    lists.into_iter().map(|(_, list)| list).collect()
}

fn of_install(
    subject: &Subject<'_>,
    from: &InstalledFrom,
    call: &Call<'_>,
    install: &Install,
) -> Vec<UnreadList> {
    let is_held = install.options.iter().any(|option| option.name == "--require-hashes");
    if is_held {
        return Vec::new();
    }
    let mut lists = Vec::new();
    for file in install.files.iter().filter(|file| file.role == FileRole::Requirements) {
        if !from.known.contains(&file.path)
            && let Some(why) = why(subject, call, &file.path)
        {
            lists.push(UnreadList { span: call.script.place(file.span), name: file.path.clone(), why });
        }
    }
    for word in install.unread.iter().filter(|word| !from.known.contains(&word.text)) {
        if let Some(why) = of_word(call, word) {
            lists.push(UnreadList { span: call.place(word), name: word.text.clone(), why });
        }
    }
    let is_fed =
        call.reads_names() && install.asked.is_empty() && install.files.is_empty() && lists.is_empty();
    if is_fed && install.verb == InstallVerb::Install && !from.known.contains(XARGS) {
        lists.push(UnreadList { span: call.span(), name: "what xargs reads".to_owned(), why: Why::Piped });
    }
    lists
}

/// Why a value that is no file can't be read.
fn of_word(call: &Call<'_>, word: &Word) -> Option<Why> {
    let text = word.text.as_str();
    if text.contains("://") && !text.starts_with("file:") {
        return Some(Why::Url);
    }
    if text.starts_with("<(") || matches!(text, "-" | "/dev/stdin") {
        let inside = call
            .script
            .shell
            .commands
            .iter()
            .filter(|command| word.span.start <= command.span.start && command.span.end <= word.span.end);
        let written: Vec<_> =
            inside.filter_map(|command| written_by(command.name.as_deref()?, &command.words)).collect();
        return match written.as_slice() {
            [text] => open(text),
            _ => Some(Why::Piped),
        };
    }
    Some(Why::Variable)
}

/// Why the file at `path` is not at hand, or what is open in it.
fn why(subject: &Subject<'_>, call: &Call<'_>, path: &str) -> Option<Why> {
    let name = last_part(path);
    if let Some(heredoc) = copied_heredoc(subject, name) {
        return open(heredoc.content.text());
    }
    let made = subject.installing_calls().filter_map(|other| writes(&other, name));
    match made.last() {
        Some(Written::Locked) => return None,
        Some(Written::Text(text)) => return open(&text),
        Some(Written::By(program)) => return Some(Why::Made(program)),
        None => {}
    }
    match copied(subject, call, name) {
        Some(Some(from)) => Some(Why::Stage(from)),
        Some(None) => Some(Why::Missing),
        None => Some(Why::Elsewhere),
    }
}

/// What the lines of a text leave open; none where that is nothing.
fn open(text: &str) -> Option<Why> {
    let read = RequirementsText::parse(text);
    let open = read.requirements().find(|(_, requirement)| {
        use crate::python::RequirementSource::{Index, Unknown};
        matches!(requirement.source, Index(_) | Unknown) && requirement.exact_version().is_none()
    });
    open.map(|(_, requirement)| Why::Open(requirement.text.text.clone()))
}

/// What a command puts into a file.
enum Written {
    /// What a lock holds.
    Locked,
    /// A text that stands in the Dockerfile.
    Text(String),
    /// Something else.
    By(String),
}

/// What a command puts into the file called `name`, if it does.
fn writes(call: &Call<'_>, name: &str) -> Option<Written> {
    let program = call.program()?;
    let is_it = |word: &Word| last_part(&word.text) == name;
    let redirected = call.command.redirects.iter().any(|redirect| match &redirect.target {
        Target::File(word) => redirect.operator.contains('>') && is_it(word),
        _ => false,
    });
    let words = call.arguments();
    let named = words.windows(2).any(|pair| match pair {
        [option, value] => {
            matches!(option.text.as_str(), "-o" | "--output" | "--output-file" | "-O" | "--output-document")
                && is_it(value)
        }
        _ => false,
    });
    let attached = words.iter().any(|word| {
        word.text
            .split_once('=')
            .is_some_and(|(option, value)| option.starts_with("--output") && last_part(value) == name)
    });
    let copied = matches!(program, "tee" | "cp" | "mv") && words.last().is_some_and(is_it);
    if !(redirected || named || attached || copied) {
        return None;
    }
    let runs = |verb: &str| words.iter().any(|word| word.text == verb);
    let is_locked = match program {
        "uv" | "poetry" | "pdm" => runs("export") || runs("compile"),
        "pipenv" => runs("requirements") || runs("lock"),
        "pip-compile" => true,
        "pip" => runs("freeze"),
        _ => false,
    };
    if is_locked {
        return Some(Written::Locked);
    }
    let body = call.command.redirects.iter().find_map(|redirect| match &redirect.target {
        Target::Heredoc(word) | Target::HereString(word) if word.is_literal() => Some(word.text.clone()),
        _ => None,
    });
    let text = body
        .filter(|_| matches!(program, "cat" | "tee"))
        .or_else(|| written_by(program, &call.command.words));
    Some(text.map_or_else(|| Written::By(program.to_owned()), Written::Text))
}

/// What `echo` and `printf` write, where all of it is known.
fn written_by(program: &str, words: &[Word]) -> Option<String> {
    if !matches!(program, "echo" | "printf") {
        return None;
    }
    let words = words.get(1..)?;
    let texts = words
        .iter()
        .filter(|word| !matches!(word.text.as_str(), "-e" | "-n" | "-ne" | "-en" | "%s\\n" | "%s"));
    let is_known = words.iter().all(Word::is_literal);
    let lines: Vec<String> = texts.map(|word| word.text.replace("\\n", "\n")).collect();
    is_known.then(|| lines.join("\n"))
}

/// The heredoc that a COPY or ADD puts where the file called `name` is.
fn copied_heredoc<'s>(subject: &'s Subject<'_>, name: &str) -> Option<&'s Heredoc> {
    let build = subject.build.as_ref()?;
    let copies = build.steps_of(Keyword::Copy).chain(build.steps_of(Keyword::Add));
    copies
        .filter(|step| {
            step.instruction.arguments.words().last().is_some_and(|word| last_part(&word.text) == name)
        })
        .find_map(|step| step.instruction.heredocs.first())
}

/// Whether a COPY or ADD names a file called so, and the stage or image that it is taken from, if not from the context.
fn copied(subject: &Subject<'_>, call: &Call<'_>, name: &str) -> Option<Option<String>> {
    let build = subject.build.as_ref()?;
    let chain = call.script.step.map(|(stage, _)| build.stages.chain(stage).stages).unwrap_or_default();
    let steps = build.steps.iter().filter(|step| chain.contains(&step.stage)).map(|step| step.instruction);
    let copies = steps.filter(|instruction| matches!(instruction.keyword, Keyword::Copy | Keyword::Add));
    let mut named =
        copies.filter(|copy| copy.arguments.words().iter().any(|word| last_part(&word.text) == name));
    let from = named.next_back()?.flag("from").and_then(|flag| flag.value.as_ref());
    Some(from.map(|from| from.text.clone()))
}
