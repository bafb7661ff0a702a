//! The story of `lint`.

use super::section::{Body, Section, Story, Title, Topic};
use crate::lint::{Obstacle, ObstacleKind};
use crate::report::findings::{Counts, fixed};
use crate::report::gathered::gathered;
use crate::report::model::Checked;

/// A source that fixes changed.
pub(in crate::report) struct FixedSource<'a> {
    /// Its name, quoted.
    pub(in crate::report) path: &'a str,
    /// How many fixes.
    pub(in crate::report) count: usize,
    /// The rules that were fixed.
    pub(in crate::report) rules: Vec<&'static str>,
}

/// What could not be read, or not be fixed; all of it quoted.
pub(in crate::report) struct Unread<'a> {
    /// The file.
    pub(in crate::report) path: &'a str,
    /// What is the matter.
    pub(in crate::report) message: &'a str,
}

pub(super) fn of<'a>(checked: &'a Checked<'a>) -> Story<'a> {
    let Checked { sources: _, obstacles, hidden: _, fail_on: _, accepted } = checked;
    let fixed: Vec<FixedSource<'_>> =
        fixed(checked).map(|(path, count, rules)| FixedSource { path, count, rules }).collect();
    let unread = |obstacle: &'a Obstacle| {
        // Where it is and what to do about it stand on stderr.
        let Obstacle { path, at: _, message, hint: _, kind: _ } = obstacle;
        Unread { path, message }
    };
    let (unfixed, unlinted): (Vec<&Obstacle>, Vec<&Obstacle>) =
        obstacles.iter().partition(|obstacle| obstacle.kind == ObstacleKind::NotFixed);
    let mut sections = vec![Section::new(Topic::Findings, Body::Findings(gathered(checked)))];
    sections.extend((!fixed.is_empty()).then(|| Section::new(Topic::Fixed, Body::Fixed(fixed))));
    for (topic, of) in [(Topic::Unfixed, unfixed), (Topic::Unread, unlinted)] {
        let body = || Body::Unread(of.iter().copied().map(unread).collect());
        sections.extend((!of.is_empty()).then(|| Section::new(topic, body())));
    }
    let gone = accepted.map_or(&[][..], |accepted| &accepted.gone);
    sections.extend((!gone.is_empty()).then(|| Section::new(Topic::Gone, Body::Gone(gone))));
    Story { title: Title::Linted(Counts::of(checked)), sections }
}
