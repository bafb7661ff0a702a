//! Whose files are, in trees made for each way of telling it.

use super::*;
use crate::ecosystem;
use crate::ecosystem::testing::Image;

/// Whose the files of an image are whose layers were made by these instructions, `base` of them the base's.
fn owned(image: &Image, instructions: &[&str], base: usize) -> Ownership {
    let instructions =
        instructions.iter().map(|instruction| Some(*instruction).filter(|text| !text.is_empty()));
    let makers = makers::of(instructions, base);
    image.with_tree(|tree| of_tree(tree, &ecosystem::catalogs(tree), &makers))
}

/// `layer path extent files bytes` of each place with nobody's files.
fn unowned(image: &Image, instructions: &[&str]) -> Vec<String> {
    let layers = owned(image, instructions, 0).unowned;
    let line = |layer: &UnownedLayer, place: &UnownedPlace| {
        let UnownedPlace { path, extent, amount: Amount { files, bytes } } = place;
        format!("{} {path} {extent:?} {files} {bytes}", layer.layer)
    };
    layers.iter().flat_map(|layer| layer.places.iter().map(move |place| line(layer, place))).collect()
}

fn files_of(ownership: &Ownership, whose: Whose) -> usize {
    ownership.amounts.get(&whose).map_or(0, |amount| amount.files)
}

const STATUS: (&str, &[u8]) =
    ("var/lib/dpkg/status", b"Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n");
const DEB: Whose = Whose::Package("deb");

/// A Debian base of one package, and layers above it.
fn debian(list: &'static [u8]) -> Image {
    Image::of(&[STATUS, ("var/lib/dpkg/info/a.list", list), ("usr/bin/a", b"a")])
}

#[test]
fn what_a_command_wrote_and_no_package_lists_is_nobodys() {
    let image = debian(b"/usr/bin/a\n").layer(&[("opt/tool/bin/x", b"12"), ("opt/tool/y", b"1")]);
    assert_eq!(unowned(&image, &["ADD rootfs /", "RUN curl x | tar x"]), ["1 opt/tool Below 2 3"]);
    assert!(unowned(&image, &["ADD rootfs /", "COPY tool /opt/tool"]).is_empty());
    assert_eq!(unowned(&image, &["ADD rootfs /", ""]), ["1 opt/tool Below 2 3"], "nobody knows what made it");
}

#[test]
fn the_base_is_told_apart_whatever_it_holds() {
    let image = debian(b"/usr/bin/a\n").layer(&[("opt/x", b"1")]);
    let ownership = owned(&image, &["RUN x", "RUN y"], 1);
    assert_eq!(files_of(&ownership, Whose::Base), 3);
    assert_eq!(ownership.unowned.len(), 1);
    assert_eq!(ownership.unowned[0].layer, 1);
}

#[test]
fn a_package_has_its_files_behind_links_and_where_they_were_diverted_to() {
    let image = debian(b"/bin/a\n/bin/sh\n")
        .symlink("bin", "usr/bin")
        .file("usr/bin/sh", b"other")
        .file("usr/bin/sh.distrib", b"own")
        .file("var/lib/dpkg/info/b.list", b"/bin/sh\n")
        .file("var/lib/dpkg/diversions", b"/bin/sh\n/bin/sh.distrib\nb\n");
    let ownership = owned(&image, &["RUN x"], 0);
    assert_eq!(files_of(&ownership, DEB), 3, "{ownership:?}");
    // The link to a folder alone is left: no list of these names it.
    assert_eq!(unowned(&image, &["RUN x"]), ["0 bin File 1 0"]);
}

#[test]
fn what_scripts_of_packages_make_is_told_where_there_are_such_packages_alone() {
    let made = |image: Image| owned(&image.layer(&[("etc/ld.so.cache", b"1")]), &["RUN x"; 2], 0);
    assert_eq!(files_of(&made(debian(b"/usr/bin/a\n")), Whose::Made), 3, "the database is dpkg's own");
    assert_eq!(files_of(&made(Image::of(&[("x", b"1")])), Whose::Made), 0);
}

