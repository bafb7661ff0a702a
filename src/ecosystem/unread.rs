//! Package databases that are known and not read: pacman's and others.
//!
//! Which packages they list is not told. What is told of one is where it stands and a digest of it, so that it can be said
//! that it changed, and that which packages did could not be checked. A database that an ecosystem begins to read leaves
//! this table. What this does not do: tell a change of a package from a change of the time at which it was installed.

use std::collections::BTreeMap;

use crate::base::path::LayerPath;
use crate::ecosystem::catalog::Catalog;
use crate::ecosystem::places;
use crate::ecosystem::problems::Problems;
use crate::tree::FileTree;

/// Where a kind of database stands.
enum Stands {
    /// A file of this path.
    File(&'static str),
    /// A folder of this path, with all that is below it.
    Folder(&'static str),
}

/// What is said of each in a catalog.
const PROBLEM: &str = "its packages are not read: that it changed can be told, what of it can't";

/// The databases, each with the id of its package manager.
const KNOWN: &[(&str, Stands)] = &[
    ("alpm", Stands::Folder("var/lib/pacman/local")),
    ("nix", Stands::File("nix/var/nix/db/db.sqlite")),
    ("nix", Stands::File("nix/var/nix/db/db.sqlite-wal")),
    ("opkg", Stands::File("usr/lib/opkg/status")),
    ("opkg", Stands::File("var/lib/opkg/status")),
    ("portage", Stands::Folder("var/db/pkg")),
    ("slackware", Stands::Folder("var/lib/pkgtools/packages")),
    ("slackware", Stands::Folder("var/log/packages")),
    ("xbps", Stands::File("var/db/xbps/pkgdb-0.38.plist")),
];

/// The catalogs of all that the tree holds, each without packages and with its digest.
pub(super) fn catalogs(tree: &FileTree<'_>) -> Vec<Catalog> {
    let mut databases: BTreeMap<(&'static str, LayerPath), usize> = BTreeMap::new();
    for (ecosystem, stands) in KNOWN {
        for (path, layer) in stands.of(tree) {
            let uppermost = databases.entry((*ecosystem, path)).or_default();
            *uppermost = layer.max(*uppermost);
        }
    }
    let catalog = |((ecosystem, path), layer): ((&'static str, LayerPath), usize)| {
        let digest = places::digest(tree, &path);
        let mut problems = Problems::default();
        problems.add(PROBLEM.to_owned());
        Catalog { digest, ..Catalog::new(ecosystem, (path, layer), Vec::new(), problems) }
    };
    databases.into_iter().map(catalog).filter(|catalog| catalog.digest.is_some()).collect()
}

/// Whether there are databases of that package manager.
pub(super) fn is_known(id: &str) -> bool {
    KNOWN.iter().any(|(ecosystem, _)| *ecosystem == id)
}

/// Whether what stands at `path` of a layer may be a part of one, whatever links lead to it.
pub(super) fn concerns(path: &LayerPath) -> bool {
    KNOWN.iter().any(|(_, stands)| stands.may_hold(path))
}

/// Paths of files by which they are asked for; of a folder any file stands for all.
pub(super) fn ways() -> impl Iterator<Item = LayerPath> {
    KNOWN.iter().map(|(_, stands)| match stands {
        Stands::File(place) => (*place).into(),
        Stands::Folder(place) => LayerPath::from(*place).join(b"x"),
    })
}

/// Whether a file of this name may be a part of one, in a folder of any name that a link leads to.
pub(super) fn reads(name: &[u8]) -> bool {
    KNOWN.iter().any(|(_, stands)| match stands {
        Stands::File(place) => place.rsplit('/').next().map(str::as_bytes) == Some(name),
        Stands::Folder(_) => false,
    })
}

/// Whether a folder of this name leads to one.
pub(super) fn leads(folder: &[u8]) -> bool {
    let is_part = |place: &str| place.as_bytes().split(|byte| *byte == b'/').any(|part| part == folder);
    KNOWN.iter().any(|(_, stands)| is_part(stands.place()))
}

impl Stands {
    fn place(&self) -> &'static str {
        match self {
            Self::File(place) | Self::Folder(place) => place,
        }
    }

    /// The real places of the tree's own, each with the uppermost layer that wrote to it.
    fn of(&self, tree: &FileTree<'_>) -> Vec<(LayerPath, usize)> {
        match self {
            Self::File(path) => {
                let file = places::database(tree, &(*path).into());
                file.into_iter().filter(|(path, _)| !places::is_empty_file(tree, path)).collect()
            }
            Self::Folder(path) => {
                let folder = tree.resolve(&(*path).into());
                let uppermost = |folder: &LayerPath| tree.below(folder).map(|(_, _, node)| node.layer).max();
                folder.into_iter().filter_map(|folder| Some((folder.clone(), uppermost(&folder)?))).collect()
            }
        }
    }

    fn may_hold(&self, path: &LayerPath) -> bool {
        // By the last parts only: a link may lead to the folder from elsewhere.
        let last = |place: &'static str| place.split('/').map(str::as_bytes).rev().take(2);
        match self {
            Self::File(place) => path.parts().rev().take(2).eq(last(place)),
            Self::Folder(place) => {
                let parts: Vec<&[u8]> = path.parts().collect();
                parts.windows(2).any(|two| two.iter().rev().copied().eq(last(place)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;
    use crate::ecosystem::testing::Image;

    fn listed(image: &Image) -> Vec<String> {
        let line = |catalog: &Catalog| format!("{} {} {}", catalog.ecosystem, catalog.path, catalog.layer);
        image.with_tree(|tree| catalogs(tree).iter().map(line).collect())
    }

    fn digests(image: &Image) -> Vec<Option<Sha256>> {
        image.with_tree(|tree| catalogs(tree).iter().map(|catalog| catalog.digest).collect())
    }

    #[test]
    fn a_database_is_told_by_its_real_place_and_the_digest_of_its_bytes() {
        let image = Image::of(&[("srv/nix/db/db.sqlite", b"db")])
            .symlink("nix/var/nix", "/srv/nix")
            .layer(&[("srv/nix/db/db.sqlite-wal", b"")]);
        assert_eq!(listed(&image), ["nix srv/nix/db/db.sqlite 0"]);
        assert_eq!(digests(&image), [Some(Sha256::of(b"db"))]);
    }

    #[test]
    fn a_folder_is_one_database_and_each_of_its_files_counts() {
        let of = |bytes: &'static [u8]| {
            Image::of(&[("var/lib/pacman/local/a-1/desc", bytes), ("var/db/pkg/a/b/PF", b"1")])
                .layer(&[("var/lib/pacman/local/ALPM_DB_VERSION", b"")])
        };
        assert_eq!(listed(&of(b"{}")), ["alpm var/lib/pacman/local 1", "portage var/db/pkg 0"]);
        assert_eq!(digests(&of(b"{}")), digests(&of(b"{}")));
        let [one, other] = [digests(&of(b"{}")), digests(&of(b"[]"))];
        assert_eq!((one[0] == other[0], one[1] == other[1]), (false, true));
    }

    #[test]
    fn what_links_lead_to_counts_as_what_it_is() {
        let nested = |bytes: &'static [u8]| {
            let image = Image::of(&[("srv/a/PF", bytes), ("var/db/pkg/x/b/PF", b"")]);
            image.symlink("var/db/pkg/x/a", "/srv/a").symlink("srv/a/back", "/var/db/pkg")
        };
        assert_ne!(digests(&nested(b"1")), digests(&nested(b"2")));
    }

    #[test]
    fn what_may_be_a_part_of_one_is_told_by_its_last_names() {
        for path in ["data/opkg/status", "srv/pacman/local/bash-5/desc"] {
            assert!(concerns(&path.into()), "{path}");
        }
        for path in ["app/status", "var/lib/rpm/Packages", "usr/local/pacman"] {
            assert!(!concerns(&path.into()), "{path}");
        }
        assert!(leads(b"nix") && !leads(b"app"));
    }
}
