//! What may be done to reach a registry, and which mirrors stand before it.

use crate::image::error::ImageError;
use crate::image::options::{Access, Mirror};
use crate::image::registry::name::RegistryName;

impl Access {
    /// Whether `name`'s registry may speak plain HTTP.
    pub(crate) fn is_insecure(&self, name: &RegistryName) -> bool {
        let named = |host: &String| host == name.registry() || host == name.host();
        self.insecure || self.insecure_hosts.iter().any(named)
    }

    /// `name` at each mirror it has, in order.
    pub(crate) fn mirrored(&self, name: &RegistryName) -> Result<Vec<RegistryName>, ImageError> {
        let full = format!("{}/{}", name.registry(), name.repository());
        let below = |mirror: &Mirror| {
            let rest = full.strip_prefix(mirror.prefix.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", mirror.location))
        };
        self.mirrors.iter().filter_map(below).map(|place| name.moved(&place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(mirrors: &[(&str, &str)]) -> Access {
        let mirror = |(prefix, location): &(&str, &str)| Mirror {
            prefix: (*prefix).into(),
            location: (*location).into(),
        };
        Access { mirrors: mirrors.iter().map(mirror).collect(), ..Access::default() }
    }

    fn places(mirrors: &[(&str, &str)], name: &str) -> Vec<String> {
        let names = access(mirrors).mirrored(&name.parse().unwrap()).unwrap();
        names.iter().map(|name| format!("{}/{}", name.host(), name.repository())).collect()
    }

    #[test]
    fn every_mirror_whose_prefix_fits_is_asked_in_order() {
        let mirrors = [
            ("docker.io", "a.io/hub"),
            ("ghcr.io", "b.io"),
            ("docker.io/library", "c.io:5000"),
            ("docker.io/lib", "d.io"),
        ];
        assert_eq!(places(&mirrors, "python:3.12"), ["a.io/hub/library/python", "c.io:5000/python"]);
        assert_eq!(places(&mirrors, "ghcr.io/me/app"), ["b.io/me/app"]);
        assert_eq!(places(&mirrors, "nvcr.io/nvidia/cuda"), [""; 0]);
        assert_eq!(places(&[("ghcr.io/me/app", "m.io/app")], "ghcr.io/me/app:v1"), ["m.io/app"]);
    }

    #[test]
    fn tag_and_digest_are_the_same_at_the_mirror() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let mirrors = access(&[("ghcr.io", "m.io/gh")]);
        let at = |name: &str| mirrors.mirrored(&name.parse().unwrap()).unwrap()[0].clone();
        assert_eq!(at("ghcr.io/a:v1").tag_or_digest(), "v1");
        assert_eq!(at(&format!("ghcr.io/a@{digest}")).tag_or_digest(), digest);
        assert_eq!(at("ghcr.io/a:v1").written(), "m.io/gh/a:v1");
    }

    #[test]
    fn a_mirror_that_leaves_no_name_is_refused() {
        let error = access(&[("ghcr.io/a", "m.io")]).mirrored(&"ghcr.io/a".parse().unwrap()).unwrap_err();
        assert!(error.to_string().starts_with("image reference \"m.io\": expected a mirror"), "{error}");
    }

    #[test]
    fn plain_http_is_allowed_by_host_and_port() {
        let access = Access { insecure_hosts: vec!["lab.io:5000".into()], ..Access::default() };
        assert!(access.is_insecure(&"lab.io:5000/a".parse().unwrap()));
        assert!(!access.is_insecure(&"lab.io/a".parse().unwrap()));
    }
}
