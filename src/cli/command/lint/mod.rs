//! `reprolock lint`

mod baseline;
mod patch;
mod settings;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::base::limits;
use crate::base::secrets;
use crate::finding::{Finding, Safety};
use crate::library;
use crate::lint::collect::Request;
use crate::lint::{
    self, Accepted, Baseline, DividedLocks, Linted, MergeBase, Obstacle, ObstacleKind, Settings,
};
use crate::lockfile::store;
use crate::report::model::Checked;
use crate::report::{Format as _, Matter, Report, Text};

use crate::cli::args::Lint;
use crate::cli::command::action::Action;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;

impl Action for Lint {
    fn matter(&self) -> Option<Matter> {
        Some(Matter::Lint)
    }

    fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
        run(self, global, terminal)
    }
}

fn run(arguments: &Lint, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
    fits(arguments, global)?;
    let settings = settings::settings(arguments, &global.project)?;
    let fail_on = settings::fail_on(arguments, &global.project);
    // What can't be gone by is told before anything is asked or written.
    let against = against(arguments, global)?;
    let request = request(arguments)?;
    let mut collected = library::sources(&request)?;
    if arguments.online {
        global.untrusted_note().into_iter().for_each(|note| terminal.note(&note));
        let notes = library::ask(&mut collected.sources, &global.access());
        notes.iter().for_each(|note| terminal.note(note));
    }
    collected.divided.iter().for_each(|divided| terminal.note(&divided_note(divided)));
    if arguments.hook && collected.is_empty() && global.format.about().id == Text.about().id {
        return Ok(Exit::Same);
    }
    let fixes = (arguments.fix || arguments.diff).then_some(match arguments.unsafe_fixes {
        true => Safety::Unsafe,
        false => Safety::Safe,
    });
    let mut linted = lint::run(collected.sources, &settings, fixes);
    let (mut obstacles, hidden) = (collected.obstacles, collected.hidden);
    obstacles.extend(linted.iter().flat_map(|linted| linted.obstacles.iter().cloned()));
    if arguments.fix {
        obstacles.extend(write(&mut linted, &settings));
    }
    let accepted = leave_out(arguments, against, &mut linted, &settings)?;
    let mut patches = String::new();
    if arguments.diff {
        for patch in linted.iter().map(patch::patch) {
            patch.map_or_else(|obstacle| obstacles.push(obstacle), |text| patches.push_str(&text));
        }
    }
    for obstacle in &mut obstacles {
        advise(obstacle);
        secrets::hide(&mut obstacle.message);
    }
    obstacles.sort();
    let exit = if arguments.diff {
        show(&patches, &linted, terminal)?
    } else {
        let report = Report::Lint(Checked {
            sources: &linted,
            obstacles: &obstacles,
            hidden,
            fail_on,
            accepted: accepted.as_ref(),
        });
        tell(&report, arguments.fix && request.input.is_some(), &linted, terminal)?;
        let fails = linted.iter().any(|linted| linted.fails(fail_on));
        if fails { Exit::Drift } else { Exit::Same }
    };
    for obstacle in &obstacles {
        terminal.error(&as_error(obstacle));
    }
    Ok(if obstacles.is_empty() { exit } else { Exit::CouldNotCheck })
}

/// What findings are held against, where there is any.
#[derive(Default)]
struct Against {
    baseline: Option<Baseline>,
    base: Option<MergeBase>,
}

/// What can be told before anything is asked or written.
fn against(arguments: &Lint, global: &Global) -> Result<Against, CliError> {
    // What can be mended is shown, accepted or not.
    if arguments.diff {
        return Ok(Against::default());
    }
    let baseline = baseline::read(arguments, &global.project)?;
    let base = arguments.changed.as_deref().map(MergeBase::of).transpose()?;
    Ok(Against { baseline, base })
}

/// Leaves out what is accepted and what did not change, as far as that was asked for.
fn leave_out(
    arguments: &Lint,
    Against { baseline, base }: Against,
    linted: &mut [Linted],
    settings: &Settings,
) -> Result<Option<Accepted>, CliError> {
    let accepted = baseline.map(|baseline| baseline::accept(arguments, baseline, linted, settings));
    let accepted = accepted.transpose()?;
    if let Some(base) = &base {
        lint::keep_changed(linted, base)?;
    }
    Ok(accepted)
}

/// Shows what fixes would change.
fn show(patches: &str, linted: &[Linted], terminal: &Terminal) -> Result<Exit, CliError> {
    terminal.text(patches)?;
    if linted.iter().any(patch::is_redacted) {
        let note =
            "lines of the patch are shown without their secrets, and do not fit their file: --fix applies it";
        terminal.note(note);
    }
    if patches.is_empty() {
        nothing_to_write(linted).into_iter().for_each(|note| terminal.note(&note));
    }
    Ok(if patches.is_empty() { Exit::Same } else { Exit::Drift })
}

/// Why there is no patch though there are findings: without a word, an empty one looks as if all were well.
fn nothing_to_write(linted: &[Linted]) -> Option<String> {
    let findings = || linted.iter().flat_map(|linted| &linted.findings);
    let is_not_safe =
        |finding: &&Finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Unsafe);
    let none = "no fix to show";
    match (findings().count(), findings().filter(is_not_safe).count()) {
        (0, _) => None,
        (_, 0) => Some(format!("{none}: what lint finds has none; run it without --diff to see it")),
        (_, count) => {
            Some(format!("{none}; --unsafe-fixes shows {count} more, whose changes are to be looked at"))
        }
    }
}

