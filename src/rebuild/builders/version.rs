//! Versions of programs, as far as they decide what a program can do.

/// The numbers of a version; none where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<u64>);

impl Version {
    /// The first version in a text: `1.28.2` of `buildah version 1.28.2 (image-spec 1.1)`.
    pub fn in_text(text: &str) -> Self {
        let is_version = |word: &&str| {
            word.starts_with(|c: char| c.is_ascii_digit()) && word.trim_end_matches('.').contains('.')
        };
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"'));
        let word = words.map(|word| word.strip_prefix('v').unwrap_or(word)).find(is_version);
        Self::of(word.unwrap_or_default())
    }

    /// The numbers of `1.28.2-dev`: `1, 28, 2`.
    fn of(word: &str) -> Self {
        let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
        let numbers = word.get(..end).unwrap_or_default().split('.');
        Self(numbers.map_while(|number| number.parse().ok()).collect())
    }

    /// Whether it is this one or a later one; one that is not known is none.
    pub fn is_at_least(&self, numbers: &[u64]) -> bool {
        self.0.as_slice() >= numbers
    }

    /// Whether it is known.
    pub fn is_known(&self) -> bool {
        !self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_version_of_a_text_is_found_and_ordered_by_number() {
        let version = Version::in_text("buildah version 1.28.2 (image-spec 1.1.0-rc2)");
        assert!(
            version.is_at_least(&[1, 28]) && version.is_at_least(&[1, 9]) && !version.is_at_least(&[1, 41])
        );
        assert!(Version::in_text("github.com/docker/buildx v0.25.0 abc").is_at_least(&[0, 25, 0]));
        assert!(!Version::in_text("no version").is_at_least(&[0]) && !Version::in_text("").is_known());
    }
}
