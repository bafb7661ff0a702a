//! Engines that fail: each failure is one clear error and exit code 2, and nothing is left behind.

use super::fake::{Fault, Held, Setup};
use super::{app, place_with};
use crate::support::Place;

/// The error and the hint of freezing from an engine with a fault.
fn refused(fault: Fault) -> (String, String) {
    let held = Held::classic(&app("x"), "app:1");
    let (place, _engine) = place_with(Setup::holding([held]).fault(fault));
    let told = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    assert_eq!(place.names(), ["engine.sock"]);
    told
}

#[test]
fn a_stream_that_is_cut_anywhere_is_broken_and_never_an_image() {
    let whole = app("x").docker().archive().len();
    for tenth in 0..10 {
        let at = whole * tenth / 10;
        let (error, hint) = refused(Fault::Cut(at));
        let start = format!(
            "docker-daemon:app:1: the image's stream from unix://[place]/engine.sock broke after {at} bytes: "
        );
        assert!(error.starts_with(&start), "{error}");
        assert!(hint.starts_with("try again"), "{hint}");
    }
    // An engine, or a proxy before it, that ends the stream properly and too early.
    for at in [0, 512, whole / 2, whole - 512] {
        let (error, _) = refused(Fault::Short(at));
        let reason = if at == 0 { "nothing came" } else { "it does not end as an archive does" };
        assert!(error.ends_with(&format!("broke after {at} bytes: {reason}")), "{error}");
    }
}

#[test]
fn what_the_engine_says_in_mid_stream_is_told() {
    for at in [0, 700, 3000] {
        let (error, _) = refused(Fault::Words(at, "write /var/lib/docker/tmp: no space left on device"));
        assert!(error.ends_with(": write /var/lib/docker/tmp: no space left on device"), "{error}");
    }
}

#[test]
fn a_status_is_told_with_the_engines_words() {
    let (error, hint) =
        refused(Fault::Status("500 Internal Server Error", r#"{"message":"layer is\u001b[2J missing"}"#));
    let expected = "docker-daemon:app:1: the image's stream from unix://[place]/engine.sock: 500 Internal Server Error: layer is\\x1b[2J missing";
    assert_eq!(error, expected);
    assert_eq!(hint, "the engine's own words say why; its log may say more");
    let (error, _) = refused(Fault::Status("403 Forbidden", "<html>"));
    assert!(error.ends_with("unix://[place]/engine.sock: 403 Forbidden"), "{error}");
    // Deleted after it was described.
    let (error, _) = refused(Fault::Status("404 Not Found", "{}"));
    assert!(error.ends_with("the engine at unix://[place]/engine.sock has no such image"), "{error}");
}

#[test]
fn somebody_else_behind_the_socket_is_no_engine() {
    let (error, hint) = refused(Fault::Bytes("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"));
    assert_eq!(
        error,
        "docker-daemon:app:1: unix://[place]/engine.sock does not answer as an engine does: 200 OK"
    );
    assert!(hint.starts_with("check DOCKER_HOST"), "{hint}");
    let tls = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
    let (error, hint) = refused(Fault::Bytes(tls));
    assert!(error.ends_with("400 Bad Request: Client sent an HTTP request to an HTTPS server."), "{error}");
    assert!(hint.contains("DOCKER_TLS_VERIFY=1"), "{hint}");
    for bytes in ["SSH-2.0-OpenSSH_9.2\r\n", "", "\0\0\0\0"] {
        let (error, _) = refused(Fault::Bytes(bytes));
        assert!(error.starts_with("docker-daemon:app:1: cannot reach the engine at unix://"), "{error}");
    }
}

#[test]
fn a_description_that_is_no_json_is_told_as_that() {
    let (error, _) = refused(Fault::Description("{\"Id\":"));
    assert!(error.starts_with("read the image's description of docker-daemon:app:1 as JSON: "), "{error}");
}

#[test]
fn an_engine_that_never_answers_is_given_up_and_a_slow_one_is_not() {
    let (place, _engine) = place_with(Setup::holding([]).fault(Fault::Silent));
    let (error, _) = place.run(&["freeze", "127.0.0.1:9/app:1"]).refusal();
    assert!(error.starts_with("docker://127.0.0.1:9/app:1: cannot reach 127.0.0.1:9"), "{error}");
    let expected =
        "cannot reach the engine at unix://[place]/engine.sock: it takes the connection, and does not answer";
    assert!(error.ends_with(expected), "{error}");
    let held = Held::classic(&app("x"), "app:1");
    let (place, _engine) = place_with(Setup::holding([held]).fault(Fault::Trickle));
    let run = place.run(&["freeze", "docker-daemon:app:1"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn an_engine_from_before_manifest_json_is_too_old() {
    let held = Held::classic(&app("x"), "app:1");
    let (place, _engine) = place_with(Setup::holding([held]).version("1.21"));
    let (error, hint) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    let expected = "docker-daemon:app:1: the engine at unix://[place]/engine.sock is too old: expected API 1.22 or later, found 1.21";
    assert_eq!(error, expected);
    assert!(hint.starts_with("update the engine"), "{hint}");
}

#[test]
fn a_folder_for_temporary_files_that_cannot_be_written_is_named() {
    let held = Held::classic(&app("x"), "app:1");
    let (place, _engine) = place_with(Setup::holding([held]));
    let place = place.variable("TMPDIR", "nowhere");
    let (error, hint) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    let start = "docker-daemon:app:1: keep the image's stream in a temporary file, 0 of some 4096 bytes: No such file";
    assert!(error.starts_with(start), "{error}");
    assert!(hint.contains("TMPDIR"), "{hint}");
}

#[test]
fn an_image_that_is_not_there_is_told_with_names_that_are_near() {
    let held = |name: &str| Held::classic(&app("x"), name);
    let images = [held("project_ai:1"), held("example.org/project_ai:9"), held("other:1")];
    let (place, _engine) = place_with(Setup::holding(images));
    let (error, hint) = place.run(&["inspect", "docker-daemon:projectai:1"]).refusal();
    let expected = "docker-daemon:projectai:1: the engine at unix://[place]/engine.sock has no such image; there is example.org/project_ai:9, project_ai:1";
    assert_eq!(error, expected);
    assert_eq!(hint, "docker images or podman images lists what the engine has");
}

#[test]
fn a_name_that_could_reach_another_call_is_refused() {
    let (place, engine) = place_with(Setup::holding([]));
    for name in ["../containers", "a/../../info", "a?b", "a%2f..", "/a"] {
        let error = place.run(&["freeze", &format!("docker-daemon:{name}")]).refusal().0;
        assert!(error.ends_with("expected an engine's NAME[:TAG], NAME@DIGEST or ID"), "{error}");
    }
    assert_eq!(engine.calls(), Vec::<String>::new());
}

#[test]
fn no_engine_at_all_is_told_with_where_it_was_looked_for() {
    let place = Place::new();
    let (error, hint) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    assert_eq!(
        error,
        "docker-daemon:app:1: no engine answers: tried unix://[place]/engine.sock (no such socket)"
    );
    assert!(hint.starts_with("start Docker, or Podman's socket"), "{hint}");
    // A socket that nobody listens on any more.
    drop(std::os::unix::net::UnixListener::bind(place.path("engine.sock")).unwrap());
    let (error, _) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    assert!(
        error.contains("cannot reach the engine at unix://[place]/engine.sock: Connection refused"),
        "{error}"
    );
}
