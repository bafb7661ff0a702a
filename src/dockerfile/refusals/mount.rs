//! `RUN --mount=…`.

/// What BuildKit refuses of a mount before any variable is known.
pub(super) fn unread(value: &str) -> Option<String> {
    let has_variable = value.split(',').filter_map(|field| field.split_once('=')).any(|(key, value)| {
        key.eq_ignore_ascii_case("from") && value.find('$').is_some_and(|at| at + 1 != value.len())
    });
    has_variable.then(|| "from= of a mount takes no variable".to_owned())
}

/// A mount as far as it was read.
#[derive(Default)]
struct Mount {
    kind: Option<String>,
    from: bool,
    source: bool,
    target: Option<String>,
    id: bool,
    sharing: bool,
    owned: Option<&'static str>,
}

/// What is wrong with a mount whose values `expand` fills in; `Err` of it is a value that is not known.
pub(super) fn wrong(value: &str, expand: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    // Quotes are CSV's; such mounts are left to the build.
    if value.contains('"') {
        return None;
    }
    let mut mount = Mount::default();
    for field in value.split(',') {
        let Some((key, written)) = field.split_once('=') else {
            match field.to_ascii_lowercase().as_str() {
                "readonly" | "ro" | "readwrite" | "rw" => continue,
                "required" if mount.kind.as_deref().is_some_and(is_handed_in) => continue,
                "required" => return Some(only_for_handed_in("required", &mount)),
                _ => return Some(format!("{field:?} in a mount is no name=value")),
            }
        };
        let Some(value) = expand(written) else {
            // What is not known may be anything.
            if matches!(key.to_ascii_lowercase().as_str(), "type") {
                return None;
            }
            continue;
        };
        if let Some(message) = mount.take(&key.to_ascii_lowercase(), &value) {
            return Some(message);
        }
    }
    mount.wrong()
}

fn is_handed_in(kind: &str) -> bool {
    matches!(kind, "secret" | "ssh")
}

fn only_for_handed_in(key: &str, mount: &Mount) -> String {
    format!("{key} is for mounts of type secret or ssh, not {}", mount.kind())
}

fn is_truth(value: &str) -> bool {
    matches!(
        value,
        "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False"
    )
}

impl Mount {
    fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or("bind")
    }

    /// Takes a field in; what is wrong with it.
    fn take(&mut self, key: &str, value: &str) -> Option<String> {
        let wrong = |what: &str| Some(format!("{key} of a mount is {what}, not {value:?}"));
        match key {
            "type" => {
                let kind = value.to_ascii_lowercase();
                if !matches!(kind.as_str(), "bind" | "cache" | "tmpfs" | "secret" | "ssh") {
                    return wrong("bind, cache, tmpfs, secret or ssh");
                }
                self.kind = Some(kind);
            }
            "from" => self.from = !value.is_empty(),
            "source" | "src" => self.source = !value.is_empty(),
            "target" | "dst" | "destination" => self.target = Some(value.to_owned()),
            "readonly" | "ro" | "readwrite" | "rw" if !is_truth(value) => return wrong("true or false"),
            "readonly" | "ro" | "readwrite" | "rw" | "env" => {}
            "required" if !is_handed_in(self.kind()) => return Some(only_for_handed_in(key, self)),
            "required" if !is_truth(value) => return wrong("true or false"),
            "size" if self.kind() != "tmpfs" => {
                return Some(format!("size is for mounts of type tmpfs, not {}", self.kind()));
            }
            "required" | "size" => {}
            "id" => self.id = !value.is_empty(),
            "sharing" => {
                self.sharing = true;
                if !matches!(value.to_ascii_lowercase().as_str(), "shared" | "private" | "locked") {
                    return wrong("shared, private or locked");
                }
            }
            "mode" if u32::from_str_radix(value, 8).is_err() => return wrong("octal"),
            "uid" | "gid" if value.parse::<u32>().is_err() => return wrong("a number"),
            "mode" => self.owned = Some("mode"),
            "uid" => self.owned = Some("uid"),
            "gid" => self.owned = Some("gid"),
            _ => return Some(format!("a mount has no {key:?}")),
        }
        None
    }

    fn wrong(&self) -> Option<String> {
        let kind = self.kind();
        if let Some(key) = self.owned.filter(|_| matches!(kind, "bind" | "tmpfs")) {
            return Some(format!("a mount of type {kind} has no {key}"));
        }
        if self.sharing && kind != "cache" {
            return Some(format!("sharing is for mounts of type cache, not {kind}"));
        }
        match kind {
            "secret" if self.from => Some("a mount of type secret has no from".to_owned()),
            "secret" if !self.source && !self.id && self.target.as_deref().is_none_or(str::is_empty) => {
                Some("a mount of type secret needs an id or a target".to_owned())
            }
            "secret" if self.source && self.id => {
                Some("a mount of type secret has a source or an id, not both".to_owned())
            }
            "ssh" if self.source => Some("a mount of type ssh has no source".to_owned()),
            "bind" | "cache" | "tmpfs" if self.target.as_deref() == Some("/") => {
                Some("nothing can be mounted at /".to_owned())
            }
            _ => None,
        }
    }
}
