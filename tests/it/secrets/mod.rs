//! Some 160 canaries in an image, its rebuild and the texts around them: none leaves by any command in any format, and all that
//! is harmless does.

mod planted;

use reprolock::internal::report;

use crate::support::{Place, Registry, Run};
use planted::{CANARY, COUNT, HARMLESS};

/// A folder with the image, its rebuild and the texts.
fn planted() -> Place {
    let place = Place::new();
    for (side, name) in [('o', "old"), ('n', "new")] {
        let (image, count) = planted::image(side, &format!("app:{name}"));
        assert!(count >= COUNT, "{count}");
        place.write(&format!("{name}.tar"), image.oci().archive());
    }
    planted::texts(&place);
    place
}

/// What is wrong with a run's output: lines with a canary in them, also where it is written otherwise.
fn leaks(what: &str, text: &str) -> Vec<String> {
    let is_leak = |line: &&str| line.contains(CANARY) || line.contains(&CANARY.to_lowercase());
    let around = |line: &str| {
        let at = line.to_lowercase().find(&CANARY.to_lowercase()).unwrap();
        let start = line.char_indices().map(|(at, _)| at).find(|start| start + 90 >= at).unwrap_or(0);
        line[start..].chars().take(140).collect::<String>()
    };
    text.lines().filter(is_leak).map(|line| format!("{what}: …{}", around(line))).collect()
}

fn of_run(arguments: &[&str], run: &Run) -> Vec<String> {
    leaks(&arguments.join(" "), &format!("{}\n{}", run.stdout, run.stderr))
}

fn formats() -> Vec<&'static str> {
    report::REGISTRY.iter().map(|format| format.about().id).collect()
}

#[test]
fn no_canary_leaves_by_any_command_in_any_format() {
    let place = planted();
    let build = ["-f", "Dockerfile", "--build-arg", "HF_TOKEN=Cnry7900tq9"];
    let freeze = [&["freeze", "oci-archive:old.tar", "-o", "a.lock"][..], &build].concat();
    assert_eq!(place.run(&freeze).code, 0, "{}", place.run(&freeze));
    assert_eq!(place.run(&["freeze", "oci-archive:new.tar", "-o", "b.lock"]).code, 0);
    let (old, new) = ("oci-archive:old.tar", "oci-archive:new.tar");
    let commands: Vec<Vec<&str>> = vec![
        freeze.clone(),
        [&["inspect", old][..], &build].concat(),
        vec!["inspect", new],
        vec!["verify", new, "--lock", "a.lock"],
        vec!["verify", new, "--lock", "a.lock", "-f", "Dockerfile"],
        vec!["verify", new, "--lock", "a.lock", "--against", old],
        vec!["verify", new, "--lock", "a.lock", "--require", "blob", "-v"],
        vec!["diff", old, new],
        vec!["diff", old, new, "-f", "Dockerfile", "--require", "packages"],
        vec!["lint"],
        vec!["lint", "--pedantic", "--runtime"],
        vec!["lint", "--lock", "a.lock", "Dockerfile"],
        vec!["lint", "--diff", "--unsafe-fixes"],
        vec!["explain", "https://me:Cnry7901tq9@example.org/"],
        vec!["inspect", "docker://me:Cnry7902tq9@127.0.0.1:1/app"],
        vec!["inspect", "docker://Cnry7907tq9@127.0.0.1:1/app"],
        vec!["inspect", "oci:no-such-folder?token=Cnry7903tq9"],
        vec!["verify", "--password=Cnry7904tq9", new],
        vec!["freeze", old, "--build-arg", "HF_TOKEN=Cnry7905tq9", "--target", "token=Cnry7906tq9"],
    ];
    let mut leaked = Vec::new();
    let mut told = 0;
    for command in &commands {
        for format in formats() {
            let arguments = [&command[..], &["--format", format]].concat();
            let run = place.run(&arguments);
            assert!((0..=2).contains(&run.code), "{arguments:?} {run}");
            told += usize::from(run.stdout.contains("redacted"));
            leaked.extend(of_run(&arguments, &run));
        }
        let run = place.run(command);
        told += usize::from(run.stdout.contains("redacted"));
        leaked.extend(of_run(command, &run));
    }
    for name in ["a.lock", "b.lock"] {
        leaked.extend(leaks(name, &String::from_utf8(place.read(name)).unwrap()));
        let rows = zstd::decode_all(&*place.read(&format!("{name}.files.zst"))).unwrap();
        leaked.extend(leaks("the file index", &String::from_utf8_lossy(&rows)));
    }
    assert!(leaked.is_empty(), "{} lines leak\n{}", leaked.len(), leaked.join("\n"));
    // Where nothing was looked at, nothing leaks either.
    assert!(told >= 30, "{told}");
}

