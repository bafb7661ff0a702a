//! frob-unseeded: frob draws at random what it is not told.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;

pub(crate) struct FrobUnseeded;

impl Rule for FrobUnseeded {
    profile! {
        id: "frob-unseeded",
        summary: "frob draws at random without a seed",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls_of(&["frob"]) {
            if call.arguments().iter().any(|word| word.text.starts_with("--seed")) {
                continue;
            }
            findings.push(
                Draft::at(call.span(), "frob draws another number in each build")
                    .help("give it a seed: frob --seed=0"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn only_a_frob_without_a_seed_is_flagged() {
        let text = "FROM a\nRUN frob --seed=1 draw\nRUN frob draw && other draw\n";
        assert_eq!(dockerfile("frob-unseeded", text).flagged(), ["frob draw"]);
    }
}
