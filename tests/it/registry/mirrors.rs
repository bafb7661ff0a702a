//! Mirrors named in `reprolock.toml`: asked in order, believed as far as digests go, told of where nobody has it.

use std::fs;

use super::distribution::{Registry, Setup, free_port};
use super::image::{Layout, seven};
use super::program::Program;
use super::proxy::{Fault, Proxy};

const PLAIN: &[&str] = &["--dest-tls-verify=false"];

/// A registry that holds `app:v1`, seen through a proxy, and a program to ask it.
struct Lab {
    registry: Registry,
    front: Proxy,
    program: Program,
    layout: Layout,
}

fn lab() -> Option<Lab> {
    let registry = Registry::start(Setup::default())?;
    let program = Program::new();
    let layout = Layout::of(&program.path("img"), &seven(1000));
    layout.push(&registry.image("app:v1"), PLAIN);
    let front = Proxy::start(registry.port, |_, _| Fault::Pass);
    Some(Lab { registry, front, program, layout })
}

impl Lab {
    /// Gives the user these mirrors of the registry, in this order.
    fn mirrors(&self, locations: &[String]) {
        let prefix = format!("127.0.0.1:{}", self.front.port);
        let mirror = |location: &String| {
            format!("[[registry.mirror]]\nprefix = \"{prefix}\"\nlocation = \"{location}\"\n")
        };
        let text: String = locations.iter().map(mirror).collect();
        own_settings(&self.program, &text);
    }

    fn image(&self) -> String {
        self.front.image("app:v1")
    }
}

/// The settings of the user, which are trusted.
fn own_settings(program: &Program, text: &str) {
    let folder = program.path(".config/reprolock");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("reprolock.toml"), text).unwrap();
}

#[test]
fn a_mirror_that_has_the_image_is_enough() {
    let Some(lab) = lab() else { return };
    let Some(mirror) = Registry::start(Setup::default()) else { return };
    let plain = lab.program.freeze(&lab.image(), &[]);
    lab.layout.push(&mirror.image("cache/app:v1"), PLAIN);
    let seen = Proxy::start(mirror.port, |_, _| Fault::Pass);
    lab.mirrors(&[format!("127.0.0.1:{}/cache", seen.port)]);
    lab.front.forget();
    // The lock names the image that was asked for, wherever its bytes came from.
    assert_eq!(lab.program.freeze(&lab.image(), &["--no-reuse"]), plain);
    assert_eq!(lab.front.requests(|_| true).len(), 0);
    assert!(seen.requests(|_| true).iter().all(|request| request.path.starts_with("/v2/cache/app/")));
    assert_eq!(lab.program.verify(&lab.image(), &[]).0, 0);
    // A file that is named goes before the one that is found.
    fs::write(lab.program.path("other.toml"), "").unwrap();
    lab.program.freeze(&lab.image(), &["--config", "other.toml"]);
    assert_eq!(lab.front.requests(|request| request.is_manifest()).len(), 1);
}

#[test]
fn mirrors_that_lack_it_or_do_not_answer_are_passed_over() {
    let Some(lab) = lab() else { return };
    let Some(empty) = Registry::start(Setup::default()) else { return };
    let plain = lab.program.freeze(&lab.image(), &[]);
    let failing =
        Proxy::start(empty.port, |_, _| Fault::Answer("403 Forbidden", String::new(), String::new()));
    let nobody = format!("127.0.0.1:{}", free_port());
    let seen = Proxy::start(empty.port, |_, _| Fault::Pass);
    lab.mirrors(&[nobody.clone(), format!("127.0.0.1:{}", failing.port), format!("127.0.0.1:{}", seen.port)]);
    assert_eq!(lab.program.freeze(&lab.image(), &[]), plain);
    // Each was asked for the manifest; whoever has not got that is not asked for what it names.
    let manifests = |proxy: &Proxy| proxy.requests(|request| request.is_manifest()).len();
    assert_eq!((manifests(&failing), manifests(&seen)), (1, 1));
    let error = lab.program.error(&["freeze", &lab.front.image("app:v2")]);
    assert!(error.contains("has no such image; asked before it: "), "{error}");
    assert!(error.contains(&format!("{nobody}/app:v2: ")) && error.contains("onnection refused"), "{error}");
    assert!(error.contains("found 403 Forbidden") && error.contains("app:v2: it is not there"), "{error}");
}

