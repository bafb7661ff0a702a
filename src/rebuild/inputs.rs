//! What goes into a build and is not what was locked, told before anything is built.
//!
//! What it refuses to do: it says nothing of files that the lock has no digest of, and shows no value that looks secret.

use std::path::{Component, Path};

use super::plan::GivenBuild;
use crate::base::digest::Sha256;
use crate::base::source;
use crate::lockfile::Lockfile;

/// A sentence for each input that is another one.
pub(super) fn others(
    lock: &Lockfile,
    given: &GivenBuild,
    (dockerfile, text): (&Path, &str),
    context: &Path,
) -> Vec<String> {
    let mut others = Vec::new();
    let locked = lock.build.dockerfile_digest;
    if locked.is_some_and(|locked| locked != Sha256::of(text.as_bytes())) {
        let name = dockerfile.file_name().unwrap_or_default().to_string_lossy();
        others.push(format!("{name} is not the one that was locked"));
    }
    for file in &lock.build.requirements {
        let path = Path::new(&file.path);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            continue;
        }
        match source::read(&context.join(path)) {
            Ok(text) if Sha256::of(text.as_bytes()) == file.digest => {}
            Ok(_) => others.push(format!("{} is not the one that was locked", file.path)),
            Err(_) => others.push(format!("{}, which was locked, can't be read", file.path)),
        }
    }
    for arg in &lock.build.arg {
        let (Some(new), Some(old)) = (given.args.get(&arg.name), &arg.value) else { continue };
        if new != old {
            let is_secret = crate::base::secrets::is_secret(&arg.name, new);
            let new = if is_secret { "another value" } else { new };
            others.push(format!("{} is {new}, and {old} was locked", arg.name));
        }
    }
    let target = lock.build.target.as_deref();
    if let Some(new) = given.target.as_deref().filter(|new| Some(*new) != target) {
        let old = target.unwrap_or("the last stage");
        others.push(format!("the stage is {new}, and {old} was locked"));
    }
    others.into_iter().map(|other| format!("other inputs: {other}")).collect()
}
