//! What git brings into a layer: clones, and the commit that is checked out in each.
//!
//! Vocabulary: a clone is *held* where a commit, all 40 digits of it, is checked out in it. Branches move, tags can be
//! moved, and the beginning of an id may name more than one commit one day.
//!
//! What it refuses to do: it asks no server where a branch or tag is. A checkout is taken to be in the clone that `-C` or
//! the last `cd` names, else in the last clone before it.

use crate::base::text::Span;
use crate::dockerfile::Keyword;
use crate::lint::knowledge::downloads::last_part;
use crate::lint::knowledge::repositories::{LooseClone, other, repository};
use crate::lint::knowledge::requirement::loose_revision;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle, Value, Word};

const GLOBAL: OptionStyle = OptionStyle {
    values: &["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--config-env"],
    single_dash: false,
    stop_at_operand: true,
};

const CLONE: OptionStyle = OptionStyle {
    values: &[
        "-b",
        "--branch",
        "--revision",
        "--depth",
        "-c",
        "--config",
        "-o",
        "--origin",
        "--reference",
        "--reference-if-able",
        "--separate-git-dir",
        "-j",
        "--jobs",
        "--filter",
        "--shallow-since",
        "--shallow-exclude",
        "--template",
        "-u",
        "--upload-pack",
        "--bundle-uri",
        "--server-option",
    ],
    single_dash: false,
    stop_at_operand: false,
};

const CHECKOUT: OptionStyle = OptionStyle {
    values: &["-b", "-B", "-C", "--orphan", "--conflict"],
    single_dash: false,
    stop_at_operand: false,
};

const FETCH: OptionStyle = OptionStyle {
    values: &[
        "--depth",
        "--deepen",
        "-j",
        "--jobs",
        "--filter",
        "--refmap",
        "-o",
        "--upload-pack",
        "--shallow-since",
    ],
    single_dash: false,
    stop_at_operand: false,
};

const REMOTE: OptionStyle =
    OptionStyle { values: &["-t", "-m", "--track"], single_dash: false, stop_at_operand: false };

const SUBTREE: OptionStyle = OptionStyle {
    values: &["-P", "--prefix", "-m", "--message"],
    single_dash: false,
    stop_at_operand: false,
};

const ARCHIVE: OptionStyle = OptionStyle {
    values: &["-o", "--output", "--remote", "--format", "--prefix", "--exec"],
    single_dash: false,
    stop_at_operand: false,
};

/// A command of git, or one that says where the next ones run.
enum Event {
    Clone(LooseClone),
    /// A revision that becomes what the folder holds.
    Checkout {
        folder: Option<String>,
        revision: String,
        span: Span,
        known: bool,
    },
    /// A repository that is named, and fetched from later.
    Remote(LooseClone),
    /// A fetch or pull: of one that was named, or of one that the folder has.
    Fetch {
        folder: Option<String>,
        fetched: LooseClone,
        revision: Option<String>,
    },
    Enter(String),
}

/// The clones of RUN bodies that no commit holds, and pulls without a commit behind them.
pub(crate) fn loose_clones(subject: &Subject<'_>) -> Vec<LooseClone> {
    let stages = subject.build.as_ref().map_or(0, |build| build.stages.stages.len());
    (0..stages).flat_map(|stage| of_stage(subject, stage)).collect()
}

