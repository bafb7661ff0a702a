//! An image's stream into a file: written once, as it comes, and held to its end.
//!
//! Manifest and layers may stand anywhere in the stream, and it cannot be read twice, so it goes to a file without a
//! name, which is gone when the process is, however it ends. Memory holds one piece at a time. An engine that fails in
//! mid-image ends its stream as if nothing were wrong, with a line of JSON instead of the archive's end: what does not
//! end as a tar does is broken.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use reqwest::Response;
use serde::Deserialize;

use crate::image::engine::api::Api;
use crate::image::error::{DocumentFault, EngineFault, ImageError, shown};
use crate::image::http;

/// What comes, for messages.
const STREAM: &str = "the image's stream";
/// Bytes at the end of a stream that are looked into.
const TAIL: u64 = 64 << 10;
/// Bytes of the zeros that end a tar.
const END: usize = 1024;

/// Writes a stream of at most `cap` bytes to a file without a name; `size` is what the engine says the image has.
pub(crate) fn spool(api: &Api, mut response: Response, size: u64, cap: u64) -> Result<File, ImageError> {
    let (from, host) = (api.from().to_owned(), api.host.clone());
    let full = |written, cause| {
        ImageError::of(STREAM, &from, EngineFault::Spool { found: written, size }).because(cause)
    };
    let broken = |received, reason| {
        let host = host.clone();
        ImageError::of(STREAM, &from, EngineFault::Broken { host, found: received, reason })
    };
    let mut file = tempfile::tempfile().map_err(|source| full(0, source))?;
    let mut written = 0;
    loop {
        let chunk = api.wait(response.chunk())?.map_err(|error| broken(written, words_of(&error)))?;
        let Some(chunk) = chunk else { break };
        let received = written + chunk.len() as u64;
        if received > cap {
            let kind = DocumentFault::TooLarge { expected: cap, found: received };
            return Err(ImageError::of(STREAM, from, kind));
        }
        // Written where it is received: the engine waits while the disk does.
        file.write_all(&chunk).map_err(|source| full(written, source))?;
        written = received;
    }
    match end(&mut file, written).map_err(|source| full(written, source))? {
        None => Ok(file),
        Some(reason) => Err(broken(written, reason)),
    }
}

/// Why a stream broke.
fn words_of(error: &reqwest::Error) -> String {
    if error.is_timeout() { "the engine fell silent".to_owned() } else { http::innermost(error) }
}

/// What is wrong with the end of a stream, if anything is.
fn end(file: &mut (impl Read + Seek), size: u64) -> io::Result<Option<String>> {
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    file.take(TAIL).read_to_end(&mut tail)?;
    let zeros = tail.iter().rev().take_while(|byte| **byte == 0).count();
    Ok(match words(&tail) {
        _ if zeros >= END => None,
        Some(words) => Some(words),
        None if size == 0 => Some("nothing came".to_owned()),
        None => Some("it does not end as an archive does".to_owned()),
    })
}

/// What an engine says at the end of a stream that it breaks off.
fn words(tail: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Line {
        error: String,
    }
    let start = tail.iter().rposition(|byte| *byte == b'\0').map_or(0, |zero| zero + 1);
    let rest = tail.get(start..)?;
    // What comes before it is the last member's data.
    let starts = rest.windows(8).enumerate().filter(|(_, word)| word.starts_with(b"{\"error"));
    let mut lines =
        starts.filter_map(|(at, _)| serde_json::from_slice::<Line>(rest.get(at..)?.trim_ascii()).ok());
    lines.next_back().map(|line| shown(line.error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn of(bytes: &[u8]) -> Option<String> {
        end(&mut Cursor::new(bytes), bytes.len() as u64).unwrap()
    }

    #[test]
    fn an_archive_ends_with_two_blocks_of_zeros() {
        assert_eq!(of(&[&b"member"[..], &[0; END]].concat()), None);
        assert_eq!(of(&[&[b'x'; 100_000][..], &[0; END]].concat()), None);
        assert_eq!(of(&[&b"member"[..], &[0; 512]].concat()).unwrap(), "it does not end as an archive does");
        assert_eq!(of(b"").unwrap(), "nothing came");
    }

    #[test]
    fn an_engines_last_words_are_told() {
        let line =
            b"{\"errorDetail\":{\"message\":\"disk\\u001b quota\"},\"error\":\"disk\\u001b quota\"}\r\n";
        assert_eq!(of(line).unwrap(), "disk\\x1b quota");
        assert_eq!(of(&[&b"data{\"error of a member "[..], line].concat()).unwrap(), "disk\\x1b quota");
        assert_eq!(of(&[&[b'x'; 70_000][..], line].concat()).unwrap(), "disk\\x1b quota");
    }
}
