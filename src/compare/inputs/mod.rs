//! What two builds were given: arguments, and images by name. What differs of it explains a drift and decides nothing.

pub(super) mod args;
pub(super) mod images;