/// That lockfiles of one file do not agree, and what to do about it.
fn divided_note(divided: &DividedLocks) -> String {
    let DividedLocks { path, locks, differ_in } = divided;
    format!(
        "{path}: {} were frozen from it and differ in {}, of which nothing is taken: --lock FILE names the one that counts",
        locks.join(" and "),
        differ_in.join(", ")
    )
}

/// Refuses options that would do nothing.
fn fits(arguments: &Lint, global: &Global) -> Result<(), CliError> {
    let is_text = global.format.about().id == Text.about().id;
    let input = arguments.paths.iter().any(|path| path == Path::new("-"));
    let (message, hint) = if arguments.unsafe_fixes && !arguments.fix && !arguments.diff {
        ("--unsafe-fixes says which fixes, and not what to do with them", "add --fix or --diff")
    } else if arguments.diff && !is_text {
        ("--diff writes a patch, which has no other format", "leave --format out, or --diff")
    } else if arguments.fix && input && !is_text {
        (
            "--fix writes standard input's fixed text, which has no other format",
            "leave --format out, or --fix",
        )
    } else {
        return Ok(());
    };
    Err(CliError { message: message.to_owned(), hint: Some(hint.to_owned()) })
}

fn request(arguments: &Lint) -> Result<Request, CliError> {
    if let Some(folder) = arguments.context.as_deref().filter(|folder| !folder.is_dir()) {
        return Err(CliError {
            message: format!("read the context {}: there is no such folder", folder.display()),
            hint: Some("--context names the folder that the image is built from".to_owned()),
        });
    }
    // A lock that was asked for is needed: without it --fix would write something else than was meant.
    let lock = arguments.lock.as_ref().map(|path| Ok::<_, CliError>((path.clone(), store::read(path)?)));
    let is_input = |path: &PathBuf| path == Path::new("-");
    let input = arguments.paths.iter().any(is_input);
    if input && arguments.paths.len() > 1 {
        return Err(CliError {
            message: "standard input is linted alone, found other paths beside -".to_owned(),
            hint: Some("run it once for the files, and once for standard input".to_owned()),
        });
    }
    if !input && arguments.stdin_filename.is_some() {
        return Err(CliError {
            message: "--stdin-filename names standard input, which is not read".to_owned(),
            hint: Some("write: reprolock lint - --stdin-filename NAME".to_owned()),
        });
    }
    Ok(Request {
        input: if input { Some((standard_input()?, arguments.stdin_filename.clone())) } else { None },
        paths: arguments.paths.clone(),
        context: arguments.context.clone(),
        passes_over: arguments.hook,
        lock: lock.transpose()?,
    })
}

fn standard_input() -> Result<String, CliError> {
    let failed = |reason: String| CliError::new(format!("read standard input: {reason}"));
    let limit = limits::SOURCE_TEXT_BYTES;
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(failed(format!("larger than {limit} bytes")));
    }
    String::from_utf8(bytes)
        .map_err(|error| failed(format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to())))
}

/// Adds what the command line offers where a file can't be linted as it is.
fn advise(obstacle: &mut Obstacle) {
    let advice = match obstacle.kind {
        ObstacleKind::Unrecognised => "pipe it in: reprolock lint - < FILE",
        ObstacleKind::NotAFile => "pipe it in: reprolock lint - --stdin-filename Dockerfile",
        ObstacleKind::NotFixed | ObstacleKind::Other => return,
    };
    obstacle.hint = Some(match obstacle.hint.take() {
        Some(hint) => format!("{hint}, or {advice}"),
        None => advice.to_owned(),
    });
}

/// Writes what changed. A file that can't be written is as it was, and so are its findings.
fn write(linted: &mut [Linted], settings: &Settings) -> Vec<Obstacle> {
    let one = |linted: &mut Linted| {
        let error = CliError::from(lint::write(linted).err()?);
        linted.revert(settings);
        let obstacle = Obstacle::new(linted.source.path.clone(), error.message);
        Some(Obstacle { hint: error.hint, kind: ObstacleKind::NotFixed, ..obstacle })
    };
    linted.par_iter_mut().filter_map(one).collect()
}

/// Says what was found, or is left.
fn tell(
    report: &Report<'_>,
    is_fixed_input: bool,
    linted: &[Linted],
    terminal: &Terminal,
) -> Result<(), CliError> {
    match (is_fixed_input, linted) {
        // The text is the result; what is left to say of it goes beside.
        (true, [only]) => {
            terminal.text(&only.source.text)?;
            terminal.aside(report);
            Ok(())
        }
        _ => terminal.report(report),
    }
}

fn as_error(obstacle: &Obstacle) -> CliError {
    let place = match obstacle.at {
        Some(at) => format!("{}:{}:{}", obstacle.path, at.line, at.column),
        None => obstacle.path.clone(),
    };
    CliError { message: format!("{place}: {}", obstacle.message), hint: obstacle.hint.clone() }
}
