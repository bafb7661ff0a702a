//! Progress bars: one for all blobs together, with bytes and rate. On a terminal only.

use std::sync::Mutex;
use std::sync::PoisonError;

use indicatif::{ProgressBar, ProgressStyle};

use crate::base::observer::Observer;

const TEMPLATE: &str = "{spinner} {bar:30} {bytes}/{total_bytes}  {binary_bytes_per_sec}  {msg}";

/// One bar over all layers; it grows as layers start.
pub(super) struct Bars {
    bar: ProgressBar,
    reading: Mutex<Vec<usize>>,
}

impl Bars {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        Self { bar, reading: Mutex::new(Vec::new()) }
    }

    fn reading(&self, change: impl FnOnce(&mut Vec<usize>)) {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut reading);
        let names: Vec<String> = reading.iter().map(usize::to_string).collect();
        self.bar.set_message(match names.is_empty() {
            true => String::new(),
            false => format!("layer {}", names.join(", ")),
        });
    }
}

impl Observer for Bars {
    fn layer_started(&self, index: usize, bytes: Option<u64>) {
        self.bar.inc_length(bytes.unwrap_or(0));
        self.reading(|reading| reading.push(index));
    }

    fn layer_read(&self, _: usize, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn layer_finished(&self, index: usize) {
        self.reading(|reading| reading.retain(|other| *other != index));
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
