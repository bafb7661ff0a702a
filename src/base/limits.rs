//! Every cap on untrusted input, in one place, with the reason for its size.
//!
//! A cap is not a guess at what is normal: it is far above what real images hold, and low enough that a hostile one
//! cannot exhaust memory or time. Nothing allocates what a header claims; it grows with what was read.

mod text;

use std::time::Duration;

pub use text::*;

/// Bytes of a manifest or index; registries refuse more than 4 MiB, archives may hold a little more.
pub const MANIFEST_BYTES: u64 = 16 << 20;

/// Bytes of an image config; the largest seen are some 200 KiB of history.
pub const CONFIG_BYTES: u64 = 64 << 20;

/// Bytes of one attestation of an image; BuildKit's largest hold the whole build graph, some MB.
pub const ATTESTATION_BYTES: u64 = 32 << 20;

/// Keys in all objects of one JSON document; the largest indexes and configs hold some ten thousand.
pub const JSON_KEYS: usize = 1 << 20;

/// Attestations read of one image; builders make one for each build.
pub const ATTESTATIONS: usize = 8;

/// Nested indexes followed from the top; real ones stop at two.
pub const INDEX_DEPTH: usize = 8;

/// Layers of one image; overlayfs mounts at most 500 (Docker stops at 125).
pub const LAYERS: usize = 4096;

/// Members of an archive that holds an image.
pub const ARCHIVE_MEMBERS: usize = 1 << 20;

/// Links followed to find a member of an archive or a path of a merged tree; Linux stops at 40.
pub const LINKS: usize = 40;

/// What stacking layers did that their names do not show, kept of one image: entries that links led elsewhere, and the like. An
/// image whose layers all go through a merged `/usr` has some 100,000.
pub const TREE_MOVES: usize = 1 << 20;

/// Symlinks and hardlinks of one merged tree that are looked at for where they lead databases.
pub const TREE_LINKS: usize = 1 << 21;

/// Detours to package databases that a lockfile names; that there is one is what matters.
pub const DETOURS: usize = 16;

/// Folders around databases in the layers of a comparison; images of a thousand virtual environments have some 100,000. Of more,
/// all layers are read.
pub const CONCERN_FOLDERS: usize = 1 << 22;

/// Bytes of the layers that two images on this machine share which are read where names alone tell that packages cannot differ:
/// what costs this little need not be taken on trust.
pub const SURE_BYTES: u64 = 2 << 20;

/// Bytes of PAX records, and of a GNU long name, before one tar entry.
pub const TAR_EXTENSION_BYTES: u64 = 4 << 20;

/// Bytes of the PAX records that are kept of one tar entry for nothing but to compare them; of more, only a digest is.
pub const TAR_RECORD_BYTES: usize = 1 << 10;

/// Sparse segments of one tar entry.
pub const TAR_SPARSE_SEGMENTS: usize = 1 << 20;

/// Bytes of one entry's name or link target; Linux takes no more, so no engine can unpack a longer one.
pub const PATH_BYTES: usize = 4096;

/// Entries of one layer; a row takes some 200 bytes, the largest images seen hold three million.
pub const LAYER_ENTRIES: usize = 20_000_000;

/// Bytes of names, links and attributes of one layer; the largest images seen hold some 400 MB.
pub const LAYER_NAMES_BYTES: u64 = 1 << 30;

/// Bytes of names, links and attributes of all layers of one image.
pub const IMAGE_NAMES_BYTES: u64 = 2 << 30;

/// Bytes of names that are looked up to tell what a layer unpacks to, where its entries' order matters: a name counts once for
/// each folder above it. A million files ten folders deep, each looked up, are some 400 MB.
pub const UNPACKING_NAME_BYTES: u64 = 4 << 30;

/// Bytes kept of one file that a catalog reads; rpm databases of big images reach some 200 MB.
pub const CAPTURE_BYTES: u64 = 512 << 20;

/// Bytes kept of all files of one layer that catalogs read.
pub const CAPTURES_BYTES: u64 = 1 << 30;

/// Bytes from which on a file that catalogs read is kept of the uppermost layer alone that has its path.
pub const LARGE_CAPTURE_BYTES: u64 = 1 << 20;

/// Bytes kept of all files of one image that catalogs read; the databases of the largest images seen have some 300 MB.
pub const IMAGE_CAPTURES_BYTES: u64 = 2 << 30;

/// Bytes of one lock of a project; the largest seen (conda-lock, pixi) have some 5 MB.
pub const PROJECT_LOCK_BYTES: u64 = 32 << 20;

/// Locks of a project that are looked at in one build.
pub const PROJECT_LOCKS: usize = 64;

/// Groups and extras of one lock; the largest real ones have some hundred.
pub const LOCK_PARTS: usize = 1024;

/// Dependencies of one lock; the largest seen have some 50,000.
pub const LOCK_EDGES: usize = 1 << 20;

/// Entries of one name in a lock, for as many versions or platforms; real ones have some ten.
pub const LOCK_ALTERNATIVES: usize = 64;

