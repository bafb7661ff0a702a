//! Every cause has its page with the same parts, and its row in the table of them all.

use std::collections::BTreeMap;

use reprolock::verify::causes::REGISTRY;

const PARTS: [&str; 4] = ["## What it sees", "## Why it happens", "## How it is proved", "## Fix"];

#[test]
fn every_page_has_its_parts_in_order_and_something_in_each() {
    for cause in REGISTRY {
        let (id, page) = (cause.id(), cause.doc());
        assert!(page.starts_with(&format!("# {id}\n")), "{id}: another heading");
        let mut rest = page;
        for part in PARTS {
            let (_, behind) =
                rest.split_once(&format!("\n{part}\n")).unwrap_or_else(|| panic!("{id}: no {part}"));
            let text = behind.split("\n## ").next().unwrap_or_default();
            assert!(!text.trim().is_empty(), "{id}: nothing in {part}");
            rest = behind;
        }
    }
}

#[test]
fn the_table_has_a_row_for_every_cause_with_its_rule() {
    let table = include_str!("../../docs/causes/README.md");
    let rows: BTreeMap<&str, Vec<&str>> = table
        .lines()
        .filter_map(|line| {
            let id = line.strip_prefix("| [")?.split(']').next()?;
            Some((id, line.trim_matches(['|', ' ']).split(" | ").map(str::trim).collect()))
        })
        .collect();
    for cause in REGISTRY {
        let row = rows.get(cause.id()).unwrap_or_else(|| panic!("{}: not in the table", cause.id()));
        assert_eq!(row.len(), 5, "{row:?}");
        assert_eq!(row[4], cause.rule().unwrap_or("–"), "{}: another rule", cause.id());
    }
}

#[test]
fn causes_are_sorted_and_their_lines_are_short() {
    let ids: Vec<&str> = REGISTRY.iter().map(|cause| cause.id()).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    for cause in REGISTRY {
        assert!(cause.summary().chars().count() <= 64 && !cause.summary().ends_with('.'), "{}", cause.id());
        assert!(!cause.fix().contains('\n'), "{}", cause.id());
    }
}
