//! `build-arg`: the file holds the value of a build argument that is not the locked one.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::swap;
use crate::causes::engine::swaps::Swaps;
use crate::compare::drift::{Change, Field};

/// A file's bytes, or what a link names.
const COVERS: Fields = Fields::BYTES.and(Fields::of(&[Field::Link]));

/// See docs/causes/build-arg.md.
pub(crate) struct BuildArg;

impl Cause for BuildArg {
    declare!(
        "build-arg",
        "it holds a build argument that differs",
        Profile::of(
            Reach::Any,
            "build with the locked arguments: reprolock.lock lists them under [[build.arg]]"
        )
        .proved_by("the old value put back")
        .mended_by(&[Mends::Rule("lock-drift", Extent::Instruction)])
        .looking_at(Fields::of(&[Field::Content, Field::Link]))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let swaps = file.layer.swaps();
        let explanation = match file.change {
            _ if swaps.is_empty() => None,
            Change::Modified if file.content_differs() => swap::in_content(file, swaps),
            Change::Modified => in_link(file, swaps),
            Change::Added | Change::Removed => swap::in_path(file, swaps),
        };
        explanation.map(|explanation| explanation.of(COVERS))
    }
}

fn in_link(file: &FileCase<'_>, swaps: &Swaps) -> Option<Explanation> {
    if !file.fields.contains(&Field::Link)
        || !file.fields.iter().all(|field| field.is_metadata() || *field == Field::Link)
    {
        return None;
    }
    let (old, new) = (file.old?.entry.link.as_deref()?, file.new?.entry.link.as_deref()?);
    let was = swaps.old_of(new).filter(|was| was.bytes == old)?;
    Some(was.used.explanation(format!("the link holds the value of {}", was.used)))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::Kind;
    use crate::formats::tar::entry::tests::link;

    fn pair() -> Pair {
        Pair::default().arg("APP_VERSION", "1.4.1", "1.5.0")
    }

    #[test]
    fn a_value_in_bytes_paths_and_links_is_told_for_certain() {
        let pair = pair()
            .both("etc/app", b"v=1.4.1;x=1\n", b"v=1.5.0;x=1\n")
            .removed("opt/app-1.4.1/run", b"x")
            .added("opt/app-1.5.0/run", b"x")
            .entries(
                link(Kind::Symlink, "opt/app", "app-1.4.1"),
                b"",
                link(Kind::Symlink, "opt/app", "app-1.5.0"),
                b"",
            );
        let explained = [
            "etc/app: build-arg (certain)",
            "opt/app: build-arg (certain)",
            "opt/app-1.4.1/run: build-arg (certain)",
            "opt/app-1.5.0/run: build-arg (certain)",
        ];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn a_value_where_it_did_not_change_is_left_alone() {
        let both = pair().both("a", b"1.5.0 1.4.1", b"1.5.0 1.5.0");
        assert_eq!(both.explained(), ["a: build-arg (certain)"]);
    }

    #[test]
    fn a_value_in_path_and_bytes_is_told_on_both_sides() {
        let pair = Pair::default()
            .arg("V", "1.4.2", "1.4.3")
            .removed("o/app-1.4.2/c.toml", b"v=1.4.2\n")
            .added("o/app-1.4.3/c.toml", b"v=1.4.3\n");
        let explained =
            ["o/app-1.4.2/c.toml: build-arg (certain)", "o/app-1.4.3/c.toml: build-arg (certain)"];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn a_number_is_no_value_inside_another_and_short_ones_prove_little() {
        let pair = || Pair::default().arg("EPOCHS", "3", "4");
        assert_eq!(pair().both("a", b"acc 0.3\n", b"acc 0.4\n").explained(), ["a: "]);
        assert_eq!(pair().both("a", b"epochs: 3\n", b"epochs: 4\n").explained(), ["a: build-arg (likely)"]);
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_not_explained() {
        let link = |path: &str, target: &str| link(Kind::Symlink, path, target);
        let pair = Pair::default()
            .arg("V", "1.4.2", "1.4.3")
            .removed_entry(link("l-1.4.2", "good"), b"")
            .added_entry(link("l-1.4.3", "evil"), b"");
        assert_eq!(pair.explained(), ["l-1.4.2: ", "l-1.4.3: "]);
    }

    #[test]
    fn what_differs_in_more_than_the_value_is_not_explained() {
        let pair = pair()
            .both("a", b"v=1.4.1;x=1", b"v=1.5.0;x=2")
            .both("b", b"11.4.1", b"11.5.0")
            .added("opt/app-1.5.0/run", b"x");
        assert_eq!(pair.explained(), ["a: ", "b: ", "opt/app-1.5.0/run: "]);
    }
}
