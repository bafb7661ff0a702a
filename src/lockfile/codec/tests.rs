//! Lockfiles to bytes and back, and what is refused on the way.

use super::*;
use crate::base::digest::Sha256;
use crate::lockfile::model::{
    AgreementFile, AgreementRow, AgreementStatus, Arg, ArgSource, AskedBy, DigestSource, LockedAgreement,
    LockedBase, LockedCatalog, LockedImage, LockedLayer, LockedNamedImage, LockedPackage, LockedRequirement,
    Secret,
};

fn digest(text: &str) -> Sha256 {
    Sha256::of(text.as_bytes())
}

fn agreed() -> LockedAgreement {
    LockedAgreement {
        lock: "uv.lock".into(),
        format: "uv-lock".into(),
        ecosystem: "python".into(),
        environment: Some("usr/lib/python3/dist-packages".into()),
        asked: vec!["extra:cli".into(), "group:dev".into()],
        asked_by: AskedBy::Installed,
        dockerfile_line: Some(3),
        as_locked: vec!["numpy".into()],
        file: vec![AgreementFile { path: "uv.lock".into(), digest: Sha256::of(b"lock") }],
        package: vec![AgreementRow {
            name: "six".into(),
            status: AgreementStatus::OtherSource,
            reason: Some("group:dev".into()),
            locked: Some("1.17.0".into()),
            installed: Some("https://example.org/six.whl".into()),
            layer: Some(0),
        }],
    }
}

fn full() -> Lockfile {
    let layer = LockedLayer {
        digest: Some(digest("blob").into()),
        diff_id: digest("tar").into(),
        content: digest("rows"),
        size: 10,
        uncompressed_size: 2048,
        compression: "gzip".into(),
        files: 2,
        instruction: Some("RUN printf '\"\\n\u{1b}[31m'".into()),
        dockerfile_line: Some(3),
    };
    let numpy = LockedPackage {
        name: "numpy".into(),
        version: "2.4.1".into(),
        location: "usr/lib/python3/dist-packages".into(),
        requirement: Some(LockedRequirement {
            file: "requirements.txt".into(),
            line: 1,
            specifier: ">=1.26".into(),
            via: Some("pandas".into()),
        }),
        hashes: vec![digest("wheel").into()],
        ..LockedPackage::default()
    };
    Lockfile {
        version: model::VERSION,
        image: LockedImage {
            reference: Some("project_ai:latest".into()),
            platform: "linux/amd64".into(),
            media_type: None,
            index: None,
            manifest: Some(digest("manifest").into()),
            config: digest("config").into(),
            created: None,
            distribution: Some("debian".into()),
            distribution_version: Some("12".into()),
            files: Some(digest("files")),
            detours: Vec::new(),
        },
        base: Some(LockedBase {
            reference: Some("base".into()),
            digest: Some(digest("index").into()),
            manifest: Some(digest("base manifest").into()),
            layers: Some(1),
        }),
        build: model::Build {
            arg: vec![
                Arg {
                    name: "A".into(),
                    value: Some("1".into()),
                    redacted: false,
                    source: ArgSource::History,
                },
                Arg { name: "TOKEN".into(), value: None, redacted: true, source: ArgSource::CommandLine },
            ],
            image: vec![LockedNamedImage {
                reference: "uv:0.5".into(),
                digest: digest("uv").into(),
                source: DigestSource::Registry,
            }],
            target: Some("runtime".into()),
            platform: Some("linux/arm64".into()),
            options: vec![("compression".into(), "zstd".into()), ("rewrite-timestamp".into(), "true".into())],
            context_digest: Some(digest("context")),
            commit: Some("0ddba11c0ffee".into()),
            secrets: vec!["hub".into(), "pip.conf".into()],
            ..model::Build::default()
        },
        config: model::LockedConfig {
            env: vec![("PATH".into(), "/bin".into())],
            cmd: Some(Vec::new()),
            secret: vec![Secret { field: "env".into(), name: "HF_TOKEN".into(), redacted: true }],
            ..model::LockedConfig::default()
        },
        layer: vec![layer],
        agreement: vec![agreed()],
        catalog: vec![
            LockedCatalog {
                ecosystem: "python".into(),
                path: "usr/lib/python3/dist-packages".into(),
                layer: 0,
                digest: None,
                packages: 1,
                problems: vec!["METADATA of x cannot be read".into()],
            },
            LockedCatalog {
                ecosystem: "rpm".into(),
                path: "var/lib/rpm/Packages.db".into(),
                layer: 0,
                digest: Some(digest("database")),
                packages: 0,
                problems: Vec::new(),
            },
        ],
        package: [("python".to_owned(), vec![numpy])].into(),
    }
}

