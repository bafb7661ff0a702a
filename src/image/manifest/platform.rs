//! Platforms: `OS/ARCH[/VARIANT]` in Go's names, compared as containerd compares them when one is asked for exactly.
//!
//! Names are brought to one spelling (`x86_64` is `amd64`, `aarch64` is `arm64`, `armhf` is `arm/v7`); `arm64` and
//! `arm64/v8`, `arm` and `arm/v7` are the same platform, though each prints as it was written. The host's platform
//! is never assumed: a platform without an operating system or a CPU is refused.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::image::error::{ImageError, ReferenceFault, shown};

/// What an image part has that names no platform.
const UNKNOWN: &str = "unknown";

/// An operating system and a CPU.
#[derive(Debug, Clone)]
pub struct Platform {
    /// `linux`; `unknown` where an image does not say.
    pub os: String,
    /// `amd64`; `unknown` where an image does not say.
    pub architecture: String,
    /// `v8`, as it was written, where it was.
    pub variant: Option<String>,
}

impl Platform {
    /// The platform of these names, in their usual spelling.
    pub fn new(os: &str, architecture: &str, variant: Option<&str>) -> Self {
        let os = match os.trim().to_ascii_lowercase().as_str() {
            "" => UNKNOWN.to_owned(),
            "macos" => "darwin".to_owned(),
            os => os.to_owned(),
        };
        let variant = variant.map(|variant| variant.trim().to_ascii_lowercase()).filter(|v| !v.is_empty());
        let (architecture, variant) = match architecture.trim().to_ascii_lowercase().as_str() {
            "" => (UNKNOWN.to_owned(), variant),
            "i386" | "i486" | "i586" | "i686" => ("386".to_owned(), None),
            "x86_64" | "x86-64" => ("amd64".to_owned(), variant),
            "aarch64" => ("arm64".to_owned(), variant),
            "armhf" => ("arm".to_owned(), Some("v7".to_owned())),
            "armel" => ("arm".to_owned(), Some("v6".to_owned())),
            architecture => (architecture.to_owned(), variant),
        };
        let variant = variant.map(|variant| {
            if variant.starts_with(|c: char| c.is_ascii_digit()) { format!("v{variant}") } else { variant }
        });
        Self { os, architecture, variant }
    }

    /// Whether this is no platform at all: what BuildKit gives attestations in an index.
    pub fn is_unknown(&self) -> bool {
        self.os == UNKNOWN && self.architecture == UNKNOWN
    }

    /// What decides sameness: the variant that says no more than the CPU does is left out (containerd's `Normalize`).
    fn key(&self) -> (&str, &str, &str) {
        let variant = match (self.architecture.as_str(), self.variant.as_deref().unwrap_or_default()) {
            ("arm64", "v8" | "v8.0") | ("amd64", "v1") => "",
            ("arm", "") => "v7",
            (_, variant) => variant,
        };
        (&self.os, &self.architecture, variant)
    }
}

impl PartialEq for Platform {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Platform {}

impl PartialOrd for Platform {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Platform {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Platform {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", shown(&self.os), shown(&self.architecture))?;
        self.variant.as_ref().map_or(Ok(()), |variant| write!(f, "/{}", shown(variant)))
    }
}

impl FromStr for Platform {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        let parts: Vec<&str> = text.split('/').collect();
        let name = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        match parts.as_slice() {
            [os, architecture] if parts.iter().all(|part| name(part)) => {
                Ok(Self::new(os, architecture, None))
            }
            [os, architecture, variant] if parts.iter().all(|part| name(part)) => {
                Ok(Self::new(os, architecture, Some(variant)))
            }
            _ => Err(ImageError::at(shown(text), ReferenceFault::Platform { expected: "OS/ARCH[/VARIANT]" })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::error::ImageFault;

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    #[test]
    fn a_platform_prints_as_it_is_asked_for() {
        assert_eq!(platform("linux/arm64/v8").to_string(), "linux/arm64/v8");
        assert_eq!(platform("Linux/x86_64").to_string(), "linux/amd64");
        assert_eq!(platform("linux/armhf").to_string(), "linux/arm/v7");
        assert_eq!(platform("linux/arm/6").to_string(), "linux/arm/v6");
        assert_eq!(Platform::new("", "", None).to_string(), "unknown/unknown");
    }

    #[test]
    fn default_variants_are_the_same_platform_and_others_are_not() {
        assert_eq!(platform("linux/arm64"), platform("linux/aarch64/v8"));
        assert_eq!(platform("linux/arm"), platform("linux/arm/v7"));
        assert_eq!(platform("linux/amd64"), platform("linux/amd64/v1"));
        assert_ne!(platform("linux/arm/v6"), platform("linux/armhf"));
        assert_eq!(platform("linux/arm/v6"), platform("linux/armel"));
        assert_ne!(platform("linux/amd64/v2"), platform("linux/amd64"));
        assert_ne!(platform("windows/amd64"), platform("linux/amd64"));
    }

    #[test]
    fn half_a_platform_is_refused() {
        for text in ["", "linux", "arm64", "linux/", "/amd64", "a/b/c/d", "linux/am d64"] {
            let error = text.parse::<Platform>().unwrap_err();
            assert!(
                matches!(&*error.kind, ImageFault::Reference(ReferenceFault::Platform { .. })),
                "{error}"
            );
        }
    }
}
