//! Random layered images: package databases of every kind, and what hides, replaces, redirects or brings them back.

use crate::dockerfile::Random;
use crate::support::{Entry, Image, Layer, dir, file, hardlink, opaque, symlink, whiteout};

const SITES: [&str; 6] = [
    "usr/lib/python3/dist-packages",
    "usr/lib/python3.11/site-packages",
    "lib/python3.11/site-packages",
    "opt/venv/lib/python3.11/site-packages",
    "srv/venv/lib/python3.11/site-packages",
    "data/site-packages",
];

/// Folders around databases, and some that have none.
const FOLDERS: [&str; 17] = [
    "usr",
    "usr/lib",
    "lib",
    "opt",
    "opt/venv",
    "opt/venv/lib",
    "srv/venv",
    "data",
    "var",
    "var/lib",
    "var/lib/dpkg",
    "var/lib/dpkg/status.d",
    "var/lib/dpkg/info",
    "lib/apk",
    "lib/apk/db",
    "var/lib/rpm",
    "app",
];

/// Folders that are links in some images, and where these lead.
const LINKS: [(&str, &str); 9] = [
    ("lib", "usr/lib"),
    ("srv/venv", "../opt/venv"),
    ("opt/venv", "/srv/venv"),
    ("var/lib/dpkg", "/data/dpkg"),
    ("usr/lib/python3.11/site-packages", "/data/site-packages"),
    ("data/site-packages", "../usr/lib/python3/dist-packages"),
    ("var/lib/rpm", "../../usr/lib/sysimage/rpm"),
    ("usr/lib/apk", "/data/apk"),
    ("opt/venv/lib/python3.11/site-packages/six-1.dist-info", "../../../../../../data/six-1.dist-info"),
];

/// Links that lead databases, files of them or what is around them to places of other names.
const DETOURS: [(&str, &str); 22] = [
    ("var/lib/dpkg", "/srv/x"),
    ("var/lib/dpkg", "../../mnt/x"),
    ("var/lib/rpm", "/srv/db"),
    ("lib/apk/db", "/srv/apk"),
    ("usr/lib/apk/db", "../../../srv/apk"),
    ("var/lib", "/mnt/l"),
    ("var", "mnt/v"),
    ("srv", "mnt/s"),
    ("stage", "/mnt"),
    ("opt/env.sh", "/mnt"),
    ("opt/venv/conda-meta", "/srv/cm"),
    ("var/lib/dpkg/status.d", "/srv/sd"),
    ("var/lib/dpkg/updates", "/srv/up"),
    ("var/lib/dpkg/status", "/srv/blob"),
    ("var/lib/dpkg/status", "../../../stage/blob"),
    ("var/lib/rpm/rpmdb.sqlite", "/srv/blob"),
    ("lib/apk/db/installed", "/opt/env.sh/blob"),
    ("opt/venv/conda-meta/numpy.json", "../../../srv/numpy.json"),
    ("usr/lib/python3/dist-packages/six-1.dist-info", "/srv/six"),
    ("usr/lib/python3/dist-packages/numpy.egg-info", "/srv/six/METADATA"),
    ("usr/lib/python3/dist-packages/numpy-1.dist-info/METADATA", "/srv/blob"),
    ("usr/lib/python3/dist-packages/numpy-1.dist-info/RECORD", "../../../../../stage/blob"),
];

/// Where these lead, and what stands there.
const BEHIND: [&str; 16] = [
    "srv/x/status",
    "mnt/x/status",
    "srv/db/rpmdb.sqlite",
    "srv/apk/installed",
    "mnt/l/dpkg/status",
    "mnt/v/lib/dpkg/status",
    "mnt/s/x/status",
    "srv/cm/numpy.json",
    "srv/sd/six",
    "srv/up/0001",
    "srv/blob",
    "stage/blob",
    "mnt/blob",
    "opt/env.sh/blob",
    "srv/six/METADATA",
    "srv/numpy.json",
];

/// Sites in folders that are called as files are, or that a folder of a later layer redirects.
const ODD_SITES: [&str; 4] = [
    "stage/lib/python3.11/site-packages",
    "mnt/lib/python3.11/site-packages",
    "opt/env.sh/lib/python3.11/site-packages",
    "opt/x.py/site-packages",
];

const NAMES: [&str; 4] = ["numpy", "six", "Foo_Bar", "pip"];

