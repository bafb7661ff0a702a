//! `reprolock explain`

use crate::causes;
use crate::lint::rules;

use super::Exit;
use super::args::Explain;
use super::error::CliError;
use super::terminal::Terminal;

/// An id with its line in the list, and its page.
struct Page {
    id: &'static str,
    summary: &'static str,
    text: &'static str,
}

pub(super) fn run(arguments: &Explain, terminal: &Terminal) -> Result<Exit, CliError> {
    let text = match &arguments.code {
        Some(code) if !arguments.list => page(code)?.to_owned(),
        _ => list(),
    };
    terminal.text(&text)?;
    Ok(Exit::Same)
}

fn rules() -> impl Iterator<Item = Page> {
    rules::REGISTRY.iter().map(|rule| {
        let about = rule.about();
        Page { id: about.id, summary: about.summary, text: about.page }
    })
}

fn causes() -> impl Iterator<Item = Page> {
    causes::REGISTRY.iter().map(|cause| Page { id: cause.id(), summary: cause.summary(), text: cause.doc() })
}

fn page(code: &str) -> Result<&'static str, CliError> {
    let found = rules().chain(causes()).find(|page| page.id == code);
    found.map(|page| page.text).ok_or_else(|| CliError {
        message: format!("there is no rule or cause {code:?}"),
        hint: Some(match closest(code) {
            Some(id) => format!("did you mean {id}?"),
            None => "reprolock explain --list names them all".to_owned(),
        }),
    })
}

/// The id that is most like `code`, where one is like it at all.
fn closest(code: &str) -> Option<&'static str> {
    let likeness = |page: &Page| (strsim::jaro(page.id, code) * 1000.0) as u32;
    let best = rules().chain(causes()).max_by_key(likeness)?;
    (likeness(&best) > 800).then_some(best.id)
}

fn list() -> String {
    let width = rules().chain(causes()).map(|page| page.id.len()).max().unwrap_or(0);
    let line = |page: Page| format!("  {:<width$}  {}\n", page.id, page.summary);
    let group = |heading: &str, pages: String| format!("{heading}\n{pages}");
    let rules = group("lint rules", rules().map(line).collect());
    let causes = group("causes of drift", causes().map(line).collect());
    format!("{rules}\n{causes}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_one_page() {
        for one in rules().chain(causes()) {
            assert_eq!(rules().chain(causes()).filter(|other| other.id == one.id).count(), 1, "{}", one.id);
            assert_eq!(page(one.id).unwrap(), one.text);
            assert!(!one.text.is_empty());
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
    }

    #[test]
    fn the_list_is_grouped_and_names_all() {
        let list = list();
        assert!(list.starts_with("lint rules\n  ") && list.contains("\n\ncauses of drift\n  "));
        assert_eq!(
            list.lines().filter(|line| line.starts_with("  ")).count(),
            rules().count() + causes().count()
        );
    }
}
