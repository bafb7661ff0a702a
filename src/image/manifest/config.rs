//! The image config: what runs, on which platform, and how the layers came to be.
//!
//! After the OCI image-spec's config.md and Docker's own fields. Real configs carry more (`container_config`,
//! `moby.buildkit.buildinfo.v1`); unknown fields are passed over, and `null` means empty, as Go writes it.
//! It is read for facts and never written back: its bytes are what its digest covers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::base::digest::Digest;
use crate::image::manifest::json::{command, filled, or_default, text_map, texts};
use crate::image::manifest::platform::Platform;

/// An image config.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// When the image was made, in RFC 3339 as its builder wrote it.
    #[serde(deserialize_with = "filled")]
    pub created: Option<String>,
    /// Who made it.
    #[serde(deserialize_with = "filled")]
    pub author: Option<String>,
    /// The CPU, in Go's names; empty where the builder left it out.
    #[serde(deserialize_with = "or_default")]
    pub architecture: String,
    /// The operating system, in Go's names; empty where the builder left it out.
    #[serde(deserialize_with = "or_default")]
    pub os: String,
    /// The CPU's variant (`v7`, `v8`).
    #[serde(deserialize_with = "filled")]
    pub variant: Option<String>,
    /// The operating system's version (Windows).
    #[serde(rename = "os.version", deserialize_with = "filled")]
    pub os_version: Option<String>,
    /// What the operating system must have (Windows).
    #[serde(rename = "os.features", deserialize_with = "texts")]
    pub os_features: Vec<String>,
    /// The Docker that committed the image, in images of the classic builder.
    #[serde(deserialize_with = "filled")]
    pub docker_version: Option<String>,
    /// How containers of the image run.
    #[serde(deserialize_with = "or_default")]
    pub config: RunConfig,
    /// The layers' uncompressed digests.
    #[serde(deserialize_with = "or_default")]
    pub rootfs: RootFs,
    /// The steps that made the image, oldest first; those without `empty_layer` made a layer each.
    #[serde(deserialize_with = "or_default")]
    pub history: Vec<History>,
}

impl Config {
    /// The platform the config names; `unknown` for what it leaves out.
    pub fn platform(&self) -> Platform {
        Platform::new(&self.os, &self.architecture, self.variant.as_deref())
    }
}

/// How containers of the image run, as Docker writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase", remote = "Self")]
pub struct RunConfig {
    /// `USER`; empty for root.
    #[serde(deserialize_with = "or_default")]
    pub user: String,
    /// `EXPOSE`: `5000/tcp`.
    #[serde(deserialize_with = "keys")]
    pub exposed_ports: BTreeSet<String>,
    /// `ENV`, each `NAME=value`, in the builder's order.
    #[serde(deserialize_with = "texts")]
    pub env: Vec<String>,
    /// `ENTRYPOINT`; empty for none.
    #[serde(deserialize_with = "command")]
    pub entrypoint: Vec<String>,
    /// `CMD`; empty for none.
    #[serde(deserialize_with = "command")]
    pub cmd: Vec<String>,
    /// `VOLUME`.
    #[serde(deserialize_with = "keys")]
    pub volumes: BTreeSet<String>,
    /// `WORKDIR`; empty for the root.
    #[serde(deserialize_with = "or_default")]
    pub working_dir: String,
    /// `LABEL`.
    #[serde(deserialize_with = "text_map")]
    pub labels: BTreeMap<String, String>,
    /// `STOPSIGNAL`; empty for the engine's own.
    #[serde(deserialize_with = "or_default")]
    pub stop_signal: String,
    /// Seconds an engine waits after the stop signal.
    pub stop_timeout: Option<i64>,
    /// `HEALTHCHECK`.
    pub healthcheck: Option<Healthcheck>,
    /// `SHELL`; empty for the engine's own.
    #[serde(deserialize_with = "command")]
    pub shell: Vec<String>,
    /// `ONBUILD`, which the next build runs first.
    #[serde(deserialize_with = "texts")]
    pub on_build: Vec<String>,
    /// Whether the command is escaped already (Windows).
    #[serde(deserialize_with = "or_default")]
    pub args_escaped: bool,
    /// What else it sets, by key: Docker's keys of containers (`Hostname`, `Image`), and keys that nobody here knows. What is
    /// null, false, 0 or empty sets nothing.
    #[serde(skip)]
    pub other: BTreeMap<String, Value>,
}

