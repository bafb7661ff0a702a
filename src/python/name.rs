//! Names of projects, as index and installers compare them (PEP 503).
//!
//! What it refuses to do: it does not ask whether a text is a name.

/// A project's name in the form that is compared: lowercase, each run of `-`, `_` and `.` one dash.
pub fn normal_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.extend(c.to_lowercase()),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_the_way_installers_do() {
        for name in ["Foo.Bar", "foo__bar", "FOO-._-bar"] {
            assert_eq!(normal_name(name), "foo-bar");
        }
        assert_eq!(normal_name("A--b.C_d"), "a-b-c-d");
    }

    #[test]
    fn runs_at_the_ends_are_runs_too() {
        assert_eq!(normal_name("__a__"), "-a-");
        assert_eq!(normal_name(""), "");
    }
}
