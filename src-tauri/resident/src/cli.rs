//! The command line as `clap` reads it. Names, options and exit codes are a
//! contract: scripts and the window call them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use engine::notification::NotificationId;
use engine::person::Resolution;
use engine::ports::SecretName;
use engine::settings::Language;

use crate::pause_for::PauseFor;
use crate::when::Day;

/// Turns a booking made by staff into one WhatsApp confirmation.
#[derive(Debug, Parser)]
#[command(
    name = "booking-monitor",
    version,
    after_help = "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 another process owns the desk."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    /// Start in the tray without a window (for autostart).
    #[arg(long)]
    pub(crate) hidden: bool,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "The data directory [env: BOOKING_MONITOR_DATA_DIR] [default: the system's place for it]"
    )]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the window alone.
    Window {
        /// The page to show.
        page: Option<String>,
    },
    /// Show the whole job against a simulator, in the window or in the terminal: throw-away data, no keyring.
    Demo(Demo),
    /// Poll and send until SIGTERM or SIGINT.
    Worker,
    /// Ask the program to end, and wait until it has: the message on its way gets its record first.
    Quit,
    /// Delete everything: settings, database, logs, and what the keyring holds.
    Erase {
        /// It cannot be undone.
        #[arg(long, required = true)]
        yes: bool,
    },
    /// Check settings, data, keyring, YClients and the gateway, a line each.
    Check {
        /// Switch on what is off at the gateway; it restarts for up to five minutes.
        #[arg(long)]
        fix: bool,
    },
    /// Show owner, branches, gateway and counts.
    Status,
    /// Ask the worker to poll every branch now.
    Poll,
    /// Pause sending.
    Pause {
        /// Such as 15m, 1h, 90s, 2h30m or tomorrow; without it until resumed.
        duration: Option<PauseFor>,
    },
    /// End the pause.
    Resume,
    /// Go on with a database that was restored or copied: every branch is read anew.
    BeginAnew,
    /// Set this computer up from a settings file: secrets from prompts, or from standard input as NAME=VALUE lines.
    Provision {
        /// The settings, in the form of settings.toml and without secrets.
        file: PathBuf,
        /// Check everything and write nothing.
        #[arg(long)]
        dry_run: bool,
        /// Write this installation's settings into FILE instead, for another computer; - is standard output.
        #[arg(long, conflicts_with = "dry_run")]
        export: bool,
    },
    /// Say what this version would do with the database, tried on a copy; the database itself is updated when it is opened.
    Migrate {
        /// Do nothing: there is no other way to run this.
        #[arg(long, required = true)]
        dry_run: bool,
    },
    /// Copy database and settings into one new file; the program may run meanwhile.
    Backup {
        /// It must not exist.
        file: PathBuf,
    },
    /// Put a backup in the place of what is here; nothing is sent afterwards until `begin-anew`.
    Restore {
        /// What `backup` wrote.
        file: PathBuf,
    },
    /// Write a file for support: versions, settings, states, counts, health and the log; no name, number, text or secret.
    Diagnostics {
        /// It must not exist.
        file: PathBuf,
    },
    /// Never write to a number again; without one, show the stop list.
    OptOut {
        /// Such as +79161234567.
        phone: Option<String>,
    },
    /// What clients wrote that may mean "stop" and that only a person can decide about.
    Stops {
        #[command(subcommand)]
        act: Option<Stops>,
    },
    /// What the gateway pushed and this program could not work through: which kind and when, never its content.
    Aside {
        #[command(subcommand)]
        act: Option<Aside>,
    },
    /// The client wants to hear from the shop again.
    OptIn { phone: String },
    /// Delete name, number and texts of one client, and say what was deleted.
    Forget { phone: String },
    /// The queue, and what a person can do with it.
    Queue {
        #[command(subcommand)]
        act: Option<Queue>,
    },
    /// What went out, with delivery.
    Sent {
        /// The day in each branch's zone: YYYY-MM-DD, today or yesterday.
        #[arg(long, default_value = "today", value_name = "DAY")]
        date: Day,
    },
    /// What the gateway has accepted and not yet sent.
    Gateway {
        #[command(subcommand)]
        act: Gateway,
    },
    /// Credentials in the system's keyring.
    Secret {
        #[command(subcommand)]
        act: Secret,
    },
    /// Bookings that the shop's own bot made.
    Bookings {
        #[command(subcommand)]
        act: Bookings,
    },
    /// YClients and the gateway on loopback, with a control page.
    Simulator {
        /// The port; 0 takes any free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Demo {
    /// Short windows and no pauses.
    #[arg(long)]
    pub(crate) fast: bool,
    /// In the terminal even where a window could be shown.
    #[arg(long)]
    pub(crate) terminal: bool,
    /// The language of the story.
    #[arg(long, value_enum, default_value_t = Tongue::Ru)]
    pub(crate) lang: Tongue,
}

