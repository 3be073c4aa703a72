//! What the window's commands work with. One connection to the database, the
//! settings as they are on the disk now, the clock, and who sits at the desk.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use engine::booking::CompanyId;
use engine::clock::{Clock, DeskClock, SystemClock};
use engine::db::{Db, StorageError};
use engine::monitor::known::{self, BranchState};
use engine::outbox::{Actor, Outbox};
use engine::person::Person;
use engine::settings::{Environment, Language, Settings};

use crate::contract::Page;
use crate::settings_cell::{SettingsCell, Snapshot};
use crate::training::Training;
use crate::vault::Vault;

/// One window process on one data directory.
pub struct Session {
    pub dir: PathBuf,
    pub outbox: Outbox,
    clock: DeskClock,
    pub vault: Vault,
    /// The simulator's control API; None on a real desk.
    pub training: Option<Training>,
    cell: SettingsCell,
    person: String,
    /// The page to open with.
    page: Mutex<Page>,
    /// What branches are called, as far as this process asked YClients.
    titles: Mutex<BTreeMap<i64, String>>,
}

impl Session {
    /// Opens the database, and at need makes it.
    pub fn open(dir: &Path, training: Option<Training>) -> Result<Self, StorageError> {
        let vault = training.as_ref().map_or_else(Vault::keyring, Training::vault);
        Self::open_with(dir, training, vault, Environment::of_process(), Arc::new(SystemClock::new()))
    }

    /// The same with a world of one's own. For tests.
    pub fn open_with(
        dir: &Path,
        training: Option<Training>,
        vault: Vault,
        environment: Environment,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StorageError> {
        Ok(Self {
            dir: dir.to_owned(),
            outbox: Outbox::new(Arc::new(Db::open(dir)?)),
            clock: DeskClock::new(clock),
            vault,
            training,
            cell: SettingsCell::new(dir, environment),
            person: acting_person(),
            page: Mutex::default(),
            titles: Mutex::default(),
        })
    }

    /// By the clock of the whole desk: what the worker found out about this computer's is a row.
    pub fn now(&self) -> DateTime<Utc> {
        // A database that cannot be read says so wherever it is asked; the last difference holds.
        let _ = self.clock.refresh(&self.outbox);
        self.clock.now()
    }

    pub fn clock(&self) -> &DeskClock {
        &self.clock
    }

    /// The settings as the file and the environment have them now; while the file
    /// is broken, the last good ones.
    pub fn settings(&self) -> Arc<Settings> {
        self.cell.now().settings
    }

    /// The same with what is wrong with the file.
    pub fn snapshot(&self) -> Snapshot {
        self.cell.now()
    }

    pub fn environment(&self) -> &Environment {
        self.cell.environment()
    }

    pub fn language(&self) -> Language {
        self.settings().language
    }

    /// The account name of whoever acts, for the audit.
    pub fn person_name(&self) -> &str {
        &self.person
    }

    /// What a person can do, with these settings.
    pub fn person<'a>(&'a self, settings: &'a Settings, instance: &'a str) -> Person<'a> {
        Person { outbox: &self.outbox, settings, name: &self.person, instance }
    }

    pub fn page(&self) -> Page {
        *lock(&self.page)
    }

    pub fn set_page(&self, page: Page) {
        *lock(&self.page) = page;
    }

    /// Remembers a branch's name before the first poll brings it.
    pub fn call_branch(&self, company: i64, title: &str) {
        lock(&self.titles).insert(company, title.to_owned());
    }

    /// The branch's name: from the database, else as YClients said it a moment ago, else empty.
    pub fn branch_title(&self, company: i64, state: &BranchState) -> String {
        match state.facts.title.as_str() {
            "" => lock(&self.titles).get(&company).cloned().unwrap_or_default(),
            title => title.to_owned(),
        }
    }

    pub fn branch(&self, company: CompanyId) -> Result<BranchState, StorageError> {
        let found = self.outbox.db().read(|connection| known::branch_in(connection, company))?;
        Ok(found.unwrap_or_default())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that can panic is done under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The gateway account of the settings, as rows of the queue remember it; empty before it is set up.
pub fn instance(settings: &Settings) -> String {
    match settings.whatsapp.instance_id.trim() {
        "" => String::new(),
        id => format!("{}:{id}", settings.whatsapp.gateway.as_str()),
    }
}

/// The same rule as the command line's: one person is one name in the audit.
fn acting_person() -> String {
    ["USER", "USERNAME", "LOGNAME"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()))
        // The audit keeps this word for the program's own acts.
        .filter(|name| name != Actor::Program.as_str())
        .unwrap_or_else(|| "person".to_owned())
}
