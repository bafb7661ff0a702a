//! The image of `testdata/seed`: what its Dockerfile makes of a base like NVIDIA's, some hundred files small.
//!
//! Names and versions are those of their day; the contents are a line or two that stand in for the real ones.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::python::{Distribution, installed};
use crate::support::{self, Compression, Entry, Image, dir, file, symlink};

/// When the base was built.
const BASE: u64 = 1_612_137_600;
/// When the requirements files were last written.
const CONTEXT: u64 = 1_613_900_000;

const DPKG: [(&str, &str, Option<&str>, &[&str]); 10] = [
    ("base-files", "11ubuntu5.2", None, &["/bin", "/etc/os-release"]),
    ("bash", "5.0-6ubuntu1.1", None, &["/bin/bash"]),
    ("cuda-cudart-11-2", "11.2.146-1", None, &["/usr/local/cuda-11.2/lib64/libcudart.so.11.2.146"]),
    ("libc6", "2.31-0ubuntu9.2", Some("glibc"), &["/lib/x86_64-linux-gnu/libc.so.6"]),
    ("libcudnn8", "8.1.0.77-1+cuda11.2", Some("cudnn"), &["/usr/lib/x86_64-linux-gnu/libcudnn.so.8"]),
    (
        "libgcc-s1",
        "10.2.0-5ubuntu1~20.04",
        Some("gcc-10 (10.2.0-5ubuntu1~20.04)"),
        &["/lib/x86_64-linux-gnu/libgcc_s.so.1"],
    ),
    ("login", "1:4.8.1-1ubuntu5.20.04", Some("shadow"), &["/bin/login"]),
    ("passwd", "1:4.8.1-1ubuntu5.20.04", Some("shadow"), &["/usr/sbin/groupadd", "/usr/sbin/useradd"]),
    ("python3", "3.8.2-0ubuntu2", Some("python3-defaults"), &["/usr/bin/python3"]),
    (
        "python3-six",
        "1.14.0-2",
        Some("six"),
        &[
            "/usr/lib/python3/dist-packages/six-1.14.0.egg-info/PKG-INFO",
            "/usr/lib/python3/dist-packages/six.py",
        ],
    ),
];

const TENSORFLOW: Distribution = Distribution {
    name: "tensorflow",
    version: "2.4.0",
    requires: &["six (>=1.14)"],
    modules: &[("__init__", "__version__ = '2.4.0'\n")],
    script: None,
};
const NUMPY: Distribution = Distribution {
    name: "numpy",
    version: "1.20.1",
    requires: &[],
    modules: &[("__init__", "from .version import version\n"), ("version", "version = '1.20.1'\n")],
    script: Some("f2py"),
};
const REQUESTS: Distribution = Distribution {
    name: "requests",
    version: "2.25.1",
    requires: &["urllib3 (<1.27,>=1.21.1)", "PySocks (!=1.5.7,>=1.5.6) ; extra == 'socks'"],
    modules: &[("__init__", "__version__ = '2.25.1'\n"), ("api", "def get(url): ...\n")],
    script: None,
};
const URLLIB3: Distribution = Distribution {
    name: "urllib3",
    version: "1.26.3",
    requires: &[],
    modules: &[("__init__", "__version__ = '1.26.3'\n")],
    script: None,
};
const PYTEST: Distribution = Distribution {
    name: "pytest",
    version: "6.2.2",
    requires: &["iniconfig", "colorama ; sys_platform == \"win32\""],
    modules: &[("__init__", "def main(): ...\n")],
    script: Some("pytest"),
};
const INICONFIG: Distribution = Distribution {
    name: "iniconfig",
    version: "1.1.1",
    requires: &[],
    modules: &[("__init__", "class IniConfig: ...\n")],
    script: None,
};

/// The archive of a build that began at `time`.
pub(super) fn archive(time: u64) -> Vec<u8> {
    let layers = [
        root(),
        python(BASE + 600, 0, "usr/local", "dist-packages", &[TENSORFLOW]),
        copied("requirements.txt", include_str!("../../../testdata/seed/requirements.txt")),
        copied("requirements-dev.txt", include_str!("../../../testdata/seed/requirements-dev.txt")),
        group(time),
        user(time + 1),
        python(time + 20, 1000, "home/vorph/.local", "site-packages", &[NUMPY, REQUESTS, URLLIB3]),
        python(time + 30, 1000, "home/vorph/.local", "site-packages", &[INICONFIG, PYTEST]),
    ];
    let image = layers.into_iter().fold(Image::new("linux/amd64"), |image, entries| {
        image.layer(support::Layer::new("", entries).compressed(Compression::GzipStored))
    });
    image.tag("project_ai:latest").edit(|config| configure(config, time)).oci().archive()
}

