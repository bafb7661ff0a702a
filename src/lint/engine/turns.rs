//! Whose turn it is: which findings people are told of.
//!
//! Vocabulary: a finding whose *root* is found too is a *part* of it, and told there; a root weighs as much as its heaviest
//! part. A finding about bytes comes *later* while the same source has one about inputs: who pins an image tomorrow need not
//! look at its logs today.
//!
//! What it refuses to do: what was asked for by name is told by itself, and at once.

use std::collections::BTreeMap;

use crate::finding::{Finding, Turn};
use crate::lint::engine::profile::Set;
use crate::lint::engine::settings::Settings;
use crate::lint::rules;

/// Roots of roots: a part of a part.
const DEPTH: usize = 4;

/// Gives the findings of one source, weighed and in order, their turns.
pub(super) fn take(findings: &mut [Finding], settings: &Settings) {
    join(findings, settings);
    let set_of = |finding: &Finding| rules::profile_of(finding.rule).map(|profile| profile.set);
    let is_open = |finding: &Finding| finding.turn == Turn::Now && set_of(finding) == Some(Set::Inputs);
    if !findings.iter().any(is_open) {
        return;
    }
    for finding in findings {
        if finding.turn == Turn::Now
            && set_of(finding) == Some(Set::Bytes)
            && !settings.is_asked_for(finding.rule)
        {
            finding.turn = Turn::Later;
        }
    }
}

/// Takes the parts of silenced findings out of those that stand: who silences a root says so of all that it tells.
pub(super) fn silence_parts(findings: &mut Vec<Finding>, silenced: &mut Vec<Finding>, settings: &Settings) {
    if silenced.is_empty() {
        return;
    }
    let (own, other) = (places(findings), places(silenced));
    let is_part = |finding: &Finding| {
        !settings.is_asked_for(finding.rule)
            && root(finding, &own).is_none()
            && root(finding, &other).is_some()
    };
    let (parts, kept) = std::mem::take(findings).into_iter().partition(is_part);
    *findings = kept;
    silenced.extend::<Vec<_>>(parts);
}

/// Where the findings of each rule begin, and their numbers.
fn places(findings: &[Finding]) -> BTreeMap<&'static str, Vec<(usize, usize)>> {
    let mut places: BTreeMap<&'static str, Vec<(usize, usize)>> = BTreeMap::new();
    for (number, finding) in findings.iter().enumerate() {
        places.entry(finding.rule).or_default().push((finding.span.start, number));
    }
    places.values_mut().for_each(|starts| starts.sort_unstable());
    places
}

/// Joins parts to their roots.
fn join(findings: &mut [Finding], settings: &Settings) {
    if findings.iter().all(|finding| finding.root.is_none()) {
        return;
    }
    let places = places(findings);
    let own: Vec<Option<usize>> = findings
        .iter()
        .map(|finding| root(finding, &places).filter(|_| !settings.is_asked_for(finding.rule)))
        .collect();
    for number in 0..findings.len() {
        let Some(last) = last(number, &own) else { continue };
        let Some(part) = findings.get(number) else { continue };
        let (severity, advice) = (part.severity, part.root.and_then(|root| root.advice));
        let Some(root) = findings.get_mut(last) else { continue };
        root.severity = root.severity.max(severity);
        if let (Some(advice), Some(help)) = (advice, &mut root.help)
            && !help.contains(advice)
        {
            help.push_str("; ");
            help.push_str(advice);
        }
        let rule = root.rule;
        findings.get_mut(number).into_iter().for_each(|part| part.turn = Turn::Within(rule));
    }
}

/// The finding that one is a part of: of those in its area, the closest.
fn root(finding: &Finding, places: &BTreeMap<&'static str, Vec<(usize, usize)>>) -> Option<usize> {
    let root = finding.root?;
    let of_rule = |rule: &&'static str| {
        let places = places.get(*rule)?;
        let next = places.partition_point(|(start, _)| *start < finding.span.start);
        let around = [next.checked_sub(1), Some(next)].into_iter().flatten();
        let around = around.filter_map(|at| places.get(at)).filter(|(start, _)| root.area.holds(*start));
        around.copied().min_by_key(|(start, _)| start.abs_diff(finding.span.start))
    };
    let closest = root.rules.iter().filter_map(of_rule);
    closest.min_by_key(|(start, _)| start.abs_diff(finding.span.start)).map(|(_, number)| number)
}

/// The root of a part's root, and so on; none for what is no part.
fn last(number: usize, own: &[Option<usize>]) -> Option<usize> {
    let mut at = own.get(number).copied().flatten()?;
    for _ in 0..DEPTH {
        match own.get(at).copied().flatten() {
            Some(next) if next != number => at = next,
            _ => break,
        }
    }
    (at != number).then_some(at)
}
