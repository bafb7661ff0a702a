//! The images that a Dockerfile names, and their digests: whose registry is asked without being told to, and what answers do.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use reprolock::internal::base::digest::Sha256;
use serde_json::Value;

use super::distribution::{Registry, Setup};
use super::image::{Layout, layer};
use super::program::{Program, text};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A registry that answers each request for a manifest as it is told to, and the paths it was asked for.
struct Fake {
    host: String,
    asked: Arc<Mutex<Vec<String>>>,
    /// Requests that were answered at the same time, at most.
    together: Arc<AtomicUsize>,
}

/// Status line, headers, body.
type Answer = (&'static str, String, String);

impl Fake {
    fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (asked, together) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (seen, most, now) = (asked.clone(), together.clone(), Arc::new(AtomicUsize::new(0)));
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (seen, most, now, answer) = (seen.clone(), most.clone(), now.clone(), answer.clone());
                thread::spawn(move || {
                    let mut bytes = Vec::new();
                    let mut buffer = [0; 4096];
                    loop {
                        while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
                            match stream.read(&mut buffer) {
                                Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
                                _ => return,
                            }
                        }
                        let request = String::from_utf8_lossy(&bytes).into_owned();
                        bytes.clear();
                        let path = request.split(' ').nth(1).unwrap().to_owned();
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        seen.lock().unwrap().push(path.clone());
                        let (status, headers, body) = answer(&path);
                        now.fetch_sub(1, Ordering::SeqCst);
                        let head =
                            format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
                        if stream.write_all((head + &body).as_bytes()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { host, asked, together }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A manifest of `name`, without a word on its digest.
fn manifest(name: &str) -> String {
    let digest = Sha256::of(name.as_bytes());
    format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{MANIFEST}\",\"config\":{{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\
         \"digest\":\"{digest}\",\"size\":1}},\"layers\":[]}}"
    )
}

fn served(media_type: &str, body: String) -> Answer {
    ("200 OK", format!("Content-Type: {media_type}\r\n"), body)
}

/// The image on disk that is frozen, and a program beside it.
fn program() -> Program {
    let program = Program::new();
    Layout::of(&program.path("own"), &[layer("own", 100, 1)]);
    program
}

/// The digests in the lock's `[[build.image]]`, by name, and the notes of the freeze.
fn frozen(
    program: &Program,
    dockerfile: &str,
    more: &[&str],
) -> (Vec<(String, String, String)>, Vec<String>) {
    std::fs::write(program.path("Dockerfile"), dockerfile).unwrap();
    let arguments = ["freeze", "oci:own:v1", "-f", "Dockerfile", "-o", "a.lock", "--format", "json"];
    let output = program.run(&[&arguments[..], more].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let notes = json["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned());
    (images(program), notes.collect())
}

fn images(program: &Program) -> Vec<(String, String, String)> {
    let lock: toml::Table = std::fs::read_to_string(program.path("a.lock")).unwrap().parse().unwrap();
    let images = lock["build"].get("image").and_then(|images| images.as_array().cloned()).unwrap_or_default();
    let word = |image: &toml::Value, key: &str| image[key].as_str().unwrap().to_owned();
    images
        .iter()
        .map(|image| (word(image, "reference"), word(image, "digest"), word(image, "source")))
        .collect()
}

#[test]
fn an_image_on_disk_asks_nobody_until_it_is_told_to_and_then_each_name_once() {
    let fake = Fake::start(|path| served(MANIFEST, manifest(path)));
    let program = program();
    let host = &fake.host;
    let dockerfile = format!(
        "# syntax={host}/syntax:1\nARG V=1\nFROM {host}/a:$V AS a\nFROM {host}/b\nCOPY --from={host}/c:1 / /\n\
         COPY --from=a / /\nRUN --mount=type=bind,from={host}/c:1,target=/c true\nFROM scratch\nCOPY own /\n"
    );
    let (images, notes) = frozen(&program, &dockerfile, &[]);
    assert_eq!((images, fake.asked().len()), (Vec::new(), 0));
    assert_eq!(
        notes,
        [format!(
            "the digests of {host}/a:1, {host}/b, {host}/c:1 and 1 more are not known: engines and registries other than \
             the image's own are asked only with --online"
        )]
    );
    let (images, notes) = frozen(&program, &dockerfile, &["--online"]);
    let expected = |name: &str, path: &str| {
        let digest = Sha256::of(manifest(&format!("/v2/{path}")).as_bytes()).to_string();
        (format!("{host}/{name}"), digest, "registry".to_owned())
    };
    assert_eq!(
        images,
        [
            expected("a:1", "a/manifests/1"),
            expected("b", "b/manifests/latest"),
            expected("c:1", "c/manifests/1"),
            expected("syntax:1", "syntax/manifests/1"),
        ]
    );
    assert_eq!((notes, fake.asked().len()), (Vec::new(), 4));
}

#[test]
fn only_what_is_held_to_its_digest_is_locked() {
    let lie = || Sha256::of(b"another").to_string();
    let fake = Fake::start(move |path| {
        let name = path.trim_start_matches("/v2/").split('/').next().unwrap().to_owned();
        let body = manifest(&name);
        match name.as_str() {
            "lies" => {
                let headers = format!("Content-Type: {MANIFEST}\r\nDocker-Content-Digest: {}\r\n", lie());
                ("200 OK", headers, body)
            }
            "page" => served("text/html", "<html>log in</html>".to_owned()),
            "gone" => ("404 Not Found", String::new(), String::new()),
            "secret" => {
                ("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n".to_owned(), String::new())
            }
            "list" => {
                served(INDEX, format!("{{\"schemaVersion\":2,\"mediaType\":\"{INDEX}\",\"manifests\":[]}}"))
            }
            "old" => served(
                "application/vnd.docker.distribution.manifest.v1+prettyjws",
                "{\"schemaVersion\":1}".into(),
            ),
            _ => served(MANIFEST, body),
        }
    });
    let names = ["gone", "lies", "list", "old", "page", "plain", "secret"];
    let lines: Vec<String> = names.iter().map(|name| format!("FROM {}/{name}:1\n", fake.host)).collect();
    let (images, notes) = frozen(&program(), &(lines.concat() + "FROM scratch\nCOPY own /\n"), &["--online"]);
    let locked: Vec<&str> = images.iter().map(|(name, _, _)| name.rsplit('/').next().unwrap()).collect();
    assert_eq!(locked, ["list:1", "plain:1"]);
    let told = notes.join("\n");
    for part in ["has no such image", &format!("expected {}", lie()), "and none are stored for it", "page:1"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(notes.len(), 5, "{told}");
}

#[test]
fn a_registry_that_limits_requests_is_left_and_several_are_asked_together() {
    let limited =
        Fake::start(|_| ("429 Too Many Requests", "Retry-After: 86400\r\n".to_owned(), String::new()));
    let slow = Fake::start(|path| {
        thread::sleep(std::time::Duration::from_millis(20));
        served(MANIFEST, manifest(path))
    });
    let lines: String =
        (0..300).map(|at| format!("FROM {}/a{at}:1\nFROM {}/b{at}:1\n", limited.host, slow.host)).collect();
    let (images, notes) = frozen(&program(), &(lines + "FROM scratch\nCOPY own /\n"), &["--online"]);
    assert_eq!(images.len(), 300);
    assert!(limited.asked().len() <= 8, "{}", limited.asked().len());
    let together = slow.together.load(Ordering::SeqCst);
    assert!((2..=8).contains(&together), "{together}");
    assert_eq!(notes.len(), 6, "{notes:?}");
    assert!(notes[0].contains("429"), "{notes:?}");
    assert_eq!(notes[5], "the digests of 295 more images are not known either");
}

#[test]
fn the_registry_that_the_image_was_read_from_is_asked_and_no_other() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let other = Fake::start(|path| served(MANIFEST, manifest(path)));
    let program = Program::new();
    let own = Layout::of(&program.path("own"), &[layer("own", 100, 1)]);
    own.push(&registry.image("own:v1"), &["--dest-tls-verify=false"]);
    let tools = Layout::new(&program.path("tools"));
    let platforms = ["amd64", "arm64"].map(|architecture| tools.image(architecture, &[layer("t", 100, 2)]));
    tools.index(&platforms);
    tools.push(&registry.image("tools:v1"), &["--dest-tls-verify=false"]);
    let index: Value =
        serde_json::from_slice(&std::fs::read(program.path("tools/index.json")).unwrap()).unwrap();
    let index = index["manifests"][0]["digest"].as_str().unwrap().to_owned();

    let dockerfile = format!(
        "FROM scratch\nCOPY --from={}/tools:v1 / /\nCOPY --from={}/x:1 / /\nCOPY own /\n",
        registry.host(),
        other.host
    );
    std::fs::write(program.path("Dockerfile"), dockerfile).unwrap();
    let freeze = |more: &[&str]| {
        let arguments = ["freeze", &registry.image("own:v1"), "-f", "Dockerfile", "-o", "a.lock"];
        let output = program.run(&[&arguments[..], more].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let told = freeze(&[]);
    let tools = (format!("{}/tools:v1", registry.host()), index, "registry".to_owned());
    assert_eq!((images(&program), other.asked().len()), (vec![tools.clone()], 0));
    assert!(told.contains(&format!("the digest of {}/x:1 is not known", other.host)), "{told}");
    assert!(told.contains("--online"), "{told}");
    freeze(&["--online"]);
    let names: Vec<String> = images(&program).into_iter().map(|(name, _, _)| name).collect();
    assert!(names.contains(&tools.0) && names.contains(&format!("{}/x:1", other.host)), "{names:?}");
    assert_eq!(other.asked().len(), 1);
}

#[test]
fn online_and_offline_are_not_both_meant() {
    let program = program();
    std::fs::write(program.path("Dockerfile"), "FROM a:1\n").unwrap();
    for arguments in [
        &["freeze", "oci:own:v1", "--online", "--offline"][..],
        &["lint", "--online", "--offline", "Dockerfile"],
    ] {
        let error = program.error(arguments);
        assert!(error.contains("--offline"), "{error}");
    }
}

#[test]
fn lint_asks_only_when_it_is_told_to_and_fixes_with_what_it_is_told() {
    let fake = Fake::start(|path| match path.contains("/gone/") {
        true => ("404 Not Found", String::new(), String::new()),
        false => served(MANIFEST, manifest(path)),
    });
    let host = &fake.host;
    let program = Program::new();
    let dockerfile = format!(
        "# syntax={host}/syntax:1\nARG BASE={host}/base:3\nFROM $BASE AS a\nFROM {host}/plain\n\
         COPY --from={host}/gone:1 / /\nCOPY --from=a /x /\nONBUILD COPY --from={host}/late:1 / /\n"
    );
    let compose =
        format!("services:\n  db:\n    image: {host}/db:1\n  app:\n    build: .\n    image: {host}/app:1\n");
    std::fs::write(program.path("Dockerfile"), &dockerfile).unwrap();
    std::fs::write(program.path("compose.yaml"), &compose).unwrap();
    let offline = program.run(&["lint", "--fix", "Dockerfile", "compose.yaml"]);
    assert_eq!((offline.status.code(), fake.asked().len()), (Some(1), 0));
    let online = program.run(&["lint", "--fix", "--online", "Dockerfile", "compose.yaml"]);
    let told = text(&online.stderr);
    assert!(told.contains(&format!("the digest of {host}/gone:1 is not known")), "{told}");
    let mut asked = fake.asked();
    asked.sort();
    asked.dedup();
    let expected = [
        "base/manifests/3",
        "db/manifests/1",
        "gone/manifests/1",
        "plain/manifests/latest",
        "syntax/manifests/1",
    ];
    assert_eq!(asked, expected.map(|path| format!("/v2/{path}")));
    let pin = |name: &str, path: &str| {
        format!("{host}/{name}@{}", Sha256::of(manifest(&format!("/v2/{path}")).as_bytes()))
    };
    let fixed = std::fs::read_to_string(program.path("Dockerfile")).unwrap();
    let expected = dockerfile
        .replace(&format!("{host}/syntax:1"), &pin("syntax:1", "syntax/manifests/1"))
        .replace(&format!("{host}/base:3"), &pin("base:3", "base/manifests/3"))
        .replace(&format!("{host}/plain"), &pin("plain:latest", "plain/manifests/latest"));
    assert_eq!(fixed, expected);
    let fixed = std::fs::read_to_string(program.path("compose.yaml")).unwrap();
    assert_eq!(fixed, compose.replace(&format!("{host}/db:1"), &pin("db:1", "db/manifests/1")));
}
