//! pip's settings, as far as they say which index is asked.
//!
//! An INI file as Python's `configparser` reads it, without interpolation: sections in brackets, `key = value` or `key: value`,
//! further lines of a value indented, lines that begin with `#` or `;` left out. Of the sections `[global]` and then `[install]`
//! count, as for `pip install`.

/// What a file says of indexes; `None` where it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PipConf {
    /// `index-url`
    pub(super) index: Option<String>,
    /// `extra-index-url`
    pub(super) extra: Option<String>,
}

impl PipConf {
    /// Reads a file's text. What is no line of such a file is passed over: it is pip's to complain of.
    pub(super) fn parse(text: &str) -> Self {
        let (mut global, mut install) = (Self::default(), Self::default());
        let mut section = String::new();
        let mut open: Option<String> = None;
        for line in text.trim_start_matches('\u{feff}').lines() {
            let bare = line.trim();
            if bare.starts_with(['#', ';']) {
                continue;
            }
            if bare.is_empty() || line.starts_with(char::is_whitespace) && open.is_none() {
                continue;
            }
            let of_section = match section.as_str() {
                "global" => Some(&mut global),
                "install" => Some(&mut install),
                _ => None,
            };
            if line.starts_with(char::is_whitespace) {
                let value = of_section.zip(open.as_deref()).and_then(|(conf, key)| conf.value(key));
                if let Some(Some(value)) = value {
                    value.push('\n');
                    value.push_str(bare);
                }
            } else if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                name.0.clone_into(&mut section);
                open = None;
            } else if let Some((key, value)) = bare.split_once(['=', ':']) {
                let key = key.trim().to_ascii_lowercase().replace('_', "-");
                let key = key.strip_prefix("--").unwrap_or(&key).to_owned();
                if let Some(slot) = of_section.and_then(|conf| conf.value(&key)) {
                    *slot = Some(value.trim().to_owned());
                }
                open = Some(key);
            }
        }
        install.or(global)
    }

    /// What this one says, else what `other` does.
    pub(super) fn or(self, other: Self) -> Self {
        Self { index: self.index.or(other.index), extra: self.extra.or(other.extra) }
    }

    fn value(&mut self, key: &str) -> Option<&mut Option<String>> {
        match key {
            "index-url" => Some(&mut self.index),
            "extra-index-url" => Some(&mut self.extra),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_read_as_pip_reads_it() {
        let text = "# index-url = no\n[global]\nindex-url = https://a.example.org/simple\nextra_index_url =\n    https://b.example.org/simple\n\
                    \x20\x20; a comment\n    https://c.example.org/simple\ntimeout: 60\n[download]\nindex-url = no\n";
        let conf = PipConf::parse(text);
        assert_eq!(conf.index.as_deref(), Some("https://a.example.org/simple"));
        let extra: Vec<&str> = conf.extra.as_deref().unwrap().split_whitespace().collect();
        assert_eq!(extra, ["https://b.example.org/simple", "https://c.example.org/simple"]);
        let install = format!(
            "[install]\nindex-url: https://d.example.org/simple\n{}",
            &text[text.find("[global]").unwrap()..]
        );
        assert_eq!(PipConf::parse(&install).index.as_deref(), Some("https://d.example.org/simple"));
    }

    #[test]
    fn what_is_no_such_file_says_nothing() {
        for text in [
            "",
            "index-url = x",
            "[global\nindex-url = x",
            " indented\n[global]\n= x\n:",
            "[download]\nindex-url = x",
            "\u{0}[global]",
        ] {
            assert_eq!(PipConf::parse(text), PipConf::default(), "{text:?}");
        }
    }
}
