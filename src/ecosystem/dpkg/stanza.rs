//! What a stanza says of its package's state and source.

use crate::ecosystem::deb822::Stanza;

/// Whether a stanza without `Status` is an installed package.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum StatusField {
    Required,
    Optional,
}

/// What a stanza's state says.
pub(super) enum State {
    Installed,
    /// There, but not in order: dpkg's word for it.
    Broken(String),
    Absent,
}

/// What the third word of the stanza's `Status` says; `None` where there is none and one must be.
pub(super) fn state(stanza: &Stanza<'_>, status: StatusField) -> Option<State> {
    let Some(words) = stanza.text("Status") else {
        return (status == StatusField::Optional).then_some(State::Installed);
    };
    let word = words.split_ascii_whitespace().nth(2)?.to_ascii_lowercase();
    Some(match word.as_str() {
        // Its triggers have yet to run; its files are all there and configured.
        "installed" | "triggers-pending" | "triggers-awaited" => State::Installed,
        "config-files" | "not-installed" => State::Absent,
        _ => State::Broken(word),
    })
}

/// The source package's name, and its version where that is not the package's own (a binNMU's `+b1` is).
pub(super) fn source(stanza: &Stanza<'_>, name: &str, version: &str) -> (String, Option<String>) {
    let Some(written) = stanza.text("Source") else { return (name.to_owned(), None) };
    match written.split_once('(') {
        None => (written, None),
        Some((source, rest)) => {
            let of_source = rest.trim_end_matches(')').trim();
            let differs = !of_source.is_empty() && of_source != version;
            (source.trim_end().to_owned(), differs.then(|| of_source.to_owned()))
        }
    }
}
