//! The real executable: run to its end, or running as a worker.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::plan::{GATEWAY_TOKEN, PARTNER_TOKEN, USER_TOKEN};
use crate::session::Session;
use crate::shop::Shop;

/// No command may take longer, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(3);

/// The executable on one data directory, with one keyring.
#[derive(Debug, Clone)]
pub struct Program {
    executable: PathBuf,
    dir: PathBuf,
    bus: String,
    environment: Vec<(String, String)>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Done {
    /// None: it was killed.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A worker. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    out: JoinHandle<String>,
    err: JoinHandle<String>,
}

impl Program {
    /// On a shop's data, with all three tokens in a keyring that this process's tests share.
    pub async fn of(shop: &Shop) -> Self {
        Self::on(shop.dir()).await
    }

    /// On a data directory, with the same keyring.
    pub async fn on(dir: &Path) -> Self {
        let session = Session::shared().await;
        let program = Self::in_session(dir, session);
        session.prepared.get_or_init(|| program.store_tokens()).await;
        program
    }

    /// On a data directory, with the keyring of this session as it is.
    pub fn in_session(dir: &Path, session: &Session) -> Self {
        Self {
            executable: executable(),
            dir: dir.to_owned(),
            bus: session.bus().to_owned(),
            environment: Vec::new(),
        }
    }

    /// On a data directory, where no session bus can be reached.
    pub fn without_keyring(dir: &Path) -> Self {
        let bus = "unix:path=/nonexistent/bus".to_owned();
        Self { executable: executable(), dir: dir.to_owned(), bus, environment: Vec::new() }
    }

    /// The same with one environment variable more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, installed in a directory of its own: what lies beside it is the test's.
    #[must_use]
    pub fn installed_in(mut self, place: &Path) -> Self {
        let copy = place.join("booking-monitor");
        std::fs::hard_link(&self.executable, &copy)
            .or_else(|_| std::fs::copy(&self.executable, &copy).map(|_| ()))
            .unwrap();
        self.executable = copy;
        self
    }

    /// Where the executable is.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// Puts the three tokens of [`crate::Plan`] into the keyring.
    pub async fn store_tokens(&self) {
        let tokens = [
            ("yclients.partner-token", PARTNER_TOKEN),
            ("yclients.user-token", USER_TOKEN),
            ("green-api.token", GATEWAY_TOKEN),
        ];
        for (name, token) in tokens {
            self.run_with_input(["secret", "set", name], token).await.succeeded();
        }
    }

    /// Runs a command to its end.
    pub async fn run<const N: usize>(&self, arguments: [&str; N]) -> Done {
        self.run_with_input(arguments, "").await
    }

    /// The same with something on standard input.
    pub async fn run_with_input<const N: usize>(&self, arguments: [&str; N], input: &str) -> Done {
        let mut child = self.command(arguments).spawn().expect("the executable starts");
        let mut stdin = child.stdin.take().unwrap();
        // A command that reads nothing may be gone already.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        let ended = ended.unwrap_or_else(|_| panic!("{arguments:?} does not end")).unwrap();
        Done { code: ended.status.code(), out: text(ended.stdout), err: text(ended.stderr) }
    }

    /// Runs a command with `--json` that must succeed, and reads its answer.
    pub async fn json<const N: usize>(&self, arguments: [&str; N]) -> Value {
        let mut command = self.command(arguments);
        command.arg("--json");
        let ended = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        let done = Done { code: ended.status.code(), out: text(ended.stdout), err: text(ended.stderr) };
        done.succeeded();
        serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error} in {done:?}"))
    }

    /// Every row of the queue, as `queue list --all --json` shows it.
    pub async fn rows(&self) -> Vec<Value> {
        let Value::Array(rows) = self.json(["queue", "list", "--all"]).await else { panic!("no array") };
        rows
    }

    /// Starts a worker, and comes back when it says that it works.
    pub async fn worker(&self) -> Running {
        let mut running = self.start(["worker", "--json"]);
        let mut out = BufReader::new(running.child.stdout.take().unwrap());
        let mut line = String::new();
        let said = tokio::time::timeout(PATIENCE, out.read_line(&mut line)).await;
        if !line.contains("ready") {
            running.child.start_kill().unwrap();
            panic!("the worker does not begin: {said:?} {line} {}", running.err.await.unwrap());
        }
        running.out = tokio::spawn(async move {
            let mut rest = String::new();
            let _ = out.read_to_string(&mut rest).await;
            rest
        });
        running
    }

    /// Starts a command and leaves it running.
    pub fn start<const N: usize>(&self, arguments: [&str; N]) -> Running {
        let mut child = self.command(arguments).spawn().expect("the executable starts");
        let mut stderr = child.stderr.take().unwrap();
        let err = tokio::spawn(async move {
            let mut read = Vec::new();
            let _ = stderr.read_to_end(&mut read).await;
            text(read)
        });
        Running { child, out: tokio::spawn(async { String::new() }), err }
    }

    /// The command, for whoever needs its pipes.
    pub fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(&self.executable);
        command
            .args(arguments)
            .arg("--data-dir")
            .arg(&self.dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.dir)
            .env("USER", "anna")
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

impl Done {
    /// Must have ended well.
    #[track_caller]
    pub fn succeeded(&self) {
        assert_eq!(self.code, Some(0), "{self:?}");
    }

    /// Must have been refused, with these words on standard error and no answer.
    #[track_caller]
    pub fn refused(&self, words: &str) {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert!(self.err.contains(words), "`{words}` is not in {self:?}");
        assert_eq!(self.out, "");
    }
}

impl Running {
    /// The process, as the system knows it.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it still runs")
    }

    /// Whether it has not ended.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// `kill -9`: no chance to do anything.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Sends a signal by name, such as `STOP`.
    pub async fn signal(&self, name: &str) {
        let order = format!("kill -s {name} {}", self.id());
        let sent = Command::new("sh").arg("-c").arg(OsStr::new(&order)).status().await.unwrap();
        assert!(sent.success(), "{order}");
    }

    /// Sends a signal, and waits for the end.
    pub async fn end_with(self, signal: &str) -> Done {
        self.signal(signal).await;
        self.ended().await
    }

    /// Waits for the end.
    pub async fn ended(mut self) -> Done {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap();
        let (out, err) = (self.out.await.unwrap(), self.err.await.unwrap());
        Done { code: status.code(), out, err }
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("it prints UTF-8")
}

/// The executable lies two directories above this test's own.
fn executable() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(Path::parent).unwrap().join("booking-monitor");
    assert!(
        built.exists(),
        "{} is not built. Run `cargo build --workspace --all-targets` first, as `make test` does.",
        built.display()
    );
    built
}
