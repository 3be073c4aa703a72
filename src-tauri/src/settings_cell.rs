//! The settings file, read again whenever it changed. A broken file does not take
//! the settings away: the last good ones hold, and what is wrong is shown.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use engine::settings::{Environment, Settings, SettingsError, file_path};

/// What holds now.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub settings: Arc<Settings>,
    /// What is wrong with the file on the disk.
    pub error: Option<SettingsError>,
}

#[derive(Debug)]
pub(crate) struct SettingsCell {
    dir: PathBuf,
    path: PathBuf,
    environment: Environment,
    held: Mutex<Option<(Stamp, Snapshot)>>,
}

/// Tells one state of the file from another.
type Stamp = Option<(SystemTime, u64)>;

impl SettingsCell {
    pub(crate) fn new(dir: &Path, environment: Environment) -> Self {
        Self { dir: dir.to_owned(), path: file_path(dir), environment, held: Mutex::default() }
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What holds now. One look at the file's date when nothing changed.
    pub(crate) fn now(&self) -> Snapshot {
        let stamp = self.stamp();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let last = match &*held {
            Some((seen, snapshot)) if *seen == stamp => return snapshot.clone(),
            Some((_, snapshot)) => Some(Arc::clone(&snapshot.settings)),
            None => None,
        };
        let snapshot = match Settings::load(&self.dir, &self.environment) {
            Ok(settings) => Snapshot { settings: Arc::new(settings), error: None },
            Err(error) => Snapshot { settings: last.unwrap_or_default(), error: Some(error) },
        };
        *held = Some((stamp, snapshot.clone()));
        snapshot
    }

    fn stamp(&self) -> Stamp {
        let metadata = fs::metadata(&self.path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_leaves_the_last_good_settings_in_force_and_says_what_is_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let cell = SettingsCell::new(dir.path(), Environment::default());
        assert!(cell.now().error.is_none());
        fs::write(file_path(dir.path()), "min_lead_minutes = 40").unwrap();
        assert_eq!(cell.now().settings.min_lead.num_minutes(), 40);
        fs::write(file_path(dir.path()), "min_lead_minutes = \"often\"").unwrap();
        let broken = cell.now();
        assert_eq!(broken.settings.min_lead.num_minutes(), 40);
        assert_eq!(broken.error.unwrap().key.as_deref(), Some("min_lead_minutes"));
        fs::write(file_path(dir.path()), "min_lead_minutes = 5").unwrap();
        assert!(cell.now().error.is_none());
        assert_eq!(cell.now().settings.min_lead.num_minutes(), 5);
    }
}
