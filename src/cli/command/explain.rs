//! `reprolock explain`

use crate::base::about::{About, AboutKind};
use crate::ecosystem;
use crate::report::{Matter, catalogue};

use super::action::Action;
use crate::cli::args::Explain;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;

impl Action for Explain {
    fn matter(&self) -> Option<Matter> {
        None
    }

    fn run(&self, _: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
        terminal.must_write_pages()?;
        let text = match &self.code {
            _ if self.list => list(),
            Some(code) => page(code)?.to_owned(),
            None => {
                return Err(CliError {
                    message: "expected an id to explain, found none".to_owned(),
                    hint: Some(LISTED.to_owned()),
                });
            }
        };
        terminal.text(&text)?;
        Ok(Exit::Same)
    }
}

const LISTED: &str = "reprolock explain --list names them all";

fn page(code: &str) -> Result<&'static str, CliError> {
    let about = catalogue::find(code);
    about.map(|about| about.page).ok_or_else(|| CliError {
        message: format!("there is no rule, cause, ecosystem, verdict, format, export, kind of file or builder {code:?}"),
        hint: Some(match closest(code) {
            _ if ecosystem::is_known_unread(code) => format!(
                "{code} is a package manager whose databases are known and not read: reprolock explain packages-unchecked"
            ),
            Some(id) => format!("did you mean {id}?"),
            None => LISTED.to_owned(),
        }),
    })
}

/// The id that is most like `code`, where one is like it at all.
fn closest(code: &str) -> Option<&'static str> {
    let likeness = |about: &About| (strsim::jaro(about.id, code) * 1000.0) as u32;
    let best = catalogue::all().max_by_key(likeness)?;
    (likeness(&best) > 800).then_some(best.id)
}

fn list() -> String {
    let width = catalogue::all().map(|about| about.id.len()).max().unwrap_or(0);
    let line = |about: About| format!("  {:<width$}  {}\n", about.id, about.summary);
    let group = |kind: AboutKind| {
        let lines: String = catalogue::of(kind).into_iter().map(line).collect();
        format!("{}\n{lines}", heading(kind))
    };
    catalogue::KINDS.map(group).join("\n")
}

fn heading(kind: AboutKind) -> &'static str {
    match kind {
        AboutKind::Rule => "lint rules",
        AboutKind::Cause => "causes of drift",
        AboutKind::Ecosystem => "ecosystems",
        AboutKind::Verdict => "verdicts",
        AboutKind::Format => "formats",
        AboutKind::Export => "exports",
        AboutKind::File => "files that lint reads beside Dockerfiles",
        AboutKind::ProjectLock => "locks of projects that images are held against",
        AboutKind::Builder => "builders that rebuild takes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_its_page() {
        for about in catalogue::all() {
            assert_eq!(page(about.id).unwrap(), about.page);
        }
    }

    #[test]
    fn an_id_that_is_almost_one_gets_a_hint() {
        assert_eq!(page("pyc-haeder").unwrap_err().hint.unwrap(), "did you mean pyc-header?");
        assert_eq!(
            page("image-unpined-digest").unwrap_err().hint.unwrap(),
            "did you mean image-unpinned-digest?"
        );
        assert!(page("zzz").unwrap_err().hint.unwrap().contains("--list"));
        for known in ["nix", "portage"] {
            assert!(
                page(known).unwrap_err().hint.unwrap().ends_with("explain packages-unchecked"),
                "{known}"
            );
        }
    }

    #[test]
    fn the_list_is_grouped_and_names_all() {
        let list = list();
        assert!(list.starts_with("lint rules\n  ") && list.contains("\n\ncauses of drift\n  "));
        assert!(list.contains("\n\nverdicts\n  identical"));
        let rows = list.lines().filter(|line| line.starts_with("  ")).count();
        assert_eq!(rows, catalogue::all().count());
    }
}
