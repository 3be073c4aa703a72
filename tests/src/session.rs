//! A session with a real keyring, apart from everybody's own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use tokio::sync::OnceCell;

static SHARED: OnceCell<Session> = OnceCell::const_new();

/// A session bus with a keyring behind it, made by `scripts/with-keyring.sh`.
/// It ends, and takes everything in it along, when this value or this process does.
#[derive(Debug)]
pub struct Session {
    bus: String,
    /// Whether the usual tokens have been stored.
    pub(crate) prepared: OnceCell<()>,
    /// The session lasts as long as this is open.
    open: Option<ChildStdin>,
    script: Child,
}

impl Session {
    /// A new one, with an empty keyring that is unlocked.
    pub async fn start() -> Self {
        tokio::task::spawn_blocking(|| Self::start_with(&[])).await.unwrap()
    }

    /// A new one, with a keyring that nobody unlocks.
    pub async fn start_locked() -> Self {
        tokio::task::spawn_blocking(|| Self::start_with(&["--locked"])).await.unwrap()
    }

    fn start_with(options: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/with-keyring.sh");
        let mut script = Command::new("sh")
            .arg(script)
            .args(options)
            .args(["sh", "-c", r#"echo "$DBUS_SESSION_BUS_ADDRESS"; cat >/dev/null"#])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh is there");
        let mut bus = String::new();
        BufReader::new(script.stdout.take().unwrap()).read_line(&mut bus).unwrap();
        let bus = bus.trim().to_owned();
        assert!(!bus.is_empty(), "no session with a keyring could be made; run `scripts/install.sh test`");
        Self { bus, prepared: OnceCell::new(), open: script.stdin.take(), script }
    }

    /// The one that the tests of this process share. They store the same tokens
    /// in it, so it must only be read.
    pub(crate) async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start).await
    }

    /// The address of its bus.
    pub fn bus(&self) -> &str {
        &self.bus
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.open.take();
        let _ = self.script.wait();
    }
}
