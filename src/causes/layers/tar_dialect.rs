//! `tar-dialect`: the tar writes the same entry another way: PAX, GNU or ustar headers, owner names or none.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::layer::LayerFacts;
use crate::compare::drift::Field;
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Dialect;

/// See docs/causes/tar-dialect.md.
pub(crate) struct TarDialect;

impl Cause for TarDialect {
    declare!(
        "tar-dialect",
        "the tar writes its headers another way",
        Profile::of(Reach::Any, "build both with the same builder and version")
            .proved_by("same rows, other headers")
            .looking_at(Fields::of(&[Field::Uname, Field::Gname, Field::TarFormat]))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let (old, new) = (file.old?.entry, file.new?.entry);
        if file.fields.is_empty() || !file.fields.iter().all(|field| field.is_metadata()) {
            return None;
        }
        if old.dialect != new.dialect {
            let (old, new) = (name(old.dialect), name(new.dialect));
            return Some(Explanation::certain(format!("a {old} header became a {new} header")));
        }
        let written = |a: &[u8], b: &[u8]| a == b || a.is_empty() || b.is_empty();
        let names = [Field::Uname, Field::Gname].iter().any(|field| file.fields.contains(field));
        (names && written(&old.uname, &new.uname) && written(&old.gname, &new.gname))
            .then(|| Explanation::certain("one side writes owner names, the other numbers alone"))
    }

    fn explain_layer(&self, layer: &LayerFacts<'_>) -> Option<Explanation> {
        (layer.tier == Tier::MetadataOnly && layer.drifts == Some(0))
            .then(|| Explanation::certain("every entry reads the same; the bytes between them differ"))
    }
}

fn name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::V7 => "v7",
        Dialect::Ustar => "ustar",
        Dialect::Pax => "PAX",
        Dialect::Gnu => "GNU",
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::Dialect;
    use crate::formats::tar::entry::tests::file;

    #[test]
    fn another_dialect_and_owner_names_on_one_side_are_told_for_certain() {
        let (mut gnu, mut named) = (file("a", b"x"), file("b", b"x"));
        gnu.dialect = Dialect::Gnu;
        named.uname = (*b"root").into();
        let pair = Pair::default().entries(file("a", b"x"), b"x", gnu, b"x").entries(
            file("b", b"x"),
            b"x",
            named,
            b"x",
        );
        assert_eq!(pair.explained_against_lock(), ["a: tar-dialect (certain)", "b: tar-dialect (certain)"]);
    }

    #[test]
    fn another_owner_and_other_bytes_are_not_explained() {
        let (mut old, mut new, mut changed) = (file("a", b"x"), file("a", b"x"), file("b", b"y"));
        (old.uname, new.uname) = ((*b"root").into(), (*b"dev").into());
        changed.dialect = Dialect::Gnu;
        let pair =
            Pair::default().entries(old, b"x", new, b"x").entries(file("b", b"x"), b"x", changed, b"y");
        assert_eq!(pair.explained(), ["a: ", "b: "]);
    }
}
