//! Which engine is asked, and when none is: variables, contexts, `--offline`, bare names.

use reprolock::internal::base::digest::Sha256;

use super::fake::{Engine, Held, Setup};
use super::{app, place_with, place_with_app};
use crate::support::Place;

fn held() -> Held {
    Held::classic(&app("x"), "app:1")
}

/// A place whose home has a docker context of this name and host.
fn with_context(place: Place, name: &str, host: &str) -> Place {
    let id = Sha256::of(name.as_bytes()).hex();
    let meta = format!(r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}"}}}}}}"#);
    place.write(&format!(".docker/contexts/meta/{id}/meta.json"), meta);
    place.variable("DOCKER_HOST", "")
}

#[test]
fn an_engine_on_a_port_is_asked_as_one_on_a_socket() {
    let engine = Engine::on_port(Setup::holding([held()]));
    let place = Place::new().variable("DOCKER_HOST", &engine.host);
    // Loopback is this machine, and is reached without a proxy.
    let place = place.variable("HTTP_PROXY", "http://127.0.0.1:9");
    let run = place.run(&["freeze", "docker-daemon:app:1", "--offline"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(engine.calls().len(), 3);
}

#[test]
fn the_context_in_use_names_the_engine_and_docker_host_goes_before_it() {
    let engine = Engine::on_port(Setup::holding([held()]));
    let place = with_context(Place::new(), "lab", &engine.host);
    place.write(".docker/config.json", r#"{"currentContext":"lab"}"#);
    assert_eq!(place.run(&["freeze", "docker-daemon:app:1"]).code, 0);
    let place = place.variable("DOCKER_CONTEXT", "gone");
    let (error, hint) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    assert!(
        error
            .starts_with("docker-daemon:app:1: find the engine: docker's context \"gone\": [place]/.docker/"),
        "{error}"
    );
    assert!(hint.contains("docker context ls"), "{hint}");
    let place = place.variable("DOCKER_CONTEXT", "lab");
    assert_eq!(place.run(&["freeze", "docker-daemon:app:1"]).code, 0);
    let place = place.variable("DOCKER_HOST", "unix:///nowhere.sock");
    let (error, _) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    assert!(error.ends_with("tried unix:///nowhere.sock (no such socket)"), "{error}");
}

#[test]
fn rootless_sockets_are_found_where_they_are_by_default_and_the_one_that_has_the_image_is_taken() {
    let place = Place::new().variable("DOCKER_HOST", "");
    let run = place.path("run");
    std::fs::create_dir_all(run.join("podman")).unwrap();
    let place = place.variable("XDG_RUNTIME_DIR", run.to_str().unwrap());
    // The machine's own engine, which is asked too where there is one, has no such name.
    let held = Held::classic(&app("x"), "reprolock.test/app:1");
    let docker = Engine::on_socket(&run.join("docker.sock"), Setup::holding([]));
    let podman = Engine::on_socket(&run.join("podman/podman.sock"), Setup::holding([held]));
    let frozen = place.run(&["freeze", "docker-daemon:reprolock.test/app:1"]);
    assert_eq!(frozen.code, 0, "{frozen}");
    assert!(!docker.calls().iter().any(|call| call.ends_with("/get")));
    assert!(podman.calls().iter().any(|call| call.ends_with("/get")));
}

#[test]
fn addresses_that_lead_to_no_engine_here_are_told_with_a_way_round() {
    for (host, way) in [
        ("ssh://me@example.org", "ssh -nNT -L"),
        ("npipe:////./pipe/docker_engine", "WSL"),
        ("fd://", "check DOCKER_HOST"),
    ] {
        let place = Place::new().variable("DOCKER_HOST", host);
        let (error, hint) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
        let expected = format!(
            "docker-daemon:app:1: the engine of DOCKER_HOST: expected unix:// or tcp://, found {host}"
        );
        assert_eq!(error, expected);
        assert!(hint.contains(way), "{hint}");
    }
    let place = with_context(Place::new(), "far", "ssh://me@example.org").variable("DOCKER_CONTEXT", "far");
    let (error, _) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    assert!(error.contains("the engine of docker's context \"far\": expected unix://"), "{error}");
}

#[test]
fn offline_asks_this_machines_engine_and_no_other() {
    let place = Place::new().variable("DOCKER_HOST", "tcp://192.0.2.1:2375");
    let (error, hint) = place.run(&["freeze", "docker-daemon:app:1", "--offline"]).refusal();
    let expected =
        "docker-daemon:app:1: expected an image on this machine, found one to fetch, and --offline is set";
    assert_eq!(error, expected);
    assert!(hint.starts_with("leave --offline out"), "{hint}");
    let (place, _engine) = place_with_app("x");
    assert_eq!(place.run(&["freeze", "app:1", "--offline"]).code, 0);
    let (error, _) = place.run(&["freeze", "app:2", "--offline"]).refusal();
    let expected = "docker://app:2: expected an image on this machine, found one to fetch, and --offline is set; and no engine gave it: docker-daemon:app:2: the engine at unix://[place]/engine.sock has no such image; there is app:1";
    assert_eq!(error, expected);
}

#[test]
fn a_bare_name_is_a_path_then_the_engines_then_a_registrys() {
    let (place, engine) = place_with_app("x");
    let run = place.run(&["freeze", "app:1"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(engine.calls().len(), 3);
    place.write("app:1", app("y").docker().archive());
    let run = place.run(&["verify", "app:1"]);
    assert_eq!((run.code, engine.calls().len()), (1, 0), "{run}");
    // Nobody listens where the registry would be.
    let (error, _) = place.run(&["freeze", "127.0.0.1:9/app:1"]).refusal();
    assert!(error.starts_with("docker://127.0.0.1:9/app:1: cannot reach 127.0.0.1:9: "), "{error}");
    assert!(
        error.contains("; and no engine gave it: docker-daemon:127.0.0.1:9/app:1: the engine at"),
        "{error}"
    );
    assert!(error.ends_with("has no such image; there is app:1"), "{error}");
    // docker:// is never an engine's.
    engine.calls();
    let (error, _) = place.run(&["freeze", "docker://127.0.0.1:9/app:1"]).refusal();
    assert!(!error.contains("engine"), "{error}");
    assert_eq!(engine.calls().len(), 0);
}

#[test]
fn a_bare_name_is_the_registrys_where_no_engine_is() {
    let place = Place::new();
    let (error, _) = place.run(&["freeze", "127.0.0.1:9/app:1"]).refusal();
    assert!(
        error.starts_with("docker://127.0.0.1:9/app:1: cannot reach") && !error.contains("engine"),
        "{error}"
    );
    let (place, _engine) = place_with(Setup::holding([]).version("1.10"));
    let (error, hint) = place.run(&["freeze", "127.0.0.1:9/app:1"]).refusal();
    assert!(error.contains("cannot reach") && error.contains("is too old"), "{error}");
    assert!(hint.starts_with("update the engine"), "{hint}");
}
