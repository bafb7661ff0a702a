//! An image, opened by its reference.

use super::error::Error;
use super::opening::Opened;
use super::options::ImageOptions;

/// An image that was found: its manifest and config are read and held to their digests, its layers are not read yet.
pub struct OpenedImage {
    pub(super) opened: Opened,
}

/// Opens the image that `reference` names, as the command line does: the path of what `docker save` or `skopeo copy`
/// wrote, `oci:DIR[:TAG]`, `oci-archive:FILE`, `docker-archive:FILE`, `docker-daemon:NAME`, `docker://NAME[:TAG]`, or a bare
/// name, which is an engine's image if it has it, else a registry's.
///
/// An error where there is no image, where the reference fits several platforms and the options name none, or where what is
/// there is damaged.
///
/// ```
/// use reprolock::ImageOptions;
///
/// let options = ImageOptions::default().platform("linux/amd64")?.offline();
/// let image = reprolock::open("testdata/seed/image.oci.tar", options)?;
/// assert_eq!((image.platform().as_str(), image.layers().len()), ("linux/amd64", 8));
///
/// let error = reprolock::open("oci-archive:no-such.tar", ImageOptions::default()).err().unwrap();
/// assert!(error.to_string().contains("no-such.tar"));
/// # Ok::<(), reprolock::Error>(())
/// ```
pub fn open(reference: &str, options: ImageOptions) -> Result<OpenedImage, Error> {
    Ok(OpenedImage { opened: Opened::of(reference, options)? })
}

impl OpenedImage {
    /// Its name for people: its own, or the last part of the reference. Never a folder of this machine.
    pub fn name(&self) -> &str {
        &self.opened.name
    }

    /// Its platform, as `OS/ARCH[/VARIANT]`.
    pub fn platform(&self) -> String {
        self.opened.image.platform.to_string()
    }

    /// The digest of its manifest, as `ALGORITHM:HEX`; `None` where there is no manifest, as in some of what `docker save`
    /// writes.
    pub fn digest(&self) -> Option<String> {
        self.opened.image.manifest.map(|digest| digest.to_string())
    }

    /// The diff_ids of its layers, as `ALGORITHM:HEX`, the lowest first.
    pub fn layers(&self) -> Vec<String> {
        self.opened.image.layers.iter().map(|layer| layer.diff_id.to_string()).collect()
    }
}
