//! Layers from entries: what a file system would say of each, written as ustar, with PAX records where that is too
//! small.

use std::io::Write;

use reprolock::internal::base::digest::Sha256;

use super::tar::{Header, Tar, USTAR, field};

/// How a layer's blob is compressed, with fixed levels and no time in its header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Compression {
    /// The tar itself.
    None,
    /// gzip at level 6.
    Gzip,
    /// gzip at level 9: the same tar in another blob.
    GzipBest,
    /// gzip that stores and does not compress: the same bytes with every version of every library.
    GzipStored,
    /// zstd at level 3.
    Zstd,
}

/// One entry of a layer's tar.
#[derive(Clone)]
pub(crate) struct Entry {
    kind: u8,
    path: String,
    link: String,
    content: Vec<u8>,
    mode: u64,
    owner: (u64, u64),
    owner_names: (String, String),
    mtime: (u64, u32),
    xattrs: Vec<(String, Vec<u8>)>,
}

/// A file of mode 0644, owned by root, from the epoch.
pub(crate) fn file(path: &str, content: impl AsRef<[u8]>) -> Entry {
    entry(b'0', path, "", content.as_ref())
}

/// A folder of mode 0755.
pub(crate) fn dir(path: &str) -> Entry {
    entry(b'5', &format!("{path}/"), "", b"").mode(0o755)
}

/// A symbolic link to `target`.
pub(crate) fn symlink(path: &str, target: &str) -> Entry {
    entry(b'2', path, target, b"").mode(0o777)
}

/// Another name of the file `target`.
pub(crate) fn hardlink(path: &str, target: &str) -> Entry {
    entry(b'1', path, target, b"")
}

/// Removes `path` of the layers below.
pub(crate) fn whiteout(path: &str) -> Entry {
    let (folder, name) =
        path.rsplit_once('/').map_or((String::new(), path), |(folder, name)| (format!("{folder}/"), name));
    file(&format!("{folder}.wh.{name}"), "")
}

/// Removes all that layers below hold in `folder`.
pub(crate) fn opaque(folder: &str) -> Entry {
    file(&format!("{folder}/.wh..wh..opq"), "")
}

fn entry(kind: u8, path: &str, link: &str, content: &[u8]) -> Entry {
    Entry {
        kind,
        path: path.into(),
        link: link.into(),
        content: content.into(),
        mode: 0o644,
        owner: (0, 0),
        owner_names: (String::new(), String::new()),
        mtime: (0, 0),
        xattrs: Vec::new(),
    }
}

impl Entry {
    /// Changes the content, whose length stays.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut [u8])) {
        edit(&mut self.content);
    }

    /// Sets the permission bits.
    pub(crate) fn mode(self, mode: u64) -> Self {
        Self { mode, ..self }
    }

    /// Sets the owner's and the group's numbers.
    pub(crate) fn owner(self, uid: u64, gid: u64) -> Self {
        Self { owner: (uid, gid), ..self }
    }

    /// Sets the owner's and the group's names.
    pub(crate) fn owner_names(self, user: &str, group: &str) -> Self {
        Self { owner_names: (user.into(), group.into()), ..self }
    }

    /// Sets the modification time, in seconds.
    pub(crate) fn mtime(self, seconds: u64) -> Self {
        Self { mtime: (seconds, 0), ..self }
    }

    /// Sets the modification time to the nanosecond, which takes a PAX record.
    pub(crate) fn mtime_nanos(self, seconds: u64, nanos: u32) -> Self {
        Self { mtime: (seconds, nanos), ..self }
    }

    /// Adds an extended attribute.
    pub(crate) fn xattr(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.xattrs.push((name.into(), value.as_ref().into()));
        self
    }

    fn write(&self, tar: Tar) -> Tar {
        let (seconds, nanos) = self.mtime;
        let mtime = format!("{seconds}.{nanos:09}");
        let xattrs: Vec<_> =
            self.xattrs.iter().map(|(name, value)| (format!("SCHILY.xattr.{name}"), value)).collect();
        let mut records: Vec<(&str, &[u8])> = Vec::new();
        if self.path.len() > 100 {
            records.push(("path", self.path.as_bytes()));
        }
        if self.link.len() > 100 {
            records.push(("linkpath", self.link.as_bytes()));
        }
        if nanos != 0 {
            records.push(("mtime", mtime.as_bytes()));
        }
        records.extend(xattrs.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
        let tar = if records.is_empty() { tar } else { tar.pax(&records) };
        let header = Header::new(USTAR, self.kind, self.path.as_bytes())
            .set(field::LINK, self.link.as_bytes())
            .octal(field::MODE, self.mode)
            .octal(field::UID, self.owner.0)
            .octal(field::GID, self.owner.1)
            .octal(field::MTIME, seconds)
            .set(field::UNAME, self.owner_names.0.as_bytes())
            .set(field::GNAME, self.owner_names.1.as_bytes());
        tar.entry(header, &self.content)
    }
}

/// One layer of an image, and the step that made it.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(super) created_by: String,
    pub(super) media_type: Option<String>,
    tar: Vec<u8>,
    compression: Compression,
}

impl Layer {
    /// A gzipped layer of entries, in their order; `created_by` is its line of the history.
    pub(crate) fn new(created_by: &str, entries: impl IntoIterator<Item = Entry>) -> Self {
        let tar = entries.into_iter().fold(Tar::default(), |tar, entry| entry.write(tar));
        Self::of_tar(created_by, tar.end())
    }

    /// A gzipped layer of any bytes: a tar that no builder would write, or none.
    pub(crate) fn of_tar(created_by: &str, tar: Vec<u8>) -> Self {
        Self { created_by: created_by.into(), media_type: None, tar, compression: Compression::Gzip }
    }

    /// Compresses the layer otherwise.
    pub(crate) fn compressed(self, compression: Compression) -> Self {
        Self { compression, ..self }
    }

    /// Gives its descriptor another media type than its compression's.
    pub(crate) fn media_type(self, media_type: &str) -> Self {
        Self { media_type: Some(media_type.into()), ..self }
    }

    /// The uncompressed tar.
    pub(crate) fn tar(&self) -> &[u8] {
        &self.tar
    }

    /// The tar's digest.
    pub(crate) fn diff_id(&self) -> String {
        Sha256::of(&self.tar).to_string()
    }

    /// The compressed bytes.
    pub(crate) fn blob(&self) -> Vec<u8> {
        let gzip = |level| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
            encoder.write_all(&self.tar).unwrap();
            encoder.finish().unwrap()
        };
        match self.compression {
            Compression::None => self.tar.clone(),
            Compression::Gzip => gzip(6),
            Compression::GzipBest => gzip(9),
            Compression::GzipStored => stored(&self.tar),
            Compression::Zstd => zstd::encode_all(self.tar.as_slice(), 3).unwrap(),
        }
    }

    pub(super) fn oci_media_type(&self) -> String {
        let suffix = match self.compression {
            Compression::None => "",
            Compression::Gzip | Compression::GzipBest | Compression::GzipStored => "+gzip",
            Compression::Zstd => "+zstd",
        };
        let own = || format!("application/vnd.oci.image.layer.v1.tar{suffix}");
        self.media_type.clone().unwrap_or_else(own)
    }
}

/// RFC 1952 around stored blocks (RFC 1951, 3.2.4).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    out.extend(crc.sum().to_le_bytes());
    out.extend((bytes.len() as u32).to_le_bytes());
    out
}
