//! Names and versions of packages, as each package manager writes them in one word.
//!
//! What it refuses to do: it asks no archive what a pattern stands for.

/// What a word says of the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// Nothing.
    Any,
    /// A range, a prefix, a release of the distribution (`/stable`).
    Partly,
    /// One version and release.
    Exact,
}

/// `name[:arch][=version|/release][+]`
pub(super) fn apt(text: &str) -> (&str, Version) {
    let (name, version) = match text.split_once(['=', '/']) {
        Some((name, version)) if text.get(name.len()..).is_some_and(|rest| rest.starts_with('=')) => {
            let exact = !version.is_empty() && !version.contains(['*', '?', '[']);
            (name, if exact { Version::Exact } else { Version::Partly })
        }
        Some((name, _)) => (name, Version::Partly),
        None => (text, Version::Any),
    };
    (name.split(':').next().unwrap_or(name), version)
}

/// `name[@repository][=version|~version|<version…]`
pub(super) fn apk(text: &str) -> (&str, Version) {
    let end = text.find(['=', '~', '<', '>']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let version = match rest.strip_prefix('=').or(rest.strip_prefix("==")) {
        _ if rest.is_empty() => Version::Any,
        Some(version) if !version.is_empty() && !version.starts_with(['~', '=']) => Version::Exact,
        _ => Version::Partly,
    };
    (name.split('@').next().unwrap_or(name), version)
}

/// `name[-[epoch:]version[-release]][.arch]`
pub(super) fn rpm(text: &str) -> (&str, Version) {
    let starts_version = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let mut parts = text.rsplitn(3, '-');
    let (last, middle, first) = (parts.next(), parts.next(), parts.next());
    let has_pattern = text.contains(['*', '?', '[']);
    match (first, middle, last) {
        // The name `libcublas-12-4` ends in numbers too, but not in a release.
        (Some(first), Some(middle), Some(last))
            if starts_version(middle)
                && starts_version(last)
                && (middle.contains('.') || last.contains('.')) =>
        {
            (first, if has_pattern { Version::Partly } else { Version::Exact })
        }
        (_, Some(_), Some(last)) if starts_version(last) && last.contains('.') => {
            (text.get(..text.len() - last.len() - 1).unwrap_or(text), Version::Partly)
        }
        _ => (text, if has_pattern { Version::Partly } else { Version::Any }),
    }
}

/// `name[=version]`, or as rpm writes it.
pub(super) fn zypper(text: &str) -> (&str, Version) {
    match text.split_once('=') {
        Some((name, version)) => {
            let name = name.trim_end_matches(['<', '>']);
            let exact =
                text.get(name.len()..).is_some_and(|rest| rest.starts_with('=')) && version.contains('-');
            (name, if exact { Version::Exact } else { Version::Partly })
        }
        None => rpm(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_debian_version_has_an_equals_sign_and_no_pattern() {
        assert_eq!(apt("curl=7.88.1-10+deb12u8"), ("curl", Version::Exact));
        assert_eq!(apt("libcudnn8=8.9.*"), ("libcudnn8", Version::Partly));
        assert_eq!(apt("curl/stable"), ("curl", Version::Partly));
        assert_eq!(apt("libc6:i386"), ("libc6", Version::Any));
        assert_eq!(apt("g++"), ("g++", Version::Any));
    }

    #[test]
    fn an_exact_alpine_version_has_an_equals_sign() {
        assert_eq!(apk("git=2.45.2-r0"), ("git", Version::Exact));
        assert_eq!(apk("git~2.45"), ("git", Version::Partly));
        assert_eq!(apk("git=~2.45"), ("git", Version::Partly));
        assert_eq!(apk("git>2"), ("git", Version::Partly));
        assert_eq!(apk("git@edge"), ("git", Version::Any));
    }

    #[test]
    fn an_exact_rpm_has_version_and_release() {
        assert_eq!(rpm("gcc-11.5.0-2.el9"), ("gcc", Version::Exact));
        assert_eq!(rpm("gcc-c++-11.5.0-2.el9.x86_64"), ("gcc-c++", Version::Exact));
        assert_eq!(rpm("gcc-11.5.0"), ("gcc", Version::Partly));
        assert_eq!(rpm("java-17-openjdk"), ("java-17-openjdk", Version::Any));
        assert_eq!(rpm("python3-devel"), ("python3-devel", Version::Any));
        assert_eq!(rpm("libcublas-12-4"), ("libcublas-12-4", Version::Any));
        assert_eq!(zypper("gcc=11.5.0-2"), ("gcc", Version::Exact));
        assert_eq!(zypper("gcc>=11"), ("gcc", Version::Partly));
    }
}
