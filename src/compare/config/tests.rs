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
