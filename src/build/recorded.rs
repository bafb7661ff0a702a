//! Takes the build arguments of a RUN apart, which the history records in front of its command:
//! `|N NAME=value NAME=value /bin/sh -c command`.
//!
//! Nothing is quoted there: a value may hold spaces, other names and a shell. What is certain is where the text begins;
//! the rest needs the names that were declared ([`Hints`]), in the order that a builder writes them. BuildKit lists each
//! declared argument, in the order of the Dockerfile; the classic builder and buildah sort, and leave out what was never
//! set. `N` counts arguments, of buildah the words that they take.
//!
//! Where more than one reading is left, none is chosen: the names are *unclear*, and have no value from here.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::Declared;

/// Commands that hold more places where they may begin than this are unclear.
const ENDS: usize = 16;

/// What stands in the history: the number behind the bar, and the text behind the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recorded {
    /// The number.
    pub(super) count: usize,
    /// From the first argument's name to the end of the command.
    pub(super) text: String,
    /// Who wrote it.
    pub(super) by: ListedBy,
}

/// Who lists arguments, each in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListedBy {
    /// In the order of their declarations.
    BuildKit,
    /// Sorted.
    Classic,
    /// Sorted; the number is that of the words.
    Buildah,
}

/// What is known of the step from elsewhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hints<'h> {
    /// All arguments declared before it; none where not known.
    pub(super) declared: &'h Declared,
    /// Values that they may well have: they choose between readings, and are none themselves.
    pub(super) likely: &'h BTreeMap<String, String>,
    /// The shells that may stand before the command, options included; the longest first.
    pub(super) shells: &'h [String],
    /// The command, as the Dockerfile has it.
    pub(super) command: Option<&'h str>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// The arguments, in the builder's order; none where they are unclear.
    pub(super) args: Vec<(String, String)>,
    /// The names that may be arguments, where they are unclear.
    pub(super) unclear: BTreeSet<String>,
    /// Where the command begins, the shell before it taken off.
    pub(super) command: usize,
}

/// Where the arguments may end, and the command begin.
#[derive(Debug, Clone, Copy)]
struct End {
    arguments: usize,
    command: usize,
}

/// A place where an argument may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot<'t> {
    pub(super) at: usize,
    pub(super) name: &'t str,
}

/// The readings of a text: none, one, or too many to choose from.
enum Readings<'t> {
    None,
    One(Vec<Spot<'t>>),
    Several,
}

impl Recorded {
    /// Takes `|N …` off a history line's text.
    pub(super) fn of(body: &str, by: ListedBy) -> Option<Self> {
        let (count, text) = body.strip_prefix('|')?.split_once(' ')?;
        Some(Self { count: count.parse().ok()?, text: text.to_owned(), by })
    }

    /// Reads it.
    pub(super) fn read(&self, hints: Hints<'_>) -> Reading {
        if self.count == 0 {
            let end = self.ends(hints).first().map_or(0, |end| end.command);
            return Reading { command: end, ..Reading::default() };
        }
        let ends = self.ends(hints);
        let (mut only, mut is_one) = (None, true);
        for end in &ends {
            let text = self.text.get(..end.arguments).unwrap_or_default();
            match self.readings(text, hints) {
                Readings::None => {}
                Readings::One(spots) if only.is_none() => only = Some((spots, *end)),
                Readings::One(_) | Readings::Several => is_one = false,
            }
        }
        let chosen = only.filter(|_| is_one && ends.len() <= ENDS);
        let chosen = chosen.or_else(|| self.likely(&ends, hints));
        if let Some((spots, end)) = chosen {
            return Reading {
                args: values(self.text.get(..end.arguments).unwrap_or_default(), &spots),
                unclear: BTreeSet::new(),
                command: end.command,
            };
        }
        self.unclear(ends.first().copied(), hints)
    }