/// Two images that share layers, the old one first, and how many layers are the base's.
pub(crate) struct Pair {
    pub(crate) images: [Image; 2],
    pub(crate) base: usize,
}

/// What is drawn, and whether of all.
struct Draw {
    random: Random,
    is_odd: bool,
}

impl Draw {
    fn below(&mut self, count: usize) -> usize {
        self.random.below(count)
    }
}

/// A layer in the making: steps, each of a few entries.
type Steps = Vec<Vec<Entry>>;

/// How many bytes make it worth a thought to read a layer, and more.
const LARGE: usize = (2 << 20) + (64 << 10);

/// A pair whose databases stand behind links of any name; or one with a large layer that both sides have, and databases that
/// names tell.
pub(crate) fn pair(seed: u64) -> Pair {
    let random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d);
    let is_odd = seed.is_multiple_of(2);
    let random = &mut Draw { random, is_odd };
    let mut base: Vec<Steps> = (0..=random.below(2)).map(|_| steps(random, 6)).collect();
    if !is_odd {
        base.insert(0, vec![vec![file("data/zeros.bin", vec![0; LARGE])]]);
    }
    let mut own: Vec<Steps> = (0..=random.below(2)).map(|_| steps(random, 4)).collect();
    let is_led = random.below(3) == 0;
    if is_led {
        let (link, file) = led(random);
        // Where little is shared, also a link that no layer holds which differs.
        if is_odd && random.below(2) == 0 {
            base[0].extend([vec![file.clone()], vec![link]]);
            own[0].push(vec![file]);
        } else {
            own[0].push(vec![file, link]);
        }
    }
    let top: Vec<Steps> = (0..usize::from(random.below(4) == 0)).map(|_| steps(random, 3)).collect();
    // Another build of the same Dockerfile, or of another one.
    let mut other: Vec<Steps> = match random.below(3) {
        0 => (0..=random.below(2)).map(|_| steps(random, 4)).collect(),
        _ => own.iter().map(|steps| changed(steps, random)).collect(),
    };
    if is_led && random.below(2) == 0 {
        other.clone_from(&own);
        other[0].iter_mut().flatten().for_each(|entry| entry.edit(turned));
    }
    if random.below(8) == 0 {
        other.reverse();
    }
    let image = |own: &[Steps], word: &str| {
        let all = base.iter().chain(own).chain(&top).enumerate();
        let layers = all.map(|(at, steps)| {
            let entries = steps.iter().flatten().cloned();
            // So that no layer is empty, and own layers differ though their steps are the same.
            let own = (base.len()..base.len() + own.len()).contains(&at);
            let name = if own { format!("app/{at}.txt") } else { format!("base/{at}.txt") };
            let text = if own { word } else { "" };
            Layer::new(&format!("RUN step {at}"), entries.chain([file(&name, text)]))
        });
        layers.fold(Image::new("linux/amd64"), Image::layer)
    };
    Pair { images: [image(&own, "old"), image(&other, "new")], base: base.len() }
}

fn steps(random: &mut Draw, most: usize) -> Steps {
    (0..=random.below(most)).map(|_| step(random)).collect()
}

/// The same steps but for one or two.
fn changed(steps: &Steps, random: &mut Draw) -> Steps {
    let mut steps = steps.clone();
    for _ in 0..random.below(3) {
        let at = random.below(steps.len());
        match random.below(4) {
            0 if !steps.is_empty() => {
                steps.remove(at);
            }
            1 => steps.push(step(random)),
            // The same files of other bytes, behind the same links.
            2 if !steps.is_empty() => steps[at].iter_mut().for_each(|entry| entry.edit(turned)),
            _ if !steps.is_empty() => steps[at] = step(random),
            _ => {}
        }
    }
    steps
}

/// Version 1 where there was 2, and 2 where there was 1.
fn turned(bytes: &mut [u8]) {
    for byte in bytes {
        *byte = match *byte {
            b'1' => b'2',
            b'2' => b'1',
            other => other,
        };
    }
}

/// A link of a database's name, and the file that it leads to, whatever that is called.
fn led(random: &mut Draw) -> (Entry, Entry) {
    let (name, version) = (one(random, &NAMES), one(random, &["1", "2"]));
    let target = one(random, &["srv/blob", "mnt/blob.txt", "opt/env.sh"]);
    let (path, _) = DETOURS[13 + random.below(5)];
    let file = behind_at(random, target, name, version);
    let link =
        if random.below(2) == 0 { symlink(path, &format!("/{target}")) } else { hardlink(path, target) };
    (link, file)
}