struct Layer {
    entries: Vec<Entry>,
    folders: BTreeSet<String>,
    owner: u64,
    time: u64,
}

impl Layer {
    fn new(time: u64, owner: u64) -> Self {
        Self { entries: Vec::new(), folders: BTreeSet::new(), owner, time }
    }

    fn add(&mut self, entry: Entry, mtime: u64) {
        self.entries.push(entry.owner(self.owner, self.owner).mtime(mtime));
    }

    /// Folders are written before what is in them, once each, as an engine's differ does.
    fn folders(&mut self, path: &str) {
        for (at, _) in path.match_indices('/') {
            let folder = &path[..at];
            if self.folders.insert(folder.to_owned()) {
                self.add(dir(folder), self.time);
            }
        }
    }

    fn file(&mut self, path: &str, content: impl AsRef<[u8]>) {
        let mode = if path.contains("bin/") { 0o755 } else { 0o644 };
        self.kept(path, content, mode, self.time);
    }

    fn link(&mut self, path: &str, target: &str) {
        self.folders(path);
        self.add(symlink(path, target), self.time);
    }

    /// A file that an older time or another mode sets apart from the layer's others.
    fn kept(&mut self, path: &str, content: impl AsRef<[u8]>, mode: u64, mtime: u64) {
        self.folders(path);
        self.add(file(path, content).mode(mode), mtime);
    }
}

fn root() -> Vec<Entry> {
    let mut layer = Layer::new(BASE, 0);
    for folder in ["bin", "lib", "lib64", "sbin"] {
        layer.link(folder, &format!("usr/{folder}"));
    }
    layer.file("etc/apt/sources.list", "deb http://ubuntu.example.org/ubuntu focal main universe\n");
    layer.file("etc/group", GROUP);
    layer.kept("etc/gshadow", GSHADOW, 0o640, BASE);
    layer.file("etc/os-release", "NAME=\"Ubuntu\"\nVERSION_ID=\"20.04\"\nID=ubuntu\n");
    layer.file("etc/passwd", PASSWD);
    layer.kept("etc/shadow", SHADOW, 0o640, BASE);
    layer.file("usr/bin/bash", "stands in for bash\n");
    layer.file("usr/bin/python3.8", "stands in for python\n");
    layer.link("usr/bin/python3", "python3.8");
    layer.file("usr/lib/python3/dist-packages/six-1.14.0.egg-info/PKG-INFO", SIX);
    layer.file("usr/lib/python3/dist-packages/six.py", "__version__ = '1.14.0'\n");
    layer.file("usr/lib/x86_64-linux-gnu/libc.so.6", "stands in for libc\n");
    layer.file("usr/lib64/ld-linux-x86-64.so.2", "stands in for the loader\n");
    layer.file("usr/local/cuda-11.2/lib64/libcudart.so.11.2.146", "stands in for the CUDA runtime\n");
    layer.file("usr/sbin/useradd", "stands in for useradd\n");
    let mut status = String::new();
    for (name, version, source, files) in DPKG {
        let list: String = files.iter().map(|path| format!("{path}\n")).collect();
        layer.file(&format!("var/lib/dpkg/info/{name}.list"), format!("/.\n{list}"));
        let source = source.map_or(String::new(), |source| format!("Source: {source}\n"));
        status.push_str(&format!(
            "Package: {name}\nStatus: install ok installed\nPriority: optional\nSection: misc\nInstalled-Size: 100\n\
             Architecture: amd64\n{source}Version: {version}\nDescription: {name}\n\n"
        ));
    }
    layer.file("var/lib/dpkg/status", status);
    layer.entries
}

fn python(time: u64, owner: u64, prefix: &str, site: &str, distributions: &[Distribution]) -> Vec<Entry> {
    let mut layer = Layer::new(time, owner);
    let library = format!("{prefix}/lib/python3.8/{site}");
    for distribution in distributions {
        for (path, content) in installed(distribution, time) {
            let path = match path.strip_prefix("../../../") {
                Some(script) => format!("{prefix}/{script}"),
                None => format!("{library}/{path}"),
            };
            layer.file(&path, content);
        }
    }
    layer.entries
}

fn copied(name: &str, content: &str) -> Vec<Entry> {
    let mut layer = Layer::new(CONTEXT, 0);
    layer.file(&format!("workspace/{name}"), content);
    layer.entries
}

const GROUP: &str = "root:x:0:\nshadow:x:42:\n";
const GSHADOW: &str = "root:*::\nshadow:*::\n";
const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n";
const SHADOW: &str = "root:*:18659:0:99999:7:::\n";
const SIX: &str =
    "Metadata-Version: 1.2\nName: six\nVersion: 1.14.0\nSummary: Python 2 and 3 compatibility\n";

