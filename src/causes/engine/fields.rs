//! Sets of the fields in which a file can differ.

use crate::compare::drift::Field;

/// Some fields of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields(u16);

impl Fields {
    /// None.
    pub(crate) const NONE: Self = Self(0);

    /// What a file holds.
    pub(crate) const CONTENT: Self = Self::of(&[Field::Content]);

    /// What layers may differ in and still be `metadata-only`.
    pub(crate) const METADATA: Self =
        Self::of(&[Field::Uname, Field::Gname, Field::Mtime, Field::Order, Field::TarFormat]);

    /// What a file holds, and metadata: most causes say nothing of who may read a file.
    pub(crate) const BYTES: Self = Self::of(&[Field::Content, Field::Size]).and(Self::METADATA);

    /// All of them.
    pub(crate) const ALL: Self = Self(u16::MAX);

    /// Just these.
    pub(crate) const fn of(mut fields: &[Field]) -> Self {
        let mut all = Self::NONE;
        while let Some((field, rest)) = fields.split_first() {
            all = Self(all.0 | 1 << *field as u16);
            fields = rest;
        }
        all
    }

    /// These and others.
    pub(crate) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// These without others.
    pub(crate) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether one of these is among the others.
    pub(crate) const fn meets(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Whether a field is one of these.
    pub(crate) fn contains(self, field: Field) -> bool {
        self.meets(Self::of(&[field]))
    }

    /// Those of a list that are among these.
    pub(crate) fn among(self, list: &[Field]) -> Vec<Field> {
        list.iter().copied().filter(|field| self.contains(*field)).collect()
    }

    /// Those of a list that are not among these.
    pub(crate) fn but(self, list: &[Field]) -> Vec<Field> {
        Self::ALL.without(self).among(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_made_of() {
        let owner = Fields::of(&[Field::Uid, Field::Gid]);
        assert!(owner.contains(Field::Uid) && !owner.contains(Field::Mode));
        assert!(owner.meets(Fields::ALL) && !owner.meets(Fields::BYTES) && !owner.meets(Fields::NONE));
        assert_eq!(owner.and(Fields::CONTENT).without(owner), Fields::CONTENT);
        let list = [Field::Mode, Field::Gid, Field::Mtime];
        assert_eq!((owner.among(&list), owner.but(&list)), (vec![list[1]], vec![list[0], list[2]]));
    }

    #[test]
    fn metadata_is_what_the_comparison_calls_so() {
        let all = [
            Field::Type,
            Field::Content,
            Field::Size,
            Field::Mode,
            Field::Uid,
            Field::Gid,
            Field::Link,
            Field::Xattr,
            Field::Uname,
            Field::Gname,
            Field::Mtime,
            Field::Order,
            Field::TarFormat,
        ];
        for field in all {
            assert_eq!(Fields::METADATA.contains(field), field.is_metadata(), "{}", field.name());
        }
    }
}