#[test]
fn a_blob_that_a_mirror_lacks_comes_from_the_registry() {
    let Some(lab) = lab() else { return };
    let plain = lab.program.freeze(&lab.image(), &[]);
    let blob = plain.lines().rfind(|line| line.starts_with("digest = ")).unwrap();
    let blob = blob.trim_start_matches("digest = ").trim_matches('"').to_owned();
    let lacking = Proxy::start(lab.registry.port, move |request, _| match request.path.ends_with(&blob) {
        true => Fault::Answer("404 Not Found", String::new(), String::new()),
        false => Fault::Pass,
    });
    lab.mirrors(&[format!("127.0.0.1:{}", lacking.port)]);
    lab.front.forget();
    assert_eq!(lab.program.freeze(&lab.image(), &["--no-reuse"]), plain);
    assert_eq!(lab.front.requests(|_| true).len(), 1);
}

#[test]
fn a_mirror_with_other_bytes_is_an_error_and_no_lack() {
    let Some(lab) = lab() else { return };
    let lock = lab.program.freeze(&lab.image(), &[]);
    let digest = lock.lines().find_map(|line| line.strip_prefix("manifest = ")).unwrap().trim_matches('"');
    let wrong = Proxy::start(lab.registry.port, |request, _| match request.is_manifest() {
        true => Fault::Flip(30),
        false => Fault::Pass,
    });
    lab.mirrors(&[format!("127.0.0.1:{}", wrong.port)]);
    let error = lab.program.error(&["freeze", &lab.front.image(&format!("app@{digest}"))]);
    assert!(error.contains(&format!("expected {digest}, found sha256:")), "{error}");
}

#[test]
fn plain_http_can_be_allowed_for_one_registry() {
    let Some(lab) = lab() else { return };
    let Lab { front, program, .. } = lab;
    let program = program.env("HTTP_PROXY", format!("http://127.0.0.1:{}", front.port));
    let elsewhere = "docker://registry.invalid/app:v1";
    own_settings(&program, "[registry]\ninsecure = [\"other.invalid\"]\n");
    assert!(program.error(&["freeze", elsewhere]).contains("cannot reach registry.invalid"));
    own_settings(&program, "[registry]\ninsecure = [\"registry.invalid\"]\n");
    program.freeze(elsewhere, &[]);
    assert!(program.error(&["freeze", elsewhere, "--no-config"]).contains("cannot reach registry.invalid"));
}

#[test]
fn a_file_that_nobody_named_sends_no_request_anywhere() {
    let Some(lab) = lab() else { return };
    let Some(mirror) = Registry::start(Setup::default()) else { return };
    lab.layout.push(&mirror.image("cache/app:v1"), PLAIN);
    let plain = lab.program.freeze(&lab.image(), &[]);
    let seen = Proxy::start(mirror.port, |_, _| Fault::Pass);
    let (prefix, location) = (lab.front.port, seen.port);
    let settings = format!(
        "[registry]\ninsecure = [\"registry.invalid\"]\n[[registry.mirror]]\nprefix = \"127.0.0.1:{prefix}\"\nlocation = \"127.0.0.1:{location}/cache\"\n"
    );
    fs::write(lab.program.path("reprolock.toml"), settings).unwrap();
    let output = lab.program.run(&["freeze", &lab.image(), "-o", "b.lock", "--no-reuse"]);
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("note: [registry] of reprolock.toml is not used"), "{said}");
    assert_eq!(fs::read_to_string(lab.program.path("b.lock")).unwrap(), plain);
    assert_eq!(seen.requests(|_| true).len(), 0);
    let elsewhere = lab.program.error(&["inspect", "docker://registry.invalid/app:v1"]);
    assert!(!elsewhere.contains("http://registry.invalid"), "{elsewhere}");
    // Whoever names it, means it.
    lab.program.freeze(&lab.image(), &["--no-reuse", "--config", "reprolock.toml"]);
    assert!(!seen.requests(|_| true).is_empty());
}

#[test]
fn a_broken_file_stops_every_command_that_would_follow_it() {
    let program = Program::new();
    fs::write(program.path("reprolock.toml"), "[registry]\ninsecur = []\n").unwrap();
    for command in ["freeze", "verify", "inspect"] {
        let error = program.error(&[command, "image.tar"]);
        let expected =
            "error: reprolock.toml:2:1: unknown field `insecur`, expected `mirror` or `insecure`\n";
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(program.run(&["explain", "--list"]).status.success());
}
