//! Compares what a container gets: platform, user, env and the rest of the config.
//!
//! `created` and history are times and are not compared here; redacted values are compared by name alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::lockfile::model::LockedConfig;

/// A field that is not the same on both sides; `None` where a side does not have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// `user`, `env.PATH`, `labels.version`.
    pub field: String,
    /// The old side's value.
    pub expected: Option<String>,
    /// The new side's value.
    pub found: Option<String>,
}

/// Compares two configs and platforms; in the lockfile's order of fields.
pub fn differences(
    (old_platform, old): (&str, &LockedConfig),
    (new_platform, new): (&str, &LockedConfig),
) -> Vec<Difference> {
    let texts = |config: &LockedConfig| {
        [
            ("user", config.user.clone()),
            ("workdir", config.workdir.clone()),
            ("entrypoint", config.entrypoint.as_deref().map(list)),
            ("cmd", config.cmd.as_deref().map(list)),
            ("shell", config.shell.as_deref().map(list)),
            ("stop-signal", config.stop_signal.clone()),
            ("healthcheck", config.healthcheck.clone()),
            ("exposed-ports", some_list(&config.exposed_ports)),
            ("volumes", some_list(&config.volumes)),
            ("onbuild", some_list(&config.onbuild)),
        ]
    };
    let mut differences = Vec::new();
    let mut compare = |field: &str, old: Option<String>, new: Option<String>| {
        if old != new {
            differences.push(Difference { field: field.to_owned(), expected: old, found: new });
        }
    };
    compare("platform", Some(old_platform.to_owned()), Some(new_platform.to_owned()));
    for ((field, a), (_, b)) in texts(old).into_iter().zip(texts(new)) {
        compare(field, a, b);
    }
    for (prefix, a, b) in [("env", &old.env, &new.env), ("labels", &old.labels, &new.labels)] {
        let (a, b): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (a.iter().cloned().collect(), b.iter().cloned().collect());
        let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for name in names {
            compare(&format!("{prefix}.{name}"), a.get(name).cloned(), b.get(name).cloned());
        }
    }
    let secrets = |config: &LockedConfig| config.secret.iter().cloned().collect::<BTreeSet<_>>();
    let (a, b) = (secrets(old), secrets(new));
    for secret in a.symmetric_difference(&b) {
        let side = |has: bool| has.then(|| "(redacted)".to_owned());
        compare(
            &format!("{}.{}", secret.field, secret.name),
            side(a.contains(secret)),
            side(b.contains(secret)),
        );
    }
    differences
}

fn list(items: &[String]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    format!("[{}]", quoted.join(", "))
}

fn some_list(items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| list(items))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lockfile::model::Secret;

    #[test]
    fn each_difference_is_told_by_its_field() {
        let old = LockedConfig {
            user: Some("vorph".into()),
            env: vec![("CUDA_VERSION".into(), "11.2.0".into()), ("GONE".into(), "1".into())],
            ..LockedConfig::default()
        };
        let new = LockedConfig {
            env: vec![("CUDA_VERSION".into(), "12.4.0".into())],
            secret: vec![Secret { field: "env".into(), name: "HF_TOKEN".into(), redacted: true }],
            ..LockedConfig::default()
        };
        let differences = differences(("linux/amd64", &old), ("linux/arm64", &new));
        let fields: Vec<&str> = differences.iter().map(|difference| difference.field.as_str()).collect();
        assert_eq!(fields, ["platform", "user", "env.CUDA_VERSION", "env.GONE", "env.HF_TOKEN"]);
        assert_eq!(differences[2].expected.as_deref(), Some("11.2.0"));
        assert_eq!(differences[3].found, None);
    }

    #[test]
    fn the_order_of_env_does_not_matter() {
        let env = |names: [&str; 2]| LockedConfig {
            env: names.map(|name| (name.to_owned(), "1".to_owned())).to_vec(),
            ..LockedConfig::default()
        };
        assert_eq!(differences(("p", &env(["A", "B"])), ("p", &env(["B", "A"]))), []);
    }
}
