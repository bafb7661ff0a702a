//! Which indexes the user has set up: in the environment, or in files of their own. Nothing in a project's folder is asked, since
//! a file there could send a login, or the names of packages, elsewhere.

use std::io;
use std::path::{Path, PathBuf};

use super::error::IndexError;
use super::pip_conf::PipConf;
use crate::base::{bounded, limits};

/// The URLs of the indexes that pip, or else uv, is set up to ask, the one that comes first first.
///
/// `PIP_INDEX_URL` and `PIP_EXTRA_INDEX_URL`, in their place `index-url` and `extra-index-url` of pip's files (the system's, the user's,
/// that of `PIP_CONFIG_FILE`, the last one counts); where these name none, uv's `UV_DEFAULT_INDEX` or `UV_INDEX_URL`, `UV_INDEX` and
/// `UV_EXTRA_INDEX_URL`.
pub fn configured() -> Result<Vec<String>, IndexError> {
    indexes(&|name| std::env::var(name).ok())
}

/// The same, of this environment.
fn indexes(variable: &dyn Fn(&str) -> Option<String>) -> Result<Vec<String>, IndexError> {
    let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let mut pip = PipConf { index: variable("PIP_INDEX_URL"), extra: variable("PIP_EXTRA_INDEX_URL") };
    for path in files(&variable).iter().rev() {
        if let Some(text) = text(path)? {
            pip = pip.or(PipConf::parse(&text));
        }
    }
    let of_pip: Vec<String> = words(pip.index).chain(words(pip.extra)).collect();
    if !of_pip.is_empty() {
        return Ok(of_pip);
    }
    let main = variable("UV_DEFAULT_INDEX").or_else(|| variable("UV_INDEX_URL"));
    let others = words(variable("UV_INDEX")).chain(words(variable("UV_EXTRA_INDEX_URL")));
    // uv's may have a name before: `torch=https://…`.
    let plain = |word: String| match word.split_once('=') {
        Some((name, url)) if !name.contains([':', '/']) => url.to_owned(),
        _ => word,
    };
    Ok(words(main).chain(others).map(plain).collect())
}

fn words(text: Option<String>) -> impl Iterator<Item = String> {
    let words: Vec<String> = text.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    words.into_iter()
}

/// pip's files, the last one counts most.
fn files(variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let named = variable("PIP_CONFIG_FILE");
    if named.as_deref() == Some("/dev/null") {
        // So pip is told to read none.
        return Vec::new();
    }
    let absolute = |text: String| Some(PathBuf::from(text)).filter(|path| path.is_absolute());
    let home = variable("HOME").and_then(absolute);
    let mut files: Vec<PathBuf> = Vec::new();
    let systems = variable("XDG_CONFIG_DIRS").unwrap_or_else(|| "/etc/xdg".to_owned());
    files.extend(
        systems
            .split(':')
            .filter_map(|folder| absolute(folder.to_owned()))
            .map(|folder| folder.join("pip/pip.conf")),
    );
    files.push("/etc/pip.conf".into());
    files.extend(home.iter().map(|home| home.join(".pip/pip.conf")));
    let own = variable("XDG_CONFIG_HOME").and_then(absolute).or_else(|| Some(home?.join(".config")));
    files.extend(own.map(|folder| folder.join("pip/pip.conf")));
    files.extend(named.and_then(absolute));
    files
}

/// A file's text; `None` where there is none.
fn text(path: &Path) -> Result<Option<String>, IndexError> {
    let failed = |reason: String| IndexError::Settings { path: path.into(), reason };
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => {}
        // Opening a pipe would wait for a writer.
        Ok(_) => return Ok(None),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(error.to_string())),
    }
    let limit = limits::PROJECT_BYTES;
    let opened = std::fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    let bytes = bounded::read(opened, limit).map_err(|error| failed(error.to_string()))?;
    let bytes = bytes.ok_or_else(|| failed(format!("expected at most {limit} bytes, found more")))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)], home: &Path) -> Vec<String> {
        let home = home.to_str().unwrap().to_owned();
        indexes(&|name| match name {
            "HOME" => Some(home.clone()),
            // None of this machine's.
            "XDG_CONFIG_DIRS" => Some("none".to_owned()),
            _ => variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned()),
        })
        .unwrap()
    }

    #[test]
    fn the_environment_goes_before_files_and_pip_before_uv() {
        let home = tempfile::tempdir().unwrap();
        let uv = ("UV_INDEX_URL", "https://uv.example.org/simple");
        assert_eq!(
            of(&[uv, ("UV_INDEX", "gpu=https://gpu.example.org/x")], home.path()),
            [uv.1, "https://gpu.example.org/x"]
        );
        std::fs::create_dir_all(home.path().join(".config/pip")).unwrap();
        let conf = "[global]\nindex-url = https://conf.example.org/simple\nextra-index-url = https://extra.example.org/simple\n";
        std::fs::write(home.path().join(".config/pip/pip.conf"), conf).unwrap();
        assert_eq!(
            of(&[uv], home.path()),
            ["https://conf.example.org/simple", "https://extra.example.org/simple"]
        );
        let pip = ("PIP_INDEX_URL", "https://env.example.org/simple");
        assert_eq!(of(&[uv, pip], home.path()), [pip.1, "https://extra.example.org/simple"]);
        assert_eq!(of(&[uv, ("PIP_CONFIG_FILE", "/dev/null")], home.path()), [uv.1]);
        let named = home.path().join("named");
        std::fs::write(&named, "[global]\nindex-url = https://named.example.org/simple\n").unwrap();
        let last = ("PIP_CONFIG_FILE", named.to_str().unwrap());
        assert_eq!(of(&[last], home.path())[0], "https://named.example.org/simple");
    }

    #[test]
    fn nothing_is_taken_from_the_folder_that_one_stands_in() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(
            of(&[("PIP_CONFIG_FILE", "pip.conf"), ("XDG_CONFIG_HOME", ".")], home.path()),
            Vec::<String>::new()
        );
    }
}