#[test]
fn no_canary_is_attached() {
    let (old, _) = planted::image('o', "app:old");
    let (new, _) = planted::image('n', "app:new");
    let registry = Registry::serving(&[("old", &old.oci()), ("new", &new.oci())]);
    let place = planted();
    let freeze =
        place.run(&["freeze", &registry.image("old"), "-o", "a.lock", "--attach", "-f", "Dockerfile"]);
    assert_eq!(freeze.code, 0, "{freeze}");
    let verify = place.run(&["verify", &registry.image("new"), "--lock", "a.lock", "--attach"]);
    assert_eq!(verify.code, 1, "{verify}");
    let pushed = registry.pushed();
    let has = |word: &str| pushed.iter().any(|bytes| String::from_utf8_lossy(bytes).contains(word));
    assert!(has("[[config.secret]]") && has("https://in-toto.io/Statement/v1") && has("uncompared"));
    let mut leaked: Vec<String> =
        pushed.iter().flat_map(|bytes| leaks("pushed", &String::from_utf8_lossy(bytes))).collect();
    leaked.extend(of_run(&["freeze"], &freeze));
    leaked.extend(of_run(&["verify"], &verify));
    assert!(leaked.is_empty(), "{}", leaked.join("\n"));
}

#[test]
fn a_lock_that_still_has_a_secret_is_not_attached() {
    let (image, _) = planted::image('o', "app:old");
    let registry = Registry::serving(&[("old", &image.oci())]);
    let place = Place::new();
    assert_eq!(place.run(&["freeze", &registry.image("old"), "-o", "a.lock"]).code, 0);
    let lock = String::from_utf8(place.read("a.lock")).unwrap();
    place.write("a.lock", lock.replacen("env = [\n", "env = [\n  [\"DB_PASSWD\", \"hunter2hunter2\"],\n", 1));
    let run = place.run(&["verify", &registry.image("old"), "--lock", "a.lock", "--attach"]);
    assert_eq!((run.code, run.stderr.contains("env.DB_PASSWD")), (2, true), "{run}");
    assert!(!run.stderr.contains("hunter2") && registry.pushed().is_empty(), "{run}");
}

#[test]
fn all_that_is_harmless_is_told() {
    let place = planted();
    assert_eq!(place.run(&["freeze", "oci-archive:old.tar", "-o", "a.lock"]).code, 0);
    let lock = String::from_utf8(place.read("a.lock")).unwrap();
    let json = place.run(&["inspect", "oci-archive:old.tar", "--format", "json"]).json();
    let pairs = json["config"]["env"].as_array().unwrap().iter();
    let pairs: Vec<String> = pairs.map(|pair| format!("{} {}\n", pair[0], pair[1])).collect();
    let text = place.run(&["inspect", "oci-archive:old.tar"]).stdout;
    let outputs = [("lock", lock), ("text", text), ("json", pairs.concat())];
    for (name, value) in HARMLESS {
        for (what, text) in &outputs {
            let is_told = text.lines().any(|line| line.contains(name) && line.contains(value));
            assert!(is_told, "{what}: {name}={value}");
        }
    }
}
