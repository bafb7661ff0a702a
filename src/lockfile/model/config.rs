//! What a container started from the image gets, as a lock has it.

use serde::{Deserialize, Serialize};

/// `[config]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedConfig {
    /// `USER`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// `WORKDIR`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workdir: Option<String>,
    /// `ENTRYPOINT`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// `CMD`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    /// `SHELL`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<Vec<String>>,
    /// `STOPSIGNAL`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
    /// Seconds that an engine waits after the stop signal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_timeout: Option<i64>,
    /// `HEALTHCHECK`, as its JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<String>,
    /// Whether the command is escaped already (Windows).
    #[serde(default)]
    pub args_escaped: bool,
    /// `EXPOSE`, sorted.
    #[serde(default)]
    pub exposed_ports: Vec<String>,
    /// `VOLUME`, sorted.
    #[serde(default)]
    pub volumes: Vec<String>,
    /// `ONBUILD`
    #[serde(default)]
    pub onbuild: Vec<String>,
    /// `ENV`, in order: name and value.
    #[serde(default)]
    pub env: Vec<(String, String)>,
    /// `LABEL`, sorted: name and value.
    #[serde(default)]
    pub labels: Vec<(String, String)>,
    /// What else the image's config sets, sorted: key and JSON. Absent, as the keys after `stop-signal` are, in an older lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Vec<(String, String)>>,
    /// Values that looked secret and were left out.
    #[serde(default)]
    pub secret: Vec<Secret>,
}

/// `[[config.secret]]`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Secret {
    /// `env` or `labels`.
    pub field: String,
    /// The variable's or label's name.
    pub name: String,
    /// Always true: what stands here was left out.
    pub redacted: bool,
}