fn one<'a, T: ?Sized>(random: &mut Draw, of: &[&'a T]) -> &'a T {
    of[random.below(of.len())]
}

fn step(random: &mut Draw) -> Vec<Entry> {
    let is_odd = random.is_odd;
    let site = if is_odd && random.below(4) == 0 { one(random, &ODD_SITES) } else { one(random, &SITES) };
    let (name, version) = (one(random, &NAMES), one(random, &["1", "2"]));
    match random.below(if is_odd { 32 } else { 22 }) {
        0..=3 => dist_info(random, site, name, version),
        4 => vec![file(&format!("{site}/{name}.egg-info"), metadata(name, version))],
        5 => vec![file(&format!("{site}/{name}-{version}.egg-info/PKG-INFO"), metadata(name, version))],
        6 => egg_link(random, site, name, version),
        7 => {
            let path = format!("{}/status.d/{name}", one(random, &["var/lib/dpkg", "data/dpkg"]));
            vec![file(&path, stanza(name, version, ""))]
        }
        8 | 9 => status(random),
        10 => apk(random),
        11 => unread(random, version),
        12 | 13 => hidden(random, site, name, version),
        14 => vec![opaque(one(random, &[&FOLDERS[..], &SITES[..]].concat()))],
        15 => {
            let (path, target) = LINKS[random.below(LINKS.len())];
            vec![symlink(path, target)]
        }
        16 => vec![file(one(random, &[&FOLDERS[..], &SITES[..]].concat()), "a file now")],
        17 => vec![dir(one(random, &[&FOLDERS[..], &SITES[..]].concat()))],
        18 => {
            let to = format!("{site}/{name}-{version}.dist-info/METADATA");
            let from = format!("data/{name}-{version}.dist-info/METADATA");
            vec![file(&from, metadata(name, version)), hardlink(&to, &from)]
        }
        20 => vec![file(&format!("var/lib/dpkg/updates/000{version}"), stanza(name, version, ""))],
        21 => {
            let (path, target) = DETOURS[random.below(6)];
            vec![symlink(path, target)]
        }
        22..=24 => {
            let (path, target) = DETOURS[random.below(DETOURS.len())];
            vec![symlink(path, target)]
        }
        25..=27 => vec![behind(random, name, version)],
        28 => {
            let target = one(random, &BEHIND);
            let (path, _) = DETOURS[random.below(DETOURS.len())];
            let file = behind_at(random, target, name, version);
            if random.below(2) == 0 {
                vec![file, hardlink(path, target)]
            } else {
                vec![hardlink(path, target)]
            }
        }
        29 => vec![dir(one(
            random,
            &["stage", "srv", "mnt", "opt/env.sh", "opt/x.py", "srv/x", "var/lib/dpkg"],
        ))],
        30 => vec![file(one(random, &["stage", "srv", "opt/env.sh", "opt/x.py", "srv/x"]), version)],
        31 => vec![whiteout(one(
            random,
            &["stage", "srv", "opt/env.sh", "srv/x", "srv/blob", "opt/venv/conda-meta"],
        ))],
        _ => vec![
            file(&format!("app/{name}.py"), version),
            file(&format!("{site}/{name}/__init__.py"), version),
            file(&format!("app/{name}"), version),
        ],
    }
}

fn behind(random: &mut Draw, name: &str, version: &str) -> Entry {
    let path = one(random, &BEHIND);
    behind_at(random, path, name, version)
}

/// A file of some database, whatever its path says.
fn behind_at(random: &mut Draw, path: &str, name: &str, version: &str) -> Entry {
    let text = match random.below(4) {
        0 => metadata(name, version),
        1 => format!("P:{name}\nV:{version}\n\n"),
        2 => version.to_owned(),
        _ => stanza(name, version, "Status: install ok installed\n"),
    };
    file(path, text)
}

fn metadata(name: &str, version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
}

