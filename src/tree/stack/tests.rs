//! Layers stacked as engines stack them; what is said of engines was tried with umoci 0.4.7.

use super::*;
use crate::formats::tar::entry::tests::{dir, file, link};

fn layer(entries: Vec<Entry>) -> Contents {
    Contents { entries, ..Contents::default() }
}

fn paths(layers: &[Contents]) -> Vec<String> {
    FileTree::stack(layers).iter().map(|(path, ..)| path.to_string()).collect()
}

#[test]
fn a_whiteout_removes_what_lower_layers_hold_and_nothing_of_its_own() {
    let below = layer(vec![dir("etc"), file("etc/motd", b""), file("etc/hosts", b"")]);
    let above = layer(vec![file("etc/.wh.motd", b""), file("etc/.wh.hosts", b""), file("etc/hosts", b"new")]);
    assert_eq!(paths(&[below, above]), ["etc", "etc/hosts"]);
}

#[test]
fn an_opaque_folder_hides_all_below_it_but_keeps_its_own() {
    let below = layer(vec![dir("a"), dir("a/b"), file("a/b/c", b""), file("a-b", b"")]);
    let above = layer(vec![dir("a"), file("a/new", b""), file("a/.wh..wh..opq", b"")]);
    assert_eq!(paths(&[below, above]), ["a", "a-b", "a/new"]);
}

#[test]
fn a_file_over_a_folder_removes_what_was_in_it() {
    let below = layer(vec![dir("a"), file("a/b", b"")]);
    assert_eq!(paths(&[below, layer(vec![file("a", b"")])]), ["a"]);
}

#[test]
fn a_folder_over_a_folder_keeps_what_is_in_it() {
    let below = layer(vec![dir("a"), file("a/b", b"")]);
    assert_eq!(paths(&[below, layer(vec![dir("a")])]), ["a", "a/b"]);
}

#[test]
fn names_below_a_usrmerged_folder_land_behind_the_symlink() {
    let base = layer(vec![
        link(Kind::Symlink, "lib", "usr/lib"),
        dir("usr"),
        dir("usr/lib"),
        file("usr/lib/a", b""),
    ]);
    let above = layer(vec![file("lib/b", b""), file("lib/.wh.a", b"")]);
    assert_eq!(paths(&[base, above]), ["lib", "usr", "usr/lib", "usr/lib/b"]);
}

#[test]
fn absolute_relative_and_chained_symlinks_lead_to_the_file() {
    let base = layer(vec![
        link(Kind::Symlink, "usr/local/cuda", "/etc/alternatives/cuda"),
        link(Kind::Symlink, "etc/alternatives/cuda", "../../usr/local/cuda-12"),
        file("usr/local/cuda-12/version.json", b""),
    ]);
    let layers = [base];
    let tree = FileTree::stack(&layers);
    let found = tree.follow(&"usr/local/cuda/version.json".into()).unwrap().0;
    assert_eq!(found.path, "usr/local/cuda-12/version.json".into());
}

#[test]
fn symlink_cycles_lead_nowhere() {
    let layers =
        [layer(vec![link(Kind::Symlink, "a", "b"), link(Kind::Symlink, "b", "a"), file("a/x", b"")])];
    let tree = FileTree::stack(&layers);
    assert!(tree.follow(&"a/y".into()).is_none());
    assert_eq!(tree.iter().count(), 2);
}

#[test]
fn a_hardlink_keeps_the_file_it_named_though_a_later_layer_replaces_that() {
    let mut base = layer(vec![file("a", b"old"), link(Kind::Hardlink, "b", "a")]);
    base.captures.insert(0, Capture::Kept(Arc::from(&b"old"[..])));
    let layers = [base, layer(vec![file("a", b"new")])];
    let tree = FileTree::stack(&layers);
    assert_eq!(tree.bytes(&"b".into()).map(|bytes| bytes.to_vec()), Some(b"old".to_vec()));
    assert!(tree.bytes(&"a".into()).is_none());
}

#[test]
fn children_are_direct_and_seen_through_symlinks() {
    let layers = [layer(vec![
        link(Kind::Symlink, "lib", "usr/lib"),
        dir("usr/lib"),
        file("usr/lib/a/b", b""),
        dir("usr/lib/a"),
    ])];
    let tree = FileTree::stack(&layers);
    let names: Vec<_> = tree.children(&"lib".into()).map(|(path, ..)| path.to_string()).collect();
    assert_eq!(names, ["usr/lib/a"]);
}

