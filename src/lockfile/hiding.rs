//! What is secret in a lock, hidden on its way out: into a file, a registry, a report. The one place for locks.
//!
//! A lock is taken apart field by field, without a rest: a new field does not compile until it is hidden or left by name.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::model::{
    AgreementFile, AgreementRow, Arg, Build, LockedAgreement, LockedBase, LockedCatalog, LockedConfig,
    LockedImage, LockedLayer, LockedNamedImage, LockedPackage, LockedRequirement, LockedRequirementsFile,
    Lockfile, Secret,
};
use crate::base::secrets::{self, Redacted};

/// The lock without what is secret.
pub(super) fn hidden(lock: &Lockfile) -> Cow<'_, Lockfile> {
    let mut hidden = lock.clone();
    hide(&mut hidden);
    if hidden == *lock { Cow::Borrowed(lock) } else { Cow::Owned(hidden) }
}

/// What a lock that was written by an older version, or by hand, holds that is secret: the field's name.
pub(super) fn exposed(lock: &Lockfile) -> Option<String> {
    let hidden = hidden(lock);
    if let Some(secret) = hidden.config.secret.iter().find(|secret| !lock.config.secret.contains(secret)) {
        return Some(format!("{}.{}", secret.field, secret.name));
    }
    let redacted = hidden.build.arg.iter().zip(&lock.build.arg).find(|(new, old)| new != old);
    if let Some((arg, _)) = redacted {
        return Some(format!("build.arg.{}", arg.name));
    }
    let parts = [
        ("image", hidden.image != lock.image),
        ("base", hidden.base != lock.base),
        ("build", hidden.build != lock.build),
        ("config", hidden.config != lock.config),
        ("layer", hidden.layer != lock.layer),
        ("catalog", hidden.catalog != lock.catalog),
        ("package", hidden.package != lock.package),
        ("agreement", hidden.agreement != lock.agreement),
    ];
    parts.into_iter().find(|(_, differs)| *differs).map(|(part, _)| part.to_owned())
}

/// Hides what is secret in `lock`.
pub fn hide(lock: &mut Lockfile) {
    let Lockfile { version: _, image, base, build, config, layer, catalog, package, agreement } = lock;
    let LockedImage {
        reference,
        platform,
        media_type,
        index: _,
        manifest: _,
        config: _,
        created,
        distribution,
        distribution_version,
        files: _,
        detours,
    } = image;
    all([reference, media_type, created, distribution, distribution_version]);
    detours.iter_mut().for_each(secrets::hide);
    secrets::hide(platform);
    if let Some(LockedBase { reference, digest: _, manifest: _, layers: _ }) = base {
        all([reference]);
    }
    self::build(build);
    hide_config(config);
    for LockedLayer {
        digest: _,
        diff_id: _,
        content: _,
        size: _,
        uncompressed_size: _,
        compression: _,
        files: _,
        instruction,
        dockerfile_line: _,
    } in layer
    {
        all([instruction]);
    }
    for LockedCatalog { ecosystem: _, path, layer: _, digest: _, packages: _, problems } in catalog {
        secrets::hide(path);
        secrets::hide_all(problems);
    }
    package.values_mut().flatten().for_each(self::package);
    agreement.iter_mut().for_each(self::agreement);
}

fn all<const N: usize>(texts: [&mut Option<String>; N]) {
    secrets::hide_all(texts.into_iter().flatten());
}

fn build(build: &mut Build) {
    let Build {
        dockerfile,
        dockerfile_digest: _,
        source_date_epoch: _,
        target,
        platform,
        builder,
        options,
        context_digest: _,
        commit,
        // Ids, never values.
        secrets: _,
        arg,
        image,
        requirements,
    } = build;
    all([dockerfile, target, platform, builder, commit]);
    for (name, value) in options {
        value_of(name, value);
    }
    for Arg { name, value, redacted, source: _ } in arg {
        let is_whole = value.as_deref().is_some_and(|value| secrets::hidden(name, value) == Redacted::Whole);
        if is_whole {
            (*value, *redacted) = (None, true);
        }
        all([value]);
    }
    for LockedNamedImage { reference, digest: _, source: _ } in image {
        secrets::hide(reference);
    }
    for LockedRequirementsFile { path, digest: _ } in requirements {
        secrets::hide(path);
    }
}

/// Hides a value that has no list of secrets to go to.
fn value_of(name: &str, value: &mut String) {
    match secrets::hidden(name, value) {
        Redacted::Nothing => {}
        Redacted::Whole => secrets::REDACTED.clone_into(value),
        Redacted::Parts(text) => *value = text,
    }
}

/// Hides what is secret in a config. What is hidden whole goes to the list of secrets; elsewhere `[redacted]` stands in its place.
pub fn hide_config(config: &mut LockedConfig) {
    let LockedConfig {
        user,
        workdir,
        entrypoint,
        cmd,
        shell,
        stop_signal,
        stop_timeout: _,
        healthcheck,
        args_escaped: _,
        exposed_ports,
        volumes,
        onbuild,
        env,
        labels,
        other,
        secret,
    } = config;
    all([user, workdir, stop_signal, healthcheck]);
    for words in [entrypoint, cmd, shell].into_iter().flatten() {
        if let Some(hidden) = secrets::redact_words(words) {
            *words = hidden;
        }
    }
    for texts in [exposed_ports, volumes, onbuild] {
        secrets::hide_all(texts);
    }
    named("env", env, secret);
    named("labels", labels, secret);
    for (name, json) in other.iter_mut().flatten() {
        value_of(name, json);
    }
}

