//! Settings from `reprolock.toml` and the command line, which goes before the file.

use std::collections::BTreeSet;

use crate::base::limits;
use crate::cli::args::Lint;
use crate::cli::error::CliError;
use crate::finding::Severity;
use crate::lint::{LintError, Settings, pattern, rules_named};
use crate::project::{self, Located, Project};

/// What the user decided.
pub(super) fn settings(arguments: &Lint, project: &Project) -> Result<Settings, CliError> {
    let file = of_file(project)?;
    let select = named(&arguments.select)?;
    let ignore = named(&arguments.ignore)?;
    // What is selected by name here is not what the file leaves out.
    let kept = |id: &&'static str| !select.contains(id);
    let asked = Settings {
        select: select.clone(),
        ignore: ignore.clone(),
        min_severity: arguments.min_severity,
        pedantic: arguments.pedantic,
        runtime: arguments.runtime,
        ..Settings::default()
    };
    Ok(Settings {
        asked: project.file.is_some().then(|| Box::new(asked)),
        ignore: if ignore.is_empty() { file.ignore.into_iter().filter(kept).collect() } else { ignore },
        select: if select.is_empty() { file.select } else { select },
        min_severity: arguments.min_severity.or(file.min_severity),
        pedantic: arguments.pedantic || file.pedantic,
        runtime: arguments.runtime || file.runtime,
        ..file
    })
}

/// From which severity on a finding fails.
pub(super) fn fail_on(arguments: &Lint, project: &Project) -> Severity {
    arguments.fail_on.or(project.lint.fail_on.map(severity)).unwrap_or(Severity::Warning)
}

fn named(names: &[String]) -> Result<BTreeSet<&'static str>, CliError> {
    let mut rules = BTreeSet::new();
    for name in names {
        rules.extend(rules_named(name)?);
    }
    Ok(rules)
}

fn of_file(project: &Project) -> Result<Settings, CliError> {
    let lint = &project.lint;
    let rules = |values: &[Located]| -> Result<BTreeSet<&'static str>, CliError> {
        let mut rules = BTreeSet::new();
        for value in values {
            rules.extend(judged(project, value, rules_named(&value.text))?);
        }
        Ok(rules)
    };
    let mut settings = Settings {
        select: rules(lint.select.as_deref().unwrap_or_default())?,
        ignore: rules(&lint.ignore)?,
        min_severity: lint.min_severity.map(severity),
        pedantic: lint.pedantic,
        runtime: lint.runtime,
        ..Settings::default()
    };
    if let Some((glob, _)) = lint.per_path.get(limits::PATTERNS) {
        let problem = format!("more than {} patterns", limits::PATTERNS);
        return Err(project
            .refuse(glob, problem, Some("join patterns with braces: {a,b}/**".to_owned()))
            .into());
    }
    for (glob, ids) in &lint.per_path {
        settings.ignore_in.push((judged(project, glob, pattern(&glob.text))?, rules(ids)?));
    }
    for (rule, level) in &lint.severity {
        let ids = judged(project, rule, rules_named(&rule.text))?;
        settings.severity.extend(ids.into_iter().map(|id| (id, severity(*level))));
    }
    if let Some(file) = &project.file {
        settings.match_below(file.parent().unwrap_or(file));
    }
    Ok(settings)
}

/// What a value of the file stands for; an error says where in the file it is.
fn judged<T>(project: &Project, value: &Located, parsed: Result<T, LintError>) -> Result<T, CliError> {
    parsed.map_err(|error| {
        let error = CliError::from(error);
        project.refuse(value, error.message, error.hint).into()
    })
}

fn severity(severity: project::SeveritySetting) -> Severity {
    match severity {
        project::SeveritySetting::Info => Severity::Info,
        project::SeveritySetting::Warning => Severity::Warning,
        project::SeveritySetting::Error => Severity::Error,
    }
}
