//! A lockfile's file index as who compares holds it: it is read when its rows are first asked for. Where nothing differs
//! nobody asks, and a million rows are neither unpacked nor held.
//!
//! What it refuses to do: an index that nobody asked for is not checked, not even its digest.

use std::cell::OnceCell;
use std::path::Path;

use super::attached::{self, AttachedError, AttachedLock};
use super::files::LayerRows;
use super::model::Lockfile;
use super::store;
use crate::image::artifact::Referrers;

/// What reads an index; `None` where there is none.
type Read<'a> = dyn Fn() -> Result<Option<Vec<LayerRows>>, AttachedError> + 'a;

/// A file index, read once at most.
pub struct FileIndex<'a> {
    read: Box<Read<'a>>,
    rows: OnceCell<Option<Vec<LayerRows>>>,
}

impl<'a> FileIndex<'a> {
    /// That of the lockfile at `path`.
    pub fn beside(path: &'a Path, lock: &'a Lockfile) -> Self {
        Self::new(move || Ok(store::read_index(path, lock)?))
    }

    /// That which came with an attached lockfile; none where nothing keeps artifacts.
    pub fn attached(referrers: Option<&'a dyn Referrers>, lock: &'a AttachedLock) -> Self {
        Self::new(move || referrers.map_or(Ok(None), |referrers| attached::read_index(referrers, lock)))
    }

    fn new(read: impl Fn() -> Result<Option<Vec<LayerRows>>, AttachedError> + 'a) -> Self {
        Self { read: Box::new(read), rows: OnceCell::new() }
    }

    /// The rows of the layers that it covers; `None` where there is no index. Read and held to the lockfile's digest when
    /// first asked for.
    pub fn rows(&self) -> Result<Option<&[LayerRows]>, AttachedError> {
        if self.rows.get().is_none() {
            let rows = (self.read)()?;
            self.rows.get_or_init(|| rows);
        }
        Ok(self.rows.get().and_then(Option::as_deref))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;
    use crate::lockfile::LockError;
    use std::cell::Cell;

    #[test]
    fn an_index_is_read_when_it_is_first_asked_for_and_once() {
        let times = Cell::new(0);
        let index = FileIndex::new(|| {
            times.set(times.get() + 1);
            let diff_id = Sha256::of(b"").into();
            Ok(Some(vec![LayerRows { index: 3, diff_id, entries: Vec::new() }]))
        });
        assert_eq!(times.get(), 0);
        for _ in 0..2 {
            let rows = index.rows().unwrap().unwrap();
            assert_eq!((rows[0].index, times.get()), (3, 1));
        }
    }

    #[test]
    fn none_is_no_error_and_is_not_looked_for_again() {
        let times = Cell::new(0);
        let index = FileIndex::new(|| {
            times.set(times.get() + 1);
            Ok(None)
        });
        assert!(index.rows().unwrap().is_none() && index.rows().unwrap().is_none());
        assert_eq!(times.get(), 1);
    }

    #[test]
    fn what_is_wrong_with_it_is_said_to_who_asks() {
        let index = FileIndex::new(|| Err(LockError::Missing("l".into()).into()));
        assert_eq!(index.rows().err().unwrap().to_string(), "no lockfile at l");
    }
}