fn of_stage(subject: &Subject<'_>, stage: usize) -> Vec<LooseClone> {
    let mut clones: Vec<LooseClone> = Vec::new();
    let mut entered: Option<String> = None;
    for event in events(subject, stage) {
        match event {
            Event::Enter(folder) => entered = Some(folder),
            Event::Clone(clone) => {
                clones.push(clone);
                entered = None;
            }
            Event::Remote(clone) => clones.push(clone),
            Event::Fetch { folder, fetched, revision } => {
                let wanted = folder.or_else(|| entered.clone());
                let named = clones.iter().rposition(|clone| wanted.as_ref() == Some(&clone.folder));
                match named.or_else(|| clones.len().checked_sub(1)).and_then(|at| clones.get_mut(at)) {
                    None => clones.push(fetched),
                    Some(clone) if clone.is_named_only => {
                        let loose = loose_revision(&clone.url, revision.as_deref());
                        let url = std::mem::take(&mut clone.url);
                        *clone = LooseClone { url, loose, ..fetched };
                    }
                    Some(clone) if clone.loose.is_some() && revision.is_some() => {
                        clone.loose = loose_revision(&clone.url, revision.as_deref());
                        (clone.span, clone.known) = (fetched.span, fetched.known);
                    }
                    Some(_) => {}
                }
            }
            Event::Checkout { folder, revision, span, known } => {
                let wanted = folder.or_else(|| entered.clone());
                let named = clones.iter().rposition(|clone| wanted.as_ref() == Some(&clone.folder));
                let at = named.or_else(|| clones.len().checked_sub(1));
                let Some(clone) = at.and_then(|at| clones.get_mut(at)) else { continue };
                if clone.loose.is_none() {
                    continue;
                }
                clone.loose = loose_revision(&clone.url, Some(&revision));
                (clone.span, clone.known) = (span, known);
            }
        }
    }
    clones.retain(|clone| clone.loose.is_some());
    clones
}

fn events(subject: &Subject<'_>, stage: usize) -> Vec<Event> {
    let of_stage = |call: &Call<'_>| call.script.step.is_some_and(|step| step.0 == stage);
    let calls = subject.installing_calls().filter(of_stage);
    let mut events: Vec<(usize, Event)> =
        calls.filter_map(|call| Some((call.script.span.start, event(&call)?))).collect();
    if let Some(build) = &subject.build {
        let folders = build.steps_of(Keyword::Workdir).filter(|step| step.stage == stage);
        let enter = folders.filter_map(|step| {
            let text = build.expand(step, step.instruction.arguments.text()?.text()).ok()?.text;
            Some((step.instruction.span.start, Event::Enter(last_part(&text).to_owned())))
        });
        events.extend(enter);
    }
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(_, event)| event).collect()
}

fn event(call: &Call<'_>) -> Option<Event> {
    match call.program()? {
        "cd" | "pushd" => {
            let folder = call.arguments().iter().find(|word| !word.text.starts_with('-'))?;
            let folder = call.value(folder).text;
            (!matches!(folder.as_str(), ".." | "/" | "-"))
                .then(|| Event::Enter(last_part(&folder).to_owned()))
        }
        "git" => git(call),
        _ => other(call).map(Event::Clone),
    }
}