#[test]
fn what_package_managers_leave_is_no_unknown_input() {
    let image = Image::of(&[("root/.cache/pip/http/a", b"1"), ("root/.cache/own/a", b"22")]);
    let ownership = owned(&image, &["RUN pip install a"], 0);
    assert_eq!(files_of(&ownership, Whose::Left), 1);
    assert_eq!(unowned(&image, &["RUN pip install a"]), ["0 root/.cache/own/a File 1 2"]);
}

#[test]
fn a_file_that_was_moved_or_whose_rights_were_changed_is_still_the_one_that_was_copied() {
    let image = Image::of(&[("tmp/model", b"weights"), ("app/x", b"x"), ("app/empty", b"")]).layer(&[
        ("tmp/.wh.model", b""),
        ("opt/model", b"weights"),
        ("app/x", b"x"),
        ("opt/other", b"others"),
        ("opt/empty", b""),
    ]);
    let instructions = ["COPY . /", "RUN mv /tmp/model /opt && chown -R app /app"];
    let own: Vec<String> = unowned(&image, &instructions);
    assert_eq!(own, ["1 opt Inside 2 6"], "the one that was made, and one without bytes to tell it by");
}

#[test]
fn names_links_and_bytecode_are_whose_what_they_stand_for_is() {
    let image = debian(b"/usr/bin/a\n/usr/lib/m.py\n")
        .layer(&[("usr/lib/m.py", b"1"), ("usr/lib/__pycache__/m.cpython-311.pyc", b"c")])
        .hardlink("opt/other-name", "usr/bin/a")
        .symlink("usr/local/bin/a", "../../../opt/link")
        .symlink("opt/link", "/usr/bin/a")
        .symlink("opt/dangling", "/nowhere")
        .symlink("opt/round", "/opt/round")
        .file("usr/lib/__pycache__/n.cpython-311.pyc", b"c2");
    let nobodys = unowned(&image, &["ADD rootfs /", "RUN x"]);
    assert_eq!(
        nobodys,
        ["1 usr/lib/__pycache__ Inside 1 2", "1 opt Inside 2 0"]
            .map(|line| line.replace("__pycache__ Inside", "__pycache__/n.cpython-311.pyc File"))
    );
}

#[test]
fn a_file_of_several_names_has_its_bytes_once() {
    let image = Image::of(&[("opt/a/x", b"12345")]).hardlink("opt/a/y", "opt/a/x");
    assert_eq!(unowned(&image, &["RUN x"]), ["0 opt/a Below 2 5"]);
    let moved = image.layer(&[("opt/a/.wh.x", b"")]);
    assert_eq!(unowned(&moved, &["RUN x", "RUN y"]), ["0 opt/a/y File 1 5"]);
}

#[test]
fn folders_of_which_nothing_has_an_owner_are_one_place_and_large_files_are_named() {
    let large = vec![7; 1 << 20];
    let image = debian(b"/usr/lib/x/own\n").layer(&[
        ("usr/lib/x/own", b"1"),
        ("usr/lib/x/a", b"22"),
        ("usr/lib/x/b", b"333"),
        ("usr/lib/x/big", &large),
        ("usr/lib/x/deep/er/c", b"4444"),
        ("usr/lib/x/deep/d", b"55555"),
    ]);
    let places = unowned(&image, &["ADD rootfs /", "RUN x"]);
    let expected = ["1 usr/lib/x/big File 1 1048576", "1 usr/lib/x/deep Below 2 9", "1 usr/lib/x Inside 2 5"];
    assert_eq!(places, expected);
}

