//! Names that are files' by their endings, as folders around databases are not called.

/// Endings that files have and folders that hold databases mostly do not.
const ENDINGS: &[&str] = &[
    "a",
    "bash",
    "bin",
    "c",
    "cc",
    "cfg",
    "conf",
    "cpp",
    "crt",
    "css",
    "csv",
    "cu",
    "cuh",
    "dat",
    "db",
    "exe",
    "gif",
    "go",
    "gz",
    "h",
    "hpp",
    "html",
    "ico",
    "in",
    "ini",
    "ipynb",
    "jar",
    "java",
    "jpg",
    "js",
    "json",
    "jsonl",
    "key",
    "list",
    "lock",
    "log",
    "map",
    "md",
    "mjs",
    "mo",
    "npy",
    "npz",
    "o",
    "onnx",
    "parquet",
    "pc",
    "pdf",
    "pem",
    "pkl",
    "pl",
    "pm",
    "png",
    "po",
    "proto",
    "pt",
    "pth",
    "pub",
    "py",
    "pyc",
    "pyi",
    "pyx",
    "rb",
    "rs",
    "rst",
    "safetensors",
    "service",
    "sh",
    "so",
    "sql",
    "svg",
    "tar",
    "tcl",
    "tex",
    "tgz",
    "toml",
    "ts",
    "tsv",
    "tsx",
    "ttf",
    "txt",
    "whl",
    "woff",
    "woff2",
    "xml",
    "yaml",
    "yml",
    "zip",
    "zsh",
    "zst",
];

/// Whether a name is a file's by its ending: `a.py`, `libc.so.6`.
pub fn is_file_by_name(name: &[u8]) -> bool {
    let endings = || name.split(|byte| *byte == b'.').skip(1);
    let is_known = |ending: &[u8]| ENDINGS.iter().any(|known| known.as_bytes() == ending);
    endings().last().is_some_and(is_known) || endings().any(|ending| ending == b"so")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_endings_and_libraries_by_any() {
        for name in ["a.py", "libc.so.6", "libx.so.1.2", "a.tar.gz"] {
            assert!(is_file_by_name(name.as_bytes()), "{name}");
        }
        for name in ["LICENSE", "python3.11", "a-1.dist-info", "py", "libx.a.1"] {
            assert!(!is_file_by_name(name.as_bytes()), "{name}");
        }
    }
}
