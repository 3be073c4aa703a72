//! A new version in the place of the running one, as a package manager puts it there.
//!
//! Nobody has to end the old one: it notices, ends in order as at any other end (what is on its way
//! gets its record first), and becomes the new version, with the same process and session. So the
//! tray, the window and the command line never work on one database in two versions for long.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tracing::info;

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// For the new version to say its name.
const TRIAL: Duration = Duration::from_secs(20);
const HIDDEN: &str = "--hidden";

/// The file this process was started from.
#[derive(Debug)]
pub(crate) struct Executable {
    path: PathBuf,
    /// At the start; None where it could not be looked at.
    was: Option<Identity>,
}

/// Device and inode.
type Identity = (u64, u64);

/// What was seen in a place so far.
struct Watch {
    was: Option<Identity>,
    /// At the last look.
    before: Option<Identity>,
}

impl Watch {
    /// Whether another file lies there than at the start, and lay there at the last look already: more
    /// files may be on their way with it.
    fn sees_another(&mut self, now: Option<Identity>) -> bool {
        let settled = now == std::mem::replace(&mut self.before, now);
        self.was.is_some() && now.is_some() && now != self.was && settled
    }
}

impl Executable {
    pub(crate) fn of_process() -> io::Result<Self> {
        let path = env::current_exe()?;
        Ok(Self { was: identity(&path), path })
    }

    /// Resolves when another file lies in its place and can be started. One that was only removed,
    /// is half there, or lacks a library, is not waited for: the old version is better than none.
    pub(crate) async fn replaced(&self) {
        let mut watch = Watch { was: self.was, before: self.was };
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if watch.sees_another(identity(&self.path)) && self.starts().await {
                info!("another version lies in the place of this one; going on as that");
                return;
            }
        }
    }

    async fn starts(&self) -> bool {
        let mut trial = tokio::process::Command::new(&self.path);
        trial.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let ended = tokio::time::timeout(TRIAL, trial.kill_on_drop(true).status()).await;
        ended.is_ok_and(|status| status.is_ok_and(|status| status.success()))
    }

    /// Becomes the new version, called as this one was. Comes back only with an error.
    ///
    /// `window`: whether one was open, and is to be again; None for a worker, which has none.
    pub(crate) fn start_anew(&self, window: Option<bool>) -> io::Error {
        let arguments = arguments(env::args_os().skip(1), window);
        std::process::Command::new(&self.path).args(arguments).exec()
    }
}

fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

fn arguments(of_old: impl Iterator<Item = OsString>, window: Option<bool>) -> Vec<OsString> {
    let Some(window) = window else { return of_old.collect() };
    let others = of_old.filter(|argument| argument != HIDDEN);
    others.chain((!window).then(|| HIDDEN.into())).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn another_file_counts_once_it_has_settled_and_one_that_is_gone_does_not() {
        let (old, new) = (Some((1, 7)), Some((1, 8)));
        let mut watch = Watch { was: old, before: old };
        let seen = [old, None, None, new, old, old, new, new].map(|now| watch.sees_another(now));
        assert_eq!(seen, [false, false, false, false, false, false, false, true]);
        let mut blind = Watch { was: None, before: None };
        assert_eq!([new, new].map(|now| blind.sees_another(now)), [false, false]);
    }

    #[tokio::test]
    async fn only_what_starts_is_worth_ending_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("booking-monitor");
        let starts = async |script: &str| {
            // Written aside: one process may not write what another is about to run.
            fs::write(path.with_extension("new"), script).unwrap();
            fs::set_permissions(path.with_extension("new"), fs::Permissions::from_mode(0o755)).unwrap();
            fs::rename(path.with_extension("new"), &path).unwrap();
            Executable { path: path.clone(), was: None }.starts().await
        };
        assert!(starts("#!/bin/sh\n[ \"$*\" = --version ]\n").await);
        assert!(!starts("#!/bin/sh\nexit 127\n").await, "a library is missing");
        assert!(!starts("half a file").await);
        assert!(!Executable { path: dir.path().join("none"), was: None }.starts().await);
    }

    #[test]
    fn the_new_version_is_called_as_the_old_one_with_a_window_only_where_one_was() {
        let old = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>().into_iter();
        assert_eq!(arguments(old(&["--hidden", "--data-dir", "x"]), Some(true)), ["--data-dir", "x"]);
        assert_eq!(arguments(old(&["--data-dir", "x"]), Some(false)), ["--data-dir", "x", "--hidden"]);
        assert_eq!(arguments(old(&["worker"]), None), ["worker"]);
    }
}