/// Packages of one lock that are compared; the largest seen have some 5,000.
pub const LOCK_ENTRIES: usize = 1 << 17;

/// Patterns of paths in one settings file; each is matched with every text's name.
pub const PATTERNS: usize = 256;

/// Places of one text that no builder takes, that are listed; the others are counted. A builder stops at the first.
pub const PROBLEMS: usize = 50;

/// Findings of one text that are listed; the others are counted. Nobody reads a hundred.
pub const FINDINGS: usize = 10_000;

/// Instructions of one Dockerfile; the largest real ones have some hundreds. Rules look from some at the others.
pub const INSTRUCTIONS: usize = 1 << 17;

/// Lines of one requirements file that say something.
pub const REQUIREMENTS: usize = 1 << 16;

/// Stages of one Dockerfile; the largest real ones have some forty.
pub const STAGES: usize = 1000;

/// Bytes of drifted files read again to explain them, of both sides together.
pub const EXPLAIN_BYTES: u64 = 192 << 20;

/// Bytes of one drifted file read again, of both sides together; larger ones are explained by their rows.
pub const EXPLAIN_FILE_BYTES: u64 = 64 << 20;

/// Bytes of one file kept while its layer is read from disk, in case that it drifted; larger ones are read again.
pub const KEPT_FILE_BYTES: u64 = 4 << 20;

/// Bytes of one file kept while its layer is read before anything is known of the other side; larger ones are read again.
pub const SMALL_FILE_BYTES: u64 = 256 << 10;

/// Bytes of one secret in a text: the longest tokens (an AWS session's, a JWT) have some 2,000. What is longer is no password
/// and is shown, so that little can hide where one stood.
pub const SECRET_BYTES: usize = 2 << 10;

/// Bytes of one executable that is read again for what is written of its build; the largest programs seen have some 300 MB,
/// and libraries of GPU code, which hold nothing of the kind, more.
pub const EXECUTABLE_BYTES: u64 = 384 << 20;

/// Bytes of one side of an excerpt of a drifted file in a report.
pub const PREVIEW_BYTES: usize = 4 << 10;

/// Bytes that all members of one archive inside a layer may unpack to, when two such archives are compared.
pub const NESTED_ARCHIVE_BYTES: u64 = 1 << 30;

/// Bytes kept of the members of one archive inside a layer that drifted themselves.
pub const NESTED_KEPT_BYTES: u64 = 64 << 20;

/// Members of one archive inside a layer; the largest wheels hold some 20,000.
pub const NESTED_ARCHIVE_MEMBERS: usize = 1 << 18;

/// Objects nested in marshalled code; Python itself stops at 2,000, real code at some 30.
pub const MARSHAL_DEPTH: usize = 200;

/// Objects of one marshalled module; the largest seen hold some 500,000.
pub const MARSHAL_OBJECTS: usize = 1 << 22;

/// Pages from the root of a SQLite table to its rows; SQLite itself stops at 20.
pub const SQLITE_DEPTH: usize = 20;

/// Columns of one table of SQLite's; SQLite itself takes no more (SQLITE_MAX_COLUMN's own cap).
pub const SQLITE_COLUMNS: usize = 32_767;

/// Files of one rpm package, and folders that they are in; the largest seen (kernels, TeX) have some 100,000.
pub const RPM_FILES: usize = 1 << 20;

/// Lines of a text of packages that are none, after which the text is none; each takes time to tell.
pub const BROKEN_ROWS: usize = 10_000;

/// Bytes that chisel's manifests of one image may unpack to; a whole Ubuntu of slices takes some 10 MB.
pub const CHISEL_MANIFEST_BYTES: u64 = 64 << 20;

/// Bytes of a lockfile; a package takes some 300, so one of a hundred thousand packages fits.
pub const LOCKFILE_BYTES: u64 = 32 << 20;

/// Bytes of a lockfile's file index, packed; three million files take some 150 MB.
pub const PACKED_INDEX_BYTES: u64 = 1 << 30;

/// Bytes of a lockfile's file index, unpacked.
pub const FILE_INDEX_BYTES: u64 = 8 << 30;

/// Below this a file index may unpack to any multiple of its size: some 400,000 rows of the shortest kind.
pub const FREE_INDEX_BYTES: u64 = 16 << 20;

/// Times its packed size that a file index may unpack to, past [`FREE_INDEX_BYTES`]; real ones reach some 5, since digests do not
/// compress, and those of links and folders alone some 20.
pub const INDEX_RATIO: u64 = 40;

/// Rows of a file index; the largest images seen hold three million files.
pub const INDEX_ROWS: usize = 20_000_000;

/// Bytes of one row of a file index; the longest that freeze writes has attributes of some MB, each byte escaped to four.
pub const INDEX_ROW_BYTES: usize = 32 << 20;

/// Images that a Dockerfile or a run of `lint` names whose digests are asked for; the largest repositories name some hundred.
pub const ASKED_NAMES: usize = 1000;