fn dist_info(random: &mut Draw, site: &str, name: &str, version: &str) -> Vec<Entry> {
    let path = |file: &str| format!("{site}/{name}-{version}.dist-info/{file}");
    let mut entries = Vec::new();
    if random.below(8) > 0 {
        entries.push(file(&path("METADATA"), metadata(name, version)));
    }
    if random.below(3) == 0 {
        let hash = one(
            random,
            &["47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o"],
        );
        let broken = if random.below(6) == 0 { one(random, &["a row\n", "another row\n"]) } else { "" };
        entries.push(file(&path("RECORD"), format!("{name}/__init__.py,sha256={hash},0\n{broken}")));
    }
    if random.below(3) == 0 {
        entries.push(file(&path("INSTALLER"), one(random, &["pip\n", "uv\n"])));
    }
    if random.below(4) == 0 {
        let commit = one(random, &["0123abc", "4567def"]);
        let vcs = format!(r#""vcs_info":{{"vcs":"git","commit_id":"{commit}"}}"#);
        let end = if random.below(4) == 0 { "" } else { "}" };
        entries.push(file(
            &path("direct_url.json"),
            format!(r#"{{"url":"https://example.org/x.git",{vcs}{end}"#),
        ));
    }
    entries
}

fn egg_link(random: &mut Draw, site: &str, name: &str, version: &str) -> Vec<Entry> {
    let link = file(&format!("{site}/{name}.egg-link"), format!("/src/{name}\n.\n"));
    let source = file(&format!("src/{name}/{name}.egg-info/PKG-INFO"), metadata(name, version));
    match random.below(3) {
        0 => vec![link],
        1 => vec![source],
        _ => vec![link, source],
    }
}

/// The name as dpkg allows it.
fn deb(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

fn stanza(name: &str, version: &str, more: &str) -> String {
    format!("Package: {}\nArchitecture: amd64\nVersion: {version}\n{more}\n", deb(name))
}

fn status(random: &mut Draw) -> Vec<Entry> {
    let folder = one(random, &["var/lib/dpkg", "var/lib/dpkg", "data/dpkg"]);
    let (mut text, mut entries) = (String::new(), Vec::new());
    for name in NAMES.iter().take(1 + random.below(NAMES.len())) {
        let state = one(random, &["installed", "installed", "half-configured", "config-files"]);
        text += &stanza(name, one(random, &["1", "2"]), &format!("Status: install ok {state}\n"));
        if random.below(2) == 0 {
            let site = one(random, &SITES);
            let list = format!("/{site}/{name}-1.dist-info/METADATA\n/{site}/{name}.egg-info\n");
            entries.push(file(&format!("{folder}/info/{}.list", deb(name)), list));
        }
    }
    entries.push(file(&format!("{folder}/status"), text));
    entries
}

fn apk(random: &mut Draw) -> Vec<Entry> {
    let folder = one(random, &["lib/apk", "usr/lib/apk", "data/apk"]);
    let package = |random: &mut Draw, name: &&str| {
        let (version, sum) = (one(random, &["1", "2"]), one(random, &["Q1a=", "Q1b="]));
        format!("C:{sum}\nP:{name}\nV:{version}\nA:x86_64\n\n")
    };
    let text: String = NAMES.iter().take(1 + random.below(3)).map(|name| package(random, name)).collect();
    vec![file(&format!("{folder}/db/installed"), text)]
}

/// Databases that are known and not read.
fn unread(random: &mut Draw, bytes: &str) -> Vec<Entry> {
    let path = one(
        random,
        &[
            "var/lib/rpm/rpmdb.sqlite",
            "usr/lib/sysimage/rpm/rpmdb.sqlite",
            "opt/venv/conda-meta/numpy.json",
            "var/lib/pacman/local/numpy-1/desc",
        ],
    );
    vec![file(path, bytes)]
}

fn hidden(random: &mut Draw, site: &str, name: &str, version: &str) -> Vec<Entry> {
    let of_package = [
        format!("{site}/{name}-{version}.dist-info"),
        format!("{site}/{name}-{version}.dist-info/METADATA"),
        format!("{site}/{name}.egg-info"),
        format!("{site}/{name}"),
        format!("{site}/{name}.egg-link"),
        "var/lib/dpkg/status".to_owned(),
        format!("var/lib/dpkg/status.d/{name}"),
        "lib/apk/db/installed".to_owned(),
        "var/lib/rpm/rpmdb.sqlite".to_owned(),
        format!("src/{name}"),
    ];
    let path = match random.below(3) {
        0 => (*one(random, &[&FOLDERS[..], &SITES[..]].concat())).to_owned(),
        _ => of_package[random.below(of_package.len())].clone(),
    };
    vec![whiteout(&path)]
}
