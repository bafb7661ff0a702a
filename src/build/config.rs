//! The image config as the lockfile keeps it.

use crate::base::secrets;
use crate::image::config::{Healthcheck, RunConfig};
use crate::lockfile::model::{LockedConfig, Secret};

/// What a container gets, secrets left out.
pub fn locked(run: &RunConfig) -> LockedConfig {
    let mut secret = Vec::new();
    let mut keep = |field: &str, name: &str, value: &str| {
        let is_secret = secrets::is_secret(name, value);
        if is_secret {
            secret.push(Secret { field: field.to_owned(), name: name.to_owned(), redacted: true });
        }
        !is_secret
    };
    let env = run.env.iter().map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let env = env.filter(|(name, value)| keep("env", name, value));
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let labels = run.labels.iter().filter(|(name, value)| keep("labels", name, value));
    let labels = labels.map(|(name, value)| (name.clone(), value.clone())).collect();
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let command =
        |words: &[String]| (!words.is_empty()).then(|| words.iter().map(|word| plain(word)).collect());
    LockedConfig {
        user: text(&run.user),
        workdir: text(&run.working_dir),
        entrypoint: command(&run.entrypoint),
        cmd: command(&run.cmd),
        shell: command(&run.shell),
        stop_signal: text(&run.stop_signal),
        healthcheck: run.healthcheck.as_ref().map(healthcheck),
        exposed_ports: run.exposed_ports.iter().cloned().collect(),
        volumes: run.volumes.iter().cloned().collect(),
        onbuild: run.on_build.iter().map(|trigger| plain(trigger)).collect(),
        env,
        labels,
        secret,
    }
}

fn plain(text: &str) -> String {
    secrets::redact(text).unwrap_or_else(|| text.to_owned())
}

/// As its JSON, with the fields that are set, in Docker's order.
fn healthcheck(check: &Healthcheck) -> String {
    let test = serde_json::Value::from(check.test.iter().map(|word| plain(word)).collect::<Vec<_>>());
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
