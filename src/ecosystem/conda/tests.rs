//! What is read of conda's records, whose files are by them, and what pip leaves of a package.

use super::*;
use crate::ecosystem::catalogs;
use crate::ecosystem::testing::{Image, listed};

/// A record of `name`, version and build, and more keys.
fn record(package: &str, more: &str) -> String {
    let [name, version, build] = package.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let head = format!(r#""name": "{name}", "version": "{version}", "build": "{build}", "build_number": 0"#);
    let more = if more.is_empty() { String::new() } else { format!(", {more}") };
    format!("{{{head}{more}}}")
}

/// The record's place in the environment at `prefix`.
fn at(prefix: &str, package: &str) -> String {
    format!("{prefix}/conda-meta/{}.json", package.replace(' ', "-"))
}

fn installed(image: Image, prefix: &str, package: &str, more: &str) -> Image {
    image.file(&at(prefix, package), record(package, more).as_bytes())
}

fn paths_data(rows: &[(&str, Option<&[u8]>)]) -> String {
    let row = |(path, bytes): &(&str, Option<&[u8]>)| match bytes {
        Some(bytes) => format!(r#"{{"_path": "{path}", "sha256": "{}"}}"#, Sha256::of(bytes).hex()),
        None => format!(r#"{{"_path": "{path}"}}"#),
    };
    let rows: Vec<String> = rows.iter().map(row).collect();
    format!(r#""paths_data": {{"paths": [{}]}}"#, rows.join(", "))
}

#[test]
fn each_environment_is_a_catalog_and_caches_are_none() {
    let mut image = Image::default().layer(&[]);
    for prefix in ["opt/conda", "opt/conda/envs/train", "app/.pixi/envs/cuda", "opt/conda/pkgs/a-1-0", ""] {
        image = installed(image, prefix.trim_start_matches('/'), "a 1 0", "");
    }
    let image = image
        .file("opt/conda/envs/empty/conda-meta/history", b"")
        .file("srv/pkgs/my-own-env/conda-meta/history", b"")
        .file("app/conda-meta.json", b"{}")
        .layer(&[("opt/conda/conda-meta/history", b"now")]);
    let listed = |catalog: &Catalog| format!("{} {} {}", catalog.path, catalog.layer, catalog.packages.len());
    let catalogs: Vec<String> = image.catalogs(&Conda).iter().map(listed).collect();
    assert_eq!(
        catalogs,
        [
            "app/.pixi/envs/cuda/conda-meta 0 1",
            "conda-meta 0 1",
            "opt/conda/conda-meta 1 1",
            "opt/conda/envs/empty/conda-meta 0 0",
            "opt/conda/envs/train/conda-meta 0 1",
            "srv/pkgs/my-own-env/conda-meta 0 0",
        ]
    );
}

#[test]
fn a_record_says_where_a_package_came_from() {
    let more = format!(
        r#""subdir": "noarch", "channel": "https://example.org/lab/linux-64", "fn": "a-1-0.conda", "md5": "{}", "sha256": "{}",
        "url": "https://example.org/lab/noarch/a-1-0.conda", "requested_spec": "a""#,
        "D41d8cd98f00b204e9800998ecf8427e",
        Sha256::of(b"a").hex()
    );
    let catalog = installed(Image::default(), "opt/conda", "a 1 py_0", &more).catalog(&Conda);
    assert_eq!((catalog.digest, catalog.problems), (None, vec![]));
    let package = Package {
        name: "a".to_owned(),
        version: "1".to_owned(),
        build: Some("py_0".to_owned()),
        channel: Some("https://example.org/lab".to_owned()),
        architecture: Some("noarch".to_owned()),
        checksum: Some("d41d8cd98f00b204e9800998ecf8427e".to_owned()),
        hashes: vec![Sha256::of(b"a").into()],
        origin: Some("https://example.org/lab/noarch/a-1-0.conda".to_owned()),
        location: "opt/conda/conda-meta".into(),
        evidence: "opt/conda/conda-meta/a-1-py_0.json".into(),
        ..Package::default()
    };
    assert_eq!(catalog.packages, [package]);
}

#[test]
fn without_a_channel_the_url_tells_it_and_no_words_of_ours_do() {
    let channel = |more: &str| {
        let catalog = installed(Image::default(), "c", "a 1 0", more).catalog(&Conda);
        catalog.packages[0].channel.clone().unwrap_or_default()
    };
    assert_eq!(channel(r#""url": "https://example.org/lab/noarch/a.conda""#), "https://example.org/lab");
    assert_eq!(
        channel(r#""url": "https://example.org/noarch/a.conda", "channel": null"#),
        "https://example.org"
    );
    assert_eq!(channel(r#""url": "file:///tmp/a.conda""#), "");
    assert_eq!(channel(r#""url": "file:///tmp/a.conda", "channel": "<unknown>""#), "<unknown>");
    assert_eq!(channel(""), "");
}

#[test]
fn a_record_that_cannot_be_read_lists_nothing_and_counts_in_the_digest() {
    let of = |bytes: &[u8]| {
        installed(Image::default(), "c", "a 1 0", "").file("c/conda-meta/b-1-0.json", bytes).catalog(&Conda)
    };
    let whole = of(record("b 1 0", "").as_bytes());
    assert_eq!((whole.packages.len(), whole.digest), (2, None));
    for odd in [&b""[..], b"{", b"[1, 2]", b"{}", b"\xff"] {
        let catalog = of(odd);
        assert_eq!(listed(&catalog), ["a 1"]);
        assert_ne!(catalog.digest, of(b"{\"name\": \"b\"}").digest);
        let [problem] = &catalog.problems[..] else { panic!("{:?}", catalog.problems) };
        assert!(problem.starts_with("c/conda-meta/b-1-0.json: no record of a package: "), "{problem}");
    }
    let large = Image::default().too_large("c/conda-meta/b-1-0.json").catalog(&Conda);
    assert!(large.packages.is_empty() && large.digest.is_some(), "{large:?}");
    let linked = |target: &str| {
        let image = Image::of(&[("srv/b", record("b 1 0", "").as_bytes())]);
        image.symlink("c/conda-meta/b-1-0.json", target).catalog(&Conda)
    };
    assert!(linked("/srv/b").digest.is_some());
    assert_ne!(linked("/srv/b").digest, linked("/srv/nothing").digest);
}

#[test]
fn records_of_one_name_under_another_name_and_with_odd_sums_are_problems() {
    let image = installed(Image::default(), "c", "a 1 0", r#""sha256": "zz""#);
    let image = installed(image, "c", "A 2 0", r#""md5": """#);
    let catalog = image.file("c/conda-meta/b.json", record("b 1 0", "").as_bytes()).catalog(&Conda);
    assert_eq!(listed(&catalog), ["A 2", "a 1", "b 1"]);
    assert!(catalog.digest.is_some());
    assert_eq!(
        catalog.problems,
        [
            "c/conda-meta/A-2-0.json: a checksum of its archive is none",
            "c/conda-meta/a-1-0.json: a checksum of its archive is none",
            "c/conda-meta/b.json: a record of b-1-0 under another name: conda passes over it",
            "c/conda-meta: a has 2 records",
        ]
    );
}

#[test]
fn links_lead_to_records_and_an_environment_is_where_they_are_called_so() {
    let files = paths_data(&[("lib/a.so", Some(b"a"))]);
    let image = installed(Image::default(), "opt/mini", "a 1 0", &files).file("opt/mini/lib/a.so", b"a");
    let image = image.symlink("opt/conda", "mini");
    assert_eq!(image.catalog(&Conda).path, "opt/mini/conda-meta".into());
    let elsewhere = Image::of(&[("srv/cm/a-1-0.json", record("a 1 0", "").as_bytes())]);
    let catalog = elsewhere.symlink("opt/conda/conda-meta", "/srv/cm").catalog(&Conda);
    assert_eq!((catalog.path, catalog.packages.len(), catalog.digest.is_some()), ("srv/cm".into(), 0, true));
    let both = installed(Image::default(), "a", "a 1 0", &files).symlink("b/conda-meta", "../a/conda-meta");
    let both = both.file("b/lib/a.so", b"a");
    assert_eq!(owned(&both, &["b/lib/a.so"]), ["b/lib/a.so a"]);
}

fn owned(image: &Image, paths: &[&str]) -> Vec<String> {
    let paths: BTreeSet<LayerPath> = paths.iter().map(|path| LayerPath::from(*path)).collect();
    let owners = image.with_tree(|tree| Conda.owners(tree, &paths));
    owners.iter().map(|(path, package)| format!("{path} {package}")).collect()
}

#[test]
fn a_file_is_its_packages_in_its_own_environment_and_never_outside() {
    let files = r#""files": ["bin/a", "../../etc/passwd", "/etc/passwd", "lib/x/../y", "lib/z"]"#;
    let image = installed(Image::default(), "opt/conda", "a 1 0", files)
        .symlink("opt/conda/lib", "/srv/lib")
        .file("srv/lib/z", b"");
    let paths =
        ["opt/conda/bin/a", "bin/a", "etc/passwd", "opt/conda/lib/y", "srv/lib/z", "opt/conda/etc/passwd"];
    assert_eq!(owned(&image, &paths), ["opt/conda/bin/a a", "opt/conda/etc/passwd a", "srv/lib/z a"]);
}

#[test]
fn sums_are_those_of_what_was_written_and_none_is_known_of_the_rest() {
    let rows = paths_data(&[("a", Some(b"a")), ("b", None)]);
    let image = installed(Image::default(), "c", "a 1 0", &format!(r#"{rows}, "files": ["a", "b", "c"]"#));
    let image = installed(image, "c", "b 1 0", r#""files": ["d"]"#);
    let paths = ["c/a", "c/b", "c/c", "c/d", "c/e"].map(LayerPath::from).into();
    let sums = image.with_tree(|tree| Conda.checksums(tree, &paths));
    let counts: Vec<String> = sums.iter().map(|(path, sums)| format!("{path} {}", sums.len())).collect();
    assert_eq!(counts, ["c/a 1", "c/b 0", "c/c 0"]);
    assert!(sums[&LayerPath::from("c/a")][0].is_of_bytes(b"a"));
}

#[test]
fn a_record_is_called_by_its_package() {
    let owner = |path: &str| Conda.owner_by_name(&path.into());
    let named = |name: &str| vec![NameOwner::Package(name.to_owned())];
    assert_eq!(
        owner("opt/conda/conda-meta/ld_impl_linux-64-2.36.1-hea4e1c9_2.json"),
        named("ld_impl_linux-64")
    );
    assert_eq!(owner("opt/conda/conda-meta/PyYAML-6-0.json"), named("pyyaml"));
    for other in ["opt/conda/conda-meta/history", "opt/conda/conda-meta/a-1.json", "srv/a-1-0.json"] {
        assert_eq!(owner(other), [], "{other}");
    }
}

const SITE: &str = "c/lib/python3.11/site-packages";

/// An environment with numpy of conda, whose dist-info in the tree is of `version` by `installer`.
fn numpy(version: &str, installer: Option<&str>) -> Image {
    let info = "lib/python3.11/site-packages/numpy-1.dist-info";
    let (metadata, own) = (format!("{info}/METADATA"), format!("{info}/INSTALLER"));
    let rows = paths_data(&[(&metadata, None), (&own, Some(b"conda"))]);
    let core = format!("Name: numpy\nVersion: {version}\n");
    let image = installed(Image::default(), "c", "numpy 1 py_0", &rows);
    let image = image.file(&format!("{SITE}/numpy-{version}.dist-info/METADATA"), core.as_bytes());
    match installer {
        Some(word) => image.file(&format!("{SITE}/numpy-{version}.dist-info/INSTALLER"), word.as_bytes()),
        None => image,
    }
}

/// The owner of the Python package, the state of conda's, and its problems.
fn told_apart(image: &Image) -> (Option<String>, Option<String>, Vec<String>) {
    let all = image.with_tree(catalogs);
    let [conda, python] = ["conda", "python"].map(|id| all.iter().find(|one| one.ecosystem == id).unwrap());
    (python.packages[0].owner.clone(), conda.packages[0].state.clone(), conda.problems.clone())
}

#[test]
fn a_python_package_that_a_record_lists_is_condas_and_what_pip_put_in_its_place_is_not() {
    let conda = Some("conda:numpy".to_owned());
    assert_eq!(told_apart(&numpy("1", Some("conda"))), (conda.clone(), None, vec![]));
    assert_eq!(told_apart(&numpy("1", None)), (conda, None, vec![]));
    let overwritten = Some("overwritten".to_owned());
    let gone = format!(
        "numpy 1 was overwritten: {SITE}/numpy-1.dist-info is gone, and {SITE}/numpy-2.dist-info stands there"
    );
    assert_eq!(told_apart(&numpy("2", Some("pip\n"))), (None, overwritten.clone(), vec![gone]));
    let same =
        format!("numpy 1 was overwritten: {SITE}/numpy-1.dist-info has an INSTALLER that is not its own");
    assert_eq!(told_apart(&numpy("1", Some("pip\n"))), (None, overwritten, vec![same]));
}

#[test]
fn a_distribution_of_another_conda_package_overwrites_none() {
    let rows = paths_data(&[("lib/python3.11/site-packages/numpy-2.dist-info/METADATA", None)]);
    let image = installed(numpy("2", None), "c", "numpy-base 2 py_0", &rows);
    assert_eq!(told_apart(&image), (Some("conda:numpy-base".to_owned()), None, vec![]));
}

#[test]
fn hostile_records_are_read_in_one_look() {
    let rows: Vec<String> = (0..20_000).map(|at| format!("s/a-{at}.dist-info/METADATA")).collect();
    let rows: Vec<(&str, Option<&[u8]>)> = rows.iter().map(|path| (path.as_str(), None)).collect();
    let image = installed(Image::default(), "c", "a 1 0", &paths_data(&rows));
    let image = (0..20_000).fold(image, |image, at| {
        image.file(&format!("c/s/A-{at}.dist-info/METADATA"), b"Name: a\nVersion: 1\n")
    });
    let catalog = image.catalog(&Conda);
    assert_eq!(catalog.packages[0].state.as_deref(), Some("overwritten"));
}
