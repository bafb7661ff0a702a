//! What is secret in an outcome, hidden before anybody is told of it: what explains the facts, and what is said beside them. The
//! facts' own values: `compare::redaction`.

use super::outcome::{DriftExplanation, LayerExplanation};
use crate::base::secrets;
use crate::causes::{Attribution, Explanation};
use crate::compare::outcome::Comparison;
use crate::compare::{redaction, uncompared};

/// Hides what is secret, and adds to the notes what was not compared.
pub(super) fn hide(facts: &mut Comparison, explanations: &mut [LayerExplanation], notes: &mut Vec<String>) {
    redaction::hide(facts);
    for LayerExplanation { causes, drifts } in explanations {
        hide_causes(causes);
        for DriftExplanation { causes, preview: _ } in drifts {
            // An excerpt with a secret is none (`preview`): what is around one may belong to it.
            hide_causes(causes);
        }
    }
    notes.extend(uncompared::notes(&facts.uncompared));
    secrets::hide_all(notes);
}

fn hide_causes(causes: &mut [Attribution]) {
    for Attribution { cause: _, explanation } in causes {
        let Explanation { confidence: _, evidence, covers: _, grouping: _, is_by_place: _ } = explanation;
        secrets::hide(evidence);
    }
}
