//! Which distribution an image is of, by its `os-release`.
//!
//! Two fields are taken, `ID` and `VERSION_ID`, with the quotes and escapes of a shell's assignment. What is no plain word
//! is not taken: an id is lowercase letters, digits, `.`, `_` and `-` (os-release(5)).

use crate::base::path::LayerPath;
use crate::tree::FileTree;

/// Where the file stands, the first that is there.
const PLACES: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];

/// Bytes of an id or a version; real ones are a dozen.
const WORD: usize = 64;

/// A distribution and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// `ID`: `debian`, `ubuntu`, `rhel`.
    pub id: String,
    /// `VERSION_ID`: `12`, `24.04`; rolling ones have none.
    pub version: Option<String>,
}

impl Distribution {
    /// The vendor, as the namespaces of package URLs call it.
    pub fn vendor(&self) -> String {
        match self.id.as_str() {
            "rhel" => "redhat".to_owned(),
            "sles" | "sle_hpc" | "sled" => "suse".to_owned(),
            id if id.starts_with("opensuse") => "opensuse".to_owned(),
            id => id.to_owned(),
        }
    }

    /// As the qualifier `distro` names it: `debian-12`.
    pub fn qualifier(&self) -> String {
        match &self.version {
            Some(version) => format!("{}-{version}", self.id),
            None => self.id.clone(),
        }
    }
}

/// Whether a file's bytes are needed for it, by its path in its layer.
pub(in crate::ecosystem) fn wants(path: &LayerPath) -> bool {
    path.file_name() == b"os-release"
}

/// The distribution that the tree is of; `None` where it does not say.
pub fn distribution(tree: &FileTree<'_>) -> Option<Distribution> {
    let bytes = PLACES.into_iter().find_map(|place| {
        let place = LayerPath::from(place);
        let file = tree.follow_file(&place).filter(|file| wants(&file.path))?;
        tree.bytes(&place).filter(|_| file.size > 0)
    })?;
    let text = std::str::from_utf8(bytes).ok()?;
    Some(Distribution { id: field(text, "ID")?, version: field(text, "VERSION_ID") })
}

/// The last assignment of a name counts, as for a shell that reads the file.
fn field(text: &str, name: &str) -> Option<String> {
    let mut values = text.lines().filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
    let value = values.next_back()?.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    let word = quoted.unwrap_or(value);
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    (!word.is_empty() && word.len() <= WORD && word.chars().all(is_word)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem::testing::Image;

    fn of(image: &Image) -> Option<String> {
        image.with_tree(|tree| distribution(tree).map(|it| it.qualifier()))
    }

    #[test]
    fn it_is_read_from_where_the_link_leads() {
        let image = Image::of(&[("usr/lib/os-release", b"NAME=\"Debian\"\nID=debian\nVERSION_ID=\"12\"\n")])
            .symlink("etc/os-release", "../usr/lib/os-release");
        assert_eq!(of(&image).as_deref(), Some("debian-12"));
    }

    #[test]
    fn etc_comes_first_and_a_file_without_a_byte_is_none() {
        let image =
            |etc: &[u8]| Image::of(&[("usr/lib/os-release", b"ID=fedora\n"), ("etc/os-release", etc)]);
        assert_eq!(of(&image(b"ID=ubuntu\nVERSION_ID='24.04'")).as_deref(), Some("ubuntu-24.04"));
        assert_eq!(of(&image(b"")).as_deref(), Some("fedora"));
    }

    #[test]
    fn what_is_no_plain_word_is_not_taken() {
        for text in ["", "ID=", "ID=\"a b\"", "ID=Debian", "ID=$(id)", "VARIANT_ID=a", "ID=\"debian"] {
            assert_eq!(of(&Image::of(&[("etc/os-release", text.as_bytes())])), None, "{text}");
        }
        let long = format!("ID={}", "a".repeat(65));
        assert_eq!(of(&Image::of(&[("etc/os-release", long.as_bytes())])), None);
        let odd = of(&Image::of(&[("etc/os-release", b"ID=debian\nVERSION_ID=\"1 2\"")]));
        assert_eq!(odd.as_deref(), Some("debian"));
        assert_eq!(of(&Image::of(&[("etc/passwd", b"x")])), None);
    }
}