fn git(call: &Call<'_>) -> Option<Event> {
    let words = call.expanded();
    let global = Arguments::of(&words, &GLOBAL);
    let folder = global.value(&["-C"]).map(|value| last_part(value.text()).to_owned());
    let verb = global.subcommand()?;
    let rest = words.get(global.rest..)?;
    match verb {
        "clone" => clone(call, &Arguments::of(rest, &CLONE)),
        "checkout" | "switch" | "reset" => {
            let arguments = Arguments::of(rest, &CHECKOUT);
            let word = arguments.operands.first()?;
            // FETCH_HEAD is what was fetched; `checkout -- file` and `reset HEAD~1` choose no revision of the server.
            let own =
                word.text.starts_with("FETCH_HEAD") || word.text.starts_with("HEAD") || word.text == ".";
            let is_file = rest.iter().position(|word| word.text == "--").is_some_and(|dashes| {
                rest.iter().position(|other| std::ptr::eq(other, *word)).is_some_and(|at| dashes < at)
            });
            let creates = arguments.has(&["-b", "-B", "-c"]) && arguments.operands.is_empty();
            (!own && !creates && !is_file).then(|| checkout(call, folder, word))
        }
        "fetch" | "pull" => Some(fetch(call, folder, &Arguments::of(rest, &FETCH))),
        "remote" => {
            let arguments = Arguments::of(rest, &REMOTE);
            let url = arguments
                .operands
                .get(2)
                .filter(|_| matches!(arguments.subcommand(), Some("add" | "set-url")))?;
            let named = repository(call, url, None)?;
            let folder = folder.unwrap_or_default();
            let place = folder.clone();
            Some(Event::Remote(LooseClone { folder, place, is_named_only: true, loose: None, ..named }))
        }
        "submodule" => {
            let arguments = Arguments::of(rest, &CLONE);
            let url = arguments.operands.get(1).filter(|_| arguments.subcommand() == Some("add"))?;
            Some(Event::Clone(repository(call, url, arguments.value(&["-b", "--branch"]))?))
        }
        "subtree" => {
            let arguments = Arguments::of(rest, &SUBTREE);
            let url = arguments
                .operands
                .get(1)
                .filter(|_| matches!(arguments.subcommand(), Some("add" | "pull")))?;
            let revision = arguments.operands.get(2).map(|word| Value { word, range: 0..word.text.len() });
            Some(Event::Clone(repository(call, url, revision.as_ref())?))
        }
        "archive" => {
            let arguments = Arguments::of(rest, &ARCHIVE);
            let url = arguments.value(&["--remote"])?;
            let revision = arguments.operands.first().map(|word| Value { word, range: 0..word.text.len() });
            let cloned = repository(call, url.word, revision.as_ref())?;
            Some(Event::Clone(LooseClone { url: url.text().to_owned(), ..cloned }))
        }
        _ => None,
    }
}

/// A fetch or pull; where nothing was cloned before it, what it brings stands for itself.
fn fetch(call: &Call<'_>, folder: Option<String>, arguments: &Arguments<'_>) -> Event {
    let (remote, word) = (arguments.operands.first(), arguments.after_subcommand().first());
    // `+refs/pull/1/head:pr`: what is fetched stands before the colon.
    let revision =
        word.map(|word| word.text.trim_start_matches('+').split(':').next().unwrap_or_default().to_owned());
    let url = remote.map_or("the repository", |word| word.text.as_str()).to_owned();
    let at = word.or(remote);
    let fetched = LooseClone {
        loose: loose_revision(&url, revision.as_deref()),
        url,
        span: at.map_or(call.span(), |word| call.script.place(word.span)),
        folder: folder.clone().unwrap_or_default(),
        place: folder.clone().unwrap_or_default(),
        known: at.is_none_or(|word| word.is_literal()),
        program: "git".to_owned(),
        is_named_only: false,
    };
    Event::Fetch { folder, fetched, revision }
}

fn checkout(call: &Call<'_>, folder: Option<String>, word: &Word) -> Event {
    let text = word.text.split(':').next().unwrap_or_default();
    let text = text.trim_end_matches("^{commit}").trim_end_matches("^{}");
    Event::Checkout {
        folder,
        revision: text.to_owned(),
        span: call.script.place(word.span),
        known: word.is_literal(),
    }
}

fn clone(call: &Call<'_>, arguments: &Arguments<'_>) -> Option<Event> {
    let url = arguments.operands.first()?;
    let cloned = repository(call, url, arguments.value(&["-b", "--branch", "--revision"]))?;
    let named = arguments.after_subcommand().first();
    let folder = named.map_or(url.text.as_str(), |word| word.text.as_str());
    let folder = last_part(folder).trim_end_matches(".git").to_owned();
    let place = named.map_or_else(|| folder.clone(), |word| word.text.clone());
    // `git clone $URL`: what its folder is called, nobody says.
    let place = if place.contains('$') && named.is_none() { "FOLDER".to_owned() } else { place };
    Some(Event::Clone(LooseClone { folder, place, ..cloned }))
}
