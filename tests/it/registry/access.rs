//! Freezing and verifying from a real registry, and what it takes to be let in.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::distribution::{Registry, Setup, free_port};
use super::image::{Layout, layer, seven};
use super::program::{Program, nameless, text};
use super::proxy::{Fault, Proxy};

#[test]
fn a_tag_and_a_digest_give_the_lock_that_the_layout_gives() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let layout = Layout::of(&program.path("img"), &seven(5000));
    layout.push(&registry.image("team/app:v1"), &["--dest-tls-verify=false"]);
    let from_layout = program.freeze(&format!("oci:{}", layout.path()), &[]);
    let from_tag = program.freeze(&registry.image("team/app:v1"), &[]);
    assert_eq!(nameless(&from_layout), nameless(&from_tag));
    assert!(from_tag.contains(&format!("reference = \"{}/team/app:v1\"", registry.host())), "{from_tag}");
    let digest = from_tag.lines().find_map(|line| line.strip_prefix("manifest = ")).unwrap();
    let by_digest = registry.image(&format!("team/app@{}", digest.trim_matches('"')));
    assert_eq!(nameless(&program.freeze(&by_digest, &[])), nameless(&from_tag));
    // A bare name is a registry's where it is nothing on disk.
    let bare = format!("{}/team/app:v1", registry.host());
    assert_eq!(program.verify(&bare, &[]).0, 0);
    assert_eq!(program.verify(&by_digest, &["--require", "blob"]).0, 0);
    assert_eq!(program.verify(&format!("oci:{}", layout.path()), &[]).0, 0);
}

#[test]
fn what_is_not_there_is_said_to_be_missing() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let layout = Layout::of(&program.path("img"), &[layer("a", 10, 1)]);
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    let (image, host) = (registry.image("app:v2"), registry.host());
    let error = program.error(&["freeze", &image]);
    assert!(error.starts_with(&format!("error: {image}: {host} has no such image\n")), "{error}");
    let absent = registry.image(&format!("app@sha256:{}", "0".repeat(64)));
    assert!(program.error(&["freeze", &absent]).contains("has no such image"));
    let nowhere = format!("docker://127.0.0.1:{}/app", free_port());
    let error = program.error(&["freeze", &nowhere]);
    assert!(error.contains("cannot reach 127.0.0.1:") && error.contains("onnection refused"), "{error}");
    let error = program.error(&["freeze", &registry.image("app:v1"), "--offline"]);
    assert!(error.contains("--offline is set"), "{error}");
}

#[test]
fn an_index_of_two_platforms_asks_for_one() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let layout = Layout::new(&program.path("img"));
    let amd64 = layout.image("amd64", &[layer("a", 100, 1)]);
    let arm64 = layout.image("arm64", &[layer("b", 100, 2)]);
    layout.index(&[amd64, arm64.clone()]);
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    let image = registry.image("app:v1");
    let error = program.error(&["freeze", &image]);
    assert!(error.contains("found linux/amd64, linux/arm64"), "{error}");
    let lock = program.freeze(&image, &["--platform", "linux/arm64"]);
    assert!(lock.contains(arm64["digest"].as_str().unwrap()) && lock.contains("index = "), "{lock}");
    assert_eq!(program.verify(&image, &["--platform", "linux/arm64"]).0, 0);
    assert_eq!(program.verify(&image, &["--platform", "linux/amd64"]).0, 1);
    let error = program.error(&["freeze", &image, "--platform", "linux/riscv64"]);
    assert!(error.contains("has no image for linux/riscv64"), "{error}");
}