const HEALTHCHECK: &str = "Healthcheck";

/// The keys that have a field.
const RUN_KEYS: &[&str] = &[
    "User",
    "ExposedPorts",
    "Env",
    "Entrypoint",
    "Cmd",
    "Volumes",
    "WorkingDir",
    "Labels",
    "StopSignal",
    "StopTimeout",
    HEALTHCHECK,
    "Shell",
    "OnBuild",
    "ArgsEscaped",
];

impl<'de> Deserialize<'de> for RunConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = (Map<String, Value>, Option<Healthcheck>);

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut keys: A) -> Result<Self::Value, A::Error> {
                let (mut all, mut healthcheck) = (Map::new(), None);
                while let Some(key) = keys.next_key::<String>()? {
                    let value = match key.as_str() {
                        // It has fields of its own, whose keys are in any case too.
                        HEALTHCHECK => {
                            healthcheck = keys.next_value()?;
                            Value::Null
                        }
                        _ => keys.next_value()?,
                    };
                    if all.insert(key.clone(), value).is_some() {
                        return Err(A::Error::custom(format!("duplicate field `{key}`")));
                    }
                }
                Ok((all, healthcheck))
            }
        }

        // Asked for by its fields, so that whoever reads keys in any case knows which there are.
        let (mut other, healthcheck) = deserializer.deserialize_struct("RunConfig", RUN_KEYS, Keys)?;
        let known: Map<String, Value> = RUN_KEYS.iter().filter_map(|key| other.remove_entry(*key)).collect();
        let run = Self::deserialize(Value::Object(known)).map_err(D::Error::custom)?;
        Ok(Self { healthcheck, other: other.into_iter().filter(|(_, value)| is_set(value)).collect(), ..run })
    }
}

/// Whether a value is another than Go's zero.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_on) => *is_on,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

/// `HEALTHCHECK`; times in nanoseconds, 0 for the engine's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Healthcheck {
    /// `NONE`, or `CMD` or `CMD-SHELL` and the command.
    #[serde(deserialize_with = "command")]
    pub test: Vec<String>,
    /// Between two checks.
    #[serde(deserialize_with = "or_default")]
    pub interval: i64,
    /// How long one check may take.
    #[serde(deserialize_with = "or_default")]
    pub timeout: i64,
    /// How long failures do not count after the start.
    #[serde(deserialize_with = "or_default")]
    pub start_period: i64,
    /// Between two checks during the start.
    #[serde(deserialize_with = "or_default")]
    pub start_interval: i64,
    /// Failures in a row that make a container unhealthy.
    #[serde(deserialize_with = "or_default")]
    pub retries: i64,
}

/// The layers' uncompressed digests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RootFs {
    /// The digests of the uncompressed tars, lowest first.
    #[serde(deserialize_with = "or_default")]
    pub diff_ids: Vec<Digest>,
}

/// One step of the build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct History {
    /// When, in RFC 3339.
    #[serde(deserialize_with = "filled")]
    pub created: Option<String>,
    /// The instruction or command.
    #[serde(deserialize_with = "filled")]
    pub created_by: Option<String>,
    /// `buildkit.dockerfile.v0` from BuildKit; `FROM …` from buildah.
    #[serde(deserialize_with = "filled")]
    pub comment: Option<String>,
    /// Who.
    #[serde(deserialize_with = "filled")]
    pub author: Option<String>,
    /// Whether the step made no layer.
    #[serde(deserialize_with = "or_default")]
    pub empty_layer: bool,
}

