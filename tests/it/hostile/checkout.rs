//! A stranger's repository: what its settings, ignore files and links may do, and how large its texts may be.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::*;

const BAD: &str =
    "FROM python:3.12\nRUN pip install numpy\n# reprolock: ignore[pip-unpinned] so\nRUN pip install scipy\n";

#[test]
fn what_settings_silence_is_counted_in_every_format() {
    let place = Place::new();
    place.write("Dockerfile", BAD);
    place.write("reprolock.toml", "[lint]\nignore = [\"all\"]\n");
    let clean = place.run(&["lint", "--no-config", "--format", "json"]).json();
    let (found, comments) = (clean["findings"].as_array().unwrap().len(), &clean["silenced"]["comments"]);
    assert_eq!((clean["silenced"]["settings"].as_u64(), comments.as_u64()), (Some(0), Some(1)));
    for settings in [
        "ignore = [\"all\"]",
        "select = [\"shadow-date\"]",
        "min-severity = \"error\"\n[lint.severity]\nimage-unpinned-digest = \"info\"\npip-unpinned = \"info\"",
        "[lint.per-path]\n\"**\" = [\"all\"]",
    ] {
        place.write("reprolock.toml", format!("[lint]\n{}\n", settings.trim_start_matches("[lint]\n")));
        let json = place.run(&["lint", "--format", "json"]).json();
        let listed = json["findings"].as_array().unwrap().len();
        let silenced =
            json["silenced"]["settings"].as_u64().unwrap() + json["silenced"]["comments"].as_u64().unwrap();
        assert!(listed == 0 && silenced as usize >= found, "{settings}: {json:#}");
    }
    for format in ["text", "json", "markdown", "html", "sarif", "github", "junit"] {
        let run = place.run(&["lint", "--format", format]);
        assert_eq!(run.code, 0, "{run}");
        assert!(run.stdout.contains("silenced") && !run.stdout.contains("no findings in"), "{run}");
        // What the command line leaves out, whoever reads the report knows of.
        place.write("clean/Dockerfile", format!("FROM a@sha256:{}\n", "a".repeat(64)));
        let run = place.run(&["lint", "clean", "--format", format, "--no-config", "--ignore", "shadow-date"]);
        assert!(!run.stdout.contains("silenced:"), "{run}");
    }
}

#[test]
fn what_ignore_files_hide_is_counted_in_every_format() {
    let place = Place::new();
    place.write(".git/HEAD", "");
    place.write("Dockerfile", format!("FROM a@sha256:{}\n", "a".repeat(64)));
    place.write("hidden/Dockerfile", BAD);
    place.write("hidden/compose.yaml", "services:\n  a:\n    image: python\n");
    place.write(".gitignore", "hidden/\n");
    assert_eq!(place.run(&["lint", "--format", "json"]).json()["hidden_files"].as_u64(), Some(2));
    for format in ["text", "markdown", "html", "github", "junit"] {
        let run = place.run(&["lint", "--format", format]);
        assert!(run.stdout.contains("2 files left out by ignore files"), "{run}");
    }
    assert!(place.run(&["lint", "--format", "sarif"]).stdout.contains("\"hiddenFiles\": 2"));
    // Another tool's file hides nothing.
    fs::rename(place.path(".gitignore"), place.path(".ignore")).unwrap();
    assert_eq!(place.run(&["lint"]).code, 1);
}

#[test]
fn a_users_own_file_says_nothing_of_rules_and_no_config_reads_none() {
    let place = Place::new();
    place.write("Dockerfile", BAD);
    place.write(".config/reprolock/reprolock.toml", "[lint]\nignore = [\"all\"]\n");
    let (error, _) = place.run(&["lint", "Dockerfile"]).refusal();
    says(&error, &["reprolock.toml:1:1", "has no [lint]"]);
    place.write("reprolock.toml", "[lint\n");
    place.run(&["lint", "Dockerfile"]).refusal();
    assert_eq!(place.run(&["lint", "Dockerfile", "--no-config"]).code, 1);
}

#[test]
fn nothing_is_read_through_a_link_out_of_the_repository() {
    let outside = Place::new();
    outside.write("secret", "password hunter2hunter2\nFROM a\n");
    outside.write("folder/Dockerfile", "FROM hunter2hunter2\n");
    let place = Place::new();
    symlink(outside.path("secret"), place.path("Dockerfile")).unwrap();
    symlink(outside.path("folder"), place.path("docker")).unwrap();
    symlink(outside.path("secret"), place.path("reprolock.toml")).unwrap();
    place.write("img.tar", plain().oci().archive());
    for file in ["Dockerfile", "docker/Dockerfile"] {
        let run = place.run(&["lint", file, "--no-config"]);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains("leads out of the repository through a link"), "{run}");
        assert!(!run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"), "{run}");
    }
    let run = place.run(&["inspect", "img.tar", "-f", "Dockerfile", "--no-config"]);
    assert!(run.code == 2 && !run.stderr.contains("hunter2"), "{run}");
    let (error, _) = place.run(&["lint", "docker"]).refusal();
    says(&error, &["read reprolock.toml: it leads out of the repository through a link"]);
    // A path that is written so that it leads there is meant.
    let path = outside.path("folder/Dockerfile").display().to_string();
    assert_eq!(place.run(&["lint", &path, "--no-config"]).code, 1);
}

