//! Rules of the comments that silence rules.

pub(super) mod ignore_no_reason;
pub(super) mod ignore_unused;
