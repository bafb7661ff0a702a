//! Lockfiles and file indexes that are not what freeze wrote.

use super::*;

#[test]
fn a_lock_of_another_version_or_edited_by_hand_is_told() {
    let (_, place) = taken(&plain().oci());
    let lock = String::from_utf8(place.read("reprolock.lock")).unwrap();
    let edited = |from: &str, to: &str| {
        assert!(lock.contains(from), "{from}");
        place.write("reprolock.lock", lock.replacen(from, to, 1));
        let (error, hint) = place.run(&["verify", "img.tar"]).refusal();
        assert!(hint.len() > 10, "{error}");
        error
    };
    says(&edited("version = 2", "version = 3"), &["lockfile version 3", "reads versions 1 to 2"]);
    says(&edited("version = 2\n", ""), &["reprolock.lock"]);
    says(&edited("platform = ", "platfrom = "), &["line 6", "platfrom"]);
    says(&edited("diff-id = \"sha256:", "diff-id = \"sha256:0"), &["line", "sha256:0"]);
    says(&edited("[[layer]]", "[[layer"), &["line"]);
    let deep = format!("{lock}\nx = {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    place.write("reprolock.lock", deep);
    place.run(&["verify", "img.tar"]).refusal();
    place.write("reprolock.lock", b"\xff\xfe");
    says(&place.run(&["verify", "img.tar"]).refusal().0, &["not UTF-8"]);
    place.write("reprolock.lock", "");
    place.run(&["verify", "img.tar"]).refusal();
    std::fs::remove_file(place.path("reprolock.lock")).unwrap();
    let (error, hint) = place.run(&["verify", "img.tar"]).refusal();
    says(&error, &["no lockfile at reprolock.lock"]);
    says(&hint, &["reprolock freeze"]);
}

#[test]
fn a_blob_that_unpacks_to_something_else_than_claimed_is_never_identical() {
    let (_, place) = taken(&plain().oci());
    let lock = String::from_utf8(place.read("reprolock.lock")).unwrap();
    let zeros = Sha256([0; 32]).to_string();
    // The image claims it: the layer's blob is the locked one, but no engine would take this config.
    let claims = plain().edit(|config| config["rootfs"]["diff_ids"][0] = json!(zeros));
    place.write("claims.tar", claims.oci().archive());
    let (error, _) = place.run(&["verify", "claims.tar"]).refusal();
    says(&error, &["read layer 0", "the config says sha256:0000"]);
    // The lock claims it, edited by hand.
    let line = lock.lines().find(|line| line.starts_with("diff-id")).unwrap();
    place.write("reprolock.lock", lock.replace(line, &format!("diff-id = \"{zeros}\"")));
    says(&place.run(&["verify", "img.tar"]).refusal().0, &["contradicts its lockfile", "diff-id"]);
    std::fs::remove_file(place.path("reprolock.lock.files.zst")).unwrap();
    let run = place.run(&["verify", "img.tar"]);
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn an_index_that_does_not_fit_its_lock_is_told_and_a_missing_one_is_not_needed() {
    let (_, place) = taken(&plain().oci());
    let index = "reprolock.lock.files.zst";
    let good = place.read(index);
    let rows = zstd::decode_all(good.as_slice()).unwrap();
    let edited = String::from_utf8(rows).unwrap().replace("etc/motd", "etc/mot2");
    place.write(
        "other.tar",
        plain().layer(Layer::new("RUN more", [file("etc/more", "more")])).oci().archive(),
    );
    for bytes in
        [zstd::encode_all(edited.as_bytes(), 3).unwrap(), good[..good.len() / 2].to_vec(), b"junk".to_vec()]
    {
        place.write(index, bytes);
        let (error, hint) = place.run(&["verify", "other.tar"]).refusal();
        says(&error, &[index]);
        says(&hint, &["delete the index"]);
        // Where nothing differs no row is asked for, and the index is not opened.
        assert_eq!(place.run(&["verify", "img.tar"]).code, 0);
    }
    std::fs::remove_file(place.path(index)).unwrap();
    assert_eq!(place.run(&["verify", "other.tar"]).code, 1);
    assert_eq!(place.run(&["verify", "img.tar"]).code, 0);
}

#[test]
fn a_lock_that_cannot_be_put_in_its_place_leaves_no_index_behind() {
    let place = Place::new();
    place.write("img.tar", plain().oci().archive());
    place.write("taken/by-a-folder", "");
    let (error, hint) = place.run(&["freeze", "img.tar", "-o", "taken"]).refusal();
    says(&error, &["write taken"]);
    says(&hint, &["-o FOLDER"]);
    assert_eq!(place.names(), ["img.tar", "taken"]);
    let (error, _) = place.run(&["freeze", "img.tar", "-o", "no/such/folder/x.lock"]).refusal();
    says(&error, &["no/such/folder/x.lock"]);
}