#[test]
fn layers_and_places_stand_by_their_size_and_no_file_is_lost() {
    let image = Image::of(&[("opt/a/x", b"1"), ("opt/b/y", b"22")])
        .layer(&[("opt/c/z", b"4444"), ("opt/a/w", b"1")])
        .layer(&[("root.txt", b"")]);
    let instructions = ["RUN x"; 3];
    assert_eq!(
        unowned(&image, &instructions),
        [
            "1 opt/c/z File 1 4",
            "1 opt/a/w File 1 1",
            "0 opt/b/y File 1 2",
            "0 opt/a/x File 1 1",
            "2 root.txt File 1 0"
        ]
    );
    let ownership = owned(&image, &instructions, 0);
    let listed: Amount = ownership.unowned.iter().fold(Amount::default(), |sum, layer| sum.and(layer.amount));
    assert_eq!(Some(&listed), ownership.amounts.get(&Whose::Nobody));
}

#[test]
fn a_path_as_deep_as_paths_go_is_one_place() {
    let deep = "a/".repeat(2000) + "x";
    let image = Image::of(&[(&deep, b"1"), ("a/y", b"1")]);
    assert_eq!(unowned(&image, &["RUN x"]), ["0 a Below 2 2"]);
}

#[test]
fn what_builders_mount_and_what_makes_an_environment_are_no_unknown_inputs() {
    let image = Image::of(&[
        ("etc/hosts", b""),
        ("run/.containerenv", b""),
        ("v/pyvenv.cfg", b"home = /usr/bin"),
        ("v/bin/activate", b"export"),
        ("v/bin/own", b"mine"),
        ("v/lib/python3/site-packages/a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
    ]);
    let ownership = owned(&image, &["RUN python3 -m venv /v"], 0);
    assert_eq!(files_of(&ownership, Whose::Made), 2);
    assert_eq!(files_of(&ownership, Whose::Package("python")), 1);
    assert_eq!(files_of(&ownership, Whose::Named("python")), 2);
    assert_eq!(unowned(&image, &["RUN x"]), ["0 v/bin/own File 1 4"]);
    let written = Image::of(&[("etc/hosts", b"127.0.0.1 x")]);
    assert_eq!(unowned(&written, &["RUN x"]).len(), 1, "what has bytes was written");
}

#[test]
fn a_database_that_does_not_say_whose_files_are_is_told() {
    let image = Image::of(&[("var/lib/pacman/local/bash-5/desc", b"%NAME%"), ("usr/bin/bash", b"1")]);
    let ownership = owned(&image, &["RUN pacman -S bash"], 0);
    assert_eq!(ownership.unlisted, [("alpm", LayerPath::from("var/lib/pacman/local"))]);
    assert!(owned(&debian(b"/usr/bin/a\n"), &["RUN x"], 0).unlisted.is_empty());
    let bare = Image::of(&[STATUS, ("usr/bin/a", b"1")]);
    assert_eq!(owned(&bare, &["RUN x"], 0).unlisted.len(), 1, "the lists were removed");
}

#[test]
fn what_goes_by_a_name_alone_is_told_apart_and_tells_no_other_file() {
    let image = Image::of(&[
        ("site-packages/a-1.egg-info/PKG-INFO", b"Name: a\nVersion: 1\n"),
        ("site-packages/a/x.py", b"1"),
        ("site-packages/a/__pycache__/x.cpython-311.pyc", b"2"),
        ("opt/copy.py", b"1"),
    ])
    .hardlink("opt/link.py", "site-packages/a/x.py");
    let ownership = owned(&image, &["RUN python setup.py install"], 0);
    assert_eq!(files_of(&ownership, Whose::Package("python")), 1);
    assert_eq!(files_of(&ownership, Whose::Named("python")), 2, "{ownership:?}");
    assert_eq!(unowned(&image, &["RUN x"]), ["0 opt Inside 2 1"]);
    assert_eq!(ownership.unlisted, [("python", LayerPath::from("site-packages"))]);
}

#[test]
fn what_a_copy_brought_is_its_wherever_it_stands() {
    let image = debian(b"/usr/bin/a\n").layer(&[
        ("etc/ssl/certs/own.pem", b"1"),
        ("root/.cache/pip/x", b"2"),
        ("usr/bin/a", b"3"),
    ]);
    let ownership = owned(&image, &["RUN x", "COPY . /"], 0);
    assert_eq!((files_of(&ownership, Whose::Instruction), files_of(&ownership, DEB)), (2, 1));
    assert_eq!(files_of(&owned(&image, &["RUN x", "RUN y"], 0), Whose::Left), 1);
}

#[test]
fn what_lies_where_packages_scripts_write_covers_no_other_file() {
    let image = debian(b"/usr/bin/a\n").layer(&[
        ("etc/ssl/certs/x", b"bytes"),
        ("root/.cache/pip/y", b"wheel"),
        ("opt/x", b"bytes"),
        ("opt/y", b"wheel"),
    ]);
    assert_eq!(unowned(&image, &["ADD rootfs /", "RUN x"]), ["1 opt Inside 2 10"]);
}

#[test]
fn a_program_where_no_tool_writes_programs_is_nobodys() {
    let image = debian(b"/usr/bin/a\n")
        .layer(&[])
        .program("etc/ssl/certs/miner", b"1")
        .program("var/lib/dpkg/info/a.postinst", b"22")
        .symlink("etc/alternatives/a", "/usr/bin/a");
    let ownership = owned(&image, &["RUN x", "RUN x"], 0);
    assert_eq!(unowned(&image, &["RUN x", "RUN x"]), ["1 etc/ssl/certs/miner File 1 1"]);
    assert_eq!(files_of(&ownership, Whose::Made), 4);
}

#[test]
fn records_of_conda_are_their_packages_and_its_history_goes_by_its_name() {
    let record = br#"{"name": "a", "version": "1", "build": "0", "build_number": 0, "files": ["lib/a"]}"#;
    let image = Image::of(&[
        ("opt/e/conda-meta/a-1-0.json", record),
        ("opt/e/conda-meta/history", b"==> x"),
        ("opt/e/conda-meta/odd.json", b"{"),
        ("opt/e/lib/a", b"a"),
    ]);
    let ownership = owned(&image, &["RUN conda install a"], 0);
    assert_eq!(files_of(&ownership, Whose::Package("conda")), 2);
    assert_eq!(files_of(&ownership, Whose::Named("conda")), 1);
    assert_eq!(unowned(&image, &["RUN x"]), ["0 opt/e/conda-meta/odd.json File 1 1"]);
}

#[test]
fn one_deb_without_its_list_among_others_is_told() {
    let both =
        [STATUS.1, b"\nPackage: b\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n"].concat();
    let image = Image::of(&[("var/lib/dpkg/status", &both), ("var/lib/dpkg/info/a.list", b"/usr/bin/a\n")]);
    assert_eq!(owned(&image, &["RUN x"], 0).unlisted, [("deb", LayerPath::from("var/lib/dpkg/status"))]);
    let sums = [&b"0".repeat(32)[..], b"  usr/bin/a\n"].concat();
    let distroless = Image::of(&[
        ("var/lib/dpkg/status.d/a", b"Package: a\nVersion: 1\nArchitecture: all\n"),
        ("var/lib/dpkg/status.d/a.md5sums", &sums),
    ]);
    assert!(owned(&distroless, &["RUN x"], 0).unlisted.is_empty());
}

#[test]
fn a_marker_hides_what_lower_layers_have_on_whichever_side_of_its_namesake_it_stands() {
    for order in [["opt/.wh.x", "opt/x"], ["opt/x", "opt/.wh.x"]] {
        let upper: Vec<(&str, &[u8])> = order.map(|path| (path, &b"new"[..])).into();
        let image = Image::of(&[("opt/x", b"old"), ("opt/y", b"y")]).layer(&upper);
        assert_eq!(unowned(&image, &["COPY . /", "RUN x"]), ["1 opt/x File 1 3"], "{order:?}");
    }
}