fn decoded(text: &str) -> Result<Lockfile, LockError> {
    decode(text, Path::new("reprolock.lock"))
}

#[test]
fn every_field_reads_back_as_it_was_written() {
    let lock = full();
    let text = encode(&lock);
    assert_eq!(decoded(&text).unwrap(), lock, "{text}");
    assert_eq!(encode(&decoded(&text).unwrap()), text);
}

#[test]
fn no_control_character_reaches_the_file() {
    assert!(!encode(&full()).contains(|c: char| c.is_control() && c != '\n'));
}

#[test]
fn a_newer_version_is_named_before_its_new_keys_are_complained_of() {
    let text = encode(&full()).replace("version = 2\n", "version = 7\nshiny = true\n");
    let error = decoded(&text).unwrap_err();
    assert!(matches!(error, LockError::Version { found: 7, .. }), "{error}");
}

#[test]
fn a_slip_of_the_hand_is_named_with_its_line() {
    let text = encode(&full()).replace("compression =", "compresion =");
    let LockError::Malformed { line, problem, .. } = decoded(&text).unwrap_err() else {
        panic!("not malformed")
    };
    assert!(text.lines().nth(line - 1).unwrap().contains("compresion"), "line {line}: {problem}");
    let text = encode(&full()).replace("diff-id = \"sha256:", "diff-id = \"sha256:zz");
    assert!(matches!(decoded(&text), Err(LockError::Malformed { .. })));
    assert!(matches!(decoded("<<<<<<< HEAD\n"), Err(LockError::Malformed { line: 1, .. })));
}

#[test]
fn parts_that_contradict_each_other_are_refused() {
    let broken = |change: fn(&mut Lockfile)| {
        let mut lock = full();
        change(&mut lock);
        match decoded(&encode(&lock)) {
            Err(error) => error.to_string(),
            Ok(lock) => contradictions::of_counts(&lock).unwrap(),
        }
    };
    assert_eq!(contradictions::of_counts(&full()), None);
    assert!(broken(|lock| lock.layer.clear()).contains("the base has 1 layers, the image 0"));
    assert!(broken(|lock| lock.layer[0].compression = "none".into()).contains("its blob is not its tar"));
    assert!(broken(|lock| lock.layer[0].compression = "lz4".into()).contains("unknown compression"));
    assert!(broken(|lock| lock.layer[0].content = digest("")).contains("2 files, but its content"));
    assert!(broken(|lock| lock.catalog[0].packages = 2).contains("list 2 packages, but it has 1"));
    assert!(
        broken(|lock| lock.config.env.push(("HF_TOKEN".into(), String::new()))).contains("both redacted")
    );
    assert!(broken(|lock| lock.config.secret[0].field = "cmd".into()).contains("\"cmd\""));
    let twin = |change: fn(&mut LockedLayer)| {
        let mut lock = full();
        lock.layer.push(lock.layer[0].clone());
        assert!(decoded(&encode(&lock)).is_ok());
        change(&mut lock.layer[1]);
        decoded(&encode(&lock)).unwrap_err().to_string()
    };
    assert!(twin(|layer| layer.files = 3).contains("layers 0 and 1 have one diff-id"));
    assert!(twin(|layer| layer.size = 3).contains("layers 0 and 1 have one digest"));
    assert!(broken(|lock| lock.catalog[0].layer = 5).contains("stands in layer 5"));
    assert!(broken(|lock| lock.build.arg[1].redacted = false).contains("neither redacted nor given"));
}

#[test]
fn the_first_line_names_the_schema_and_the_next_the_version() {
    let text = encode(&full());
    assert_eq!(text.lines().take(2).collect::<Vec<_>>(), ["#:schema urn:reprolock:lock:2", "version = 2"]);
}

#[test]
fn what_a_runner_acts_on_stands_escaped_in_a_lock_and_is_read_as_it_was() {
    let mut lock = full();
    for text in ["##[error]x", "a ###[group]", "\\##vso[task.setvariable]y", "\"##[x]\""] {
        lock.config.labels = vec![(text.into(), format!("b {text}")), ("plain".into(), "# a ## [b]".into())];
        lock.layer[0].instruction = Some(format!("RUN echo {text}"));
        let written = encode(&lock);
        assert!(!crate::base::runners::has_command(&written), "{written}");
        assert!(written.contains("\\u0023") && written.contains("\"# a ## [b]\""), "{written}");
        assert_eq!(decode(&written, Path::new("a.lock")).unwrap(), lock);
    }
}
