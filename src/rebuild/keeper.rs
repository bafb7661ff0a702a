//! The process between reprolock and a builder: it ends the builder, and all that the builder started, when reprolock goes,
//! however that goes.
//!
//! reprolock holds one end of a pipe, the *keeper* the other: when reprolock is killed, the pipe ends, and the keeper ends its
//! children and removes the work folder. When the keeper itself is killed, the builder gets the same signal from the kernel. So the
//! builder is started by a third process (the *starter*), which asks the kernel for that and becomes the builder.
//!
//! All three are this program; who started it in which part says a hidden command.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::command::ReadyCommand;
use super::place;

/// The file of the commands to run, in the work folder.
pub(super) const JOB: &str = "job.json";

/// The hidden command that keeps, and the one that starts.
pub const KEEP: &str = "keep-builder";
/// See [`KEEP`].
pub const START: &str = "start-builder";

/// What the keeper ends with where it was told to stop.
const STOPPED: i32 = 130;

/// How long a builder may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked after.
const GLANCE: Duration = Duration::from_millis(20);

/// This program.
pub(super) fn program() -> PathBuf {
    // By this name it is the same even when its file was replaced.
    let own = Path::new("/proc/self/exe");
    match own.exists() {
        true => own.to_owned(),
        false => std::env::current_exe().unwrap_or_else(|_| "reprolock".into()),
    }
}

/// Keeps the builder of the work folder `work`; what to end with.
pub fn keep(work: &Path) -> i32 {
    match keep_all(work) {
        Ok(code) => code,
        Err(error) => {
            use std::io::Write as _;
            let _ = writeln!(io::stderr().lock(), "keep a builder: {error}");
            2
        }
    }
}

fn keep_all(work: &Path) -> io::Result<i32> {
    let _held = place::hold(work)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    thread::spawn(move || {
        // Nothing is ever written to it: it ends when its writer does.
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        seen.store(true, Ordering::SeqCst);
    });
    let commands: Vec<ReadyCommand> = serde_json::from_slice(&fs::read(work.join(JOB))?)?;
    for command in &commands {
        let mut child = start(command, work)?;
        let Some(status) = wait(&mut child, &stop)? else {
            end(child)?;
            let _ = place::remove(work);
            return Ok(STOPPED);
        };
        if !status.success() {
            end_descendants();
            return Ok(code(status));
        }
    }
    Ok(0)
}

fn start(command: &ReadyCommand, work: &Path) -> io::Result<Child> {
    let own = std::process::id().to_string();
    let mut starter = Command::new(program());
    starter.args([START, &own, &command.program]).args(&command.arguments);
    starter.envs(command.environment.iter().cloned()).stdin(Stdio::null()).process_group(0);
    // What the builder itself keeps for a while goes with the work folder too.
    starter.env("TMPDIR", work).spawn()
}

/// Becomes `words`, a program with its arguments, which dies when its parent, process `parent`, does. Returns where that fails.
pub fn become_builder(parent: u32, words: &[OsString]) -> io::Error {
    #[cfg(target_os = "linux")]
    {
        if let Err(error) = rustix::process::set_parent_process_death_signal(Some(Signal::KILL)) {
            return error.into();
        }
        // The parent may have gone before the kernel was asked.
        if rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get()) != i32::try_from(parent).ok() {
            return io::Error::other("its parent is gone");
        }
    }
    let Some((program, arguments)) = words.split_first() else { return io::Error::other("no program") };
    Command::new(program).args(arguments).exec()
}

/// What it ends with; `None` where it is to be stopped before.
fn wait(child: &mut Child, stop: &AtomicBool) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if stop.load(Ordering::SeqCst) {
            return Ok(None);
        }
        thread::sleep(GLANCE);
    }
}

/// Ends a builder: it is asked to, and after a while it is made to.
fn end(mut child: Child) -> io::Result<()> {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::TERM);
    }
    let deadline = Instant::now() + PATIENCE;
    while child.try_wait()?.is_none() && Instant::now() < deadline {
        thread::sleep(GLANCE);
    }
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
    }
    end_descendants();
    child.wait().map(drop)
}

/// Ends all that descends from this process: those that lost their parents are its children.
#[cfg(target_os = "linux")]
fn end_descendants() {
    let deadline = Instant::now() + PATIENCE;
    let own = rustix::process::getpid().as_raw_nonzero().get();
    loop {
        let living = descendants(own);
        if living.is_empty() || Instant::now() > deadline {
            return;
        }
        for pid in living.into_iter().filter_map(Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
        // Those that are adopted are nobody's to wait for but ours.
        while let Ok(Some(_)) = rustix::process::wait(rustix::process::WaitOptions::NOHANG) {}
        thread::sleep(GLANCE);
    }
}

#[cfg(not(target_os = "linux"))]
fn end_descendants() {}

/// The processes below `root`, but for those that are dead and not yet waited for.
#[cfg(target_os = "linux")]
fn descendants(root: i32) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let processes: Vec<(i32, i32, bool)> = pids
        .filter_map(|pid| {
            // `PID (NAME) STATE PARENT …`; the name may hold anything.
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
            let state = fields.next()?;
            Some((pid, fields.next()?.parse().ok()?, matches!(state, "Z" | "X")))
        })
        .collect();
    let mut below = vec![root];
    let mut at = 0;
    while let Some(parent) = below.get(at).copied() {
        let children = processes.iter().filter(|(pid, of, _)| *of == parent && !below.contains(pid));
        let children: Vec<i32> = children.map(|(pid, ..)| *pid).collect();
        below.extend(children);
        at += 1;
    }
    let is_dead = |pid: &i32| processes.iter().any(|(known, _, is_dead)| known == pid && *is_dead);
    below.into_iter().skip(1).filter(|pid| !is_dead(pid)).collect()
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}