    /// The reading that has the likely values, letter for letter.
    fn likely<'t>(&'t self, ends: &[End], hints: Hints<'t>) -> Option<(Vec<Spot<'t>>, End)> {
        for order in hints.declared.orders(self.by) {
            let (mut at, mut spots) = (0, Vec::new());
            for name in order {
                let Some(value) = hints.likely.get(name) else { continue };
                let written = self.text.get(at..).and_then(|rest| rest.strip_prefix(name)?.strip_prefix('='));
                if !written.is_some_and(|rest| rest.starts_with(value)) {
                    continue;
                }
                let behind = at + name.len() + 1 + value.len();
                if !matches!(self.text.as_bytes().get(behind), None | Some(b' ')) {
                    continue;
                }
                spots.push(Spot { at, name });
                at = behind + 1;
            }
            let end = ends.iter().find(|end| end.arguments + 1 == at).copied();
            let end = end
                .or_else(|| ends.is_empty().then_some(End { arguments: at.saturating_sub(1), command: at }));
            let text = self.text.get(..at.saturating_sub(1)).unwrap_or_default();
            if let Some(end) = end.filter(|_| !spots.is_empty() && self.counts_to(spots.len(), text)) {
                return Some((spots, end));
            }
        }
        None
    }

    fn unclear(&self, end: Option<End>, hints: Hints<'_>) -> Reading {
        let text = self.text.get(..end.map_or(self.text.len(), |end| end.arguments)).unwrap_or_default();
        let declared = spots(text, Some(hints.declared));
        let spots = if declared.is_empty() { spots(text, None) } else { declared };
        // Behind the last name its value's first word goes too: what is no command is not called one.
        let last = spots.last().map_or(0, |spot| spot.at);
        let word = self.text.get(last..).and_then(|rest| rest.find(' '));
        let command = end.map_or(word.map_or(self.text.len(), |word| last + word + 1), |end| end.command);
        let unclear = spots.into_iter().map(|spot| spot.name.to_owned()).collect();
        Reading { args: Vec::new(), unclear, command }
    }

    /// Where the arguments may end: before the Dockerfile's own command, else before each shell.
    fn ends(&self, hints: Hints<'_>) -> Vec<End> {
        if let Some(end) = hints.command.and_then(|command| self.end_before(command, hints.shells)) {
            return vec![end];
        }
        let mut ends: Vec<End> =
            hints.shells.iter().flat_map(|shell| ends_before(&self.text, shell)).collect();
        ends.sort_unstable_by_key(|end| end.arguments);
        // Of `/bin/sh -c` and `/bin/sh -c -x` at one place, the longer one.
        ends.dedup_by(|next, kept| {
            let is_same = next.arguments == kept.arguments;
            kept.command = if is_same { kept.command.max(next.command) } else { kept.command };
            is_same
        });
        let is_counted = |end: &End| words(self.text.get(..end.arguments).unwrap_or_default()) == self.count;
        if self.by == ListedBy::Buildah && ends.iter().any(is_counted) {
            ends.retain(is_counted);
        }
        ends.truncate(ENDS + 1);
        ends
    }

    fn end_before(&self, command: &str, shells: &[String]) -> Option<End> {
        let command_at = suffix(&self.text, command)?;
        let head = self.text.get(..command_at)?.strip_suffix(' ')?;
        let mut before =
            shells.iter().filter_map(|shell| head.strip_suffix(shell.as_str())?.strip_suffix(' '));
        let arguments = before.next().unwrap_or(head).len();
        Some(End { arguments, command: command_at })
    }

    fn counts_to(&self, arguments: usize, text: &str) -> bool {
        arguments == self.count || self.by == ListedBy::Buildah && words(text) == self.count
    }

    fn readings<'t>(&self, text: &'t str, hints: Hints<'_>) -> Readings<'t> {
        let declared = spots(text, Some(hints.declared));
        match self.of_spots(text, &declared, Some(hints.declared)) {
            // The names are not all of this step's: the shape of one has to do.
            Readings::None if declared.len() < self.count || !begins(&declared) => {
                self.of_spots(text, &spots(text, None), None)
            }
            readings => readings,
        }
    }

    fn of_spots<'t>(&self, text: &str, spots: &[Spot<'t>], declared: Option<&Declared>) -> Readings<'t> {
        let names: BTreeSet<&str> = spots.iter().map(|spot| spot.name).collect();
        let Some(first) = spots.first().filter(|_| begins(spots)) else { return Readings::None };
        match names.len() == spots.len() {
            _ if self.by != ListedBy::Buildah && self.count == 1 => Readings::One(vec![*first]),
            // Words alone do not tell a name from a part of a value, unless each of them is a name.
            true if declared.is_none() && spots.len() != self.count && self.counts_to(spots.len(), text) => {
                Readings::Several
            }
            true if self.counts_to(spots.len(), text) => Readings::One(spots.to_vec()),
            true if spots.len() < self.count => Readings::None,
            false if self.counts_to(names.len(), text) => in_order(spots, &names, (declared, self.by)),
            _ => Readings::Several,
        }
    }
}

