//! Archives that come from standard input, through pipes, in bzip2; and what a bare word leads to.

use std::io::Write as _;

use super::*;

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What an inspect tells of the image itself.
fn image_of(json: &Value) -> Value {
    json!([json["image"]["config"], json["image"]["manifest"], json["layer"], json["config"]])
}

#[test]
fn an_archive_may_come_from_standard_input() {
    let place = Place::new();
    let (saved, layout) = (plain().docker().archive(), plain().oci().archive());
    place.write("saved.tar", &saved);
    place.write("layout.tar", &layout);
    let by_path = |name: &str| image_of(&place.run(&["inspect", name, "--format", "json"]).json());
    for (bytes, name, forms) in [
        (&saved, "saved.tar", ["-", "docker-archive:-", "docker-archive:-:app:1", "/dev/stdin"]),
        (&layout, "layout.tar", ["-", "oci-archive:-", "oci-archive:-:app:1", "oci-archive:/dev/stdin"]),
    ] {
        for form in forms {
            for packed in [bytes.clone(), gzip(bytes), bzip2(bytes)] {
                let run = place.run_with(&packed, &["inspect", form, "--format", "json"]);
                assert_eq!(run.code, 0, "{form}: {run}");
                assert_eq!(image_of(&run.json()), by_path(name), "{form}");
            }
        }
    }
    assert_eq!(place.names(), ["layout.tar", "saved.tar"]);
    let run = place.run_with(&saved, &["freeze", "-"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(place.run_with(&saved, &["verify", "-"]).code, 0);
    // The library's other side of a diff is a file.
    assert_eq!(place.run_with(&saved, &["diff", "layout.tar", "-"]).code, 0);
}

#[test]
fn nothing_on_standard_input_is_no_archive() {
    let place = Place::new();
    let (error, _) = place.run_with(b"", &["inspect", "-"]).refusal();
    says(&error, &["expected a tar archive, found an empty file"]);
    let (error, _) = place.run_with(b"no tar", &["inspect", "docker-archive:-"]).refusal();
    says(&error, &["docker-archive:- is not an image: expected a tar archive"]);
    let half = plain().docker().archive();
    let (error, _) = place.run_with(&half[..half.len() / 2], &["inspect", "-"]).refusal();
    says(&error, &["truncated"]);
    // A terminal, a device.
    let (error, _) = place.run(&["inspect", "/dev/zero"]).refusal();
    says(&error, &["found a device or a socket"]);
    let (error, _) = place.run(&["inspect", "-"]).refusal();
    says(&error, &["expected a tar archive"]);
}

#[cfg(unix)]
#[test]
fn an_archive_may_come_through_a_named_pipe() {
    let place = Place::new();
    let made = std::process::Command::new("mkfifo").arg(place.path("pipe")).status();
    assert!(made.unwrap().success());
    let (path, bytes) = (place.path("pipe"), plain().oci().archive());
    let writing = std::thread::spawn(move || std::fs::write(path, bytes));
    let run = place.run(&["inspect", "pipe", "--format", "json"]);
    assert_eq!(run.code, 0, "{run}");
    writing.join().unwrap().unwrap();
    // In a layout, a pipe in a blob's place is not waited for.
    let files = plain().oci();
    files.write(&place.path("img"));
    let config = place.path("img").join(blob_of(&files, "config"));
    std::fs::remove_file(&config).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&config).status().unwrap().success());
    says(&place.run(&["inspect", "oci:img"]).refusal().0, &["expected a file"]);
}

#[test]
fn bzip2_is_read_as_docker_load_reads_it() {
    let archive = plain().docker().archive();
    let parts = archive.split_at(archive.len() / 2);
    let place = Place::new();
    place.write("img.tar", &archive);
    let plain = image_of(&place.run(&["inspect", "img.tar", "--format", "json"]).json());
    // One stream, or several, as parallel packers write them.
    for packed in [bzip2(&archive), [bzip2(parts.0), bzip2(parts.1)].concat()] {
        place.write("img.tar.bz2", &packed);
        let run = place.run(&["inspect", "img.tar.bz2", "--format", "json"]);
        assert_eq!(image_of(&run.json()), plain, "{run}");
        for cut in [packed.len() / 2, packed.len() - 1] {
            says(&refused_file(&packed[..cut], &[]).0, &["unpack img.tar as bzip2"]);
        }
    }
    let mut damaged = bzip2(&archive);
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    says(&refused_file(&damaged, &[]).0, &["unpack img.tar as bzip2"]);
    let bomb = bzip2(&vec![0; 64 << 20]);
    says(&refused_file(&bomb, &["--max-unpacked-size", "1MB"]).0, &["unpacks to too much"]);
}

#[test]
fn a_file_with_an_images_name_is_told_to_be_a_file() {
    let place = Place::new();
    place.write("app:1.0", plain().docker().archive());
    plain().oci().write(&place.path("tools"));
    place.write("plain.tar", plain().docker().archive());
    let json =
        |name: &str, command: &[&str]| place.run(&[command, &[name, "--format", "json"]].concat()).json();
    for (name, kind, transport) in [("app:1.0", "a file", "docker-archive"), ("tools", "a folder", "oci")] {
        let told =
            format!("{name} is {kind} here: no engine or registry was asked for an image of that name");
        let run = place.run(&["freeze", name]);
        says(&run.stdout, &["notes"]);
        for command in [&["freeze"][..], &["inspect"], &["verify"], &["diff", "plain.tar"]] {
            let document = json(name, command);
            assert!(document["notes"].to_string().contains(&told), "{command:?} {document}");
            assert_eq!(document["image"]["transport"], transport, "{command:?}");
        }
        // Of a diff, the old side too.
        assert!(json("plain.tar", &["diff", name])["notes"].to_string().contains(&told));
    }
    // What is written as a path is meant as one.
    for name in ["./app:1.0", "plain.tar", "oci:tools", "docker-archive:app:1.0"] {
        assert_eq!(json(name, &["inspect"])["notes"], json!([]), "{name}");
    }
}