/// Of a name that stands twice, no value stays where one is hidden whole: whoever reads the lock knows the name as hidden.
fn named(field: &str, pairs: &mut Vec<(String, String)>, secret: &mut Vec<Secret>) {
    let redacted: Vec<Redacted> = pairs.iter().map(|(name, value)| secrets::hidden(name, value)).collect();
    let whole = pairs.iter().zip(&redacted).filter(|(_, redacted)| **redacted == Redacted::Whole);
    let hidden: BTreeSet<String> = whole.map(|((name, _), _)| name.clone()).collect();
    let known: BTreeSet<Secret> = secret.iter().cloned().collect();
    let new =
        hidden.iter().map(|name| Secret { field: field.to_owned(), name: name.clone(), redacted: true });
    secret.extend(new.filter(|new| !known.contains(new)));
    for ((_, value), redacted) in pairs.iter_mut().zip(redacted) {
        if let Redacted::Parts(text) = redacted {
            *value = text;
        }
    }
    pairs.retain(|(name, _)| !hidden.contains(name));
}

fn package(package: &mut LockedPackage) {
    let LockedPackage {
        name,
        version,
        architecture,
        build,
        channel,
        source,
        source_version,
        state,
        checksum,
        payload,
        modularity,
        location,
        installer,
        origin,
        archive,
        owner,
        requirement,
        content: _,
        hashes: _,
        hashes_from: _,
        tags,
        requested: _,
        layer: _,
    } = package;
    for text in [name, version, location].into_iter().chain(tags) {
        secrets::hide(text);
    }
    all([
        architecture,
        build,
        channel,
        source,
        source_version,
        state,
        checksum,
        payload,
        modularity,
        installer,
        origin,
        archive,
        owner,
    ]);
    if let Some(LockedRequirement { file, line: _, specifier, via }) = requirement {
        secrets::hide(file);
        secrets::hide(specifier);
        all([via]);
    }
}

fn agreement(agreement: &mut LockedAgreement) {
    let LockedAgreement {
        lock,
        format,
        ecosystem: _,
        environment,
        asked,
        asked_by: _,
        dockerfile_line: _,
        as_locked,
        file,
        package,
    } = agreement;
    [lock, format].into_iter().for_each(secrets::hide);
    all([environment]);
    secrets::hide_all(asked);
    secrets::hide_all(as_locked);
    for AgreementFile { path, digest: _ } in file {
        secrets::hide(path);
    }
    for AgreementRow { name, status: _, reason, locked, installed, layer: _ } in package {
        secrets::hide(name);
        all([reason, locked, installed]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lockfile::codec;

    const LOCK: &str = include_str!("../../testdata/locks/every-key.lock");
    const PLANTED: &str = "https://me:hunter2hunter2@example.org/";

    #[test]
    fn no_text_of_a_lock_leaves_with_a_secret() {
        let lock: Lockfile = toml::from_str(LOCK).unwrap();
        assert_eq!((codec::encode(&lock).as_str(), exposed(&lock)), (LOCK, None));
        let mut planted = 0;
        for line in LOCK.lines() {
            // Each text in turn, but digests and what is one of a few words.
            let Some((key, text)) = line.split_once(" = ").filter(|(_, text)| text.starts_with('"')) else {
                continue;
            };
            let with = LOCK.replacen(line, &format!("{key} = \"{PLANTED}\""), 1);
            let Ok(lock) = toml::from_str::<Lockfile>(&with) else { continue };
            let is_name = matches!(key, "name" | "ecosystem" | "compression" | "field") && !text.is_empty();
            let encoded = codec::encode(&lock);
            if !is_name {
                planted += 1;
                assert!(!encoded.contains("hunter2hunter2"), "{key}");
                assert!(exposed(&lock).is_some(), "{key}");
            }
        }
        assert!(planted >= 20, "{planted}");
    }

    #[test]
    fn a_value_that_its_name_tells_is_listed_by_its_name() {
        let mut lock: Lockfile = toml::from_str(LOCK).unwrap();
        lock.config.env.push(("DB_PASS".into(), "hunter2hunter2".into()));
        lock.config.env.push(("MONKEY".into(), "banana".into()));
        lock.build.arg.push(Arg {
            name: "NPM_TOKEN".into(),
            value: Some("hunter2hunter2".into()),
            redacted: false,
            source: super::super::model::ArgSource::History,
        });
        assert_eq!(exposed(&lock).as_deref(), Some("env.DB_PASS"));
        hide(&mut lock);
        assert!(lock.config.secret.iter().any(|secret| secret.name == "DB_PASS"));
        assert!(lock.config.env.iter().any(|(name, value)| name == "MONKEY" && value == "banana"));
        let arg = lock.build.arg.last().unwrap();
        assert_eq!((arg.value.as_deref(), arg.redacted), (None, true));
        assert_eq!(exposed(&lock), None);
    }

    #[test]
    fn a_name_that_stands_twice_is_hidden_in_both_places() {
        let mut lock: Lockfile = toml::from_str(LOCK).unwrap();
        for value in ["Apache-1.0", "hunter2hunter2"] {
            lock.config.env.push(("LICENSE_KEY".into(), value.into()));
        }
        hide(&mut lock);
        assert!(lock.config.env.iter().all(|(name, _)| name != "LICENSE_KEY"));
        assert_eq!(lock.config.secret.iter().filter(|secret| secret.name == "LICENSE_KEY").count(), 1);
        assert!(codec::decode(&codec::encode(&lock), "a.lock".as_ref()).is_ok());
    }
}
