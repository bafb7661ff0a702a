//! Tar archives that hold an image, read where they lie.
//!
//! Members are found once by their headers and then read by position, so several layers are read at once, none is
//! read twice and nothing is unpacked. An archive compressed as a whole is spooled first ([`super::spool`]). Links
//! are followed by name inside the archive only: to the member they name, never to a file of the host.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::archive_index::{self, Kind, Member, Members};
use super::blobs::{Blob, Blobs};
use super::error::{ImageError, shown};
use super::spool;
use crate::base::digest::Digest;
use crate::base::limits::{self, Expansion};
use crate::base::path::{LayerPath, PathError};

/// A file read by position, so that readers do not share a cursor.
pub(super) struct Stored {
    file: File,
    size: u64,
}

impl Stored {
    pub(super) fn new(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    #[cfg(unix)]
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, at)
    }

    #[cfg(windows)]
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, at)
    }

    /// All of it, from the first byte.
    pub(super) fn reader(&self) -> impl Read + '_ {
        Slice { stored: self, at: 0, end: self.size }
    }

    pub(super) fn read_exact_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end = at.saturating_add(buffer.len() as u64);
        Slice { stored: self, at, end }.read_exact(buffer)
    }
}

/// A part of a file, from `at` up to `end`.
struct Slice<'a> {
    stored: &'a Stored,
    at: u64,
    end: u64,
}

impl Read for Slice<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let count = self.stored.read_at(self.at, buffer)?;
        if count == 0 {
            // The index held every member to the file's size: the file shrank since.
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the archive was cut while it was read",
            ));
        }
        self.at += count as u64;
        Ok(count)
    }
}

/// An archive and where its members lie.
pub(super) struct Archive {
    tar: Stored,
    members: Members,
    reference: String,
}

impl Archive {
    /// Opens the file at `path`, which must be a tar, plain or compressed as a whole.
    pub(super) fn open(path: &Path, reference: String, expansion: Expansion) -> Result<Self, ImageError> {
        Self::of(open_file(path, &reference)?, reference, expansion)
    }

    /// Reads `file`, which must be a tar, plain or compressed as a whole.
    pub(super) fn of(file: File, reference: String, expansion: Expansion) -> Result<Self, ImageError> {
        let tar = spool::plain(file, &reference, expansion)?;
        check_tar(&tar, &reference)?;
        let members = archive_index::members(&tar, &reference)?;
        Ok(Self { tar, members, reference })
    }

    /// The same archive under another reference, once it is known what it holds.
    pub(super) fn under(self, reference: String) -> Self {
        Self { reference, ..self }
    }

    /// Whether a member of this name is there, links not followed.
    pub(super) fn has(&self, name: &str) -> bool {
        LayerPath::normalize(name.as_bytes()).is_ok_and(|path| self.members.contains_key(&path))
    }

    /// A few of the names at the top, for saying what the archive is instead.
    pub(super) fn top_names(&self) -> Vec<String> {
        const FEW: usize = 3;
        let mut names: Vec<&[u8]> = self.members.keys().filter_map(|path| path.parts().next()).collect();
        names.dedup();
        names.into_iter().take(FEW).map(shown).collect()
    }

    /// Opens a member, through links; `None` where it, or what a link names, is not there.
    pub(super) fn member(&self, name: &str) -> Result<Option<Blob<'_>>, ImageError> {
        let bad = |found: &str| ImageError::BadMember {
            from: self.reference.clone(),
            member: shown(name),
            found: found.to_owned(),
        };
        let mut path =
            LayerPath::normalize(name.as_bytes()).map_err(|error| bad(&format!("a name that {error}")))?;
        for _ in 0..=limits::LINKS {
            let Some(member) = self.members.get(&path) else { return Ok(None) };
            path = match &member.kind {
                Kind::File => return Ok(Some(self.blob_of(member))),
                Kind::Symlink(target) => {
                    symlinked(&path, target).map_err(|_| bad("a link that leaves the archive"))?
                }
                Kind::Hardlink(target) => {
                    LayerPath::normalize(target).map_err(|_| bad("a link that leaves the archive"))?
                }
                Kind::Sparse => return Err(bad("a file stored with holes")),
                Kind::Special => return Err(bad("a device or a pipe")),
            };
        }
        Err(bad("links that lead in a circle"))
    }

    fn blob_of(&self, member: &Member) -> Blob<'_> {
        let Member { offset, size, .. } = *member;
        let end = offset.saturating_add(size);
        Blob { size, reader: Box::new(Slice { stored: &self.tar, at: offset, end }) }
    }
}

/// Where a symbolic link leads: from its own folder; an absolute target lies outside.
fn symlinked(link: &LayerPath, target: &[u8]) -> Result<LayerPath, PathError> {
    if target.starts_with(b"/") {
        return Err(PathError::Escapes);
    }
    let folder = link.parent().unwrap_or_default();
    LayerPath::normalize(&[folder.as_bytes(), b"/", target].concat())
}

fn open_file(path: &Path, from: &str) -> Result<File, ImageError> {
    let not_image = |found: &str| ImageError::NotAnImage {
        from: from.to_owned(),
        expected: "a tar archive",
        found: found.to_owned(),
    };
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            ImageError::NotFound { from: from.to_owned() }
        }
        _ => ImageError::Io { what: "the file".into(), from: from.to_owned(), source },
    };
    // Asked before opening: opening a pipe would wait for a writer.
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(not_image("a folder"));
    }
    if !metadata.is_file() {
        return Err(not_image("something that cannot be read by position (a pipe or a device)"));
    }
    File::open(path).map_err(failed)
}

/// Says at once when a file is no tar at all.
fn check_tar(tar: &Stored, from: &str) -> Result<(), ImageError> {
    let mut block = [0; 512];
    let whole = tar.read_exact_at(0, &mut block).is_ok();
    let found = match tar.size() {
        0 => "an empty file",
        _ if whole && (block == [0; 512] || archive_index::is_header(&block)) => return Ok(()),
        _ => spool::other_format(&block),
    };
    Err(ImageError::NotAnImage { from: from.to_owned(), expected: "a tar archive", found: found.to_owned() })
}

impl Blobs for Archive {
    fn reference(&self) -> &str {
        &self.reference
    }

    fn index(&self) -> Result<Option<Blob<'_>>, ImageError> {
        self.member("index.json")
    }

    fn blob(&self, digest: &Digest, _: &str) -> Result<Option<Blob<'_>>, ImageError> {
        self.member(&format!("blobs/{}/{}", digest.algorithm(), digest.hex()))
    }
}
