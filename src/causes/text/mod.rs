//! What two builds may write differently into the same text: dates, names of hosts and temporary files, salts, keys; and
//! texts compared without. Only bytes go in here: no file, no layer.

pub(super) mod armour;
pub(super) mod calendar;
pub(super) mod dates;
pub(super) mod documents;
pub(super) mod lines;
pub(super) mod names;
pub(super) mod salts;
pub(super) mod times;
