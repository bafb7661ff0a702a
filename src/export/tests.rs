//! What each export makes of a lock, and what it refuses, package by package.

use super::*;
use crate::base::advice::Advice as _;
use crate::base::digest::Sha256;
use crate::ecosystem;
use crate::lockfile::codec;
use crate::lockfile::model::LockedPackage;
use crate::python::archives::HashSource;

const PLAIN: &str = include_str!("../../testdata/exports/plain/reprolock.lock");
const ODD: &str = include_str!("../../testdata/exports/odd/reprolock.lock");

fn lock(text: &str) -> Lockfile {
    codec::decode(text, "reprolock.lock".as_ref()).unwrap()
}

/// The plain lock with other packages of one ecosystem.
fn with(ecosystem: &str, packages: Vec<LockedPackage>) -> Lockfile {
    let mut lock = lock(PLAIN);
    lock.package.insert(ecosystem.to_owned(), packages);
    lock
}

fn package(name: &str, version: &str) -> LockedPackage {
    LockedPackage {
        name: name.to_owned(),
        version: version.to_owned(),
        location: "site".to_owned(),
        hashes: vec![Sha256::of(b"wheel").into()],
        ..LockedPackage::default()
    }
}

fn from(origin: &str) -> LockedPackage {
    LockedPackage { origin: Some(origin.to_owned()), ..package("a", "1") }
}

fn text(lock: &Lockfile, to: &str) -> String {
    export(lock, to, &ExportOptions::default()).unwrap().text
}

fn refusal(lock: &Lockfile, to: &str, options: &ExportOptions) -> String {
    export(lock, to, options).unwrap_err().to_string()
}

fn python_refusal(to: &str, package: LockedPackage) -> String {
    refusal(&with("python", vec![package]), to, &ExportOptions::default())
}