/// A language, by the word for it in the settings.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Tongue {
    Ru,
    En,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::Ru => Self::Ru,
            Tongue::En => Self::En,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    /// Open rows: waiting, on their way, needing a person.
    List {
        /// Every row of the last seven days, with the reason for each.
        #[arg(long)]
        all: bool,
    },
    /// Send other words; a fresh window begins.
    Edit {
        #[arg(value_parser = id)]
        id: NotificationId,
        /// The new text; - reads it from standard input.
        #[arg(long, allow_hyphen_values = true)]
        text: String,
        /// Only if the row still has this revision.
        #[arg(long)]
        revision: Option<i64>,
    },
    /// Do not send.
    Cancel {
        #[arg(value_parser = id)]
        id: NotificationId,
    },
    /// Send without waiting for the window's end.
    Send {
        #[arg(value_parser = id)]
        id: NotificationId,
    },
    /// Keep back until released.
    Hold {
        #[arg(value_parser = id)]
        id: NotificationId,
    },
    /// Let go what is held or waits for a person.
    Release {
        #[arg(value_parser = id)]
        id: NotificationId,
    },
    /// Bring back what was cancelled, skipped or came to nothing.
    Restore {
        #[arg(value_parser = id)]
        id: NotificationId,
    },
    /// Read its bookings in `YClients` again, should a cancelled one stand by now.
    LookAgain {
        #[arg(value_parser = id)]
        id: NotificationId,
    },
    /// Say what became of a message of unknown outcome.
    Resolve {
        #[arg(value_parser = id)]
        id: NotificationId,
        #[arg(value_enum)]
        word: Resolve,
    },
    /// Write once more about visits that were written about.
    Resend {
        #[arg(value_parser = id)]
        id: NotificationId,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Resolve {
    /// The client has it.
    Arrived,
    /// Send again, at the risk of a second one.
    Again,
    /// Leave it.
    Drop,
}

impl From<Resolve> for Resolution {
    fn from(word: Resolve) -> Self {
        match word {
            Resolve::Arrived => Self::Arrived,
            Resolve::Again => Self::Again,
            Resolve::Drop => Self::Drop,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Stops {
    /// It is this client's: never write to that number again.
    Of {
        /// As `stops` shows it.
        id: i64,
        /// Such as +79161234567; may be left out where it is known.
        phone: Option<String>,
    },
    /// Nothing follows from it.
    Dismiss {
        /// As `stops` shows it.
        id: i64,
    },
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Aside {
    /// It is seen: count it no more. It is kept as it came, for a month.
    Dismiss {
        /// As `aside` shows it; without it all that lies there.
        id: Option<i64>,
    },
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Gateway {
    /// Show the gateway's own queue.
    Queue,
    /// Throw away all that lies in it; those messages never leave.
    Clear,
    /// Write for the shop from here, and from no other Booking Monitor: the account is marked.
    TakeOver,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Secret {
    /// Store a secret; the value comes from standard input.
    Set {
        #[arg(value_parser = secret)]
        name: SecretName,
    },
    /// Remove a secret.
    Remove {
        #[arg(value_parser = secret)]
        name: SecretName,
    },
    /// Which secrets are stored. Never their values.
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bookings {
    /// Name the bot's own bookings by their ids: one a line, separated, or a JSON array.
    Import {
        /// The file; - is standard input.
        file: PathBuf,
    },
}

fn id(word: &str) -> Result<NotificationId, String> {
    match word.parse() {
        Ok(id) if id > 0 => Ok(NotificationId(id)),
        _ => Err("an id is a number, as `queue list` shows it".to_owned()),
    }
}

fn secret(word: &str) -> Result<SecretName, String> {
    SecretName::parse(word)
        .ok_or_else(|| format!("the secrets are {}", SecretName::ALL.map(SecretName::as_str).join(", ")))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_edit_may_begin_with_a_hyphen() {
        let cli =
            Cli::try_parse_from(["booking-monitor", "queue", "edit", "7", "--text", "- привет"]).unwrap();
        let Some(Command::Queue { act: Some(Queue::Edit { id, text, .. }) }) = cli.command else {
            panic!("not an edit")
        };
        assert_eq!((id.0, text.as_str()), (7, "- привет"));
    }

    #[test]
    fn an_id_and_a_secret_are_checked_before_anything_is_touched() {
        for line in [["queue", "hold", "x"], ["queue", "hold", "-1"], ["secret", "set", "green-api"]] {
            let error = Cli::try_parse_from(["booking-monitor"].into_iter().chain(line)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line:?}");
        }
    }
}
