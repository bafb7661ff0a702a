//! Compares what a container gets: platform, user, env and the rest of the config.
//!
//! Both configs are compared as they leave, without their secrets: what is hidden is compared by name alone, whichever side
//! still has the value. What is not compared is listed (`uncompared`). `created` and history are times and are not compared
//! here.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::secrets;
use crate::compare::uncompared::{Reason, Uncompared};
use crate::lockfile::hiding;
use crate::lockfile::model::{LockedConfig, Secret};

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

/// Keys of Docker's that are of a container once it was made, or of the builder's last one: no engine reads them from an image.
const INERT: [&str; 12] = [
    "AttachStderr",
    "AttachStdin",
    "AttachStdout",
    "Domainname",
    "Hostname",
    "Image",
    "MacAddress",
    "NetworkDisabled",
    "OpenStdin",
    "PublishService",
    "StdinOnce",
    "Tty",
];

/// Whether no engine reads the key from an image.
pub(crate) fn is_inert(key: &str) -> bool {
    INERT.contains(&key)
}

/// What stands in a report where a whole value was hidden.
pub(crate) const HIDDEN: &str = "(redacted)";

/// Compares two configs and platforms; in the lockfile's order of fields.
pub fn differences(
    (old_platform, old): (&str, &LockedConfig),
    (new_platform, new): (&str, &LockedConfig),
) -> (Vec<Difference>, Vec<Uncompared>) {
    let [mut old, mut new] = [old.clone(), new.clone()];
    hiding::hide_config(&mut old);
    hiding::hide_config(&mut new);
    let mut both = Both::default();
    both.compare("platform", Some(old_platform.to_owned()), Some(new_platform.to_owned()));
    for ((field, a), (_, b)) in texts(&old).into_iter().zip(texts(&new)) {
        both.compare(field, a, b);
    }
    both.rest(&old, &new);
    let secrets = |config: &LockedConfig| config.secret.iter().cloned().collect::<BTreeSet<_>>();
    let (a, b) = (secrets(&old), secrets(&new));
    let is_secret = |field: &str, name: &str, sides: &BTreeSet<Secret>| {
        sides.contains(&Secret { field: field.to_owned(), name: name.to_owned(), redacted: true })
    };
    for (prefix, old, new) in [("env", &old.env, &new.env), ("labels", &old.labels, &new.labels)] {
        let values = |pairs: &[(String, String)], secrets: &BTreeSet<Secret>| -> BTreeMap<String, String> {
            let hidden = secrets.iter().filter(|secret| secret.field == prefix);
            let hidden = hidden.map(|secret| (secret.name.clone(), HIDDEN.to_owned()));
            hidden.chain(pairs.iter().cloned()).collect()
        };
        let (old, new) = (values(old, &a), values(new, &b));
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let field = format!("{prefix}.{name}");
            if is_secret(prefix, name, &a) && is_secret(prefix, name, &b) {
                both.uncompared.push(Uncompared { field, reason: Reason::Redacted });
            } else {
                both.compare(&field, old.get(name).cloned(), new.get(name).cloned());
            }
        }
    }
    (both.differences, both.uncompared)
}

/// The fields that are one text each.
fn texts(config: &LockedConfig) -> [(&'static str, Option<String>); 10] {
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
}

/// What was compared so far.
#[derive(Default)]
struct Both {
    differences: Vec<Difference>,
    uncompared: Vec<Uncompared>,
}

impl Both {
    fn compare(&mut self, field: &str, old: Option<String>, new: Option<String>) {
        if old != new {
            self.differences.push(Difference { field: field.to_owned(), expected: old, found: new });
        } else if old.is_some_and(|value| value.contains(secrets::REDACTED)) {
            self.uncompared.push(Uncompared { field: field.to_owned(), reason: Reason::RedactedPart });
        }
    }

    /// The keys that older locks do not hold.
    fn rest(&mut self, old: &LockedConfig, new: &LockedConfig) {
        let values = |config: &LockedConfig| {
            let named = [
                ("StopTimeout", config.stop_timeout.map(|seconds| seconds.to_string())),
                ("ArgsEscaped", config.args_escaped.then(|| "true".to_owned())),
            ];
            let named = named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
            named.chain(config.other.iter().flatten().cloned()).collect::<BTreeMap<String, String>>()
        };
        let is_known = old.other.is_some() && new.other.is_some();
        let (old, new) = (values(old), values(new));
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let field = field(key);
            let is_equal = old.get(key) == new.get(key);
            let reason = if is_inert(key) { Reason::Inert } else { Reason::Unlocked };
            if !is_equal && (reason == Reason::Inert || !is_known) {
                self.uncompared.push(Uncompared { field, reason });
            } else {
                self.compare(&field, old.get(key).cloned(), new.get(key).cloned());
            }
        }
    }
}

/// A key as a field is called: those that a lock has a key for as it is there, others as they are written.
fn field(key: &str) -> String {
    match key {
        "StopTimeout" => "stop-timeout".to_owned(),
        "ArgsEscaped" => "args-escaped".to_owned(),
        _ => format!("config.{key}"),
    }
}

fn list(items: &[String]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    format!("[{}]", quoted.join(", "))
}

fn some_list(items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| list(items))
}

#[cfg(test)]
mod tests;