/// Registries' answers that are waited for at the same time.
pub const ASKED_TOGETHER: usize = 8;

/// Bytes of one project's page in a package index; the largest seen list some 10,000 files in some 10 MB.
pub const INDEX_PAGE_BYTES: u64 = 32 << 20;

/// Projects whose pages a package index is asked for; the largest images seen have some 1,000.
pub const INDEX_PAGES: usize = 5000;

/// Redirects followed for one request; Go's and so Docker's clients stop at ten.
pub const REDIRECTS: usize = 10;

/// Attempts after the first for one request, or for one stretch of a blob without progress.
pub const RETRIES: u32 = 4;

/// Times that one blob is resumed, however far each attempt came: a server that sends a byte at a time ends here.
pub const RESUMES: u32 = 100;

/// The longest `Retry-After` that is waited for; Docker Hub's limits last hours, which a person should hear of.
pub const RETRY_AFTER: Duration = Duration::from_secs(60);

/// Times that credentials are renewed for one request: once for a token that expired, once for one that did so again.
pub const RENEWALS: usize = 2;

/// Bytes of a token server's answer; tokens of large scopes reach some 10 KiB.
pub const TOKEN_BYTES: u64 = 256 << 10;

/// Bytes of an error's body, of which a line is shown.
pub const ERROR_BODY_BYTES: u64 = 64 << 10;

/// Headers of one response; what they hold together is capped at 400 KiB or so by hyper.
pub const RESPONSE_HEADERS: usize = 100;

/// Artifacts of one type attached to one image that are looked at, and pages of their list.
pub const REFERRERS: usize = 256;

/// Servers with connections kept; redirects lead to a few.
pub const SERVERS: usize = 32;

/// Words that one server was sent and that are kept out of its errors: a login in its spellings, and the latest tokens.
pub const SENT_WORDS: usize = 64;

/// Bytes of a file of credentials or certificates, and of a credential helper's answer.
pub const CREDENTIALS_BYTES: u64 = 4 << 20;

/// How long a credential helper may take; it may ask the user to unlock a store.
pub const HELPER: Duration = Duration::from_secs(60);

/// How long one request may take until its answer begins, with all redirects, pauses and attempts.
pub const ANSWER: Duration = Duration::from_secs(600);

/// How long may be waited for a server's bytes before they must come at [`LEAST_RATE`].
pub const SLOW_START: Duration = Duration::from_secs(120);

/// Bytes a second that a server must send on average: a modem's, over which nobody fetches images.
pub const LEAST_RATE: u64 = 4 << 10;

/// How long may be waited in all for one document or blob, however large.
pub const TRANSFER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a pipe named as an archive may have nobody who writes into it.
pub const PIPE: Duration = Duration::from_secs(30);

/// Below this a layer or archive may unpack to any multiple of its size.
pub const EXPANSION_FREE_BYTES: u64 = 4 << 30;

/// The cap that a user may lift: how large one layer, or an archive compressed as a whole, may unpack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expansion {
    /// Bytes after decompression.
    pub bytes: u64,
    /// Times the compressed size, once past [`EXPANSION_FREE_BYTES`]; gzip reaches 1,032, real layers some 20.
    pub ratio: u64,
}

impl Default for Expansion {
    fn default() -> Self {
        Self { bytes: 256 << 30, ratio: 250 }
    }
}

impl Expansion {
    /// A cap of just `bytes`, whatever the ratio: what a user asked for by name.
    pub fn of_bytes(bytes: u64) -> Self {
        Self { bytes, ratio: u64::MAX }
    }

    /// The cap on all layers together: a user's is one layer's, and may only widen it.
    pub fn of_all(self) -> Self {
        Self { bytes: self.bytes.max(Self::default().bytes), ..self }
    }

    /// Whether `unpacked` bytes out of `packed` read so far are too many.
    pub fn exceeded(&self, packed: u64, unpacked: u64) -> bool {
        unpacked > self.bytes || (unpacked > EXPANSION_FREE_BYTES && unpacked / packed.max(1) > self.ratio)
    }
}

/// Bytes that git lists of a commit's files: some ten million of them.
pub const GIT_TREE_BYTES: u64 = 1 << 30;

/// Bytes of a short answer of git, or of what it complains of.
pub const GIT_LINE_BYTES: u64 = 64 << 10;

/// How long git may take to list a commit, or to bring some of its files.
pub const GIT: Duration = Duration::from_secs(60);

/// Bytes of a baseline of lint: some hundred thousand findings.
pub const BASELINE_BYTES: u64 = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_told_from_a_large_layer() {
        let cap = Expansion::default();
        assert!(!cap.exceeded(3 << 30, 6 << 30));
        assert!(!cap.exceeded(1 << 20, 1 << 30));
        assert!(cap.exceeded(10 << 20, 5 << 30));
        assert!(cap.exceeded(200 << 30, 257 << 30));
        assert!(!Expansion::of_bytes(100 << 30).exceeded(10 << 20, 10 << 30));
    }
}
