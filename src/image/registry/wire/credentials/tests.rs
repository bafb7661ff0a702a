//! Where credentials are found, and what of them is never shown.

use super::*;

/// Credentials for `registry/repository` in a `config.json` of this text.
fn of(config: &str, registry: &str, repository: &str) -> Result<Option<Secret>, ImageError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), config).unwrap();
    let places = Places { docker_config: Some(folder.path().to_owned()), ..Places::default() };
    find(&places, registry, repository).map(|found| found.map(|found| found.secret))
}

fn password(user: &str, password: &str) -> Option<Secret> {
    Some(Secret::Password { user: user.to_owned(), password: password.to_owned() })
}

#[test]
fn an_entry_is_found_however_old_clients_wrote_its_key() {
    for key in [
        "example.com:5000",
        "https://example.com:5000",
        "https://example.com:5000/v1/",
        "http://example.com:5000/v2/",
    ] {
        let config = format!(r#"{{"auths":{{"{key}":{{"auth":"bWU6cGE6c3M="}}}}}}"#);
        assert_eq!(of(&config, "example.com:5000", "app").unwrap(), password("me", "pa:ss"), "{key}");
        assert_eq!(of(&config, "example.com", "app").unwrap(), None, "{key}");
    }
}

#[test]
fn docker_hub_has_a_key_of_its_own() {
    let config = r#"{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6eA=="}}}"#;
    assert_eq!(of(config, "docker.io", "library/python").unwrap(), password("me", "x"));
}

#[test]
fn podman_files_credentials_by_namespace_and_the_longest_wins() {
    let config = r#"{"auths":{"quay.io":{"auth":"YTox"},"quay.io/team":{"auth":"Yjoy"}}}"#;
    assert_eq!(of(config, "quay.io", "team/app").unwrap(), password("b", "2"));
    assert_eq!(of(config, "quay.io", "teams/app").unwrap(), password("a", "1"));
}

#[test]
fn tokens_and_plain_fields_are_read_and_empty_entries_passed_over() {
    let config = r#"{"auths":{"a.io":{"identitytoken":"t","auth":"eDp5"},"b.io":{},"c.io":null,
        "d.io":{"username":"u","password":"p"},"e.io":{"registrytoken":"r"},"f.io":{"auth":"***"}}}"#;
    assert_eq!(of(config, "a.io", "x").unwrap(), Some(Secret::Identity("t".into())));
    assert_eq!(of(config, "b.io", "x").unwrap(), None);
    assert_eq!(of(config, "c.io", "x").unwrap(), None);
    assert_eq!(of(config, "d.io", "x").unwrap(), password("u", "p"));
    assert_eq!(of(config, "e.io", "x").unwrap(), Some(Secret::Bearer("r".into())));
    assert_eq!(of(config, "f.io", "x").unwrap(), None);
}

#[test]
fn a_damaged_file_is_named_and_not_quoted() {
    let error = of(r#"{"auths":{"a.io":"hunter2"}}"#, "a.io", "x").unwrap_err().to_string();
    assert!(error.starts_with("read the credentials in ") && error.ends_with("in line 1"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn the_auth_file_asked_for_is_the_only_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("config.json"), r#"{"auths":{"a.io":{"auth":"bWU6eA=="}}}"#).unwrap();
    fs::write(path("auth.json"), "{}").unwrap();
    let places = Places {
        registry_auth_file: Some(path("auth.json")),
        docker_config: Some(folder.path().to_owned()),
        ..Places::default()
    };
    assert_eq!(find(&places, "a.io", "x").unwrap(), None);
}

#[test]
fn a_secret_does_not_print() {
    let found = Credentials { secret: password("me", "hunter2").unwrap(), account: "here".into() };
    assert!(!format!("{found:?}").contains("hunter2"));
}
