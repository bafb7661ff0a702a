//! Media types of manifests, configs and layers: OCI's, Docker's, and the ones that are known not to be images.

/// What a document's media type says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentType {
    /// An OCI index or a Docker manifest list.
    Index,
    /// An OCI or Docker v2 manifest.
    Manifest,
    /// Docker's schema 1.
    Schema1,
    /// None of these.
    Other,
}

/// What a layer's media type says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LayerType {
    /// A tar, plain or compressed.
    Tar,
    /// A tar that images may name without carrying it.
    Foreign,
    /// A tar, encrypted.
    Encrypted,
    /// None of these.
    Other,
}

/// The OCI manifest.
pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The Docker v2 manifest.
pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";

/// The kind of document; media types are compared without case, as RFC 6838 has them.
pub(crate) fn document(media_type: &str) -> DocumentType {
    match media_type.to_ascii_lowercase().as_str() {
        "application/vnd.oci.image.index.v1+json"
        | "application/vnd.docker.distribution.manifest.list.v2+json" => DocumentType::Index,
        OCI_MANIFEST | DOCKER_MANIFEST => DocumentType::Manifest,
        "application/vnd.docker.distribution.manifest.v1+json"
        | "application/vnd.docker.distribution.manifest.v1+prettyjws" => DocumentType::Schema1,
        _ => DocumentType::Other,
    }
}

/// What a config's media type says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConfigType {
    /// An image's.
    Image,
    /// One that says nothing. Old registries gave it to configs as they served them, and manifests were written with it;
    /// Docker reads such a config as an image's (moby's list of image types).
    Untold,
    /// Of something else.
    Other,
}

/// The kind of config.
pub(crate) fn config(media_type: &str) -> ConfigType {
    match media_type.to_ascii_lowercase().as_str() {
        OCI_CONFIG | DOCKER_CONFIG => ConfigType::Image,
        "" | "application/octet-stream" | "application/json" | "text/html" => ConfigType::Untold,
        _ => ConfigType::Other,
    }
}

/// Whether a config of this type is one that Docker wrote.
pub(crate) fn is_docker_config(media_type: &str) -> bool {
    media_type.eq_ignore_ascii_case(DOCKER_CONFIG)
}

/// The kind of layer.
pub(crate) fn layer(media_type: &str) -> LayerType {
    let media_type = media_type.to_ascii_lowercase();
    let tar = |rest: &str| matches!(rest, "" | "+gzip" | "+zstd");
    if let Some(rest) = media_type.strip_prefix("application/vnd.oci.image.layer.v1.tar") {
        return match rest.strip_suffix("+encrypted") {
            Some(rest) if tar(rest) => LayerType::Encrypted,
            None if tar(rest) => LayerType::Tar,
            _ => LayerType::Other,
        };
    }
    if let Some(rest) = media_type.strip_prefix("application/vnd.oci.image.layer.nondistributable.v1.tar") {
        return match rest.strip_suffix("+encrypted") {
            Some(rest) if tar(rest) => LayerType::Encrypted,
            None if tar(rest) => LayerType::Foreign,
            _ => LayerType::Other,
        };
    }
    match media_type.as_str() {
        "application/vnd.docker.image.rootfs.diff.tar"
        | "application/vnd.docker.image.rootfs.diff.tar.gzip"
        | "application/vnd.docker.image.rootfs.diff.tar.zstd"
        | "application/vnd.docker.container.image.rootfs.diff+x-gtar" => LayerType::Tar,
        "application/vnd.docker.image.rootfs.foreign.diff.tar"
        | "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" => LayerType::Foreign,
        _ => LayerType::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_told_apart_by_media_type() {
        assert_eq!(layer("application/vnd.oci.image.layer.v1.tar"), LayerType::Tar);
        assert_eq!(layer("application/vnd.oci.image.layer.v1.tar+zstd"), LayerType::Tar);
        assert_eq!(layer("application/vnd.docker.image.rootfs.diff.tar.gzip"), LayerType::Tar);
        assert_eq!(layer("application/vnd.oci.image.layer.v1.tar+gzip+encrypted"), LayerType::Encrypted);
        assert_eq!(layer("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"), LayerType::Foreign);
        assert_eq!(layer("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"), LayerType::Foreign);
        for other in ["", "application/vnd.in-toto+json", "application/vnd.oci.image.layer.v1.tar+lz4"] {
            assert_eq!(layer(other), LayerType::Other, "{other}");
        }
    }

    #[test]
    fn configs_are_an_images_where_docker_takes_them_for_one() {
        assert_eq!(config("application/vnd.oci.image.config.v1+json"), ConfigType::Image);
        assert_eq!(config("application/vnd.docker.container.image.v1+json"), ConfigType::Image);
        for untold in ["", "application/octet-stream", "application/json", "text/html"] {
            assert_eq!(config(untold), ConfigType::Untold, "{untold}");
        }
        let others = [
            "application/vnd.docker.plugin.v1+json",
            "application/vnd.oci.empty.v1+json",
            "application/vnd.cncf.helm.config.v1+json",
            "text/plain",
            "application/octet-stream+x",
        ];
        for other in others {
            assert_eq!(config(other), ConfigType::Other, "{other}");
        }
    }
}
