//! The page of `lint`: counts, then a table of the findings.

use super::super::lint::{Counts, fixed, placed};
use super::super::model::Checked;
use super::markup::{Html, notes, section, table};

pub(super) fn checked(checked: &Checked<'_>) -> Html {
    let rows = placed(checked).map(|placed| {
        let finding = placed.finding;
        let place = format!("{}:{}", placed.source.path, placed.start.line);
        let help = finding.help.clone().unwrap_or_default();
        vec![
            finding.severity.name().to_owned(),
            place,
            finding.rule.to_owned(),
            finding.message.clone(),
            help,
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let heads = ["severity", "place", "rule", "what changes", "what to write"];
    let findings = if rows.is_empty() { Html::default() } else { table(&heads, rows) };
    let fixed = fixed(checked).map(|(path, count, rules)| format!("{path}: {count}, {}", rules.join(", ")));
    let unread = checked.obstacles.iter().map(|obstacle| format!("{}: {}", obstacle.path, obstacle.message));
    let mut html = Html::default();
    html.raw("<header>\n<h1>").text(&Counts::of(checked).sentence()).raw("</h1>\n</header>\n<main>\n");
    html.add(section("findings", "Findings", findings));
    html.add(section("fixed", "Fixed", notes(&fixed.collect::<Vec<_>>())));
    html.add(section("unread", "Not linted", notes(&unread.collect::<Vec<_>>()))).raw("</main>\n");
    html
}
