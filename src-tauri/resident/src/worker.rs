//! The owner of polling and sending, for as long as it lives: `worker` and the
//! demo are both this.
//!
//! The engine's desk does the work. Here it is given a world to work in, and a
//! new one whenever settings or secrets change. A change waits, as the end
//! does, until the message on its way has its record.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use credentials::Keyring;
use engine::clock::Clock;
use engine::desk::{Desk, End};
use engine::error::{Fault, FaultCode, Subject};
use engine::outbox::{Outbox, RequestKind};
use engine::ports::{Desktop, Secrets, SecretsError, SecretsInMemory};
use engine::settings::{self, Environment, Settings};
use engine::supervision::{Part, Supervisor};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::failure::Failure;
use crate::runtime::stopped;
use crate::words;
use crate::world::{self, Keys};

/// The end comes within ten seconds, whatever a server does. What is still on
/// its way then is of unknown outcome at the next start, and looked up.
const LAST_PATIENCE: Duration = Duration::from_secs(9);
const TRY_KEYRING_EVERY: Duration = Duration::from_secs(30);
const LOOK_AT_SETTINGS_EVERY: Duration = Duration::from_secs(2);

/// Where secrets are.
pub(crate) enum Vault {
    /// The system's keyring: one for the life of the process, for one that hangs
    /// costs a thread and perhaps a prompt on the screen.
    System(OnceLock<Arc<Keyring>>),
    /// The demo's, gone with the process.
    Memory(Arc<SecretsInMemory>),
}

impl Vault {
    /// The system's keyring, not opened yet.
    pub(crate) const fn system() -> Self {
        Self::System(OnceLock::new())
    }

    async fn open(&self) -> Keys {
        match self {
            Self::System(kept) => {
                let keyring = if let Some(keyring) = kept.get() {
                    Arc::clone(keyring)
                } else {
                    let keyring = Arc::new(Keyring::unproved()?);
                    Arc::clone(kept.get_or_init(|| keyring))
                };
                keyring.prove().await?;
                Ok(keyring as Arc<dyn Secrets>)
            }
            Self::Memory(secrets) => Ok(Arc::clone(secrets) as Arc<dyn Secrets>),
        }
    }
}

/// What a worker is started with.
pub(crate) struct Worker<'a> {
    pub(crate) dir: &'a Path,
    /// Wins over the settings' file at every reload.
    pub(crate) environment: Environment,
    pub(crate) settings: Settings,
    pub(crate) outbox: Outbox,
    pub(crate) vault: Vault,
    /// This computer's clock as it is.
    pub(crate) computer: Arc<dyn Clock>,
    pub(crate) desktop: Arc<dyn Desktop>,
}

/// What ended a turn of the desk's work.
enum Turn {
    Stop,
    Settings(Box<Settings>),
    Keyring(Arc<dyn Secrets>),
    /// The desk itself.
    Desk(End),
}

