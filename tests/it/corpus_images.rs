//! Every image of the corpus through the command line: it freezes and verifies, or it is refused with a reason.
//!
//! Runs where `REPROLOCK_CORPUS` names the corpus, and says so where it does not. `corpus_images/outcomes.txt` has a
//! line for each entry, and one for each name or platform of an entry that holds several. `REPROLOCK_BLESS=1` writes
//! it anew; read the diff.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::sources::entries;
use crate::support::{Place, Run};

const GOLDEN: &str = include_str!("corpus_images/outcomes.txt");

/// One image to try: what the golden file calls it, and the arguments that name it.
struct Trial {
    name: String,
    arguments: Vec<String>,
}

/// The golden line of a trial, and the trials it leads to: an archive of several images tells their names.
fn outcome(images: &Path, trial: &Trial) -> (String, Vec<Trial>) {
    let place = Place::new();
    let run = |command: &[&str], rest: &[&str]| -> Run {
        let image = trial.arguments.iter().map(String::as_str);
        let arguments: Vec<&str> = command.iter().copied().chain(image).chain(rest.iter().copied()).collect();
        place.run(&arguments)
    };
    let frozen = run(&["freeze", "--format", "json"], &[]);
    if frozen.code == 0 {
        let facts = frozen.json();
        let verified = run(&["verify", "--format", "json", "--require", "blob"], &[]);
        assert_eq!((verified.code, verified.stderr.as_str()), (0, ""), "{}: {}", trial.name, verified.stdout);
        assert_eq!(verified.json()["verdict"], "identical", "{}", trial.name);
        let inspected = run(&["inspect", "--format", "json"], &[]).json();
        assert_eq!(inspected["layer"].as_array().unwrap().len(), facts["layers"], "{}", trial.name);
        let mut line = format!("ok {} {}", facts["image"]["platform"].as_str().unwrap(), facts["layers"]);
        for (ecosystem, count) in facts["packages"].as_object().unwrap() {
            let _ = write!(line, " {ecosystem}={count}");
        }
        return (line, Vec::new());
    }
    let (error, hint) = frozen.refusal();
    assert!(hint.len() > 10, "{}: {error}: no hint", trial.name);
    assert!(place.names().is_empty(), "{}: {error}: left a file", trial.name);
    (error.replace(&format!("{}/", images.display()), ""), choices(trial, &error))
}

fn choices(trial: &Trial, error: &str) -> Vec<Trial> {
    let listed = |message: &str| {
        let (_, names) = error.split_once(message)?;
        Some(names.split(", ").map(str::to_owned).collect::<Vec<_>>())
    };
    let with =
        |name: String, arguments: Vec<String>| Trial { name: format!("{} {name}", trial.name), arguments };
    let several = |names: Vec<String>, arguments: &dyn Fn(&str) -> Vec<String>| {
        names.into_iter().map(|name| with(name.clone(), arguments(&name))).collect()
    };
    let image = &trial.arguments[0];
    if let Some(names) = listed("expected one to be named, found ") {
        return several(names, &|name| vec![format!("{image}:{name}")]);
    }
    if let Some(platforms) = listed("expected one to be chosen, found ") {
        return several(platforms, &|platform| {
            vec![image.clone(), "--platform".to_owned(), platform.to_owned()]
        });
    }
    Vec::new()
}

fn lines(images: &Path, trial: &Trial) -> String {
    let (outcome, more) = outcome(images, trial);
    let line = format!("{}\t{outcome}\n", trial.name);
    more.iter().fold(line, |text, trial| text + &lines(images, trial))
}

#[test]
fn each_image_of_the_corpus_freezes_and_verifies_or_is_refused_with_a_reason() {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return;
    };
    let images = Path::new(&corpus).join("images");
    let trials: Vec<Trial> = entries(&images)
        .iter()
        .map(|path| Trial {
            name: path.strip_prefix(&images).unwrap().to_str().unwrap().to_owned(),
            arguments: vec![path.to_str().unwrap().to_owned()],
        })
        .collect();
    let found: String = trials.par_iter().map(|trial| lines(&images, trial)).collect();
    if std::env::var_os("REPROLOCK_BLESS").is_some() {
        let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/corpus_images/outcomes.txt");
        fs::write(golden, &found).unwrap();
        return;
    }
    for (found, expected) in found.lines().zip(GOLDEN.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), GOLDEN.lines().count());
}
