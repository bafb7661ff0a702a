//! What names lead to in an engine: the digests that it says registries have its images by.
//!
//! An engine's word, which nothing here proves. One that fails is not asked for the other names.

use std::time::Duration;

use crate::base::digest::Digest;
use crate::image::engine::find;
use crate::image::engine::name::EngineName;
use crate::image::options::OpenOptions;

/// What each name leads to, in their order, or why that is not known.
pub(crate) fn of_names(
    names: &[String],
    options: &OpenOptions,
    patience: Duration,
) -> Vec<Result<Digest, String>> {
    let mut failed: Option<String> = None;
    let one = |name: &String| {
        if let Some(reason) = &failed {
            return Err(reason.clone());
        }
        let asked = EngineName::parse(name).map_err(|error| error.to_string())?;
        match find::find(&asked, options, patience) {
            Ok(source) => source.inspected.known_as(name).ok_or_else(|| {
                format!("{}: the engine does not say by which digest a registry has it", asked.reference())
            }),
            Err(missing) => {
                let is_answered = missing.is_answered();
                let reason = missing.reason();
                if !is_answered {
                    failed = Some(reason.clone());
                }
                Err(reason)
            }
        }
    };
    names.iter().map(one).collect()
}