/// Polls and sends until `stop` turns true. `ready` hears once that it begins.
pub(crate) async fn serve(
    worker: Worker<'_>,
    mut stop: watch::Receiver<bool>,
    ready: impl FnOnce(&Settings),
) -> Result<(), Failure> {
    let Worker { dir, environment, settings, outbox, vault, computer, desktop } = worker;
    let mut keys = tokio::select! {
        keys = vault.open() => keys,
        () = stopped(&mut stop) => return Ok(()),
    };
    if let Err(error @ (SecretsError::Absent(_) | SecretsError::NotKept)) = keys {
        return Err(error.into());
    }
    forget_answered(&outbox, computer.as_ref())?;
    let mut file = SettingsWatch::new(dir, environment);
    // Opening the keyring may have taken a while: what was saved meanwhile counts.
    let mut settings = Arc::new(file.reload().unwrap_or(settings));
    let desk = Desk::start(outbox.clone(), &settings, computer)?;
    let (clock, witness): (Arc<dyn Clock>, _) = (desk.clock(), desk.witness());
    let queue = outbox.clone();
    let supervisor = Supervisor::new(move || Some(queue.clone()), Arc::clone(&clock), Arc::clone(&desktop))
        .until(stop.clone(), |stop| *stop);
    let desk = tokio::sync::Mutex::new(desk);
    let mut ready = Some(ready);
    let mut said_locked = false;
    loop {
        let world = tokio::select! {
            world = world::build(
                &settings, &keys, Arc::clone(&clock), Arc::clone(&witness), Arc::clone(&desktop), dir,
            ) => world,
            () = stopped(&mut stop) => break,
        };
        if let Some(error) = &world.waits_for {
            if !said_locked {
                warn!("{}", words::secrets_fault(error, settings.language));
                said_locked = true;
            }
        } else {
            said_locked = false;
        }
        if let Some(ready) = ready.take() {
            ready(&settings);
        }
        let (halt, halted) = watch::channel(false);
        let turn = {
            // Its loops begin anew by themselves; this is for what holds them together.
            let work = supervisor.keep(Part::Desk, || async {
                desk.lock().await.run(Arc::clone(&settings), world.ports.clone(), halted.clone()).await
            });
            tokio::pin!(work);
            let turn = tokio::select! {
                end = &mut work => Turn::Desk(end),
                () = stopped(&mut stop) => Turn::Stop,
                new = file.changed(&settings) => Turn::Settings(Box::new(new)),
                keyring = opened(&vault), if world.waits_for.is_some() => Turn::Keyring(keyring),
            };
            match turn {
                Turn::Desk(_) => turn,
                Turn::Stop => {
                    end(work, &halt).await;
                    turn
                }
                // New settings wait for the answer that is on its way, however long it takes; the
                // desk ends by itself then, as if another process had asked.
                Turn::Settings(_) | Turn::Keyring(_) => {
                    outbox.ask(RequestKind::SettingsChanged, "", clock.now())?;
                    let stopped_meanwhile = tokio::select! {
                        _ = &mut work => false,
                        () = stopped(&mut stop) => true,
                    };
                    if stopped_meanwhile {
                        end(work, &halt).await;
                        Turn::Stop
                    } else {
                        turn
                    }
                }
            }
        };
        match turn {
            Turn::Stop | Turn::Desk(End::Stopped) => break,
            Turn::Settings(new) => {
                info!("settings.toml changed");
                settings = Arc::from(new);
            }
            Turn::Keyring(keyring) => {
                info!("the keyring is open");
                keys = Ok(keyring);
            }
            Turn::Desk(End::Reload) => {
                if let Some(new) = file.reload() {
                    settings = Arc::new(new);
                }
                if keys.is_err() {
                    keys = tokio::select! {
                        keys = vault.open() => keys,
                        () = stopped(&mut stop) => break,
                    };
                }
            }
        }
    }
    Ok(desk.into_inner().leave()?)
}

/// Tells the desk to stop, and waits until nothing is on its way, within reason.
async fn end(work: Pin<&mut impl Future<Output = End>>, halt: &watch::Sender<bool>) {
    let _ = halt.send(true);
    if tokio::time::timeout(LAST_PATIENCE, work).await.is_err() {
        warn!("a message on its way was not answered in time; it is looked up at the next start");
    }
}

/// Settings and secrets are read fresh at a start: what asked for that before is done.
fn forget_answered(outbox: &Outbox, clock: &dyn Clock) -> Result<(), Failure> {
    for request in outbox.asked()? {
        if matches!(request.kind, RequestKind::SettingsChanged | RequestKind::SecretChanged) {
            outbox.answer(request.id, clock.now())?;
        }
    }
    Ok(())
}

/// The keyring, once it opens. The first try is not at once: it has just failed.
async fn opened(vault: &Vault) -> Arc<dyn Secrets> {
    loop {
        tokio::time::sleep(TRY_KEYRING_EVERY).await;
        if let Ok(keyring) = vault.open().await {
            return keyring;
        }
    }
}

/// The settings' file, watched for a change by somebody's editor.
struct SettingsWatch<'a> {
    dir: &'a Path,
    environment: Environment,
    seen: Option<(SystemTime, u64)>,
    /// As it was at the last look, which may have come in the middle of a save.
    last: Option<(SystemTime, u64)>,
    /// Said already about the file as it is.
    complaint: String,
}

impl<'a> SettingsWatch<'a> {
    fn new(dir: &'a Path, environment: Environment) -> Self {
        let mut watch = Self { dir, environment, seen: None, last: None, complaint: String::new() };
        watch.seen = watch.look();
        watch.last = watch.seen;
        watch
    }

    /// Waits for a file that says something else than `current`, and is in order.
    async fn changed(&mut self, current: &Settings) -> Settings {
        loop {
            tokio::time::sleep(LOOK_AT_SETTINGS_EVERY).await;
            if !self.is_news() {
                continue;
            }
            if let Some(new) = self.reload().filter(|new| new != current) {
                return new;
            }
        }
    }