#[test]
fn nothing_is_fixed_behind_a_link_or_in_what_is_no_file() {
    let text = "FROM a:1\nRUN apt-get update && apt-get install -y b=1\n";
    let outside = Place::new();
    outside.write("folder/Dockerfile", text);
    let place = Place::new();
    symlink(outside.path("folder"), place.path("docker")).unwrap();
    place.write("real/Dockerfile", text);
    symlink("real", place.path("inside")).unwrap();
    assert_eq!(place.run(&["lint", "--select", "bytes", "--fix", "docker/Dockerfile"]).code, 2);
    assert_eq!(outside.read("folder/Dockerfile"), text.as_bytes());
    assert_eq!(outside.names(), ["folder"]);
    // A folder's link that stays inside leads to the same file as its name does.
    place.run(&["lint", "--select", "bytes", "--fix", "inside/Dockerfile"]);
    assert_ne!(place.read("real/Dockerfile"), text.as_bytes());
}

/// Runs lint over a text of that name, which must come to its end without an abort. One whose work grew with the square of its
/// length would not within anyone's patience; how long it takes is benches/fuzz's to say.
fn ends(name: &str, text: &str) {
    let place = Place::new();
    place.write(name, text);
    let run = place.run(&["lint", name, "--no-config"]);
    assert!(
        matches!(run.code, 0..=2),
        "{name}: {} {}",
        run.code,
        run.stderr.chars().take(300).collect::<String>()
    );
}

#[test]
fn deep_texts_end_in_no_abort() {
    for (name, open) in [
        ("compose.yaml", "- "),
        ("compose.yaml", "? "),
        ("compose.yaml", "[ "),
        ("docker-bake.hcl", "a = ["),
        ("docker-bake.json", "{\"a\":"),
        ("devcontainer.json", "["),
        ("run.sh", "docker run $("),
        ("Makefile", "$(a "),
        ("Dockerfile", "FROM a\nRUN $("),
        ("requirements.txt", "a ; ("),
    ] {
        ends(name, &open.repeat(20_000));
    }
    ends("Dockerfile", &format!("FROM a\n{} RUN x\n", "ONBUILD ".repeat(20_000)));
    ends("Dockerfile", &format!("FROM {}x{}\n", "${a:-".repeat(20_000), "}".repeat(20_000)));
    for glob in ["{".repeat(100_000), "{a,".repeat(20_000) + &"}".repeat(20_000), "*".repeat(100_000)] {
        let place = Place::new();
        place.write("Dockerfile", "FROM a\n");
        place.write("reprolock.toml", format!("[lint.per-path]\n\"{glob}\" = [\"all\"]\n"));
        place.run(&["lint"]).refusal();
    }
    let place = Place::new();
    place.write("Dockerfile", "FROM a\n");
    for text in [
        format!("a = {}", "[".repeat(100_000)),
        format!("{}x = 1", "a.".repeat(100_000)),
        "[[a]]\n".repeat(50_000),
    ] {
        place.write("reprolock.toml", text);
        place.run(&["lint"]).refusal();
    }
}

#[test]
fn long_texts_take_time_with_their_length() {
    let many = |count: usize, line: &dyn Fn(usize) -> String| {
        format!("FROM a\n{}", (0..count).map(line).collect::<String>())
    };
    ends("Dockerfile", &many(100_000, &|_| "RUN true\n".to_owned()));
    ends("Dockerfile", &many(1_500, &|at| format!("RUN pip install a{at}\n")));
    ends("Dockerfile", &many(50_000, &|at| format!("# reprolock: ignore[pip-unpinned] {at}\n")));
    ends(
        "Dockerfile",
        &many(1_500, &|at| format!("# reprolock: ignore[pip-unpinned] {at}\nRUN pip install a\n")),
    );
    ends("Dockerfile", &many(60_000, &|at| format!("FROM a{at}\n")));
    ends("Dockerfile", &many(1, &|_| format!("RUN {}\n", "x".repeat(1 << 20))));
}

#[test]
fn findings_of_a_long_text_are_capped_and_counted() {
    let place = Place::new();
    place.write("requirements.txt", (0..60_000).map(|at| format!("package{at}\n")).collect::<String>());
    let json = place.run(&["lint", "requirements.txt", "--format", "json"]).json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 10_000);
    assert_eq!(json["not_listed"].as_u64(), Some(50_000));
    let run = place.run(&["lint", "requirements.txt"]);
    assert!(
        run.stdout.contains("; 50,000 more not listed"),
        "{}",
        run.stdout.lines().last().unwrap_or_default()
    );
}

#[test]
fn an_ignore_file_that_is_a_link_or_a_pipe_is_not_opened() {
    for name in [".gitignore", "sub/.gitignore", ".git/info/exclude"] {
        for is_pipe in [true, false] {
            let place = Place::new();
            place.write("sub/Dockerfile", "FROM a:1\n");
            place.write(".git/info/x", "");
            match is_pipe {
                true => assert!(Command::new("mkfifo").arg(place.path(name)).status().unwrap().success()),
                false => symlink("/dev/zero", place.path(name)).unwrap(),
            }
            let run = place.run(&["lint", "."]);
            assert_eq!(run.code, 2, "{name}: {run}");
            assert!(run.stderr.contains("is no file that git would read"), "{name}: {run}");
        }
    }
}
