//! What a rule is.

use crate::base::about::About;
use crate::lint::engine::draft::Findings;
use crate::lint::engine::profile::RuleProfile;
use crate::lint::engine::suppress::Suppression;
use crate::lint::subject::Subject;
use crate::lint::subject::source::SourceText;

/// A pattern that doesn't reproduce, and what to say of it.
pub(crate) trait Rule: Sync {
    /// What is known of the rule without a text at hand.
    fn profile(&self) -> &'static RuleProfile;

    /// Its id, summary and page.
    fn about(&self) -> &'static About {
        &self.profile().about
    }

    /// Looks at one source, of whatever kind; a rule leaves alone what is not its own.
    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>);

    /// Looks at the comments that silence rules in `source`, after every rule's `check`. What is found here is silenced
    /// by none of them.
    fn check_suppressions(&self, _: &[Suppression], _source: &SourceText, _: &mut Findings<'_>) {}
}
