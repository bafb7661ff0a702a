//! The image config as a lock has it, with all its values: what is secret of them is hidden where it leaves
//! (`lockfile::hiding`).

use crate::image::config::{Config, Healthcheck};
use crate::lockfile::model::LockedConfig;

/// What a container gets.
pub fn locked(config: &Config) -> LockedConfig {
    let run = &config.config;
    let env = run.env.iter().map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let labels = run.labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let command = |words: &[String]| (!words.is_empty()).then(|| words.to_vec());
    LockedConfig {
        user: text(&run.user),
        workdir: text(&run.working_dir),
        entrypoint: command(&run.entrypoint),
        cmd: command(&run.cmd),
        shell: command(&run.shell),
        stop_signal: text(&run.stop_signal),
        stop_timeout: run.stop_timeout,
        healthcheck: run.healthcheck.as_ref().map(healthcheck),
        args_escaped: run.args_escaped,
        exposed_ports: run.exposed_ports.iter().cloned().collect(),
        volumes: run.volumes.iter().cloned().collect(),
        onbuild: run.on_build.clone(),
        env,
        labels,
        other: Some(other(config)),
        secret: Vec::new(),
    }
}

/// What else is set, as JSON: keys of the config that have no field of their own, and of the platform what its name leaves out.
fn other(config: &Config) -> Vec<(String, String)> {
    let mut other: Vec<(String, String)> =
        config.config.other.iter().map(|(key, value)| (key.clone(), value.to_string())).collect();
    let version = config.os_version.as_ref().map(|version| serde_json::Value::from(version.as_str()));
    let features = (!config.os_features.is_empty()).then(|| config.os_features.as_slice().into());
    let named: [(&str, Option<serde_json::Value>); 2] = [("os.version", version), ("os.features", features)];
    other.extend(named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_string()))));
    other.sort();
    other
}

/// As its JSON, with the fields that are set, in Docker's order.
fn healthcheck(check: &Healthcheck) -> String {
    let test = serde_json::Value::from(check.test.clone());
    let mut fields = vec![format!("\"Test\":{test}")];
    let times = [
        ("Interval", check.interval),
        ("Timeout", check.timeout),
        ("StartPeriod", check.start_period),
        ("StartInterval", check.start_interval),
        ("Retries", check.retries),
    ];
    let set = times.into_iter().filter(|(_, value)| *value != 0);
    fields.extend(set.map(|(name, value)| format!("\"{name}\":{value}")));
    format!("{{{}}}", fields.join(","))
}
