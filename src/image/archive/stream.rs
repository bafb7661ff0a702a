//! Archives that come as a stream: standard input, and pipes.
//!
//! An archive is read by position, and a stream cannot be: it is copied to a file without a name first. A pipe that nobody
//! writes into is waited for a while, and no longer: a name that leads to one may be somebody's trap. Standard input that is
//! a file is read where it lies.

use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use crate::base::limits::{self, Expansion};
use crate::image::error::{DocumentFault, ImageError, ReferenceFault};

/// What stands for standard input in the place of a path.
pub(crate) const STDIN: &str = "-";
/// What systems call it.
const NAMES: [&str; 4] = [STDIN, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// The archive at `path`, as a file to be read by position.
pub(super) fn open(path: &Path, from: &str, expansion: Expansion) -> Result<File, ImageError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            ImageError::at(from, ReferenceFault::NotFound)
        }
        _ => ImageError::of("the file", from, DocumentFault::Unreadable).because(source),
    };
    let cap = expansion.of_all().bytes;
    if NAMES.iter().any(|name| path == Path::new(name)) {
        return stdin(from, cap);
    }
    // Asked before opening: opening a pipe waits for a writer.
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_file() {
        return File::open(path).map_err(failed);
    }
    if metadata.is_dir() {
        return Err(no_tar(from, "a folder"));
    }
    if !is_pipe(&metadata) {
        return Err(no_tar(from, "a device or a socket"));
    }
    let (sender, receiver) = mpsc::channel();
    let path = path.to_owned();
    // Left behind where nobody writes: the process ends without it.
    thread::spawn(move || sender.send(File::open(path)));
    match receiver.recv_timeout(limits::PIPE) {
        Ok(pipe) => copy(pipe.map_err(failed)?, from, cap),
        Err(_) => Err(no_tar(from, "a pipe that nobody writes into")),
    }
}

fn stdin(from: &str, cap: u64) -> Result<File, ImageError> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(no_tar(from, "a terminal"));
    }
    match whole(&stdin) {
        Some(file) => Ok(file),
        None => copy(stdin.lock(), from, cap),
    }
}

/// Standard input as a file, where it is one and nothing of it was read.
#[cfg(unix)]
fn whole(stdin: &io::Stdin) -> Option<File> {
    use std::io::Seek as _;
    use std::os::fd::AsFd as _;
    let mut file = File::from(stdin.as_fd().try_clone_to_owned().ok()?);
    let is_whole = file.metadata().ok()?.is_file() && file.stream_position().ok()? == 0;
    is_whole.then_some(file)
}

#[cfg(not(unix))]
fn whole(_: &io::Stdin) -> Option<File> {
    None
}

#[cfg(unix)]
fn is_pipe(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

/// A file without a name that holds all of a stream, at most `cap` bytes.
fn copy(stream: impl Read, from: &str, cap: u64) -> Result<File, ImageError> {
    let failed = |source| ImageError::of("the stream", from, DocumentFault::Unreadable).because(source);
    let mut file = tempfile::tempfile().map_err(failed)?;
    let copied = io::copy(&mut stream.take(cap.saturating_add(1)), &mut file).map_err(failed)?;
    match copied > cap {
        true => {
            let fault = DocumentFault::TooLarge { expected: cap, found: copied };
            Err(ImageError::of("the stream", from, fault))
        }
        false => Ok(file),
    }
}

/// That there is a `kind` of thing, and no tar.
pub(super) fn no_tar(from: &str, kind: &str) -> ImageError {
    ImageError::at(from, ReferenceFault::NotAnImage { expected: "a tar archive", found: kind.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_copied_up_to_its_cap() {
        use std::io::Seek as _;
        let mut file = copy(&b"abc"[..], "x", 3).unwrap();
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
        let error = copy(io::repeat(0), "x", 3).unwrap_err();
        assert_eq!(error.to_string(), "the stream of x is too large: expected at most 3 bytes, found 4");
    }
}
