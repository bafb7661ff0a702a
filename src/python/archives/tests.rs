//! Words of archives, and which of them is an installed distribution's.

use serde_json::json;

use super::*;
use crate::base::digest::Sha256;

fn digest(of: &str) -> Digest {
    Sha256::of(of.as_bytes()).into()
}

fn hex(of: &str) -> String {
    Sha256::of(of.as_bytes()).hex()
}

fn wheel(tags: &str) -> WheelTags {
    WheelTags { build: None, tags: super::tags([tags]) }
}

fn told(archives: &Archives, version: &str, tags: Option<&WheelTags>) -> ToldHashes {
    archives.told_of(WantedArchive { name: "foo-bar", version, tags, file: None })
}

#[test]
fn file_names_say_name_version_build_and_tags() {
    let parsed = |file: &str| {
        let (name, version, tags) = file_name::parse(file)?;
        let tags = tags.map(|tags| format!("{} {}", tags.build.unwrap_or_default(), tags.tags.join(" ")));
        Some(format!("{name} {version} {}", tags.unwrap_or_else(|| "sdist".to_owned())))
    };
    let cases = [
        ("foo_bar-1.0-py2.py3-none-any.whl", Some("foo_bar 1.0  py2-none-any py3-none-any")),
        ("foo-1.0+cu124-7-cp311-cp311-linux_x86_64.whl", Some("foo 1.0+cu124 7 cp311-cp311-linux_x86_64")),
        (
            "foo-1.0_1-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            Some("foo 1.0-1  cp311-abi3-manylinux2014_x86_64 cp311-abi3-manylinux_2_17_x86_64"),
        ),
        ("foo-bar-1.0.tar.gz", Some("foo-bar 1.0 sdist")),
        ("foo-1.0.zip", Some("foo 1.0 sdist")),
        ("foo-py3-none-any.whl", None),
        ("foo-master.zip", None),
        ("foo.whl", None),
        ("-1.0.tar.gz", None),
        ("simple", None),
    ];
    for (file, expected) in cases {
        assert_eq!(parsed(file).as_deref(), expected, "{file}");
    }
    assert_eq!(
        file_of_url("https://example.org/x/foo-1.0%2Bcu124-py3-none-any.whl?a=/b#c=/d"),
        "foo-1.0+cu124-py3-none-any.whl"
    );
    assert_eq!(file_of_url("https://example.org/%zz%4"), "%zz%4");
}