/// Names that stand more than once, told apart by the orders that builders write them in.
fn in_order<'t>(
    spots: &[Spot<'t>],
    names: &BTreeSet<&str>,
    (declared, by): (Option<&Declared>, ListedBy),
) -> Readings<'t> {
    let mut only: Option<Vec<Spot<'t>>> = None;
    for order in declared.map(|declared| declared.orders(by)).unwrap_or_default() {
        let order: Vec<&str> = order.into_iter().filter(|name| names.contains(name)).collect();
        let Some(first) = placed(spots.iter(), order.iter()).filter(|first| begins(first)) else { continue };
        let mut last = placed(spots.iter().rev(), order.iter().rev()).unwrap_or_default();
        last.reverse();
        // The first name has one place, the text's beginning, which is no choice.
        if let (Some(own), Some(start)) = (last.first_mut(), first.first()) {
            *own = *start;
        }
        if first != last || only.as_ref().is_some_and(|only| *only != first) {
            return Readings::Several;
        }
        only = Some(first);
    }
    only.map_or(Readings::Several, Readings::One)
}

/// The first place that each name of `order` can have; `None` where they do not stand in that order.
fn placed<'s, 't: 's, 'n>(
    spots: impl Iterator<Item = &'s Spot<'t>>,
    order: impl Iterator<Item = &'n &'n str>,
) -> Option<Vec<Spot<'t>>> {
    let mut spots = spots;
    order.map(|name| spots.find(|spot| spot.name == *name).copied()).collect()
}

fn begins(spots: &[Spot<'_>]) -> bool {
    spots.first().is_some_and(|spot| spot.at == 0)
}

fn values(text: &str, spots: &[Spot<'_>]) -> Vec<(String, String)> {
    let ends = spots.iter().skip(1).map(|next| next.at - 1).chain([text.len()]);
    let value = |(spot, end): (&Spot<'_>, usize)| {
        let value = text.get(spot.at + spot.name.len() + 1..end).unwrap_or_default();
        (spot.name.to_owned(), value.to_owned())
    };
    spots.iter().zip(ends).map(value).collect()
}

/// Where `NAME=` stands at the text's beginning or behind a space; of the declared names alone, where these are known.
pub(super) fn spots<'t>(text: &'t str, declared: Option<&Declared>) -> Vec<Spot<'t>> {
    let starts = std::iter::once(0).chain(text.match_indices(' ').map(|(at, _)| at + 1));
    let spot = |at: usize| {
        let word = text.get(at..)?;
        let length = word.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_'))?;
        let name = word.get(..length)?;
        let is_name = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
        let is_asked = declared.is_none_or(|declared| declared.contains(name));
        (is_name && is_asked && word.as_bytes().get(length) == Some(&b'=')).then_some(Spot { at, name })
    };
    starts.filter_map(spot).collect()
}

fn words(text: &str) -> usize {
    text.split(' ').count()
}

/// Each place before `shell`, whole words.
fn ends_before<'t>(text: &'t str, shell: &'t str) -> impl Iterator<Item = End> + 't {
    let places = text.match_indices(shell).take(ENDS + 1);
    places.filter_map(move |(at, _)| {
        let command = text.get(at + shell.len()..)?;
        let is_word = command.starts_with(' ') || command.is_empty();
        let arguments = at.checked_sub(1).filter(|before| text.as_bytes().get(*before) == Some(&b' '))?;
        let command = text.len() - command.trim_start().len();
        is_word.then_some(End { arguments, command })
    })
}

/// Where `text` ends in the words of `command`, however they are spaced.
fn suffix(text: &str, command: &str) -> Option<usize> {
    let mut rest = text.trim_end();
    for word in command.split_whitespace().rev() {
        rest = rest.trim_end().strip_suffix(word)?;
    }
    // Whole words: the first one is not a part of what stands before it.
    let is_whole = rest.is_empty() || rest.ends_with(char::is_whitespace);
    (is_whole && !command.trim().is_empty()).then_some(rest.len())
}

#[cfg(test)]
mod tests;
