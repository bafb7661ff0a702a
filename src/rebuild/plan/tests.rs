//! What is planned of a lock, of what is given, and of both.

use std::fs;

use super::*;
use crate::lockfile::model::LockedRequirementsFile;
use crate::rebuild::testing::lock;

/// A project with a Dockerfile and its lock.
struct Project {
    folder: tempfile::TempDir,
    lock: Lockfile,
}

impl Project {
    fn new(dockerfile: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Dockerfile"), dockerfile).unwrap();
        let mut lock = lock();
        lock.build.dockerfile_digest = Some(Sha256::of(dockerfile.as_bytes()));
        lock.build.source_date_epoch = Some(100);
        Self { folder, lock }
    }

    fn arg(mut self, name: &str, value: Option<&str>, source: ArgSource) -> Self {
        let (value, redacted) = (value.map(str::to_owned), value.is_none());
        self.lock.build.arg.push(Arg { name: name.into(), value, redacted, source });
        self
    }

    fn plan(&self, given: &GivenBuild) -> Result<Plan, RebuildError> {
        let place = self.folder.path().join("reprolock.lock");
        plan(given, Some(PlanLock { lock: &self.lock, place: &place }))
    }
}

fn given(args: &[(&str, &str)]) -> GivenBuild {
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    GivenBuild { args: args.collect(), ..GivenBuild::default() }
}

#[test]
fn what_the_lock_says_is_built_and_what_is_given_goes_before() {
    let project = Project::new("FROM a\nARG UID=1\nRUN b\n")
        .arg("UID", Some("7"), ArgSource::History)
        .arg("SOURCE_DATE_EPOCH", Some("100"), ArgSource::History)
        .arg("TARGETARCH", Some("arm"), ArgSource::History)
        .arg("D", Some("x"), ArgSource::DockerfileDefault);
    let recipe = project.plan(&GivenBuild::default()).unwrap().recipe;
    assert_eq!(recipe.args.keys().collect::<Vec<_>>(), ["UID"], "defaults and platforms are the builder's");
    assert_eq!((recipe.epoch, recipe.platform.as_deref()), (Some(100), Some("linux/amd64")));
    let other = given(&[("UID", "8"), ("SOURCE_DATE_EPOCH", "5")]);
    let recipe = project.plan(&GivenBuild { platform: Some("linux/arm64".into()), ..other }).unwrap().recipe;
    assert_eq!((recipe.args["UID"].value.as_str(), recipe.epoch), ("8", Some(5)));
    assert_eq!(recipe.platform.as_deref(), Some("linux/arm64"));
}

#[test]
fn a_default_is_handed_over_where_the_dockerfile_may_have_another_now() {
    let mut project = Project::new("FROM a\n").arg("D", Some("x"), ArgSource::DockerfileDefault);
    project.lock.build.dockerfile_digest = Some(Sha256::of(b"FROM b"));
    assert_eq!(project.plan(&GivenBuild::default()).unwrap().recipe.args["D"].value, "x");
}

#[test]
fn a_redacted_argument_must_be_given_and_is_never_shown() {
    let project = Project::new("FROM a\n").arg("API_TOKEN", None, ArgSource::History);
    let error = project.plan(&GivenBuild::default()).unwrap_err().to_string();
    assert!(error.contains("API_TOKEN"), "{error}");
    let recipe = project.plan(&given(&[("API_TOKEN", "x")])).unwrap().recipe;
    assert!(recipe.args["API_TOKEN"].is_secret);
}

#[test]
fn a_secret_that_the_lock_names_must_be_given() {
    let mut project = Project::new("FROM a\n");
    project.lock.build.secrets = vec!["npm".into()];
    assert!(project.plan(&GivenBuild::default()).unwrap_err().to_string().contains("npm"));
    let given = GivenBuild { secrets: vec!["src=f,id=npm".into()], ..GivenBuild::default() };
    assert!(project.plan(&given).is_ok());
}

