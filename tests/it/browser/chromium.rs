//! Debian's `chromium` without a window, asked over a pipe (Chrome DevTools Protocol): opens a page, presses keys,
//! reads what it made of it, and notes all that it said or wanted to load.
//!
//! The protocol's pipe is file descriptors 3 and 4, each message ended by a NUL. A shell puts them there, since a
//! program that is free of `unsafe` can only hand over 0 to 2.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// No answer takes this long; a browser that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Its own messages alone: nothing that looks for updates, and no sandbox, which root cannot have.
const OPTIONS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-pipe",
    "about:blank",
];

/// A browser with one page.
pub(super) struct Chromium {
    folder: tempfile::TempDir,
    browser: Child,
    requests: Option<ChildStdin>,
    messages: Receiver<Value>,
    session: Option<String>,
    asked: u64,
    events: Vec<Value>,
}

impl Chromium {
    /// Starts it; `None`, said aloud, where there is none.
    pub(super) fn start() -> Option<Self> {
        let Some(program) = program() else {
            eprintln!("skipped: there is no chromium");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut browser = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(program)
            .arg(format!("--user-data-dir={}", folder.path().display()))
            .args(OPTIONS)
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(browser.stdout.take().unwrap());
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            for message in answers.split(0).map_while(Result::ok) {
                if sender.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    return;
                }
            }
        });
        let requests = browser.stdin.take();
        let mut chromium =
            Self { folder, browser, requests, messages, session: None, asked: 0, events: Vec::new() };
        chromium.attach();
        Some(chromium)
    }

    fn attach(&mut self) {
        let target = self.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            self.ask("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Network", "Log", "Accessibility"] {
            self.ask(&format!("{domain}.enable"), json!({}));
        }
    }

    /// What a method of the protocol answers.
    pub(super) fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.asked += 1;
        let mut message = json!({ "id": self.asked, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = session.clone().into();
        }
        let requests = self.requests.as_mut().unwrap();
        requests.write_all(&[message.to_string().as_bytes(), b"\0"].concat()).unwrap();
        requests.flush().unwrap();
        loop {
            let mut message = self.next(method);
            if message["id"] == self.asked {
                assert_eq!(message["error"], Value::Null, "{method}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    fn next(&self, awaited: &str) -> Value {
        self.messages.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("chromium does not answer {awaited}"))
    }

    /// Sets how wide the page is, and which colours its reader prefers.
    pub(super) fn view(&mut self, width: u32, scheme: &str) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.ask("Emulation.setDeviceMetricsOverride", size);
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.ask("Emulation.setEmulatedMedia", json!({ "features": [feature] }));
    }

    /// Opens a page, until it has loaded.
    pub(super) fn open(&mut self, page: &str) {
        let path = self.folder.path().join("page.html");
        fs::write(&path, page).unwrap();
        self.events.clear();
        self.ask("Page.navigate", json!({ "url": address(&path) }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.next("Page.navigate");
            self.events.push(event);
        }
    }

    /// The value of an expression in the page; a promise's once it is kept.
    pub(super) fn value(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.ask("Runtime.evaluate", parameters);
        assert_eq!(answer["exceptionDetails"], Value::Null, "{expression}");
        answer["result"]["value"].take()
    }

    /// The same as text.
    pub(super) fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    /// Presses and releases keys, each by its name.
    pub(super) fn press(&mut self, keys: &[&str]) {
        for key in keys {
            let (code, text) = match *key {
                "Tab" => (9, None),
                "Enter" => (13, Some("\r")),
                "Escape" => (27, None),
                "End" => (35, None),
                "Home" => (36, None),
                "ArrowLeft" => (37, None),
                "ArrowUp" => (38, None),
                "ArrowRight" => (39, None),
                "ArrowDown" => (40, None),
                letter => (u32::from(letter.as_bytes()[0].to_ascii_uppercase()), Some(letter)),
            };
            let down = json!({ "type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "text": text });
            let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
            self.ask("Input.dispatchKeyEvent", if text.is_some() { down } else { without_text(down) });
            self.ask("Input.dispatchKeyEvent", up);
        }
    }

    /// What the page wrote to the console, threw, asked the reader, or wanted to load besides itself.
    pub(super) fn complaints(&mut self) -> Vec<String> {
        // Every event that the page caused so far stands before this answer.
        self.value("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
        let page = address(&self.folder.path().join("page.html"));
        let is_loud = |event: &&Value| match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => {
                event["params"]["request"]["url"].as_str().unwrap_or_default().split('#').next()
                    != Some(&page)
            }
            "Log.entryAdded"
            | "Runtime.consoleAPICalled"
            | "Runtime.exceptionThrown"
            | "Page.javascriptDialogOpening" => true,
            _ => false,
        };
        self.events.iter().filter(is_loud).map(Value::to_string).collect()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The browser ends with its pipe; what then still runs is ended, so that its folder can go.
        drop(self.requests.take());
        for _ in 0..200 {
            if !matches!(self.browser.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(25));
        }
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}

fn without_text(mut event: Value) -> Value {
    event["type"] = "rawKeyDown".into();
    event.as_object_mut().unwrap().remove("text");
    event
}

fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join("chromium")).find(|program| program.is_file())
}

fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}
