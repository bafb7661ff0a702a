//! `reprolock rebuild`

use std::path::Path;

use crate::build::{self, Inputs};
use crate::library::mending::Text;
use crate::library::opening::Opened;
use crate::library::{BuildOptions, ImageOptions};
use crate::lockfile::LockError;
use crate::rebuild::builders::{ChosenBuilder, Commands, choose};
use crate::rebuild::error::RebuildError;
use crate::rebuild::plan::{self, GivenBuild, Plan, PlanLock};
use crate::rebuild::recipe::Recipe;
use crate::rebuild::run::{self, Session};
use crate::rebuild::script;
use crate::report::model::Verified;
use crate::report::{Matter, Report};
use crate::scan;
use crate::verify::{self, Locked, Outcome};

use super::action::Action;
use super::locks::{self, Chosen};
use crate::cli::args::Rebuild;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;

impl Action for Rebuild {
    fn matter(&self) -> Option<Matter> {
        Some(if self.times > 1 { Matter::Diff } else { Matter::Verify })
    }

    fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
        let lock = locks::here(self.lock.as_deref())?;
        if lock.is_none() && self.times == 1 && !self.print {
            return Err(CliError {
                hint: Some("write one with: reprolock freeze IMAGE -f Dockerfile; --times 2 compares two builds, and needs none".to_owned()),
                ..LockError::Missing(locks::DEFAULT.into()).into()
            });
        }
        let plan = plan::plan(&self.given(), lock.as_ref().and_then(plan_lock))?;
        let made_by = lock.as_ref().and_then(|lock| lock.lock().build.builder.as_deref());
        let builder = choose(&self.builder, made_by, &run::ask)?;
        let run = Run { arguments: self, global, terminal, lock, plan, builder };
        if self.print { run.print() } else { run.build() }
    }
}

impl Rebuild {
    fn given(&self) -> GivenBuild {
        GivenBuild {
            dockerfile: self.dockerfile.clone(),
            context: self.context.clone(),
            args: self.build_args.iter().cloned().collect(),
            target: self.target.clone(),
            platform: self.platform.clone(),
            network: self.network.clone(),
            secrets: self.secret.clone(),
            ssh: self.ssh.clone(),
        }
    }
}

fn plan_lock(chosen: &Chosen) -> Option<PlanLock<'_>> {
    Some(PlanLock { lock: chosen.lock(), place: chosen.place()? })
}

/// A planned rebuild.
struct Run<'a> {
    arguments: &'a Rebuild,
    global: &'a Global,
    terminal: &'a Terminal,
    lock: Option<Chosen>,
    plan: Plan,
    builder: ChosenBuilder,
}