#[test]
fn a_private_image_takes_the_right_password() {
    let Some(registry) = Registry::start(Setup { has_password: true, ..Setup::default() }) else { return };
    let program = Program::new();
    let program = program.env("DOCKER_CONFIG", "docker");
    fs::create_dir(program.path("docker")).unwrap();
    let layout = Layout::of(&program.path("img"), &seven(1000));
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false", "--dest-creds", "me:open sesame"]);
    let image = registry.image("app:v1");
    let store = |auth: &str| {
        let config = format!(r#"{{"auths":{{"{}":{{"auth":"{auth}"}}}}}}"#, registry.host());
        fs::write(program.path("docker/config.json"), config).unwrap();
    };
    let error = program.error(&["freeze", &image]);
    assert!(error.contains("asks for credentials, and none are stored for it"), "{error}");
    assert!(error.contains(&format!("docker login {}", registry.host())), "{error}");
    store("bWU6b3BlbiBzZXNhbWU=");
    program.freeze(&image, &[]);
    assert_eq!(program.verify(&image, &[]).0, 0);
    store("bWU6aHVudGVyMg==");
    let error = program.error(&["verify", &image, "--lock", "a.lock"]);
    assert!(
        error.contains(&format!("{} refuses the credentials in docker/config.json", registry.host())),
        "{error}"
    );
    assert!(!error.contains("hunter2") && !error.contains("aHVudGVyMg"), "{error}");
    fs::remove_file(program.path("docker/config.json")).unwrap();
    let auth = format!(r#"{{"auths":{{"{}":{{"auth":"bWU6b3BlbiBzZXNhbWU="}}}}}}"#, registry.host());
    fs::write(program.path("auth.json"), auth).unwrap();
    let program = program.env("REGISTRY_AUTH_FILE", "auth.json");
    assert_eq!(program.verify(&image, &[]).0, 0);
}

#[cfg(unix)]
#[test]
fn a_credential_helper_is_asked_on_its_own_terms() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(registry) = Registry::start(Setup { has_password: true, ..Setup::default() }) else { return };
    let program = Program::new();
    let path = format!("{}:{}", program.path("bin").display(), std::env::var("PATH").unwrap());
    let program = program.env("DOCKER_CONFIG", ".").env("PATH", path);
    let layout = Layout::of(&program.path("img"), &[layer("a", 10, 1)]);
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false", "--dest-creds", "me:open sesame"]);
    let host = registry.host();
    fs::write(program.path("config.json"), r#"{"credsStore":"lab"}"#).unwrap();
    let image = registry.image("app:v1");
    let error = program.error(&["freeze", &image]);
    assert!(error.contains(&format!("ask docker-credential-lab for the credentials of {host}")), "{error}");
    fs::create_dir(program.path("bin")).unwrap();
    let helper = program.path("bin/docker-credential-lab");
    let script = format!(
        "#!/bin/sh\nread host\n[ \"$1 $host\" = \"get {host}\" ] || exit 1\n\
         echo '{{\"ServerURL\":\"\",\"Username\":\"me\",\"Secret\":\"open sesame\"}}'\n"
    );
    fs::write(&helper, script).unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    program.freeze(&image, &[]);
    fs::write(&helper, "#!/bin/sh\necho credentials not found in native keychain\nexit 1\n").unwrap();
    assert!(program.error(&["freeze", &image]).contains("none are stored for it"));
}

/// A certificate authority and a server's certificate for 127.0.0.1 in `folder`; false without openssl.
fn certificates(folder: &Path) -> bool {
    fs::create_dir_all(folder).unwrap();
    let openssl = |args: &str| {
        let output = Command::new("openssl").args(args.split(' ')).current_dir(folder).output();
        let Ok(output) = output else { return false };
        assert!(output.status.success(), "openssl {args}: {}", text(&output.stderr));
        true
    };
    fs::write(folder.join("san"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("req -x509 {key} -keyout ca.key -out ca.crt -days 2 -subj /CN=lab"))
        && openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=registry"))
        && openssl(
            "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 -extfile san",
        )
}

#[test]
fn a_private_authority_is_trusted_where_it_is_filed() {
    let program = Program::new();
    let folder = program.path("tls");
    if !certificates(&folder) {
        eprintln!("skipped: openssl is not installed");
        return;
    }
    let Some(registry) = Registry::start(Setup { tls: Some(&folder), ..Setup::default() }) else { return };
    let layout = Layout::of(&program.path("img"), &[layer("a", 1000, 1)]);
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    let (image, host) = (registry.image("app:v1"), registry.host());
    // Not even --insecure, which allows plain HTTP, takes a certificate that nobody trusts.
    let error = program.error(&["freeze", &image, "--insecure"]);
    assert!(error.contains(&format!("the certificate of {host} is not trusted")), "{error}");
    assert!(error.contains(&format!("certs.d/{host}/ca.crt")), "{error}");
    let filed = program.path(".config/containers/certs.d").join(&host);
    fs::create_dir_all(&filed).unwrap();
    fs::copy(folder.join("ca.crt"), filed.join("ca.crt")).unwrap();
    program.freeze(&image, &[]);
    fs::remove_dir_all(program.path(".config")).unwrap();
    let program = program.env("SSL_CERT_FILE", "tls/ca.crt");
    assert_eq!(program.verify(&image, &[]).0, 0);
}

#[test]
fn plain_http_is_for_loopback_and_those_who_ask_for_it() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let layout = Layout::of(&program.path("img"), &[layer("a", 10, 1)]);
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    // A name that nobody knows but the proxies, which lead to the registry here.
    let elsewhere = "docker://registry.invalid/app:v1";
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let program = program.env("HTTP_PROXY", &address);
    let error = program.error(&["freeze", elsewhere]);
    assert!(error.contains("cannot reach registry.invalid"), "{error}");
    assert_eq!(proxy.requests(|_| true).len(), 0);
    program.freeze(elsewhere, &["--insecure"]);
    assert_eq!(proxy.requests(|request| request.is_manifest()).len(), 1);
    // Loopback needs no proxy, and no leave.
    proxy.forget();
    assert_eq!(program.verify(&registry.image("app:v1"), &[]).0, 0);
    assert_eq!(proxy.requests(|_| true).len(), 0);
    let program = program.env("HTTPS_PROXY", &address);
    let error = program.error(&["freeze", elsewhere]);
    assert!(error.contains("expected TLS of registry.invalid, found plain HTTP"), "{error}");
    assert!(error.contains("--insecure"), "{error}");
    let tunnels = proxy.requests(|request| request.method == "CONNECT");
    assert_eq!(tunnels[0].path, "registry.invalid:443");
    proxy.forget();
    let program = program.env("NO_PROXY", "registry.invalid");
    assert!(program.error(&["freeze", elsewhere]).contains("cannot reach registry.invalid"));
    assert_eq!(proxy.requests(|_| true).len(), 0);
}