#[test]
fn without_a_locked_epoch_it_is_the_commits_and_without_that_it_must_be_given() {
    let mut project = Project::new("FROM a\n");
    project.lock.build.source_date_epoch = None;
    assert!(matches!(project.plan(&GivenBuild::default()), Err(RebuildError::NoEpoch { .. })));
    assert!(matches!(
        project.plan(&given(&[("SOURCE_DATE_EPOCH", "now")])),
        Err(RebuildError::WrongEpoch(_))
    ));
    let git = |arguments: &[&str]| {
        let mut command = crate::base::checkout::git::command(arguments);
        command.current_dir(project.folder.path());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.org");
            command.env(format!("GIT_{who}_DATE"), "1700000000 +0000");
        }
        assert!(command.output().unwrap().status.success());
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "a"]);
    assert_eq!(project.plan(&GivenBuild::default()).unwrap().recipe.epoch, Some(1_700_000_000));
}

#[test]
fn a_lock_leads_to_no_dockerfile_outside_of_its_context() {
    for named in ["../Dockerfile", "/etc/passwd", "", "a/../../b"] {
        let mut project = Project::new("FROM a\n");
        project.lock.build.dockerfile = Some(named.into());
        assert!(
            matches!(project.plan(&GivenBuild::default()), Err(RebuildError::NoDockerfile { .. })),
            "{named}"
        );
    }
}

#[test]
fn buildahs_one_layer_for_several_instructions_is_known_by_the_count() {
    let is_one = |text: &str, builder: &str| {
        let mut project = Project::new(text);
        project.lock.build.builder = Some(builder.into());
        let recipe = project.plan(&GivenBuild::default()).unwrap().recipe;
        (recipe.is_one_layer, recipe.sets_all_times)
    };
    assert_eq!(is_one("FROM a\nRUN b\nCOPY c /\n", "buildah 1.28.2"), (true, true));
    assert_eq!(is_one("FROM a\nRUN b\n", "buildah 1.41.0"), (false, false));
    assert_eq!(is_one("FROM a\nRUN b\nCOPY c /\n", "buildkit"), (false, false));
}

#[test]
fn an_ignore_file_of_the_dockerfiles_own_goes_with_a_pinned_one() {
    let mut project = Project::new("FROM a:1\n");
    let digest = format!("sha256:{}", "a".repeat(64));
    project.lock.base.as_mut().unwrap().reference = Some("a:1".into());
    project.lock.base.as_mut().unwrap().digest = Some(digest.parse().unwrap());
    fs::write(project.folder.path().join("Dockerfile.dockerignore"), "*\n").unwrap();
    let recipe = project.plan(&GivenBuild::default()).unwrap().recipe;
    let expected = MadeFile {
        name: "Dockerfile".into(),
        text: format!("FROM a:1@{digest}\n"),
        ignores: Some("*\n".into()),
    };
    assert_eq!(recipe.dockerfile, RecipeFile::Made(expected));
}

#[test]
fn other_inputs_are_told_before_anything_is_built() {
    let mut project = Project::new("FROM a\nRUN b\n").arg("UID", Some("7"), ArgSource::History);
    let file = project.folder.path().join("requirements.txt");
    fs::write(&file, "six==1\n").unwrap();
    project.lock.build.requirements =
        vec![LockedRequirementsFile { path: "requirements.txt".into(), digest: Sha256::of(b"six==1\n") }];
    let notes = project.plan(&GivenBuild::default()).unwrap().notes;
    assert_eq!(notes, ["no digest is locked of a: what the name leads to today is built on"]);
    fs::write(&file, "six==2\n").unwrap();
    fs::write(project.folder.path().join("Dockerfile"), "FROM a AS x\nRUN c\n").unwrap();
    let other = GivenBuild { target: Some("x".into()), ..given(&[("UID", "8")]) };
    let notes = project.plan(&other).unwrap().notes;
    let expected = [
        "Dockerfile is not the one that was locked",
        "requirements.txt is not the one that was locked",
        "UID is 8, and 7 was locked",
        "the stage is x, and the last stage was locked",
    ];
    assert_eq!(notes[..4], expected.map(|note| format!("other inputs: {note}")));
}
