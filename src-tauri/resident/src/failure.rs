//! Why a command did not do what it was asked: one closed set, from which come
//! the exit code, the word in JSON and the sentence on standard error.

use std::io;
use std::path::PathBuf;

use engine::backup::BackupError;
use engine::db::StorageError;
use engine::desk::PlaceError;
use engine::gateway_queue::ClearError;
use engine::notification::{Refusal, State};
use engine::outbox::{Doubt, OutboxError};
use engine::phone::PhoneFault;
use engine::ports::{MessengerError, SecretName, SecretsError};
use engine::settings::{SettingsError, WholeError};

use crate::import_ids::BadToken;

#[derive(Debug)]
pub(crate) enum Failure {
    /// The system names no place for data.
    NoDataDir,
    Settings(SettingsError),
    Storage(StorageError),
    /// The database was damaged and lies aside now.
    PutAside {
        what: String,
        to: PathBuf,
    },
    Refused(Refusal),
    /// A cancel that came while the message was on its way; the wish is kept.
    CancelTooLate,
    Secrets(SecretsError),
    /// The gateway did not do or say what it was asked.
    Gateway(MessengerError),
    /// A message is on its way into the gateway's queue.
    OnItsWay,
    /// Another process owns the desk.
    SecondOwner {
        pid: Option<u32>,
    },
    /// The owner's lock could not even be tried.
    Lock(String),
    /// The owner was asked to end, or had to be, and works on.
    StillRunning,
    /// Nobody polls.
    NoOwner,
    /// The owner did not answer in time.
    NoAnswer,
    /// Polls are switched off in the settings.
    SwitchedOff,
    NoBranches,
    /// The database is the one that works here.
    NothingToBeginAnew,
    /// It cannot know what was sent: nobody polls until a person begins anew.
    Doubted(Doubt),
    /// `tomorrow` needs a zone.
    NoZone,
    BadImport(BadToken),
    /// A file or standard input could not be read.
    Input {
        name: String,
        error: io::Error,
    },
    EmptySecret(SecretName),
    /// A settings file with a secret in it, or a place for one.
    SecretInFile {
        path: PathBuf,
        line: usize,
        key: String,
    },
    /// A line of standard input that is no secret with its name, counted from 1.
    SecretLine(usize),
    /// Neither given nor stored.
    SecretsMissing(Vec<SecretName>),
    /// The settings name no account at the gateway.
    NoInstance,
    /// The servers do not accept what was to be stored; which, was said.
    NotProvisioned,
    Backup(BackupError),
    /// Somebody works with the data that is to be replaced.
    InUse,
    BadPhone(PhoneFault),
    /// No line with this id is left in what the command of this name lists.
    NotListed(&'static str),
    NoWindow,
    Window(io::Error),
    /// The simulator could not take its port.
    Simulator(io::Error),
    Runtime(io::Error),
    /// The answer could not be written.
    Output(io::Error),
    /// Said already; only the exit code is left.
    Reported,
    /// By the person at the keyboard, in the middle of something.
    Interrupted,
}

impl Failure {
    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            // Whoever reads has seen enough (`| head`).
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::SecondOwner { .. } => 3,
            Self::Interrupted => 130,
            _ => 1,
        }
    }

    /// Nothing more is to be said.
    pub(crate) fn is_silent(&self) -> bool {
        match self {
            Self::Reported | Self::Interrupted => true,
            Self::Output(error) => error.kind() == io::ErrorKind::BrokenPipe,
            _ => false,
        }
    }

    /// The word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoDataDir => "no_data_dir",
            Self::Settings(_) => "settings",
            Self::Storage(error) | Self::Backup(BackupError::Storage(error)) => error.code().as_str(),
            Self::PutAside { .. } => "storage_put_aside",
            Self::Refused(refusal) => refusal_code(refusal),
            Self::CancelTooLate => refusal_code(&Refusal::TooLate(State::Sending)),
            Self::Secrets(error) => error.code().as_str(),
            Self::Gateway(error) => error.code().as_str(),
            Self::OnItsWay => "on_its_way",
            Self::SecondOwner { .. } => "second_owner",
            Self::Lock(_) => "lock",
            Self::StillRunning => "still_running",
            Self::NoOwner => "no_owner",
            Self::NoAnswer => "no_answer",
            Self::SwitchedOff => "switched_off",
            Self::NoBranches => "no_branches",
            Self::NothingToBeginAnew => "nothing_to_begin_anew",
            Self::Doubted(doubt) => doubt.code().as_str(),
            Self::NoZone => "no_zone",
            Self::BadImport(_) => "bad_import",
            Self::Input { .. } => "input",
            Self::EmptySecret(_) => "empty_secret",
            Self::SecretInFile { .. } => "secret_in_file",
            Self::SecretLine(_) => "secret_line",
            Self::SecretsMissing(_) => "secrets_missing",
            Self::NoInstance => "no_instance",
            Self::NotProvisioned => "not_provisioned",
            Self::Backup(BackupError::Exists(_)) => "exists",
            Self::Backup(BackupError::NotABackup(_)) => "not_a_backup",
            Self::Backup(BackupError::Damaged(_)) => "backup_damaged",
            Self::Backup(BackupError::File { .. }) => "file",
            Self::InUse => "in_use",
            Self::BadPhone(_) => "bad_phone",
            Self::NotListed(_) => "missing",
            Self::NoWindow => "no_window",
            Self::Window(_) => "window",
            Self::Simulator(_) => "simulator",
            Self::Runtime(_) => "runtime",
            Self::Output(_) => "output",
            Self::Reported => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Of an act on a line of the list that `command` shows: its ids are not those of messages.
