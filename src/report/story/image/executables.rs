//! What executables say of how they were built.

use crate::formats::go_build::{GoBuild, GoModule};
use crate::formats::rust_audit::{AuditFault, RustCrate};
use crate::inspect::executables::{BuildNotes, Executable};
use crate::report::story::listing::{Column, ListedGroup, Listing, Set};

static COLUMNS: &[Column] = &[
    Column { name: "module", set: Set::Elastic },
    Column { name: "version", set: Set::Words },
    Column { name: "remark", set: Set::Words },
];

/// Settings of a build that say which source it is of.
const REVISION: &str = "vcs.revision";

pub(super) fn listing(executables: &[Executable]) -> Listing {
    let lead = executables.is_empty().then(|| "none".to_owned());
    Listing {
        lead: lead.into_iter().collect(),
        columns: COLUMNS,
        groups: executables.iter().map(group).collect(),
    }
}

fn group(executable: &Executable) -> ListedGroup {
    let Executable { path, layer, notes } = executable;
    let (about, rows) = match notes {
        BuildNotes::Go(build) => (of_go(build), build.modules.iter().flat_map(module).collect()),
        BuildNotes::Rust(crates) => ("Rust".to_owned(), crates.iter().map(crate_row).collect()),
        BuildNotes::Unreadable(fault) => (unreadable(*fault).to_owned(), Vec::new()),
        BuildNotes::TooLarge => ("too large to be looked at".to_owned(), Vec::new()),
    };
    ListedGroup { heading: format!("/{path}, layer {layer}"), about, rows }
}

fn of_go(build: &GoBuild) -> String {
    let GoBuild { version, path, main, modules: _, settings } = build;
    let main = main.as_ref().map_or(String::new(), |main| format!(" {}", main.version));
    let revision = settings.iter().find(|(key, _)| key == REVISION).map(|(_, value)| format!(", {value}"));
    format!("{version}, {path}{main}{}", revision.unwrap_or_default())
}

/// A module, and what was built in its place, as Go lists them.
fn module(module: &GoModule) -> Vec<Vec<String>> {
    let GoModule { path, version, sum: _, replace } = module;
    let replaced =
        replace.as_ref().map(|by| vec![format!("=> {}", by.path), by.version.clone(), String::new()]);
    [vec![path.clone(), version.clone(), String::new()]].into_iter().chain(replaced).collect()
}

fn crate_row(one: &RustCrate) -> Vec<String> {
    let RustCrate { name, version, source: _, is_for_build, is_root } = one;
    let remark = match (is_root, is_for_build) {
        (true, _) => "the program itself",
        (_, true) => "for the build alone",
        _ => "",
    };
    vec![name.clone(), version.clone(), remark.to_owned()]
}

/// Why a note of Rust's cannot be read.
pub(in crate::report) fn unreadable(fault: AuditFault) -> &'static str {
    match fault {
        AuditFault::Sections => {
            "its table of sections is damaged: whether it lists crates could not be checked"
        }
        AuditFault::Packing => "its list of crates does not unpack",
        AuditFault::Size => "its list of crates unpacks to more than is read",
        AuditFault::Shape => "its list of crates is not in the form of one",
    }
}