impl Run<'_> {
    fn commands(&self, tag: Option<String>) -> Result<(Recipe, Commands), CliError> {
        let mut recipe = self.plan.recipe.clone();
        recipe.options = self.arguments.options.clone();
        recipe.tag = tag.unwrap_or(recipe.tag);
        let lacks = self.builder.builder.lacks(&recipe, &self.builder.answer);
        self.plan
            .notes
            .iter()
            .chain(&self.builder.notes)
            .chain(&lacks.notes)
            .for_each(|note| self.terminal.note(note));
        if !lacks.refused.is_empty() {
            return Err(RebuildError::Refused(lacks.refused).into());
        }
        let commands = self.builder.builder.commands(&recipe, &self.builder.answer);
        Ok((recipe, commands))
    }

    fn print(&self) -> Result<Exit, CliError> {
        self.terminal.must_be_for_people("--print shows commands")?;
        let (recipe, commands) = self.commands(None)?;
        self.terminal.text(&script::script(&recipe, &commands))?;
        Ok(Exit::Same)
    }

    fn build(&self) -> Result<Exit, CliError> {
        let session = Session::new()?;
        let (recipe, commands) = self.commands(Some(session.tag()))?;
        let mut builds = Vec::new();
        for number in 1..=self.arguments.times {
            let name = format!("build-{number}.tar");
            let mut each_line = |line: &str| self.terminal.output(line);
            let built = session.build(self.builder.builder, (&recipe, &commands), &name, &mut each_line);
            let built = built.inspect_err(|error| self.show_failure(error))?;
            let reference = format!("{}:{}", commands.archive.0, built.display());
            builds.push((format!("build {number}"), reference));
        }
        match (builds.as_slice(), &self.lock) {
            ([(_, reference)], Some(lock)) => self.verify(reference, lock),
            ([first, rest @ ..], _) => self.compare(first, rest),
            ([], _) => Ok(Exit::CouldNotCheck),
        }
    }

    /// The end of a failed builder's output, where it was not shown as it came.
    fn show_failure(&self, error: &RebuildError) {
        if let RebuildError::Failed { output, .. } = error {
            self.terminal.failed_output(output);
        }
    }

    fn options(&self) -> Result<ImageOptions, CliError> {
        let platform = self.plan.recipe.platform.as_deref().map(str::parse).transpose()?;
        Ok(ImageOptions { platform, access: self.global.access(), ..ImageOptions::default() })
    }

    fn verify(&self, reference: &str, chosen: &Chosen) -> Result<Exit, CliError> {
        let opened = Opened::of(reference, self.options()?)?;
        let lock = chosen.lock();
        let dockerfile = Text::of_lock(Some(&self.plan.dockerfile), lock, chosen.place())?;
        let index = chosen.index(&*opened.source);
        let progress = self.terminal.progress();
        let options = scan::ScanOptions { expansion: opened.options.expansion, observer: &*progress };
        let locked = Locked { lock, index: &index, against: None };
        let mut outcome = verify::verify(opened.readable(), &locked, self.arguments.require, &options)?;
        drop(progress);
        outcome.notes.extend(chosen.notes());
        dockerfile.mend(&mut outcome, lock.build.dockerfile.as_deref(), Some((chosen.name(), lock)));
        self.terminal.report(&Report::Verify(Verified {
            image: "the rebuild",
            transport: opened.transport(),
            against: &chosen.name(),
            platform: &opened.image.platform.to_string(),
            base: lock.base.as_ref().and_then(|base| base.reference.as_deref()),
            dockerfile: lock.build.dockerfile.as_deref(),
            outcome: &outcome,
        }))?;
        Ok(Exit::of(&outcome))
    }

    /// Compares builds with the first one: the first that is not the same is told, else the last.
    fn compare(&self, first: &(String, String), rest: &[(String, String)]) -> Result<Exit, CliError> {
        for (at, other) in rest.iter().enumerate() {
            let (old, new) = (Opened::of(&first.1, self.options()?)?, Opened::of(&other.1, self.options()?)?);
            let (facts, outcome) = self.difference(&old, &new)?;
            if outcome.passed && at + 1 < rest.len() {
                continue;
            }
            self.terminal.report(&Report::Diff(Verified {
                image: &other.0,
                transport: new.transport(),
                against: &first.0,
                platform: &new.image.platform.to_string(),
                base: facts.base.as_ref().and_then(|base| base.reference.as_deref()),
                dockerfile: facts.build.dockerfile.as_deref(),
                outcome: &outcome,
            }))?;
            return Ok(Exit::of(&outcome));
        }
        Ok(Exit::CouldNotCheck)
    }

    fn difference(&self, old: &Opened, new: &Opened) -> Result<(build::BuildFacts, Outcome), CliError> {
        let recipe = &self.plan.recipe;
        let given = BuildOptions {
            dockerfile: Some(self.plan.dockerfile.clone()),
            context: Some(recipe.context.clone()),
            args: recipe.args.iter().map(|(name, argument)| (name.clone(), argument.value.clone())).collect(),
            target: recipe.target.clone(),
            ..BuildOptions::default()
        };
        let inputs = Inputs { wants_images: false, ..old.inputs(&given)? };
        let facts = build::facts(&old.image, &inputs)?;
        let progress = self.terminal.progress();
        let options = scan::ScanOptions { expansion: new.options.expansion, observer: &*progress };
        let mut outcome =
            verify::diff(old.readable(), &facts, new.readable(), self.arguments.require, &options)?;
        drop(progress);
        let text = Text::of_facts(Some(Path::new(&self.plan.dockerfile)), &facts);
        text.mend(&mut outcome, facts.build.dockerfile.as_deref(), None);
        Ok((facts, outcome))
    }
}
