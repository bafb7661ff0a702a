//! What can go wrong between a reference and an image, and what to do about it.
//!
//! The text names the object and the source (`manifest sha256:… of oci:dir`), what was expected and what was found;
//! `ImageError::hint` says what the user can do, apart from the text. Everything that comes out of an image is
//! made printable when the error is made, so a hostile name cannot reach a terminal.

use std::io;

use super::engine::EngineError;
use super::server::ServerError;
use crate::base::path::printable;

/// Why an image cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A registry or an engine that does not give it.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// An engine that does not give it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A bare name that leads nowhere.
    #[error("{registry}; and no engine gave it: {engine}")]
    Nowhere {
        /// Why the registry does not give it.
        registry: Box<ImageError>,
        /// Why no engine does.
        engine: Box<ImageError>,
    },
    /// A reference that no form fits.
    #[error("image reference \"{found}\": expected {expected}")]
    Reference {
        /// What would fit.
        expected: &'static str,
        /// What was written.
        found: String,
    },
    /// A text that is no platform.
    #[error("platform \"{found}\": expected {expected}")]
    Platform {
        /// What would fit.
        expected: &'static str,
        /// What was written.
        found: String,
    },
    /// A place this build has no reader for.
    #[error("{reference}: expected an archive or a layout on disk, found {found}")]
    Unsupported {
        /// The reference, as written.
        reference: String,
        /// What kind of place it is.
        found: &'static str,
        /// What skopeo would copy it from.
        copy_from: String,
    },
    /// A file or folder that is not there.
    #[error("{from}: no such file or folder")]
    NotFound {
        /// The reference.
        from: String,
    },
    /// Something on disk that holds no image.
    #[error("{from} is not an image: expected {expected}, found {found}")]
    NotAnImage {
        /// The reference.
        from: String,
        /// What an image would have.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// The operating system refused.
    #[error("read {what} of {from}: {source}")]
    Io {
        /// The document, member or blob.
        what: String,
        /// The reference.
        from: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A document that should be there.
    #[error("{from} has no {what}")]
    NoDocument {
        /// The document.
        what: String,
        /// The reference.
        from: String,
    },
    /// A document that is not the JSON it should be.
    #[error("read {what} of {from} as JSON: {reason}")]
    Json {
        /// The document.
        what: String,
        /// The reference.
        from: String,
        /// Where and why, in serde's words.
        reason: String,
    },
    /// A document over its cap.
    #[error("{what} of {from} is too large: expected at most {expected} bytes, found {found}")]
    TooLarge {
        /// The document.
        what: String,
        /// The reference.
        from: String,
        /// The cap in bytes.
        expected: u64,
        /// Bytes there are, or were found so far.
        found: u64,
    },
    /// More of something than any image has.
    #[error("{from} has too many {what}: expected at most {expected}, found {found}")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// The reference.
        from: String,
        /// The cap.
        expected: usize,
        /// How many were found, or when counting stopped.
        found: usize,
    },
    /// A tag or name that is not in the source.
    #[error("{from} has no image \"{expected}\"; found {}", list(found))]
    NoSuchName {
        /// The reference.
        from: String,
        /// What was asked for.
        expected: String,
        /// The names there are, sorted.
        found: Vec<String>,
    },
    /// Several images, and none asked for.
    #[error("{from} holds several images: expected one to be named, found {}", list(found))]
    SeveralNames {
        /// The reference.
        from: String,
        /// The names there are, sorted.
        found: Vec<String>,
    },
    /// No image for the platform asked for.
    #[error("{from} has no image for {expected}; found {}", list(found))]
    NoSuchPlatform {
        /// The reference.
        from: String,
        /// The platform asked for.
        expected: String,
        /// The platforms there are, sorted.
        found: Vec<String>,
    },
    /// Several platforms, and none asked for.
    #[error("{from} holds several platforms: expected one to be chosen, found {}", list(found))]
    SeveralPlatforms {
        /// The reference.
        from: String,
        /// The platforms there are, sorted.
        found: Vec<String>,
    },
    /// Several manifests that nothing tells apart.
    #[error("{from}: expected one manifest for {platform}, found {}", list(found))]
    Ambiguous {
        /// The reference.
        from: String,
        /// What they are all for.
        platform: String,
        /// Their digests, in the index's order.
        found: Vec<String>,
    },
    /// An index or archive with no image in it.
    #[error("{what} of {from} lists no image{}", if found.is_empty() { String::new() } else { format!("; found {}", list(found)) })]
    NoImage {
        /// The document.
        what: String,
        /// The reference.
        from: String,
        /// What it lists instead.
        found: Vec<String>,
    },
    /// A manifest of something that is no container image.
    #[error("{what} of {from} is not a container image: expected {expected}, found {found}")]
    Artifact {
        /// The manifest.
        what: String,
        /// The reference.
        from: String,
        /// What an image would say there.
        expected: &'static str,
        /// The media type or artifact type that tells.
        found: String,
    },
    /// A media type or shape that nothing here reads.
    #[error("{what} of {from}: expected {expected}, found {found}")]
    MediaType {
        /// The manifest or layer.
        what: String,
        /// The reference.
        from: String,
        /// What is read here.
        expected: &'static str,
        /// The media type or shape.
        found: String,
    },
    /// An image of Docker's first format, without config and diff_ids.
    #[error("{what} of {from}: expected a manifest of schema 2, found schema 1")]
    Schema1 {
        /// The manifest.
        what: String,
        /// The reference.
        from: String,
    },
    /// A `docker save` from before Docker 1.10.
    #[error(
        "{from} has no manifest.json: expected docker save of Docker 1.10 or later, found only repositories"
    )]
    OldDockerArchive {
        /// The reference.
        from: String,
    },
    /// Layers only a key holder can read.
    #[error("{what} of {from} is encrypted: found {found}")]
    Encrypted {
        /// The layer.
        what: String,
        /// The reference.
        from: String,
        /// Its media type.
        found: String,
    },
    /// A digest that cannot be used.
    #[error("{what} of {from}: {reason}")]
    BadDigest {
        /// The descriptor.
        what: String,
        /// The reference.
        from: String,
        /// Why, with the digest as it is written.
        reason: String,
    },
    /// A blob that a descriptor names and the source has not.
    #[error("{what} of {from}: the blob is not there")]
    NoBlob {
        /// Manifest, config or layer, with its digest.
        what: String,
        /// The reference.
        from: String,
        /// Whether its media type says that it is fetched from elsewhere (Windows base layers).
        foreign: bool,
    },
    /// A blob of another size than its descriptor says.
    #[error("{what} of {from}: expected {expected} bytes, found {found}")]
    BlobSize {
        /// Manifest, config or layer, with its digest.
        what: String,
        /// The reference.
        from: String,
        /// The descriptor's size.
        expected: u64,
        /// The blob's size.
        found: u64,
        /// Whether the blob holds what looks like a link's text.
        link_text: bool,
    },
    /// A blob that is not what its digest says.
    #[error("{what} of {from}: expected {expected}, found {found}")]
    BlobDigest {
        /// Manifest, config or member.
        what: String,
        /// The reference.
        from: String,
        /// The descriptor's digest.
        expected: String,
        /// The bytes' digest.
        found: String,
    },
    /// A manifest and a config that do not fit each other.
    #[error("{what} of {from}: expected {expected} layers as its config has diff_ids, found {found}")]
    LayerCount {
        /// The manifest.
        what: String,
        /// The reference.
        from: String,
        /// The config's diff_ids.
        expected: usize,
        /// The manifest's layers.
        found: usize,
    },
    /// Indexes in indexes without end.
    #[error("{from}: expected indexes at most {expected} deep, found more")]
    IndexDepth {
        /// The reference.
        from: String,
        /// The cap.
        expected: usize,
    },
    /// A tar that ends inside a member.
    #[error("{from} is truncated: expected {expected} bytes of {what}, found {found}")]
    Truncated {
        /// The member or header.
        what: String,
        /// The reference.
        from: String,
        /// Bytes its header claims.
        expected: u64,
        /// Bytes to the archive's end.
        found: u64,
    },
    /// A tar header that cannot be.
    #[error("{from}: tar header at byte {offset}: {reason}")]
    Header {
        /// The reference.
        from: String,
        /// Where the header starts.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A member that an archive's manifest names and the archive has not.
    #[error("{from} has no member \"{member}\"")]
    NoMember {
        /// The reference.
        from: String,
        /// The member's name.
        member: String,
    },
    /// A member that cannot be read as a file.
    #[error("member \"{member}\" of {from}: expected a file, found {found}")]
    BadMember {
        /// The reference.
        from: String,
        /// The member's name.
        member: String,
        /// What it is.
        found: String,
    },
    /// An archive compressed as a whole that does not unpack.
    #[error("unpack {from} as {compression}: {source}")]
    Unpack {
        /// The reference.
        from: String,
        /// gzip, zstd or xz.
        compression: &'static str,
        /// The decoder's or the disk's reason.
        source: io::Error,
    },
    /// An archive compressed as a whole that unpacks to more than is allowed.
    #[error(
        "{from} unpacks to too much: expected at most {expected} bytes, or {ratio} times its size past 4 GiB, found {found} and more"
    )]
    Expansion {
        /// The reference.
        from: String,
        /// The cap in bytes.
        expected: u64,
        /// The cap as a multiple of the packed size.
        ratio: u64,
        /// Bytes unpacked when it stopped.
        found: u64,
    },
}

/// Text out of an image, short and harmless to print.
pub(super) fn shown(text: impl AsRef<[u8]>) -> String {
    const LONGEST: usize = 200;
    let mut shown = printable(text.as_ref());
    if let Some((at, _)) = shown.char_indices().nth(LONGEST) {
        shown.truncate(at);
        shown.push('…');
    }
    shown
}

/// Names in one line; a hundred at most, so that a hostile index cannot flood a terminal.
fn list(names: &[String]) -> String {
    const MOST: usize = 100;
    let first = names.get(..MOST).unwrap_or(names).join(", ");
    match names.len() {
        0 => "none".to_owned(),
        count if count > MOST => format!("{first} and {} more", count - MOST),
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_is_shortened_and_escaped() {
        assert_eq!(shown("a\u{1b}[2Jb"), "a\\x1b[2Jb");
        assert_eq!(shown("x".repeat(10_000)).chars().count(), 201);
    }

    #[test]
    fn a_long_list_says_how_many_it_leaves_out() {
        let names: Vec<String> = (0..150).map(|n| n.to_string()).collect();
        assert!(list(&names).ends_with("98, 99 and 50 more"));
        assert_eq!(list(&[]), "none");
    }
}
