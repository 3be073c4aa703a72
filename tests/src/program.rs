//! The real executable: run to its end, or running as a worker.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
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
    /// A shell's words that end in `"$@"`: the executable runs through it.
    through: Option<&'static str>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Done {
    /// None: it was killed.
    pub code: Option<i32>,
    /// What killed it.
    pub signal: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A worker. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    out: JoinHandle<String>,
    err: JoinHandle<()>,
    /// What it wrote to standard error so far.
    said: Arc<Mutex<Vec<u8>>>,
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
        let bus = session.bus().to_owned();
        Self { executable: executable(), dir: dir.to_owned(), bus, environment: Vec::new(), through: None }
    }

    /// On a data directory, where no session bus can be reached.
    pub fn without_keyring(dir: &Path) -> Self {
        let bus = "unix:path=/nonexistent/bus".to_owned();
        Self { executable: executable(), dir: dir.to_owned(), bus, environment: Vec::new(), through: None }
    }

    /// The same with one environment variable more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, told by an error and not by a signal when a file may not grow.
    #[must_use]
    pub fn heeding_limits(mut self) -> Self {
        self.through = Some(r#"trap '' XFSZ; exec "$@""#);
        self
    }

    /// The same where no file may grow at all.
    #[must_use]
    pub fn without_room(mut self) -> Self {
        self.through = Some(r#"trap '' XFSZ; ulimit -f 0; exec "$@""#);
        self
    }

    /// The same, bound by permission bits even if the tests run as root.
    #[must_use]
    pub fn bound_by_permissions(mut self) -> Self {
        let as_root =
            std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        if as_root {
            self.through = Some(r#"exec setpriv --bounding-set=-dac_override,-dac_read_search "$@""#);
        }
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

    /// The same, as it is installed on the system.
    #[must_use]
    pub fn at(mut self, executable: &Path) -> Self {
        executable.clone_into(&mut self.executable);
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
        Done::of(ended.status, text(ended.stdout), text(ended.stderr))
    }

    /// Runs a command with `--json` that must succeed, and reads its answer.
    pub async fn json<const N: usize>(&self, arguments: [&str; N]) -> Value {
        let mut command = self.command(arguments);
        command.arg("--json");
        let ended = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        let done = Done::of(ended.status, text(ended.stdout), text(ended.stderr));
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
            let _ = running.child.wait().await;
            panic!("the worker does not begin: {said:?} {line} {}", running.said());
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
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        let err = tokio::spawn(async move {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stderr.read(&mut piece).await {
                heard.lock().unwrap().extend_from_slice(&piece[..length]);
            }
        });
        Running { child, out: tokio::spawn(async { String::new() }), err, said }
    }

    /// The command, for whoever needs its pipes.
    pub fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = match self.through {
            None => Command::new(&self.executable),
            Some(words) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", words, "sh"]).arg(&self.executable);
                shell
            }
        };
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
    fn of(status: ExitStatus, out: String, err: String) -> Self {
        #[cfg(unix)]
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        #[cfg(not(unix))]
        let signal = None;
        Self { code: status.code(), signal, out, err }
    }

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

    /// What it wrote to standard error so far.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned()
    }

    /// Whether it has not ended.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// `kill -9`: no chance to do anything. What it came to, for it may have ended by itself before.
    pub async fn kill(mut self) -> Done {
        self.child.kill().await.unwrap();
        self.ended().await
    }

    /// Sends a signal by name, such as `STOP`.
    pub async fn signal(&self, name: &str) {
        let order = format!("kill -s {name} {}", self.id());
        let sent = Command::new("sh").arg("-c").arg(OsStr::new(&order)).status().await.unwrap();
        assert!(sent.success(), "{order}");
    }

    /// Forbids any file of the process to grow, or allows it again.
    pub async fn let_files_grow(&self, may: bool) {
        let limit = if may { "--fsize=unlimited:unlimited" } else { "--fsize=0:unlimited" };
        let done = Command::new("prlimit").args(["--pid", &self.id().to_string(), limit]).status().await;
        assert!(done.unwrap().success());
    }

    /// The processor's time it has used, in hundredths of a second.
    pub fn processor_time(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        // The name may hold blanks; user and system time are the 14th and 15th field.
        let (_, fields) = stat.rsplit_once(')').unwrap();
        fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    /// Sends a signal, and waits for the end.
    pub async fn end_with(self, signal: &str) -> Done {
        self.signal(signal).await;
        self.ended().await
    }

    /// Waits for the end.
    pub async fn ended(mut self) -> Done {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap();
        self.err.await.unwrap();
        let err = text(self.said.lock().unwrap().clone());
        Done::of(status, self.out.await.unwrap(), err)
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
