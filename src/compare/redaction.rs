//! What looks secret in facts, on its way out: the one place where values of facts are redacted.
//!
//! A config is redacted before it is compared, as a lock holds it (`build::config`); all else comes by here, once the facts
//! are whole and before anything else sees them.

use crate::base::secrets;
use crate::compare::config::Difference;
use crate::compare::outcome::Comparison;

/// What of the facts is redacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redaction {
    /// Nothing: the old side says which arguments it holds back, and these are not compared.
    None,
    /// Values of build arguments that look secret by name or shape.
    Args,
}

/// Redacts what `redaction` says.
pub(crate) fn redact(facts: &mut Comparison, redaction: Redaction) {
    match redaction {
        Redaction::None => {}
        Redaction::Args => facts.args.iter_mut().for_each(hide),
    }
}

fn hide(Difference { field, expected, found }: &mut Difference) {
    for value in [expected, found].into_iter().flatten() {
        if secrets::is_secret(field, value) {
            secrets::REDACTED.clone_into(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arg(field: &str, expected: &str, found: Option<&str>) -> Difference {
        Difference {
            field: field.to_owned(),
            expected: Some(expected.to_owned()),
            found: found.map(str::to_owned),
        }
    }

    #[test]
    fn values_that_look_secret_are_hidden_and_names_stay() {
        let args = vec![arg("HF_TOKEN", "abc", None), arg("USER", "1", Some("2"))];
        let facts = || Comparison { args: args.clone(), ..Comparison::default() };
        let mut hidden = facts();
        redact(&mut hidden, Redaction::Args);
        assert_eq!(hidden.args, [arg("HF_TOKEN", secrets::REDACTED, None), arg("USER", "1", Some("2"))]);
        let mut plain = facts();
        redact(&mut plain, Redaction::None);
        assert_eq!(plain.args, args);
    }
}
