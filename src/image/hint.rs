//! What the user can do about each error.

use super::error::ImageError;

impl ImageError {
    /// What the user can do about it, where something can be done; a sentence apart from the error's text.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Server(error) => return error.hint(),
            Self::Engine(error) => return Some(error.hint()),
            Self::Nowhere { registry, engine } => return engine.hint().or_else(|| registry.hint()),
            Self::Reference { .. } => {
                "write oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], docker-daemon:NAME[:TAG], docker://NAME[:TAG] or a path"
            }
            Self::Platform { .. } => "write it as linux/amd64 or linux/arm64/v8",
            Self::Unsupported { copy_from, .. } => {
                return Some(format!("copy the image first: skopeo copy {copy_from} oci-archive:image.tar"));
            }
            Self::NotFound { .. } => "check the path; a tag goes after a colon at the end",
            Self::NotAnImage { .. } => {
                "a layer or root file system alone says nothing of how it was built; give the image: docker save, or skopeo copy to oci-archive:"
            }
            Self::Io { .. } => "check that the file can be read",
            Self::NoDocument { .. } => "the source is incomplete; copy or save the image again",
            Self::Json { .. } => "the source is damaged; copy or save the image again",
            Self::TooLarge { .. } | Self::TooMany { .. } | Self::IndexDepth { .. } => {
                "no real image is like that; make sure that this is the image you mean"
            }
            Self::NoSuchName { .. } | Self::SeveralNames { .. } => {
                "put one of these after a colon at the end of the reference; @N counts from 0"
            }
            Self::NoSuchPlatform { .. } | Self::SeveralPlatforms { .. } => {
                "choose one with --platform OS/ARCH[/VARIANT]"
            }
            Self::Ambiguous { .. } => {
                "name one by its place in index.json, as :@N at the end of the reference, or copy the one you mean out with skopeo"
            }
            Self::NoImage { .. } => {
                "the source holds no image, or only attestations and other artifacts; save the image again"
            }
            Self::Artifact { .. } => "only container images can be locked; name another tag",
            Self::MediaType { .. } => {
                "copy the image with skopeo copy --format oci, which rewrites what it can"
            }
            Self::Schema1 { .. } => "convert it: skopeo copy --format v2s2 SOURCE oci-archive:image.tar",
            Self::OldDockerArchive { .. } => {
                "load it into a current Docker and save it again: docker load, then docker save"
            }
            Self::Encrypted { .. } => {
                "decrypt it first: skopeo copy --decryption-key KEY SOURCE oci-archive:image.tar"
            }
            Self::BadDigest { .. } => "the source is damaged or made by a tool this build does not know",
            Self::NoBlob { foreign: true, .. } => {
                "the layer may not be distributed and is fetched from its own urls; pull the image in full, then save it again"
            }
            Self::NoBlob { .. } => "the source is incomplete; copy or save the image again, in full",
            Self::BlobSize { link_text: true, .. } => {
                "the blob holds the text of a symbolic link; check the layout out, or copy it, with its links"
            }
            Self::BlobSize { .. } | Self::BlobDigest { .. } => {
                "the blob is damaged or was changed after it was written; copy the image again"
            }
            Self::LayerCount { .. } => "the image was changed by hand or is incomplete; save it again",
            Self::Truncated { .. } | Self::Header { .. } => {
                "the archive is damaged, or its copying stopped early; save the image again"
            }
            Self::NoMember { .. } => "the archive is incomplete; save the image again",
            Self::BadMember { .. } => {
                "a member is read only where its links stay inside the archive and end at a plain file"
            }
            Self::Unpack { .. } => {
                "the archive is damaged or incomplete, or the folder for temporary files (TMPDIR) is full"
            }
            Self::Expansion { .. } => {
                "if the archive is to be trusted, raise the limit with --max-unpacked-size, or unpack it first"
            }
        };
        Some(hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_is_no_part_of_the_text() {
        let error = ImageError::SeveralPlatforms {
            from: "oci:dir".into(),
            found: vec!["linux/amd64".into(), "linux/arm64/v8".into()],
        };
        assert_eq!(
            error.to_string(),
            "oci:dir holds several platforms: expected one to be chosen, found linux/amd64, linux/arm64/v8"
        );
        assert_eq!(error.hint().unwrap(), "choose one with --platform OS/ARCH[/VARIANT]");
    }
}