    /// What the file says now; None, said once, when it is broken: half-understood settings are not used.
    fn reload(&mut self) -> Option<Settings> {
        match Settings::load(self.dir, &self.environment) {
            Ok(settings) => {
                self.complaint.clear();
                Some(settings)
            }
            Err(error) => {
                let complaint = error.to_string();
                if complaint != self.complaint {
                    warn!("{complaint}; going on with the settings as they were");
                    self.complaint = complaint;
                }
                None
            }
        }
    }

    /// Whether the file was saved since, and whole: an editor empties or removes it
    /// before it writes, and what is missing then would read as "all defaults".
    fn is_news(&mut self) -> bool {
        let now = self.look();
        let settled = now == std::mem::replace(&mut self.last, now);
        let whole = now.is_some_and(|(_, length)| length > 0);
        if !settled || !whole || now == self.seen {
            return false;
        }
        self.seen = now;
        true
    }

    fn look(&self) -> Option<(SystemTime, u64)> {
        let metadata = fs::metadata(settings::file_path(self.dir)).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }
}

/// A desktop without a screen: what needs a person goes to the log.
#[derive(Debug)]
pub(crate) struct LogDesktop {
    language: settings::Language,
    /// What was said and is not over yet.
    alarmed: Mutex<HashSet<Subject>>,
}

impl LogDesktop {
    pub(crate) fn new(language: settings::Language) -> Self {
        Self { language, alarmed: Mutex::default() }
    }

    fn alarmed(&self) -> MutexGuard<'_, HashSet<Subject>> {
        self.alarmed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desktop for LogDesktop {
    fn alarm(&self, fault: &Fault) {
        // Said where the keyring is opened, once for every branch and the gateway.
        if matches!(fault.code, FaultCode::KeyringLocked | FaultCode::KeyringTimedOut) {
            return;
        }
        self.alarmed().insert(fault.subject);
        let words = engine::words::fault(fault.code, self.language);
        // The detail may be a server's words; those are for the desk and not for a file.
        warn!(code = %fault.code, subject = ?fault.subject, "{} {}", words.what, words.do_next);
    }

    fn all_clear(&self, subject: Subject) {
        if self.alarmed().remove(&subject) {
            info!(?subject, "working again");
        }
    }

    fn show_window(&self, _page: &str) -> bool {
        // Whoever asked opens one without us.
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_keeps_the_settings_and_is_complained_about_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = settings::file_path(dir.path());
        let mut watch = SettingsWatch::new(dir.path(), Environment::default());
        assert_eq!(watch.reload(), Some(Settings::default()));

        fs::write(&path, "enabled = maybe\n").unwrap();
        assert_ne!(watch.look(), watch.seen);
        assert_eq!(watch.reload(), None);
        let complaint = watch.complaint.clone();
        assert!(complaint.contains("line 1"), "{complaint}");
        assert_eq!(watch.reload(), None);
        assert_eq!(watch.complaint, complaint);

        fs::write(&path, "enabled = false\n").unwrap();
        assert!(watch.reload().is_some_and(|settings| !settings.enabled));
        assert_eq!(watch.complaint, "");
    }

    #[test]
    fn a_file_in_the_middle_of_a_save_is_no_news() {
        let dir = tempfile::tempdir().unwrap();
        let path = settings::file_path(dir.path());
        fs::write(&path, "enabled = true\n").unwrap();
        let mut watch = SettingsWatch::new(dir.path(), Environment::default());
        fs::write(&path, "").unwrap();
        assert!(!watch.is_news() && !watch.is_news(), "emptied");
        fs::remove_file(&path).unwrap();
        assert!(!watch.is_news() && !watch.is_news(), "removed");
        fs::write(&path, "enabled = false\n").unwrap();
        assert!(!watch.is_news(), "it may grow yet");
        assert!(watch.is_news());
        assert!(!watch.is_news(), "once");
    }

    #[test]
    fn an_alarm_is_over_once() {
        let desktop = LogDesktop::new(settings::Language::En);
        let fault =
            Fault { subject: Subject::Gateway, code: FaultCode::GatewayOffline, detail: String::new() };
        desktop.alarm(&fault);
        assert!(desktop.alarmed().contains(&Subject::Gateway));
        desktop.all_clear(Subject::Gateway);
        assert!(desktop.alarmed().is_empty());
    }
}
