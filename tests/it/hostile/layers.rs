//! Layers that are cut off, climb out, claim too much, or name things oddly.

use super::*;

#[test]
fn a_stream_that_ends_early_is_told() {
    for compression in [Compression::Gzip, Compression::Zstd, Compression::None] {
        let layer = Layer::new("COPY a /", [file("a", vec![7; 100_000]), file("b", "")]);
        let image = image(layer.compressed(compression));
        let half = rewritten(&image, |blob| blob.truncate(blob.len() / 2));
        says(&refused(&half, &[]).0, &["read layer 0"]);
    }
    let archive = plain().oci().archive();
    says(&refused_file(&archive[..archive.len() / 2], &[]).0, &["img.tar"]);
    for packed in [zstd::encode_all(archive.as_slice(), 1).unwrap(), gzip(&archive)] {
        says(&refused_file(&packed[..packed.len() / 2], &[]).0, &["img.tar"]);
    }
    says(&refused_file(b"", &[]).0, &["img.tar is not an image"]);
}

#[test]
fn names_that_climb_out_or_hold_a_nul_are_refused() {
    for (name, why) in [("../etc/passwd", ".."), ("a/../../b", "..")] {
        let (error, _) = refused(&image(Layer::new("COPY a /", [file(name, "x")])).oci(), &[]);
        says(&error, &["read layer 0", name, why]);
    }
    let nul = Tar::default().pax(&[("path", b"a\0b")]).file("c", b"").end();
    let (error, _) = refused(&image(Layer::of_tar("COPY a /", nul)).oci(), &[]);
    says(&error, &["read layer 0"]);
}

#[test]
fn absolute_names_cycles_and_escapes_are_taken_and_never_printed_raw() {
    let odd = "b\u{1b}[2J\u{7}\u{9b}31m\u{202e}d\n\tname";
    let entries = [
        file("/etc/absolute", "x"),
        symlink("a", "b"),
        symlink("b", "a"),
        symlink("loop", "loop/loop"),
        symlink("up", "../../../../etc"),
        hardlink("h", "etc/absolute"),
        file(odd, "x"),
    ];
    let step = format!("RUN echo {odd}");
    let image = image(Layer::new(&step, entries)).env("ODD", odd).label("odd", odd).user(odd);
    let (facts, place) = taken(&image.oci());
    assert_eq!(facts["layers"], 1);
    let lock = String::from_utf8(place.read("reprolock.lock")).unwrap();
    is_harmless(&lock);
    let written = format!("{:?}", store::read(&place.path("reprolock.lock")).unwrap().config);
    assert_eq!(written.matches(&format!("{odd:?}")).count(), 3, "{written}");

    // The same name in what drifted, and in an error.
    place.write("other.tar", image.clone().layer(Layer::new(&step, [file(odd, "y")])).oci().archive());
    let run = place.run(&["verify", "other.tar", "-v"]);
    assert_eq!(run.code, 1, "{run}");
    is_harmless(&run.stdout);
    let (error, _) =
        refused(&image.tag(odd).layer(Layer::new(&step, [file(&format!("../{odd}"), "")])).oci(), &[]);
    says(&error, &["\\x1b"]);
}

#[test]
fn a_header_that_claims_an_exabyte_takes_no_memory() {
    let claims = |size: u64| {
        let digits = size.to_string();
        let tar = Tar::default().pax(&[("size", digits.as_bytes())]).file("huge", b"x").end();
        refused(&image(Layer::of_tar("COPY huge /", tar)).oci(), &[]).0
    };
    says(&claims(1 << 60), &["read layer 0"]);
    says(&claims(u64::MAX), &["read layer 0"]);
    // A file of holes alone costs no bytes of tar, and may claim any size.
    let records: [(&str, &[u8]); 4] = [
        ("GNU.sparse.major", b"0"),
        ("GNU.sparse.minor", b"1"),
        ("GNU.sparse.map", b"1152921504606846976,0"),
        ("GNU.sparse.size", b"1152921504606846976"),
    ];
    let tar = Tar::default().pax(&records).file("holes", b"").end();
    says(&refused(&image(Layer::of_tar("COPY huge /", tar)).oci(), &[]).0, &["read layer 0"]);
}

#[test]
fn a_bomb_stops_at_the_limit_that_was_given() {
    let bomb = image(Layer::new("COPY zeros /", [file("zeros", vec![0; 64 << 20])])).oci();
    let (error, hint) = refused(&bomb, &["--max-unpacked-size", "1MiB"]);
    says(&error, &["read layer 0", "limit"]);
    says(&hint, &["--max-unpacked-size"]);
    assert_eq!(taken(&bomb).0["layers"], 1);
    let (error, hint) = refused_file(&gzip(&bomb.archive()), &["--max-unpacked-size", "16KiB"]);
    says(&error, &["img.tar unpacks to too much"]);
    says(&hint, &["--max-unpacked-size"]);
}

#[test]
fn a_broken_package_database_is_a_problem_and_no_error() {
    let status = b"Package: good\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\nno colon\xff\n\nPackage:";
    let image = image(Layer::new("RUN apt-get", [file("var/lib/dpkg/status", status)]));
    let (facts, place) = taken(&image.oci());
    assert_eq!(facts["packages"]["deb"], 1);
    let inspected = place.run(&["inspect", "img.tar", "--format", "json"]).json();
    assert_ne!(inspected["catalog"][0]["problems"], json!([]), "{inspected:#}");
    let run = place.run(&["freeze", "img.tar"]);
    assert!(run.stdout.contains("\nproblems\n"), "{run}");
}