pub(crate) fn of_list(error: OutboxError, command: &'static str) -> Failure {
    match error {
        OutboxError::Refused(Refusal::Missing) => Failure::NotListed(command),
        other => other.into(),
    }
}

const fn refusal_code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Stale => "stale",
        Refusal::TooLate(_) => "too_late",
        Refusal::NotNow(_) => "not_now",
        Refusal::Missing => "missing",
        Refusal::NotHeld => "not_held",
        Refusal::VisitBegun => "visit_begun",
        Refusal::NoPhone => "no_phone",
        Refusal::OptedOut => "opted_out",
        Refusal::CancelledInYclients => "cancelled_in_yclients",
        Refusal::BotsOwn => "bots_own",
        Refusal::EmptyText => "empty_text",
        Refusal::LongText => "long_text",
        Refusal::Leased => "leased",
        Refusal::NeedsResolving => "needs_resolving",
        Refusal::NotInSettings => "not_in_settings",
        Refusal::SwitchedOff => "switched_off",
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error)
    }
}

impl From<WholeError> for Failure {
    fn from(error: WholeError) -> Self {
        match error {
            WholeError::Secret { path, line, key } => Self::SecretInFile { path, line, key },
            WholeError::Settings(error) => Self::Settings(error),
        }
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        Self::Backup(error)
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<SecretsError> for Failure {
    fn from(error: SecretsError) -> Self {
        Self::Secrets(error)
    }
}

impl From<PlaceError> for Failure {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::Secrets(error) => Self::Secrets(error),
            PlaceError::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<ClearError> for Failure {
    fn from(error: ClearError) -> Self {
        match error {
            ClearError::Messenger(error) => Self::Gateway(error),
            ClearError::Storage(error) => Self::Storage(error),
            ClearError::OnItsWay => Self::OnItsWay,
        }
    }
}

impl From<OutboxError> for Failure {
    fn from(error: OutboxError) -> Self {
        match error {
            OutboxError::Refused(refusal) => Self::Refused(refusal),
            OutboxError::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_the_contract() {
        assert_eq!(Failure::Refused(Refusal::TooLate(State::Sending)).exit_code(), 1);
        assert_eq!(Failure::Refused(Refusal::Stale).exit_code(), 1);
        assert_eq!(Failure::NoOwner.exit_code(), 1);
        assert_eq!(Failure::SecondOwner { pid: Some(7) }.exit_code(), 3);
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::Output(closed()).exit_code(), 0);
        assert!(Failure::Output(closed()).is_silent());
        assert_eq!(Failure::Output(io::Error::from(io::ErrorKind::StorageFull)).exit_code(), 1);
    }
}