#[test]
fn an_export_is_called_as_its_page_but_where_another_has_that_id() {
    let names: Vec<&str> = REGISTRY.iter().map(|export| export.name()).collect();
    let ids: Vec<&str> = REGISTRY.iter().map(|export| export.about().id).collect();
    for name in ["cyclonedx", "spdx", "requirements", "pylock", "apt", "conda"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let others: Vec<_> = ids.iter().zip(&names).filter(|(id, name)| id != name).collect();
    assert_eq!(others, [(&"conda-list", &"conda")]);
    let error = export(&lock(PLAIN), "csv", &ExportOptions::default()).unwrap_err();
    assert_eq!(error.hint().unwrap(), format!("name one of {}", names.join(", ")));
}

#[test]
fn a_variable_that_an_installer_would_fill_in_from_its_users_environment_is_refused() {
    let url = "https://example.org/${AWS_SECRET_ACCESS_KEY}/a-1-py3-none-any.whl";
    for to in ["requirements", "pylock"] {
        for package in [from(url), LockedPackage { archive: Some(url.to_owned()), ..package("a", "1") }] {
            let refused = python_refusal(to, package);
            assert!(refused.contains("its URL is none that an installer takes"), "{to}: {refused}");
        }
    }
    for url in ["https://example.org/$HOME/a-1-0.conda", "https://example.org/${HOME}/a-1-0.tar.bz2"] {
        let lock = with("conda", vec![from(url)]);
        let refused = refusal(&lock, "conda", &ExportOptions::default());
        assert!(refused.contains("its URL is none that an installer takes"), "{refused}");
    }
}

#[test]
fn every_ecosystem_has_its_package_in_every_bill_of_materials() {
    for ecosystem in ecosystem::REGISTRY {
        let lock = with(ecosystem.id(), vec![package("frobnicate", "1.0")]);
        for form in ["cyclonedx", "spdx"] {
            let text = text(&lock, form);
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            let key = if form == "spdx" { "packages" } else { "components" };
            let is_it = |part: &&serde_json::Value| part["name"] == "frobnicate";
            let part = json[key].as_array().unwrap().iter().find(is_it).unwrap();
            let purl = match form {
                "spdx" => &part["externalRefs"][0]["referenceLocator"],
                _ => &part["purl"],
            };
            let purl: packageurl::PackageUrl<'_> = purl.as_str().unwrap().parse().unwrap();
            assert_eq!((purl.name(), purl.version()), ("frobnicate", Some("1.0")), "{}", ecosystem.id());
        }
    }
}

#[test]
fn the_same_lock_gives_the_same_bytes_and_another_another_number() {
    let number = |text: &str| {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        json["serialNumber"].as_str().unwrap().to_owned()
    };
    let one = text(&lock(PLAIN), "cyclonedx");
    assert_eq!(one, text(&lock(PLAIN), "cyclonedx"));
    let other = text(&with("deb", vec![package("a", "1")]), "cyclonedx");
    assert_ne!(number(&one), number(&other));
    // Version 5, variant 10 (RFC 9562).
    let uuid = number(&one).replace("urn:uuid:", "");
    assert_eq!((uuid.len(), &uuid[14..15]), (36, "5"), "{uuid}");
    assert!("89ab".contains(&uuid[19..20]), "{uuid}");
    let spdx: serde_json::Value = serde_json::from_str(&text(&lock(PLAIN), "spdx")).unwrap();
    assert_ne!(spdx["documentNamespace"].as_str(), Some(number(&one).as_str()));
}

#[test]
fn the_time_is_the_locks_or_none() {
    let created = |lock: &Lockfile| {
        let json: serde_json::Value = serde_json::from_str(&text(lock, "cyclonedx")).unwrap();
        json["metadata"]["timestamp"].as_str().map(str::to_owned)
    };
    let mut lock = lock(PLAIN);
    assert_eq!(created(&lock).as_deref(), Some("2026-02-25T09:00:00Z"));
    lock.build.source_date_epoch = None;
    assert_eq!(created(&lock).as_deref(), Some("2026-02-25T09:00:40Z"));
    for odd in [None, Some("yesterday".to_owned())] {
        lock.image.created = odd;
        assert_eq!(created(&lock), None);
        assert!(text(&lock, "spdx").contains("1970-01-01T00:00:00Z"));
    }
}

#[test]
fn whoever_owns_whom_every_package_is_told() {
    let owned =
        |name: &str, owner: &str| LockedPackage { owner: Some(owner.to_owned()), ..package(name, "1") };
    let circle =
        vec![owned("a", "python:b"), owned("b", "python:a"), owned("c", "python:c"), owned("d", "x")];
    let json: serde_json::Value = serde_json::from_str(&text(&with("python", circle), "cyclonedx")).unwrap();
    let names: Vec<&str> =
        json["components"].as_array().unwrap().iter().filter_map(|part| part["name"].as_str()).collect();
    for name in ["a", "b", "c", "d"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[test]
fn a_package_is_brought_by_its_own_environments_and_by_none_of_several_in_one() {
    let at = |location: &str| LockedPackage { location: location.to_owned(), ..package("numpy", "1") };
    let site = |prefix: &str| LockedPackage {
        owner: Some("conda:numpy".to_owned()),
        ..at(&format!("{prefix}/lib/python3.12/site-packages"))
    };
    let nested = |conda: Vec<LockedPackage>, site: LockedPackage| {
        let mut lock = with("python", vec![site]);
        lock.package.insert("conda".to_owned(), conda);
        let json: serde_json::Value = serde_json::from_str(&text(&lock, "cyclonedx")).unwrap();
        let is_owner = |part: &&serde_json::Value| {
            part["components"].as_array().is_some_and(|all| all[0]["name"] == "numpy")
        };
        let owners = json["components"].as_array().unwrap().iter().filter(is_owner);
        owners.map(|part| part["properties"].to_string()).collect::<Vec<_>>()
    };
    let (base, train) = (at("opt/conda/conda-meta"), at("opt/conda/envs/train/conda-meta"));
    for prefix in ["opt/conda", "opt/conda/envs/train"] {
        let owners = nested(vec![base.clone(), train.clone()], site(prefix));
        assert_eq!(owners.len(), 1, "{owners:?}");
        assert!(owners[0].contains(&format!("\"{prefix}/conda-meta\"")), "{prefix}: {owners:?}");
    }
    assert_eq!(nested(vec![base.clone(), train], site("srv")), [""; 0]);
    let twin = LockedPackage { architecture: Some("x".to_owned()), ..base.clone() };
    assert_eq!(nested(vec![base, twin], site("opt/conda")), [""; 0]);
}

#[test]
fn a_bill_of_materials_says_whose_word_a_hash_is() {
    let told = LockedPackage { hashes_from: Some(HashSource::Pylock), ..package("a", "1") };
    let lock = with("python", vec![told]);
    assert!(text(&lock, "cyclonedx").contains("reprolock:hashes-from"));
    assert!(text(&lock, "spdx").contains("hashes-from pylock"));
}

#[test]
fn a_hash_that_may_be_of_another_archive_is_no_hash_of_a_package() {
    let hashes = vec![Sha256::of(b"a").into(), Sha256::of(b"b").into()];
    let several = with("python", vec![LockedPackage { hashes, ..package("a", "1") }]);
    assert!(!text(&several, "cyclonedx").contains(&Sha256::of(b"a").hex()));
    let one = text(&with("python", vec![package("a", "1")]), "cyclonedx");
    assert!(one.contains(&Sha256::of(b"wheel").hex()));
    // An installer may take either, whichever it was.
    assert_eq!(text(&several, "requirements").matches("--hash=sha256:").count(), 2);
    assert!(
        refusal(&several, "pylock", &ExportOptions::default()).contains("several archives may be the one")
    );
}

#[test]
fn what_a_lock_does_not_know_is_refused_with_all_who_lack_it() {
    let hashless = |name: &str| LockedPackage { hashes: Vec::new(), ..package(name, "1") };
    let lock = with("python", vec![hashless("a"), package("b", "1"), hashless("c")]);
    assert_eq!(
        refusal(&lock, "requirements", &ExportOptions::default()),
        "2 of 3 packages in site can't be written as requirements: no hash of its archive is locked (a 1, c 1)"
    );
    let without = ExportOptions::default().exclude("A").exclude("c");
    assert!(export(&lock, "requirements", &without).unwrap().text.contains("\nb==1 \\\n"));
    let refused = refusal(&lock, "requirements", &without.exclude("d"));
    assert_eq!(refused, "site has no package \"d\" to leave out");
    assert!(
        refusal(&lock, "pylock", &ExportOptions::default()).contains("no URL of its archive is locked (b 1)")
    );
}

#[test]
fn a_package_comes_from_where_it_came_from() {
    let line = |package| {
        let text = text(&with("python", vec![package]), "requirements");
        text.lines().nth(1).unwrap().trim_end_matches(" \\").to_owned()
    };
    assert_eq!(line(package("a", "1+cu128")), "a==1+cu128");
    assert_eq!(
        line(from("https://example.org/a.zip#sha256=00&subdirectory=py")),
        "a @ https://example.org/a.zip#subdirectory=py"
    );
    // The file that was copied into the build is told by its hash.
    assert_eq!(line(from("file:///wheels/a-1-py3-none-any.whl")), "a==1");
    let nowhere = "not in the lock (a 1)";
    assert!(python_refusal("requirements", from("file:///src/a")).ends_with(nowhere));
    assert!(python_refusal("requirements", from("editable file:///src/a")).ends_with(nowhere));
    assert!(
        python_refusal("requirements", from("git+https://example.org/a.git@01ab"))
            .contains("a checkout has no hash")
    );
    assert!(
        python_refusal("pylock", from("git+https://example.org/a.git"))
            .contains("none that an installer takes")
    );
    assert!(
        python_refusal("pylock", from("https://example.org/a.whl?k=[redacted]"))
            .contains("is hidden in the lock")
    );
    let checkout =
        text(&with("python", vec![from("git+https://example.org/a.git@01ab#subdirectory=py")]), "pylock");
    assert!(checkout.ends_with(
        "name = \"a\"\n\n[packages.vcs]\ntype = \"git\"\nurl = \"https://example.org/a.git\"\ncommit-id = \"01ab\"\nsubdirectory = \"py\"\n"
    ));
}

#[test]
fn what_an_installer_could_read_as_something_else_is_refused() {
    for (name, version) in [
        ("a --index-url=https://example.org", "1"),
        ("-r", "1"),
        ("a\nb", "1"),
        ("a;b", "1"),
        ("A", "1"),
        ("", "1"),
        ("é", "1"),
    ] {
        assert!(
            python_refusal("requirements", package(name, version)).contains("its name is none"),
            "{name}"
        );
    }
    for version in ["1 --hash=sha256:00", "1\n-r x", "1 \\", "", "unknown", "1;python_version<'3'", "1,!=1"] {
        assert!(
            python_refusal("requirements", package("a", version)).contains("its version is not known"),
            "{version}"
        );
    }
    for url in [
        "https://example.org/a b",
        "https://example.org/a\"b",
        "ftp://example.org/a",
        "https://e/\u{202e}",
        "-e",
    ] {
        assert!(python_refusal("pylock", from(url)).contains("its URL is none"), "{url}");
    }
    let debs = [
        ("a b", "1"),
        ("-o", "1"),
        ("a", "1 b"),
        ("a", "$(id)"),
        ("a", "unknown"),
        ("a;b", "1"),
        ("a", "-1"),
        ("a", "1-2+b2-"),
        ("a", "1+"),
    ];
    for (name, version) in debs {
        let refused = refusal(&with("deb", vec![package(name, version)]), "apt", &ExportOptions::default());
        assert!(refused.contains("none that an installer takes"), "{refused}");
    }
    let odd = LockedPackage { architecture: Some("x y".into()), ..package("a", "1") };
    assert!(refusal(&with("deb", vec![odd]), "apt", &ExportOptions::default()).contains("its name is none"));
}

#[test]
fn a_name_of_a_file_that_is_a_path_once_its_escapes_are_read_is_refused() {
    let of = |file: &str| {
        let archive = Some(format!("https://example.org/{file}"));
        LockedPackage { archive, ..package("a", "1") }
    };
    for file in ["..%2F..%2Fetc%2Fa-1-py3-none-any.whl", "x%5Ca-1.tar.gz", ".a-1.whl", "a%0A-1.whl", ""] {
        assert!(python_refusal("pylock", of(file)).contains("its URL is none"), "{file}");
    }
    let written = text(&with("python", vec![of("a-1%2Bcpu-py3-none-any.whl")]), "pylock");
    assert!(written.contains("name = \"a-1+cpu-py3-none-any.whl\""), "{written}");
}

#[test]
fn of_several_places_one_has_to_be_named() {
    let elsewhere = |name: &str| LockedPackage { location: "venv".to_owned(), ..package(name, "1") };
    let lock = with("python", vec![package("a", "1"), elsewhere("b"), elsewhere("c")]);
    let options = ExportOptions::default();
    assert_eq!(
        refusal(&lock, "requirements", &options),
        "the lock has Python packages in 2 places: site (1), venv (2)"
    );
    for site in ["venv", "/venv/"] {
        let text = export(&lock, "requirements", &options.clone().site(site)).unwrap().text;
        assert!(text.contains("\nb==1 ") && text.contains("\nc==1 ") && !text.contains("\na==1 "), "{text}");
    }
    assert_eq!(
        refusal(&lock, "requirements", &options.clone().site("opt")),
        "the lock has no Python packages in \"opt\", but in site (1), venv (2)"
    );
    assert_eq!(
        refusal(&lock, "spdx", &options.site("venv")),
        "spdx is of the whole image: it takes no site and leaves no package out"
    );
}

#[test]
fn a_lock_without_such_packages_says_what_it_did_not_read() {
    let mut lock = lock(ODD);
    lock.package.clear();
    let options = ExportOptions::default();
    assert_eq!(refusal(&lock, "conda", &options), "the lock lists no conda packages to export");
    assert_eq!(
        refusal(&lock, "apt", &options),
        "the lock lists no Debian packages to export, and did not read var/lib/dpkg/status.d"
    );
}

#[test]
fn names_of_foreign_architectures_have_them() {
    let of = |name: &str, architecture: &str| LockedPackage {
        architecture: Some(architecture.to_owned()),
        ..package(name, "1:2-3+b1")
    };
    let lock = with("deb", vec![of("a", "amd64"), of("a", "i386"), of("b", "all")]);
    assert_eq!(text(&lock, "apt"), "a=1:2-3+b1\na:i386=1:2-3+b1\nb=1:2-3+b1\n");
    // What dpkg itself is of counts, whatever the platform says.
    let lock = with("deb", vec![of("a", "amd64"), of("a", "i386"), of("dpkg", "i386")]);
    assert_eq!(text(&lock, "apt"), "a:amd64=1:2-3+b1\na=1:2-3+b1\ndpkg=1:2-3+b1\n");
    let mut lock = with("deb", vec![of("a", "amd64")]);
    lock.image.platform = "linux/frob".into();
    assert_eq!(text(&lock, "apt"), "a:amd64=1:2-3+b1\n");
}

#[test]
fn an_archive_of_conda_is_its_url_with_its_surest_hash() {
    let sha256 = Sha256::of(b"wheel").hex();
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    let conda = |origin: &str, hashes: bool, checksum: &str| LockedPackage {
        origin: Some(origin.to_owned()),
        hashes: if hashes { package("a", "1").hashes } else { Vec::new() },
        checksum: Some(checksum.to_owned()).filter(|text| !text.is_empty()),
        ..package("a", "1")
    };
    let url = "https://conda.example.org/main/linux-64/a-1-0.conda";
    let of = |package| text(&with("conda", vec![package]), "conda");
    assert_eq!(of(conda(url, true, md5)), format!("@EXPLICIT\n{url}#{sha256}\n"));
    assert_eq!(of(conda(url, false, md5)), format!("@EXPLICIT\n{url}#{md5}\n"));
    for (package, lack) in [
        (conda(url, false, ""), "no hash"),
        (conda(url, false, "Q1abc"), "no hash"),
        (LockedPackage { origin: None, ..conda(url, true, "") }, "no URL"),
        (conda("https://conda.example.org/t/[redacted]/a.conda", true, ""), "is hidden"),
        (conda("file:///root/a-1-0.conda", true, ""), "from a folder or a file of the build"),
        (conda("https://conda.example.org/a.conda#x\n@b", true, ""), "its URL is none"),
        (conda("https://conda.example.org/a.whl", true, ""), "its URL is none"),
    ] {
        let refused = refusal(&with("conda", vec![package]), "conda", &ExportOptions::default());
        assert!(refused.contains(lack), "{refused}");
    }
}

#[test]
fn what_is_left_out_and_what_may_be_missing_is_noted() {
    let noted = |lock: &Lockfile, to: &str| export(lock, to, &ExportOptions::default()).unwrap().notes;
    assert_eq!(
        noted(&lock(PLAIN), "apt"),
        ["1 package of var/lib/dpkg/status is left out, since dpkg has not installed them whole: half"]
    );
    let odd = noted(&lock(ODD), "cyclonedx");
    assert_eq!(
        odd,
        [
            "packages may be missing: var/lib/dpkg/status.d (deb): var/lib/dpkg/status.d/x, line 3: not a field",
            "packages may be missing: var/lib/rpm/rpmdb.sqlite (rpm) was not read",
            "the lock does not say of which distribution the image is, so 4 package URLs name none",
            "of 1 packages where they came from is hidden in the lock in part, since it looked secret",
        ]
    );
    assert_eq!(noted(&lock(PLAIN), "spdx"), [""; 0]);
}

#[test]
fn a_secret_in_a_lock_that_a_hand_wrote_does_not_leave() {
    let secret = from("https://me:hunter2hunter2@example.org/a.whl");
    let lock = with("python", vec![secret]);
    for to in ["cyclonedx", "spdx"] {
        let exported = export(&lock, to, &ExportOptions::default()).unwrap();
        assert!(!exported.text.contains("hunter2"), "{to}");
        assert!(exported.notes.iter().any(|note| note.contains("hidden in the lock")), "{to}");
    }
    assert!(
        python_refusal("requirements", from("https://me:hunter2hunter2@example.org/a.whl"))
            .contains("is hidden")
    );
}
