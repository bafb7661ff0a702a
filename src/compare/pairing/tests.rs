//! Lists of layers as words, and which of them are one.

use crate::base::digest::Sha256;
use crate::compare::pairing::*;
use crate::formats::tar::entry::tests::{dir, file};

/// A layer of a test: its diff_id's seed, its instruction, and its files (`path=content`, `path/` for a folder).
struct Made {
    diff_id: Digest,
    instruction: Option<String>,
    rows: Option<Vec<Entry>>,
}

impl Made {
    fn sign(&self) -> Sign<'_> {
        let (instruction, rows) = (self.instruction.as_deref(), self.rows.as_deref());
        Sign { diff_id: self.diff_id, instruction, rows }
    }
}

/// One layer for each word, `content@instruction`; rows where files are given: `content@instruction:a=1,b=2`.
fn made(words: &str) -> Vec<Made> {
    let one = |word: &str| {
        let (sign, files) = word.split_once(':').map_or((word, None), |(sign, files)| (sign, Some(files)));
        let (content, instruction) =
            sign.split_once('@').map_or((sign, None), |(content, text)| (content, Some(text.to_owned())));
        let row = |text: &str| match text.split_once('=') {
            Some((path, content)) => file(path, content.as_bytes()),
            None => dir(text.trim_end_matches('/')),
        };
        let rows = files.map(|files| files.split(',').filter(|text| !text.is_empty()).map(row).collect());
        Made { diff_id: Sha256::of(content.as_bytes()).into(), instruction, rows }
    };
    words.split_whitespace().map(one).collect()
}

fn grouped(old: &str, new: &str) -> String {
    let (old, new) = (made(old), made(new));
    let (old, new): (Vec<Sign<'_>>, Vec<Sign<'_>>) =
        (old.iter().map(Made::sign).collect(), new.iter().map(Made::sign).collect());
    let ids = |signs: &[Sign<'_>]| signs.iter().map(|sign| sign.diff_id).collect::<Vec<_>>();
    let show = |places: &[usize]| match places {
        [] => "-".to_owned(),
        places => places.iter().map(usize::to_string).collect::<Vec<_>>().join("+"),
    };
    group(&old, &new, &equal(&ids(&old), &ids(&new)))
        .iter()
        .map(|group| {
            let moved = if group.is_moved { " moved" } else { "" };
            format!("{}:{}{moved}", show(&group.old), show(&group.new))
        })
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn a_changed_layer_pairs_with_the_one_in_its_place() {
    assert_eq!(grouped("a b c", "a x c"), "0:0, 1:1, 2:2");
}

#[test]
fn an_inserted_layer_does_not_shift_the_ones_behind_it() {
    assert_eq!(grouped("a b c", "a new b c"), "0:0, -:1, 1:2, 2:3");
    assert_eq!(grouped("a b c", "a x@new y@b2 z@c2"), "0:0, 1:1, 2:2, -:3");
    assert_eq!(grouped("a b@b c@c", "a x@new y@b z@c"), "0:0, -:1, 1:2, 2:3");
}

#[test]
fn a_removed_layer_stands_where_it_was() {
    assert_eq!(grouped("a b c", "a c"), "0:0, 1:-, 2:1");
    assert_eq!(grouped("a b", "a"), "0:0, 1:-");
}

#[test]
fn within_a_gap_the_instruction_goes_before_the_position() {
    assert_eq!(grouped("a one@x two@y c", "a new@z other@y c"), "0:0, 1:1, 2:2, 3:3");
    assert_eq!(grouped("one@x two@y", "new@y"), "0:-, 1:0");
}

#[test]
fn swapped_layers_are_one_that_moved() {
    assert_eq!(grouped("base a b", "base b a"), "0:0, 2:1 moved, 1:2");
    assert_eq!(grouped("base a@x b@y", "base c@y d@x"), "0:0, 2:1 moved, 1:2");
}

#[test]
fn layers_with_the_same_words_are_told_apart_by_their_files() {
    let old = "1@copy:requirements.txt=1 2@copy:requirements-dev.txt=1";
    let new = "3@copy:requirements-dev.txt=2 4@copy:requirements.txt=2";
    assert_eq!(grouped(old, new), "1:0 moved, 0:1");
    assert_eq!(grouped(old, "5@copy:requirements-dev.txt=2"), "0:-, 1:0");
}

#[test]
fn squashed_layers_are_one_group() {
    let old = "base a@x:a=1,a2=1 b@y:b=1,a=2 c@z:c=1";
    assert_eq!(grouped(old, "base s@z:a=2,a2=1,b=1,c=1"), "0:0, 1+2+3:1");
    assert_eq!(grouped(old, "base s:a=2,a2=1,b=1,c=1"), "0:0, 1+2+3:1");
}

#[test]
fn a_split_layer_is_one_group() {
    let old = "base s@all:a=1,a2=1,b=1,c=1";
    assert_eq!(grouped(old, "base a@x:a=1,a2=2 b@y:b=1,c=1"), "0:0, 1:1+2");
}

#[test]
fn layers_that_a_squash_emptied_belong_to_it() {
    let old = "a@x:tmp=1,a=1 b@y:.wh.tmp= c@z:c=1 d@w:d/";
    assert_eq!(grouped(old, "s:a=1,c=1"), "0+1+2+3:0");
}

#[test]
fn a_layer_that_only_touches_files_of_another_is_no_part_of_it() {
    let new = grouped("a@copy:x=1,y=1,z=1", "b@copy:x=1,y=1,z=1 c@chown:x=2,y=2,z=2");
    assert_eq!(new, "0:0, -:1");
}

#[test]
fn layers_with_nothing_in_common_are_not_paired_where_their_files_are_known() {
    assert_eq!(grouped("base a@x:a=1", "base b@y:b=1"), "0:0, 1:-, -:1");
    assert_eq!(grouped("base a@x:a=1", "base b@y:a=2"), "0:0, 1:1");
}
