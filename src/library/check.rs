//! An image against its lock, or against another image.

use super::error::Error;
use super::image::OpenedImage;
use super::judgement::{Compared, Judged, Judgement};
use super::lock::Lock;
use super::mending::Text;
use super::options::BuildOptions;
use crate::base::observer::Silent;
use crate::build::{self, Inputs};
use crate::policy::Require;
use crate::scan::ScanOptions;
use crate::verify::{self, Locked};

/// Says, layer by layer, whether `image` is the locked one, reading only what has to be read. Drift is no error, but a
/// judgement that did not pass; its files are named where the lock was read or written with its file index.
///
/// The edits that mend it are shown where the Dockerfile that was locked lies beside the lockfile or in the current folder.
///
/// An error where a layer is damaged or unpacks to more than the image's options allow, or where the file index is not the
/// lockfile's.
///
/// ```
/// use reprolock::{BuildOptions, ImageOptions, Require, Tier};
///
/// let open = |path| reprolock::open(path, ImageOptions::default());
/// let image = open("testdata/seed/image.oci.tar")?;
/// let lock = reprolock::freeze(&image, &BuildOptions::default())?;
/// assert!(reprolock::verify(&image, &lock, Require::Blob)?.passed());
///
/// let rebuild = open("testdata/seed/rebuild.oci.tar")?;
/// let judgement = reprolock::verify(&rebuild, &lock, Require::Layer)?;
/// assert!(!judgement.passed());
/// assert_eq!(judgement.verdict(), Some(Tier::Drifted));
/// # Ok::<(), reprolock::Error>(())
/// ```
pub fn verify(image: &OpenedImage, lock: &Lock, require: Require) -> Result<Judgement, Error> {
    let opened = &image.opened;
    let lockfile = lock.lockfile();
    let text = Text::of_lock(None, lockfile, lock.place())?;
    let index = lock.index();
    let options = ScanOptions { expansion: opened.options.expansion, observer: &Silent };
    let locked = Locked { lock: lockfile, index: &index, against: None };
    let mut outcome = verify::verify(opened.readable(), &locked, require, &options)?;
    text.mend(&mut outcome, lockfile.build.dockerfile.as_deref(), Some((lock.name(), lockfile)));
    let compared = Compared {
        image: opened.name.clone(),
        transport: opened.transport(),
        against: lock.name(),
        platform: image.platform(),
        base: lockfile.base.as_ref().and_then(|base| base.reference.clone()),
        dockerfile: lockfile.build.dockerfile.clone(),
        outcome,
    };
    Ok(Judgement { matter: Judged::Lock(Box::new(compared)) })
}

/// Says, layer by layer, how `new` differs from `old`, and why. Layers that both manifests name by one digest are not read.
///
/// An error where a layer is damaged or unpacks to more than the options of `new` allow.
///
/// ```
/// use reprolock::{ImageOptions, Require};
///
/// let open = |path| reprolock::open(path, ImageOptions::default());
/// let (old, new) = (open("testdata/seed/image.oci.tar")?, open("testdata/seed/rebuild.oci.tar")?);
/// let judgement = reprolock::diff(&old, &new, Require::Packages)?;
/// assert!(judgement.passed(), "the packages are the same");
///
/// let mut text = Vec::new();
/// judgement.render("text", &mut text)?;
/// assert!(String::from_utf8_lossy(&text).contains("pyc-header"));
/// # Ok::<(), reprolock::Error>(())
/// ```
pub fn diff(old: &OpenedImage, new: &OpenedImage, require: Require) -> Result<Judgement, Error> {
    let (old, image) = (&old.opened, &new.opened);
    let inputs = Inputs { wants_images: false, ..old.inputs(&BuildOptions::default())? };
    let facts = build::facts(&old.image, &inputs)?;
    let options = ScanOptions { expansion: image.options.expansion, observer: &Silent };
    let outcome = verify::diff(old.readable(), &facts, image.readable(), require, &options)?;
    let compared = Compared {
        image: image.name.clone(),
        transport: image.transport(),
        against: old.name.clone(),
        platform: new.platform(),
        base: facts.base.and_then(|base| base.reference),
        dockerfile: None,
        outcome,
    };
    Ok(Judgement { matter: Judged::Image(Box::new(compared)) })
}
