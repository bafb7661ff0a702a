//! Comparing by what a manifest names, where the manifest is the locked one.
//!
//! A manifest names its config and layers by digest, so a manifest of the locked digest is the locked image: its
//! config and layers can be no others. It is held to the lock's own digests once more, so that a lock that was edited
//! by hand, or put together from two images, is compared in full and not believed.

use crate::base::digest::Digest;
use crate::compare::outcome::{Comparison, Identity, LayerOutcome, Presence};
use crate::compare::pairing::Group;
use crate::compare::tier::Tier;
use crate::image::Named;
use crate::image::platform::Platform;
use crate::lockfile::model::{LockedLayer, Lockfile};

/// The facts and what is to be said of them, where `named` alone tells them; `None` where the image has to be
/// read. `asked` is the platform that the user wants.
pub fn compare(
    named: &Named,
    asked: Option<&Platform>,
    lock: &Lockfile,
) -> Option<(Comparison, Option<String>)> {
    let platform: Platform = lock.image.platform.parse().ok()?;
    let is_asked = named.is_platform_chosen || asked.is_none_or(|asked| *asked == platform);
    let is_locked = lock.image.manifest == Some(named.manifest) && lock.image.config == named.config;
    let locked: Vec<Option<Digest>> = lock.layer.iter().map(|layer| layer.digest).collect();
    let here: Vec<Option<Digest>> = named.layers.iter().copied().map(Some).collect();
    if !is_asked || !is_locked || locked != here {
        return None;
    }
    let base = lock.base.as_ref().and_then(|base| base.layers).unwrap_or(0);
    let layers = lock.layer.iter().enumerate().map(|(index, layer)| unread(index, layer, index < base));
    let layers: Vec<LayerOutcome> = layers.collect();
    let note = note(layers.len(), layers.len(), Some(named.manifest));
    let manifests = (lock.image.manifest, Some(named.manifest));
    let configs = (Some(lock.image.config), Some(named.config));
    Some((Comparison { manifests, configs, layers, ..Comparison::default() }, note))
}

fn unread(index: usize, layer: &LockedLayer, is_base: bool) -> LayerOutcome {
    let identity = Identity { digest: layer.digest, diff_id: layer.diff_id, size: layer.size };
    LayerOutcome {
        index,
        group: Group { old: vec![index], new: vec![index], is_moved: false },
        tier: Tier::Identical,
        presence: Presence::Both,
        is_base,
        instruction: layer.instruction.clone(),
        line: layer.dockerfile_line,
        lines: layer.dockerfile_line.into_iter().collect(),
        expected: Some(identity),
        found: Some(identity),
        drifts: Some(Vec::new()),
    }
}

/// What was not read, and why that is enough.
pub(crate) fn note(unread: usize, layers: usize, manifest: Option<Digest>) -> Option<String> {
    let manifest = manifest?;
    let which = match unread {
        0 => return None,
        _ if unread == layers => "no layer was".to_owned(),
        1 => format!("1 of {layers} layers was not"),
        _ => format!("{unread} of {layers} layers were not"),
    };
    Some(format!(
        "{which} fetched: {manifest}, whose bytes were checked, names the locked digests; whether the registry still has those blobs was not asked"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;

    fn digest(text: &str) -> Digest {
        Sha256::of(text.as_bytes()).into()
    }

    #[test]
    fn what_was_left_unread_is_counted() {
        let text = |unread, layers| note(unread, layers, Some(digest("m"))).unwrap_or_default();
        assert!(text(7, 7).starts_with("no layer was fetched: sha256:"));
        assert!(text(1, 7).starts_with("1 of 7 layers was not fetched"));
        assert!(text(6, 7).starts_with("6 of 7 layers were not fetched"));
        assert_eq!(text(0, 7), "");
        assert_eq!(note(7, 7, None), None);
    }
}
