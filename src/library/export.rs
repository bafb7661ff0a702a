//! A lock, written as other programs read it.

use super::error::Error;
use super::lock::Lock;
use crate::export::{self, ExportOptions, Exported};

/// Writes `lock` as other programs read it: `to` is one of the command line's exports (`cyclonedx`, `spdx`, `requirements`,
/// `pylock`, `apt`, `conda`). Nothing but the lock is asked, and the same lock gives the same bytes.
///
/// An error where there is no such export, where the lock has packages in several places and the options name none, and where
/// it does not say of each package what the form needs: then the error names them all.
///
/// ```
/// use reprolock::{ExportOptions, Lock};
///
/// let lock = Lock::read("lockfiles/seed.lock")?;
/// let exported = reprolock::export(&lock, "spdx", &ExportOptions::default())?;
/// assert!(exported.text().contains("SPDX-2.3"));
///
/// let options = ExportOptions::default().site("usr/local/lib/python3.8/dist-packages");
/// let error = reprolock::export(&lock, "requirements", &options).err().unwrap();
/// assert!(error.to_string().contains("no hash of its archive is locked"), "{error}");
/// # Ok::<(), reprolock::Error>(())
/// ```
pub fn export(lock: &Lock, to: &str, options: &ExportOptions) -> Result<Exported, Error> {
    Ok(export::export(lock.lockfile(), to, options)?)
}