fn group(time: u64) -> Vec<Entry> {
    let mut layer = Layer::new(time, 0);
    layer.file("etc/group", format!("{GROUP}vorph:x:1000:\n"));
    layer.kept("etc/group-", GROUP, 0o644, BASE);
    layer.kept("etc/gshadow", format!("{GSHADOW}vorph:!::\n"), 0o640, time);
    layer.kept("etc/gshadow-", GSHADOW, 0o640, BASE);
    layer.entries
}

fn user(time: u64) -> Vec<Entry> {
    let mut layer = Layer::new(time, 0);
    layer.file("etc/passwd", format!("{PASSWD}vorph:x:1000:1000::/home/vorph:/bin/bash\n"));
    layer.kept("etc/passwd-", PASSWD, 0o644, BASE);
    // The third field is the day of the last change, in days since 1970: useradd writes today's.
    layer.kept("etc/shadow", format!("{SHADOW}vorph:!:{}:0:99999:7:::\n", time / 86_400), 0o640, time);
    layer.kept("etc/shadow-", SHADOW, 0o640, BASE);
    layer.file("etc/subgid", "vorph:100000:65536\n");
    layer.file("etc/subuid", "vorph:100000:65536\n");
    layer.folders("home/");
    layer.owner = 1000;
    layer.folders("home/vorph/");
    layer.kept("home/vorph/.bashrc", "# ~/.bashrc\n", 0o644, BASE);
    layer.entries
}

/// The config, in BuildKit's words: the base's history, then the Dockerfile's.
fn configure(config: &mut Value, time: u64) {
    let stamp = |seconds: u64| {
        let day = if seconds / 86_400 == super::FIRST / 86_400 { 25 } else { 26 };
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        format!("2021-02-{day}T{hour:02}:{minute:02}:{second:02}Z")
    };
    let args = "|3 USERNAME=vorph USER_UID=1000 USER_GID=1000 /bin/sh -c ";
    let base = [
        ("/bin/sh -c #(nop) ADD file:2a90223d9f00d31e31eff6b207c57af4b7d27276195b94bec991457a6998180f in / ".to_owned(), true),
        ("/bin/sh -c #(nop)  CMD [\"/bin/bash\"]".to_owned(), false),
        ("ENV CUDA_VERSION=11.2.0 # buildkit".to_owned(), false),
        ("WORKDIR /workspace # buildkit".to_owned(), false),
        ("RUN /bin/sh -c pip install tensorflow==2.4.0 # buildkit".to_owned(), true),
    ];
    let own = [
        ("COPY requirements.txt . # buildkit".to_owned(), true),
        ("COPY requirements-dev.txt . # buildkit".to_owned(), true),
        ("ARG USERNAME=vorph".to_owned(), false),
        ("ARG USER_UID=1000".to_owned(), false),
        ("ARG USER_GID=1000".to_owned(), false),
        (format!("RUN {args}groupadd -g $USER_GID -o $USERNAME # buildkit"), true),
        (
            format!("RUN {args}useradd -m -u $USER_UID -g $USER_GID -o -s /bin/bash $USERNAME # buildkit"),
            true,
        ),
        ("USER vorph".to_owned(), false),
        (format!("ENV PATH={PATH}:/home/vorph/.local/bin"), false),
        (format!("RUN {args}/bin/bash -c \"pip install -r requirements.txt\" # buildkit"), true),
        (format!("RUN {args}/bin/bash -c \"pip install -r requirements-dev.txt\" # buildkit"), true),
        ("EXPOSE map[5000/tcp:{}]".to_owned(), false),
        ("EXPOSE map[8001/tcp:{}]".to_owned(), false),
    ];
    let step = |created: &str, (instruction, makes_layer): &(String, bool)| {
        let mut step =
            json!({"created": created, "created_by": instruction, "comment": "buildkit.dockerfile.v0"});
        if !makes_layer {
            step["empty_layer"] = true.into();
        }
        step
    };
    let base = base.iter().map(|line| step("2021-02-01T00:00:00Z", line));
    let own = own.iter().zip(time..).map(|(line, time)| step(&stamp(time), line));
    config["created"] = stamp(time + 40).into();
    config["history"] = base.chain(own).collect();
    config["config"] = json!({
        "User": "vorph",
        "ExposedPorts": {"5000/tcp": {}, "8001/tcp": {}},
        "Env": [format!("PATH={PATH}:/home/vorph/.local/bin"), "CUDA_VERSION=11.2.0"],
        "Cmd": ["/bin/bash"],
        "WorkingDir": "/workspace",
    });
}

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
