//! `erase`: nothing of the shop is left on this computer. For whoever uninstalls and says so.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use credentials::Keyring;
use engine::ports::{SecretName, Secrets};

use crate::failure::Failure;
use crate::output::complain;
use crate::session::Session;
use crate::{runtime, storage, words, world};

/// What the program's own files in the data directory begin with. Others are not ours to delete.
const OURS: [&str; 5] = ["booking-monitor", "settings.toml", "window.lock", "tray-notice-shown", ".settings"];
const LOGS: &str = "logs";

pub(super) fn run(session: &mut Session) -> Result<(), Failure> {
    let lock = match storage::take_lock(&session.dir) {
        Err(Failure::SecondOwner { .. }) => return Err(Failure::StillRunning),
        other => other?,
    };
    let language = session.language();
    // Secrets first: if the keyring does not answer, the rest is still there to try again with.
    let dir = session.dir.clone();
    runtime::block_on(async {
        let keyring: Arc<dyn Secrets> = Arc::new(Keyring::open().await?);
        for name in SecretName::ALL {
            keyring.remove(name).await?;
        }
        world::place(&Ok(keyring), &dir).forget().await?;
        Ok(())
    })?;
    // On Windows an open file cannot be deleted.
    drop(lock);
    let left = delete(&session.dir).map_err(Failure::Output)?;
    if !left.is_empty() {
        complain(words::desk::not_erased(&left.join(", "), language));
        return Err(Failure::Reported);
    }
    if session.json {
        session.out.json(&serde_json::json!({ "erased": true }))
    } else {
        session.out.line(words::desk::erased(language))
    }
}

/// Deletes what is ours, and the directory if nothing else lies in it. What could not be deleted.
fn delete(dir: &Path) -> io::Result<Vec<String>> {
    let mut left = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_directory = entry.file_type()?.is_dir();
        let deleted = if is_directory && name == LOGS {
            fs::remove_dir_all(entry.path())
        } else if !is_directory && OURS.iter().any(|ours| name.starts_with(ours)) {
            fs::remove_file(entry.path())
        } else {
            continue;
        };
        if let Err(error) = deleted {
            left.push(format!("{} ({error})", entry.path().display()));
        }
    }
    // A stranger's file keeps it.
    let _ = fs::remove_dir(dir);
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_goes_and_a_stranger_s_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(LOGS)).unwrap();
        for name in
            ["booking-monitor.db", "booking-monitor.db-wal", "settings.toml", "logs/a.log", "photo.jpg"]
        {
            fs::write(dir.path().join(name), "").unwrap();
        }
        assert_eq!(delete(dir.path()).unwrap(), Vec::<String>::new());
        let left: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["photo.jpg"]);
        fs::remove_file(dir.path().join("photo.jpg")).unwrap();
        assert_eq!(delete(dir.path()).unwrap(), Vec::<String>::new());
        assert!(!dir.path().exists());
    }
}
