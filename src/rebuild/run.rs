//! Running a planned build: its keeper, its output, and what a signal does to it.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, BufRead, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::builders::{Builder, Commands, failing_step};
use super::command::ReadyCommand;
use super::error::RebuildError;
use super::keeper::{self, JOB};
use super::place::{self, WorkFolder};
use super::recipe::Recipe;
use crate::base::bounded;

/// How often the keeper is looked after while nothing is said.
const GLANCE: Duration = Duration::from_millis(100);

/// Bytes of one line of output; what is longer is cut into several.
const LINE_BYTES: u64 = 16 << 10;

/// The last lines of output that are kept, to look for the step that failed.
const LINES_KEPT: usize = 5_000;

/// The last lines of output that an error shows.
const LINES_SHOWN: usize = 30;

/// How long a program may take to say what it is.
const ANSWER: Duration = Duration::from_secs(30);

/// Bytes of what it says.
const ANSWER_BYTES: u64 = 1 << 20;

/// How long a keeper is waited for once it is to stop.
const STOPPING: Duration = Duration::from_secs(40);

/// A run of builds, which a signal ends whole.
pub struct Session {
    work: WorkFolder,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// While it is open, the keeper lives.
    keeper: Option<ChildStdin>,
    is_running: bool,
    is_stopping: bool,
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Session {
    /// A new work folder. From now on SIGINT, SIGTERM and SIGHUP end what runs in it, remove it, and then end the process as they
    /// would have.
    pub fn new() -> Result<Self, RebuildError> {
        let work = WorkFolder::new()?;
        let state = Arc::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
            .map_err(RebuildError::io("watch signals for", work.path()))?;
        let (path, seen) = (work.path().to_owned(), Arc::clone(&state));
        thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                stop(&path, &seen);
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        });
        Ok(Self { work, state })
    }

    /// The folder that builds work in.
    pub fn work(&self) -> &Path {
        self.work.path()
    }

    /// A name for the image that no other run uses.
    pub fn tag(&self) -> String {
        format!("reprolock-rebuild:{}", self.work.name())
    }

    /// Builds; `each_line` gets the builder's output. What the archive is called in the end is `name`.
    pub fn build(
        &self,
        builder: &dyn Builder,
        (recipe, commands): (&Recipe, &Commands),
        name: &str,
        each_line: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, RebuildError> {
        let work = self.work();
        let ready = |commands: &[super::command::Invocation]| -> Vec<ReadyCommand> {
            commands.iter().map(|command| command.ready(work)).collect()
        };
        self.work.prepare(recipe, &ready(&commands.clean))?;
        let job = serde_json::to_vec(&ready(&commands.build)).map_err(io::Error::from);
        let written = job.and_then(|job| fs::write(work.join(JOB), job));
        written.map_err(RebuildError::io("write to", work))?;
        let made = work.join(commands.archive.1);
        // docker save and podman save would not write over one.
        let _ = fs::remove_file(&made);
        let output = self.run(each_line).map_err(RebuildError::io("run a builder in", work))?;
        if let Err((status, lines)) = output {
            let text = lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
            let shown = lines.len().saturating_sub(LINES_SHOWN);
            return Err(RebuildError::Failed {
                builder: builder.about().id,
                status,
                step: failing_step(&text),
                output: lines.into_iter().skip(shown).collect(),
            });
        }
        let kept = work.join(name);
        fs::rename(&made, &kept).map_err(RebuildError::io("find the image", &made))?;
        Ok(kept)
    }

    /// Runs the job; where it fails, with what it ended and its last lines.
    fn run(&self, each_line: &mut dyn FnMut(&str)) -> io::Result<Result<(), (String, VecDeque<String>)>> {
        let (reader, writer) = io::pipe()?;
        let mut keeper = Command::new(keeper::program());
        keeper.arg(keeper::KEEP).arg(self.work()).process_group(0);
        keeper.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
        let mut child = {
            let mut state = locked(&self.state);
            if state.is_stopping {
                drop(state);
                wait_for_the_end();
            }
            let mut child = keeper.spawn()?;
            // Its copies of the pipe's end would keep the pipe open.
            drop(keeper);
            state.keeper = child.stdin.take();
            state.is_running = true;
            child
        };
        let (lines, status) = follow(reader, &mut child, each_line);
        let is_stopping = {
            let mut state = locked(&self.state);
            (state.keeper, state.is_running) = (None, false);
            state.is_stopping
        };
        if is_stopping {
            wait_for_the_end();
        }
        let status = status?;
        Ok(if status.success() { Ok(()) } else { Err((status.to_string(), lines)) })
    }
}

/// The thread that a signal woke ends the process.
fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}

/// Ends the keeper, waits for it, and removes the work folder.
fn stop(work: &Path, state: &Mutex<State>) {
    {
        let mut state = locked(state);
        state.is_stopping = true;
        state.keeper = None;
    }
    let deadline = Instant::now() + STOPPING;
    while locked(state).is_running && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    let _ = place::remove(work);
}

/// Hands on each line until the keeper ends, and keeps the last. What the builder left running may keep the pipe open longer.
fn follow(
    from: io::PipeReader,
    child: &mut Child,
    each_line: &mut dyn FnMut(&str),
) -> (VecDeque<String>, io::Result<ExitStatus>) {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || read(from, &sender));
    let mut lines = VecDeque::new();
    let mut ended = None;
    loop {
        match receiver.recv_timeout(GLANCE) {
            Ok(line) => {
                each_line(&line);
                if lines.len() == LINES_KEPT {
                    lines.pop_front();
                }
                lines.push_back(line);
            }
            Err(RecvTimeoutError::Disconnected) => return (lines, ended.map_or_else(|| child.wait(), Ok)),
            Err(RecvTimeoutError::Timeout) => match (ended, child.try_wait()) {
                (Some(status), _) => return (lines, Ok(status)),
                (None, Ok(status)) => ended = status,
                (None, Err(error)) => return (lines, Err(error)),
            },
        }
    }
}

/// Reads lines, each of bounded length.
fn read(from: impl io::Read, to: &Sender<String>) {
    let mut from = BufReader::new(from);
    let mut bytes = Vec::new();
    while (&mut from).take(LINE_BYTES).read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
        let line = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
        if to.send(line).is_err() {
            return;
        }
        bytes.clear();
    }
}

/// Asks a program, which is named first, what it is: what it says on stdout.
pub fn ask(words: &[&str]) -> Result<String, String> {
    let Some((program, arguments)) = words.split_first() else { return Err("no program".to_owned()) };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "it is not installed".to_owned(),
        _ => error.to_string(),
    })?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let collect = |pipe: Option<Box<dyn io::Read + Send>>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.map(|pipe| pipe.take(ANSWER_BYTES).read_to_end(&mut bytes));
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let out = collect(out.map(|pipe| Box::new(pipe) as _));
    let err = collect(err.map(|pipe| Box::new(pipe) as _));
    let succeeded = bounded::wait(&mut child, ANSWER).map_err(|error| error.to_string())?;
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    match succeeded {
        true => Ok(out),
        false => Err(complaint(&err).unwrap_or_else(|| "it fails".to_owned())),
    }
}

/// The first line that says what is wrong.
fn complaint(text: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.next()?.to_owned();
    Some(line.trim_start_matches("ERROR: ").trim_start_matches("error: ").to_owned())
}