#[test]
fn a_whiteout_in_a_folder_that_replaces_a_symlink_leaves_what_the_symlink_pointed_to() {
    let base = layer(vec![
        link(Kind::Symlink, "lib", "usr/lib"),
        dir("usr"),
        dir("usr/lib"),
        file("usr/lib/x", b""),
    ]);
    for whiteout in ["lib/.wh.x", "lib/.wh..wh..opq"] {
        let above = layer(vec![dir("lib"), file(whiteout, b""), file("lib/y", b"")]);
        assert_eq!(paths(&[base.clone(), above]), ["lib", "lib/y", "usr", "usr/lib", "usr/lib/x"]);
    }
    let above = layer(vec![file("lib/.wh..wh..opq", b""), file("lib/y", b"")]);
    assert_eq!(paths(&[base, above]), ["lib", "usr", "usr/lib", "usr/lib/y"]);
}

#[test]
fn a_whiteout_of_a_folder_that_its_layer_makes_anew_empties_it_first() {
    let below = layer(vec![dir("a"), file("a/x", b"")]);
    let entries = vec![dir("a"), file("a/y", b""), file(".wh.a", b"")];
    let turned = entries.iter().rev().cloned().collect();
    assert_eq!(paths(&[below.clone(), layer(entries)]), ["a", "a/y"]);
    assert_eq!(paths(&[below, layer(turned)]), ["a", "a/y"]);
}

#[test]
fn an_opaque_root_hides_all_layers_below() {
    let below = layer(vec![file("a", b""), dir("b")]);
    assert_eq!(paths(&[below, layer(vec![file(".wh..wh..opq", b""), file("c", b"")])]), ["c"]);
}

#[test]
fn what_lies_below_a_file_is_left_out() {
    assert_eq!(
        paths(&[layer(vec![file("a", b"")]), layer(vec![file("a/b", b""), file("a/b/c", b"")])]),
        ["a"]
    );
    // Whether or not the folder was named before.
    assert_eq!(
        paths(&[layer(vec![file("a/b", b""), file("a", b""), file("a/b", b""), file("a/c", b"")])]),
        ["a"]
    );
}

#[test]
fn a_link_over_a_folder_known_by_its_contents_alone_removes_them() {
    let below = layer(vec![file("a/b", b""), file("a-b", b"")]);
    let above = layer(vec![link(Kind::Symlink, "a", "c"), dir("c"), file("a/d", b"")]);
    assert_eq!(paths(&[below, above]), ["a", "a-b", "c", "c/d"]);
}

#[test]
fn another_name_of_a_symlink_is_a_symlink() {
    let base = layer(vec![dir("t"), link(Kind::Symlink, "s", "t"), link(Kind::Hardlink, "h", "s")]);
    assert_eq!(paths(&[base, layer(vec![file("h/new", b"")])]), ["h", "s", "t", "t/new"]);
}

#[test]
fn a_link_to_nowhere_makes_the_folder_it_names() {
    let base = layer(vec![link(Kind::Symlink, "a", "nowhere")]);
    assert_eq!(paths(&[base, layer(vec![file("a/b", b"")])]), ["a", "nowhere/b"]);
}

#[test]
fn a_folder_over_a_symlink_replaces_it_and_not_what_it_points_to() {
    let base = layer(vec![dir("u"), file("u/x", b""), link(Kind::Symlink, "a", "u")]);
    assert_eq!(paths(&[base, layer(vec![dir("a"), file("a/y", b"")])]), ["a", "a/y", "u", "u/x"]);
}

#[test]
fn a_file_of_a_folder_seen_through_a_link_is_lost_to_the_cache_once_the_link_moves() {
    let layers = [layer(vec![
        link(Kind::Symlink, "a", "b"),
        file("a/1", b""),
        link(Kind::Symlink, "a", "c"),
        file("a/2", b""),
        dir("a"),
        file("a/3", b""),
    ])];
    assert_eq!(paths(&layers), ["a", "a/3", "b/1", "c/2"]);
}
