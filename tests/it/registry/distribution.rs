//! A real registry, `docker-registry`, on a free port of loopback; gone when dropped.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// `open sesame`, as htpasswd -B writes it for the user `me`.
const HTPASSWD: &str = "me:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

pub(super) struct Registry {
    process: Child,
    pub(super) port: u16,
    folder: tempfile::TempDir,
}

#[derive(Default, Clone, Copy)]
pub(super) struct Setup<'a> {
    /// Ask for the user `me` and the password `open sesame`.
    pub(super) has_password: bool,
    /// A folder with `server.crt` and `server.key`.
    pub(super) tls: Option<&'a Path>,
}

/// A free port of loopback.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Registry {
    /// Starts one; `None`, with a line that says so, where it is not installed.
    pub(super) fn start(setup: Setup<'_>) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let mut config = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}}}\nhttp:\n  addr: 127.0.0.1:{port}\n",
            path("data")
        );
        if let Some(tls) = setup.tls {
            let tls = tls.to_str().unwrap();
            config += &format!("  tls: {{certificate: {tls}/server.crt, key: {tls}/server.key}}\n");
        }
        if setup.has_password {
            fs::write(path("htpasswd"), HTPASSWD).unwrap();
            config += &format!("auth: {{htpasswd: {{realm: here, path: {}}}}}\n", path("htpasswd"));
        }
        fs::write(path("config.yml"), config).unwrap();
        let mut command = Command::new("docker-registry");
        command.args(["serve", &path("config.yml")]).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(process) = command.spawn() else {
            eprintln!("skipped: docker-registry is not installed");
            return None;
        };
        let registry = Self { process, port, folder };
        registry.wait();
        Some(registry)
    }

    fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                Instant::now() < deadline,
                "docker-registry does not answer: {}",
                self.folder.path().display()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A reference to `name` here.
    pub(super) fn image(&self, name: &str) -> String {
        format!("docker://{}/{name}", self.host())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