#[test]
fn a_wheel_is_told_by_name_version_and_all_its_tags() {
    let mut archives = Archives::default();
    for (file, of) in [
        ("Foo_Bar-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "311"),
        ("Foo_Bar-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "312"),
        ("Foo_Bar-1.0-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "312 again"),
        ("foo-bar-1.0.tar.gz", "source"),
        ("foo_bar-1.1.tar.gz", "newer"),
        ("index.html", "a page"),
    ] {
        archives.add_download(&format!("https://example.org/{file}"), digest(of));
    }
    let found = |of: &str| ToldHashes::One(vec![digest(of)], HashSource::Provenance);
    let both = |python: &str| wheel(&format!("{python}-{python}-manylinux_2_17_x86_64.manylinux2014_x86_64"));
    assert_eq!(told(&archives, "1.0", Some(&both("cp311"))), found("311"));
    assert_eq!(told(&archives, "1.0.0", Some(&both("cp312"))), found("312"));
    let build = WheelTags { build: Some("1".into()), ..both("cp312") };
    assert_eq!(told(&archives, "1.0", Some(&build)), found("312 again"));
    // One of its tags is not enough, and where there are wheels the source is not what was installed.
    assert_eq!(told(&archives, "1.0", Some(&wheel("cp311-cp311-manylinux2014_x86_64"))), ToldHashes::None);
    assert_eq!(told(&archives, "1.0", None), ToldHashes::None);
    assert_eq!(told(&archives, "1.1", Some(&wheel("py3-none-any"))), found("newer"));
    assert_eq!(told(&archives, "1.2", Some(&wheel("py3-none-any"))), ToldHashes::None);
}

#[test]
fn a_report_of_pip_and_a_pylock_are_read() {
    let report = json!({"version": "1", "pip_version": "26.3", "install": [
        {"download_info": {"url": "https://example.org/Foo_Bar-1.0-py3-none-any.whl",
            "archive_info": {"hash": format!("sha256={}", hex("w")), "hashes": {"sha256": hex("w"), "md5": "00"}}},
         "is_direct": false, "requested": true, "metadata": {"name": "Foo.Bar", "version": "1.0"}},
        {"download_info": {"url": "https://example.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "0"}},
         "metadata": {"name": "checked", "version": "1.0"}},
    ], "environment": {}});
    let pylock = format!(
        "lock-version = \"1.0\"\ncreated-by = \"uv\"\n[[packages]]\nname = \"foo-bar\"\nversion = \"1.0\"\n\
         sdist = {{ url = \"https://example.org/foo_bar-1.0.tar.gz\", hashes = {{ sha256 = \"{}\" }} }}\n\
         wheels = [{{ url = \"https://example.org/Foo_Bar-1.0-py3-none-any.whl\", size = 1, hashes = {{ sha256 = \"{}\" }} }}]\n\
         [[packages]]\nname = \"folder\"\ndirectory = {{ path = \".\" }}\n",
        hex("s"),
        hex("w")
    );
    let tags = wheel("py3-none-any");
    let mut archives = Archives::default();
    archives.add_file(pylock.as_bytes()).unwrap();
    assert_eq!(told(&archives, "1.0", Some(&tags)), ToldHashes::One(vec![digest("w")], HashSource::Pylock));
    archives.add_file(report.to_string().as_bytes()).unwrap();
    assert_eq!(
        told(&archives, "1.0", Some(&tags)),
        ToldHashes::One(vec![digest("w")], HashSource::PipReport)
    );
    // Another word of the same wheel.
    archives.add_download("https://example.org/Foo_Bar-1.0-py3-none-any.whl", digest("other"));
    let several = [
        (HashSource::Provenance, digest("other")),
        (HashSource::PipReport, digest("w")),
        (HashSource::Pylock, digest("w")),
    ];
    assert_eq!(told(&archives, "1.0", Some(&tags)), ToldHashes::Several(several.to_vec()));
}

#[test]
fn what_is_neither_is_refused_with_both_reasons() {
    let refused = |text: &str| Archives::default().add_file(text.as_bytes()).unwrap_err().to_string();
    assert!(refused("{}").contains("missing field `version`"), "{}", refused("{}"));
    assert!(refused("lock-version = \"2.0\"\npackages = []").contains("its version is 2.0, expected 1"));
    assert!(refused(r#"{"version": "9", "install": []}"#).contains("its version is 9, expected 1"));
}

#[test]
fn hostile_files_take_one_look() {
    let mut archives = Archives::default();
    let row = "[[packages]]\nname = \"foo-bar\"\nversion = \"1\"\n";
    let wheels: String = (0..20_000)
        .map(|at| format!("[[packages.wheels]]\nname = \"foo_bar-1-py{at}-none-any.whl\"\nhashes = {{ sha256 = \"{}\" }}\n", hex(&at.to_string())))
        .collect();
    archives.add_file(format!("lock-version = \"1.0\"\n{row}{wheels}").as_bytes()).unwrap();
    assert_eq!(told(&archives, "1", Some(&wheel("py1-none-any"))), ToldHashes::None);
    let set = format!("{}-{}-{}", "a.".repeat(5000), "b.".repeat(5000), "c.".repeat(5000));
    assert_eq!(super::tags([set.as_str()]).len(), 1);
}

#[test]
fn a_pylock_is_told_by_its_name() {
    let names =
        ["pylock.toml", "pylock.gpu.toml", "pylock..toml", "pylocktoml", "pylock.toml.bak", "a.pylock.toml"];
    assert_eq!(names.map(|name| is_pylock(name.as_bytes())), [true, true, false, false, false, false]);
}