/// The keys of a map whose values say nothing (`{"80/tcp": {}}`).
fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let map: Option<BTreeMap<String, IgnoredAny>> = Option::deserialize(deserializer)?;
    Ok(map.unwrap_or_default().into_keys().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(json: &str) -> Config {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn null_means_empty_wherever_go_writes_it() {
        let nulls = config(
            r#"{"created":null,"architecture":null,"os":null,"variant":null,"os.features":null,"rootfs":null,
                "history":null,"config":{"User":null,"ExposedPorts":null,"Env":null,"Entrypoint":null,"Cmd":null,
                "Volumes":null,"WorkingDir":null,"Labels":null,"StopSignal":null,"Healthcheck":null,"Shell":null,
                "OnBuild":null,"ArgsEscaped":null,"StopTimeout":null}}"#,
        );
        assert_eq!(nulls, Config::default());
        assert_eq!(config("{\"config\":null}"), Config::default());
    }

    #[test]
    fn the_keys_with_a_field_are_the_fields() {
        let all: String = RUN_KEYS.iter().map(|key| format!("\"{key}\":null,")).collect();
        let read = config(&format!("{{\"config\":{{{all}\"Hostname\":\"x\"}}}}")).config;
        assert_eq!(read.other.keys().collect::<Vec<_>>(), ["Hostname"]);
        // One that is missing above would be among the others.
        let set = config(
            r#"{"config":{"User":"u","ExposedPorts":{"1":{}},"Env":["A"],"Entrypoint":["a"],"Cmd":["a"],"Volumes":{"/":{}},
                "WorkingDir":"/","Labels":{"a":"b"},"StopSignal":"x","StopTimeout":1,"Healthcheck":{"Retries":1},
                "Shell":["a"],"OnBuild":["a"],"ArgsEscaped":true}}"#,
        );
        assert_eq!(set.config.other, BTreeMap::new());
        let RunConfig {
            user,
            exposed_ports,
            env,
            entrypoint,
            cmd,
            volumes,
            working_dir,
            labels,
            stop_signal,
            stop_timeout,
            healthcheck,
            shell,
            on_build,
            args_escaped,
            other: _,
        } = set.config;
        assert!(!user.is_empty() && !exposed_ports.is_empty() && !env.is_empty() && !entrypoint.is_empty());
        assert!(!cmd.is_empty() && !volumes.is_empty() && !working_dir.is_empty() && !labels.is_empty());
        assert!(!stop_signal.is_empty() && stop_timeout.is_some() && healthcheck.is_some());
        assert!(!shell.is_empty() && !on_build.is_empty() && args_escaped);
    }

    #[test]
    fn what_has_no_field_is_kept_where_it_sets_something() {
        let read = config(
            r#"{"config":{"Hostname":"","Domainname":"d","Tty":false,"Image":"sha256:1","X":{"a":[1]},"Y":null,"Z":[]}}"#,
        );
        let other: Vec<String> =
            read.config.other.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(other, [r#"Domainname="d""#, r#"Image="sha256:1""#, r#"X={"a":[1]}"#]);
        assert!(serde_json::from_str::<Config>(r#"{"config":[]}"#).is_err());
        assert!(serde_json::from_str::<Config>(r#"{"config":{"A":1,"A":2}}"#).is_err());
    }

    #[test]
    fn fields_have_dockers_names_and_unknown_ones_are_passed_over() {
        let config = config(
            r#"{"os":"linux","architecture":"amd64","container_config":{"Cmd":[1]},"os.version":"10.0",
                "config":{"Hostname":"x","Env":["A=1"],"ExposedPorts":{"80/tcp":{}},"Volumes":{"/data":null},
                "Labels":{"b":"2","a":null},"OnBuild":["RUN x"],"WorkingDir":"/w","StopSignal":"SIGINT",
                "Healthcheck":{"Test":["CMD","x"],"Interval":30000000000,"StartPeriod":5,"Retries":3}},
                "history":[{"created_by":"ADD x","empty_layer":true},{"comment":""}]}"#,
        );
        assert_eq!(config.os_version.as_deref(), Some("10.0"));
        assert_eq!(config.config.env, ["A=1"]);
        assert!(config.config.exposed_ports.contains("80/tcp") && config.config.volumes.contains("/data"));
        assert_eq!(config.config.labels.get("a").map(String::as_str), Some(""));
        assert_eq!(config.config.on_build, ["RUN x"]);
        let check = config.config.healthcheck.unwrap();
        assert_eq!((check.interval, check.start_period, check.retries), (30_000_000_000, 5, 3));
        assert!(config.history.iter().map(|step| step.empty_layer).eq([true, false]));
        assert_eq!(config.history.last().unwrap().comment, None);
    }

    #[test]
    fn a_command_may_be_one_string_as_old_dockers_wrote() {
        assert_eq!(config(r#"{"config":{"Cmd":"sh","Entrypoint":["a",null]}}"#).config.cmd, ["sh"]);
    }

    #[test]
    fn a_diff_id_that_is_no_digest_is_refused() {
        let error = serde_json::from_str::<Config>(r#"{"rootfs":{"diff_ids":["../x"]}}"#).unwrap_err();
        assert!(error.to_string().contains("is not a digest"), "{error}");
    }
}
