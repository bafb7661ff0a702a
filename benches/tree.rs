//! Stacking layers of 200,000 files: one, the same again over it, and one whose whiteouts remove half.

mod made;

use divan::{Bencher, counter::ItemsCount};
use reprolock::internal::formats::tar::entry::{Entry, Kind};
use reprolock::internal::layer::Contents;
use reprolock::internal::tree::FileTree;

fn main() {
    divan::main();
}

const FILES: usize = 200_000;

fn layer(entries: Vec<Entry>) -> Contents {
    Contents { entries, ..Contents::default() }
}

fn whiteouts(entries: &[Entry]) -> Vec<Entry> {
    let files = entries.iter().filter(|entry| entry.kind == Kind::File).step_by(2);
    let whiteout = |entry: &Entry| {
        let name = [b".wh.", entry.path.file_name()].concat();
        Some(Entry { path: entry.path.parent()?.join(&name), ..entry.clone() })
    };
    files.filter_map(whiteout).collect()
}

#[divan::bench(sample_count = 10)]
fn one_layer(bencher: Bencher<'_, '_>) {
    let layers = [layer(made::entries(FILES))];
    bencher.counter(ItemsCount::new(FILES)).bench(|| FileTree::stack(&layers));
}

#[divan::bench(sample_count = 10)]
fn the_same_layer_twice(bencher: Bencher<'_, '_>) {
    let layers = [layer(made::entries(FILES)), layer(made::entries(FILES))];
    bencher.counter(ItemsCount::new(2 * FILES)).bench(|| FileTree::stack(&layers));
}

#[divan::bench(sample_count = 10)]
fn half_whited_out(bencher: Bencher<'_, '_>) {
    let entries = made::entries(FILES);
    let layers = [layer(entries.clone()), layer(whiteouts(&entries))];
    bencher.counter(ItemsCount::new(FILES + FILES / 2)).bench(|| FileTree::stack(&layers));
}

#[divan::bench(sample_count = 10)]
fn following_every_path(bencher: Bencher<'_, '_>) {
    let layers = [layer(made::entries(FILES))];
    let tree = FileTree::stack(&layers);
    bencher
        .counter(ItemsCount::new(FILES))
        .bench(|| tree.iter().filter_map(|(path, ..)| tree.follow(path)).count());
}
