//! What a container started from an image gets.

use crate::compare::config;
use crate::lockfile::model::{self, Secret};

/// A value of the config; all of it quoted.
pub(in crate::report) struct ConfigValue<'a> {
    /// The field: `user`, `env`.
    pub(in crate::report) field: &'a str,
    /// Its name, of fields that have several: a variable's.
    pub(in crate::report) name: Option<&'a str>,
    /// Its value; `None` for one that looks secret.
    pub(in crate::report) value: Option<String>,
}

pub(super) fn values(config: &model::LockedConfig) -> Vec<ConfigValue<'_>> {
    let model::LockedConfig {
        user,
        workdir,
        entrypoint,
        cmd,
        shell,
        stop_signal,
        stop_timeout,
        healthcheck,
        args_escaped,
        exposed_ports,
        volumes,
        onbuild,
        env,
        labels,
        other,
        secret,
    } = config;
    let words = |words: &Option<Vec<String>>| words.as_ref().map(|words| words.join(" "));
    let list = |items: &[String]| (!items.is_empty()).then(|| items.join(", "));
    let fields = [
        ("user", user.clone()),
        ("workdir", workdir.clone()),
        ("entrypoint", words(entrypoint)),
        ("cmd", words(cmd)),
        ("shell", words(shell)),
        ("stop-signal", stop_signal.clone()),
        ("stop-timeout", stop_timeout.map(|seconds| seconds.to_string())),
        ("healthcheck", healthcheck.clone()),
        ("args-escaped", args_escaped.then(|| "true".to_owned())),
        ("ports", list(exposed_ports)),
        ("volumes", list(volumes)),
        ("onbuild", list(onbuild)),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(field, value)| Some(ConfigValue { field, name: None, value: Some(value?) }));
    let env = env.iter().map(|(name, value)| ("env", name, value));
    let labels = labels.iter().map(|(name, value)| ("label", name, value));
    // What no engine reads from an image is the lockfile's and JSON's alone.
    let other = other.iter().flatten().filter(|(key, _)| !config::is_inert(key));
    let other = other.map(|(key, value)| ("config", key, value));
    let pairs = env.chain(labels).chain(other).map(|(field, name, value)| ConfigValue {
        field,
        name: Some(name),
        value: Some(value.clone()),
    });
    let secrets = secret.iter().map(|secret| {
        let Secret { field, name, redacted: _ } = secret;
        ConfigValue { field, name: Some(name), value: None }
    });
    fields.chain(pairs).chain(secrets).collect()
}
