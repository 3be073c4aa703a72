//! What a command works with: the data directory, what its settings say, the
//! clock, and where the answer goes. Each is opened only when it is asked for.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::clock::{Clock, DeskClock, SystemClock};
use engine::db::Db;
use engine::outbox::{Actor, Outbox};
use engine::settings::{Environment, Language, Settings, SettingsError};

use crate::cli::Global;
use crate::data_dir;
use crate::failure::Failure;
use crate::output::Out;

pub(crate) struct Session {
    pub(crate) dir: PathBuf,
    pub(crate) json: bool,
    pub(crate) out: Out,
    /// This computer's clock as it is: for the process that finds out whether it is right.
    pub(crate) computer: Arc<dyn Clock>,
    /// The clock that acts and lists go by.
    pub(crate) clock: Arc<DeskClock>,
    settings: Result<Settings, SettingsError>,
}

impl Session {
    pub(crate) fn open(global: Global) -> Result<Self, Failure> {
        let dir = data_dir::find(global.data_dir)?;
        // What cannot be made is said by whoever opens something in it.
        #[cfg(windows)]
        let _ = win32::make_private(&dir);
        let settings = Settings::load(&dir, &Environment::of_process());
        let computer: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let clock = Arc::new(DeskClock::new(Arc::clone(&computer)));
        Ok(Self { dir, json: global.json, out: Out::new(), computer, clock, settings })
    }

    /// What the settings say, or the refusal that names file, line and key.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(self.settings.clone()?)
    }

    /// Broken settings must not keep a person from pausing or cancelling, so the
    /// language alone has a default.
    pub(crate) fn language(&self) -> Language {
        self.settings.as_ref().map_or(Language::Ru, |settings| settings.language)
    }

    pub(crate) fn outbox(&self) -> Result<Outbox, Failure> {
        let outbox = Outbox::new(Arc::new(Db::open(&self.dir)?));
        self.clock.refresh(&outbox)?;
        Ok(outbox)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// Who acts, for the audit: the name of their account on the computer.
pub(crate) fn acting_person() -> String {
    ["USER", "USERNAME", "LOGNAME"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()))
        // The audit keeps this word for the program's own acts.
        .filter(|name| name != Actor::Program.as_str())
        .unwrap_or_else(|| "person".to_owned())
}
