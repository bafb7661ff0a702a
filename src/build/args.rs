//! Build arguments: their values, and where each was learnt.

use std::collections::{BTreeMap, BTreeSet};

use super::history::HistoryStep;
use super::provenance::Provenance;
use crate::dockerfile::{Binding, BindingKind};
use crate::dockerfile::{Chain, Stages};
use crate::lockfile::model::{Arg, ArgSource};

/// The arguments of the image's own steps, by name. The history is believed before the provenance, that before the
/// command line, and that before the Dockerfile's defaults.
pub(super) fn locked(
    own: &[HistoryStep],
    provenance: Option<&Provenance>,
    command_line: &BTreeMap<String, String>,
    dockerfile: Option<(&Stages<'_>, &Chain<'_>)>,
    notes: &mut Vec<String>,
) -> Vec<Arg> {
    let history: BTreeMap<&str, &str> =
        own.iter().flat_map(|step| &step.args).map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let declared = dockerfile.map(|(stages, chain)| declared(stages, chain)).unwrap_or_default();
    let attested =
        |name: &str| provenance.and_then(|provenance| provenance.args.get(name)).map(String::as_str);
    let mut names: BTreeSet<&str> = history.keys().copied().chain(declared.keys().copied()).collect();
    names.extend(provenance.into_iter().flat_map(|provenance| provenance.args.keys()).map(String::as_str));
    for name in command_line.keys() {
        if dockerfile.is_some() && !names.contains(name.as_str()) {
            notes.push(format!("--build-arg {name} is given, but no ARG of the Dockerfile declares it"));
        } else {
            names.insert(name);
        }
    }
    let mut args = Vec::new();
    for name in names {
        let given = command_line.get(name).map(String::as_str);
        let recorded = history.get(name).map(|value| (*value, ArgSource::History));
        let recorded = recorded.or_else(|| attested(name).map(|value| (value, ArgSource::Provenance)));
        let (value, source) = match (recorded, given, declared.get(name)) {
            (Some((value, source)), given, _) => {
                if given.is_some_and(|given| given != value) {
                    notes.push(format!(
                        "--build-arg {name} is given, but the image was built with another value"
                    ));
                }
                (value, source)
            }
            (None, Some(value), _) => (value, ArgSource::CommandLine),
            (None, None, Some(Some(binding))) => (binding.value.as_str(), ArgSource::DockerfileDefault),
            (None, None, _) => continue,
        };
        args.push(Arg { name: name.to_owned(), value: Some(value.to_owned()), redacted: false, source });
    }
    args
}

/// The build's SOURCE_DATE_EPOCH, where an argument gives it.
pub(super) fn source_date_epoch(args: &[Arg]) -> Option<i64> {
    let arg = args.iter().find(|arg| arg.name == "SOURCE_DATE_EPOCH")?;
    arg.value.as_deref()?.parse().ok()
}

/// The arguments that FROM or a stage of the chain declares, with the default each has in the end.
fn declared<'a>(stages: &'a Stages<'_>, chain: &Chain<'_>) -> BTreeMap<&'a str, Option<&'a Binding>> {
    let chained = chain.stages.iter().filter_map(|index| stages.stages.get(*index)).map(|stage| &stage.scope);
    let mut declared = BTreeMap::new();
    for scope in std::iter::once(&stages.global).chain(chained) {
        for name in scope.names() {
            let is_arg = |binding: &&Binding| {
                matches!(
                    binding.kind,
                    BindingKind::Default | BindingKind::Global | BindingKind::BuildArgument
                )
            };
            if let Some(binding) = scope.all(name).iter().rev().find(is_arg) {
                let known = binding.unset.is_empty().then_some(binding);
                declared.insert(name, known);
            }
        }
    }
    declared
}
