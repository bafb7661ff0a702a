//! What is secret in facts, hidden on their way out: the one place where values of a comparison are redacted. It goes over
//! them once causes have looked, which see what is true.
//!
//! Facts are taken apart without a rest: a new one does not compile until it is hidden or left by name.

use crate::agreement::Turned;
use crate::base::secrets::{self, Redacted};
use crate::compare::config::{self, Difference};
use crate::compare::outcome::{Comparison, LayerOutcome};
use crate::compare::packages::{Changed, Changes, Listed, Unchecked};

/// Hides what is secret in `facts`.
pub(crate) fn hide(facts: &mut Comparison) {
    // Names of images were hidden when they were compared.
    let Comparison {
        manifests: _,
        configs: _,
        layers,
        container: _,
        config,
        args,
        images: _,
        packages,
        agreement,
        uncompared,
    } = facts;
    for layer in layers {
        let LayerOutcome {
            index: _,
            group: _,
            tier: _,
            presence: _,
            is_base: _,
            instruction,
            line: _,
            lines: _,
            expected: _,
            found: _,
            drifts: _,
        } = layer;
        secrets::hide_all(instruction);
    }
    // A config was compared without its secrets; what differs may still hold half of one.
    config.iter_mut().for_each(hide_difference);
    args.retain_mut(|arg| {
        hide_difference(arg);
        arg.expected != arg.found
    });
    hide_packages(packages);
    for Turned { lock, ecosystem: _, environment, name, before: _, now: _, locked, installed, layer: _ } in
        agreement
    {
        [lock, name].into_iter().for_each(secrets::hide);
        secrets::hide_all([environment, locked, installed].into_iter().flatten());
    }
    uncompared.sort();
    uncompared.dedup();
}

/// Hides both sides of a difference. Where a secret stands on both, it is the same by name.
fn hide_difference(Difference { field, expected, found }: &mut Difference) {
    let name = field.split_once('.').map_or(field.as_str(), |(_, name)| name);
    for value in [expected, found].into_iter().flatten() {
        match secrets::hidden(name, value) {
            Redacted::Nothing => {}
            Redacted::Whole => config::HIDDEN.clone_into(value),
            Redacted::Parts(text) => *value = text,
        }
    }
}

fn hide_packages(Changes { added, removed, changed, unchecked }: &mut Changes) {
    for Unchecked { ecosystem: _, path, reason } in unchecked {
        secrets::hide(path);
        secrets::hide(reason);
    }
    for Listed { ecosystem: _, name, version } in added.iter_mut().chain(removed) {
        secrets::hide(name);
        secrets::hide(version);
    }
    for Changed { ecosystem: _, name, expected, found, fields: _ } in changed {
        for text in [name, expected, found] {
            secrets::hide(text);
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
        let args = vec![arg("HF_TOKEN", "abc1", None), arg("USER", "1", Some("2"))];
        let mut facts = Comparison { args, ..Comparison::default() };
        hide(&mut facts);
        assert_eq!(facts.args, [arg("HF_TOKEN", config::HIDDEN, None), arg("USER", "1", Some("2"))]);
    }

    #[test]
    fn two_secrets_of_one_name_are_no_difference() {
        let mut facts =
            Comparison { args: vec![arg("HF_TOKEN", "abc1", Some("xyz2"))], ..Comparison::default() };
        hide(&mut facts);
        assert_eq!(facts.args, []);
    }
}
