//! Tar archives that hold an image, read where they lie.
//!
//! Members are found once by their headers and then read by position, so several layers are read at once, none is
//! read twice and nothing is unpacked. An archive compressed as a whole is spooled first (`spool`). Links
//! are followed by name inside the archive only: to the member they name, never to a file of the host.

use std::fs::File;
use std::path::Path;

use crate::base::digest::Digest;
use crate::base::limits::{self, Expansion};
use crate::base::path::{LayerPath, PathError};
use crate::image::archive::index::{self, Kind, Member, Members};
use crate::image::archive::spool;
use crate::image::archive::stored::Stored;
use crate::image::archive::stream;
use crate::image::error::{ArchiveFault, ImageError, shown};
use crate::image::layout::blobs::{Blob, Blobs};

/// An archive and where its members lie.
pub(crate) struct Archive {
    tar: Stored,
    members: Members,
    reference: String,
}

impl Archive {
    /// Opens what `path` leads to, which must be a tar, plain or compressed as a whole.
    pub(crate) fn open(path: &Path, reference: String, expansion: Expansion) -> Result<Self, ImageError> {
        Self::of(stream::open(path, &reference, expansion)?, reference, expansion)
    }

    /// Reads `file`, which must be a tar, plain or compressed as a whole.
    pub(crate) fn of(file: File, reference: String, expansion: Expansion) -> Result<Self, ImageError> {
        let tar = spool::plain(file, &reference, expansion)?;
        check_tar(&tar, &reference)?;
        let members = index::members(&tar, &reference)?;
        Ok(Self { tar, members, reference })
    }

    /// The same archive under another reference, once it is known what it holds.
    pub(crate) fn under(self, reference: String) -> Self {
        Self { reference, ..self }
    }

    /// Whether a member of this name is there, links not followed.
    pub(crate) fn has(&self, name: &str) -> bool {
        LayerPath::normalize(name.as_bytes()).is_ok_and(|path| self.members.last.contains_key(&path))
    }

    /// A few of the names at the top, for saying what the archive is instead.
    pub(crate) fn top_names(&self) -> Vec<String> {
        const FEW: usize = 3;
        let mut names: Vec<&[u8]> = self.members.last.keys().filter_map(|path| path.parts().next()).collect();
        names.dedup();
        names.into_iter().take(FEW).map(shown).collect()
    }

    /// Opens a member, through links; `None` where it, or what a link names, is not there.
    pub(crate) fn member(&self, name: &str) -> Result<Option<Blob<'_>>, ImageError> {
        self.followed(name, &|_| Ok(()))
    }

    /// The same of a document that no digest holds. A name that stands there twice must be the same both times: Docker
    /// takes the last, skopeo and Podman the first.
    pub(crate) fn document(&self, name: &str) -> Result<Option<Blob<'_>>, ImageError> {
        self.followed(name, &|path| self.check_sole(name, path))
    }

    fn check_sole(&self, name: &str, path: &LayerPath) -> Result<(), ImageError> {
        let Some((earlier, last)) = self.members.earlier.get(path).zip(self.members.last.get(path)) else {
            return Ok(());
        };
        let is_same = |member: &Member| match member.kind {
            Kind::File => {
                (&member.kind, member.size) == (&last.kind, last.size)
                    && self.tar.is_same(member.offset, last.offset, last.size)
            }
            _ => member.kind == last.kind,
        };
        match earlier.len() <= limits::LINKS && earlier.iter().all(is_same) {
            true => Ok(()),
            false => Err(ImageError::of(shown(name), &self.reference, ArchiveFault::Twice)),
        }
    }

    fn followed(
        &self,
        name: &str,
        check: &dyn Fn(&LayerPath) -> Result<(), ImageError>,
    ) -> Result<Option<Blob<'_>>, ImageError> {
        let bad = |kind: &str| {
            ImageError::of(shown(name), &self.reference, ArchiveFault::BadMember { found: kind.to_owned() })
        };
        let mut path =
            LayerPath::normalize(name.as_bytes()).map_err(|error| bad(&format!("a name that {error}")))?;
        for _ in 0..=limits::LINKS {
            check(&path)?;
            let Some(member) = self.members.last.get(&path) else { return Ok(None) };
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
        Blob { size, reader: Box::new(self.tar.part(offset, size)) }
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

/// Says at once when a file is no tar at all.
fn check_tar(tar: &Stored, from: &str) -> Result<(), ImageError> {
    let mut block = [0; 512];
    let whole = tar.read_exact_at(0, &mut block).is_ok();
    let kind = match tar.size() {
        0 => "an empty file",
        _ if whole && (block == [0; 512] || index::is_header(&block)) => return Ok(()),
        _ => spool::other_format(&block),
    };
    Err(stream::no_tar(from, kind))
}

impl Blobs for Archive {
    fn reference(&self) -> &str {
        &self.reference
    }

    fn index(&self) -> Result<Option<Blob<'_>>, ImageError> {
        self.document("index.json")
    }

    fn blob(&self, digest: &Digest, _: &str) -> Result<Option<Blob<'_>>, ImageError> {
        self.member(&format!("blobs/{}/{}", digest.algorithm(), digest.hex()))
    }
}
