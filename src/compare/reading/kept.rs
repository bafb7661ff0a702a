//! Rows that are made while layers are compared, and kept as long as what is read of both sides: facts' rows borrow from them.

use std::sync::OnceLock;

use crate::layer::unpacking::UnpackedRow;

/// Lists of rows, each kept where it is once it was put in.
#[derive(Debug, Default)]
pub(crate) struct KeptRows(OnceLock<Box<(Vec<UnpackedRow>, KeptRows)>>);

impl KeptRows {
    /// Keeps `rows`.
    pub(crate) fn keep(&self, rows: Vec<UnpackedRow>) -> &[UnpackedRow] {
        let mut rows = Box::new((rows, Self::default()));
        let mut slot = self;
        loop {
            match slot.0.set(rows) {
                Ok(()) => return slot.0.get().map(|kept| kept.0.as_slice()).unwrap_or_default(),
                Err(back) => rows = back,
            }
            let Some(kept) = slot.0.get() else { return &[] };
            slot = &kept.1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tar::entry::tests::file;

    #[test]
    fn lists_stay_where_they_were_put() {
        let kept = KeptRows::default();
        let rows = |name| vec![UnpackedRow { place: 0, entry: file(name, b"") }];
        let (a, b) = (kept.keep(rows("a")), kept.keep(rows("b")));
        assert_eq!((a[0].entry.path.to_string(), b[0].entry.path.to_string()), ("a".into(), "b".into()));
    }
}
