//! A session with a real keyring, apart from everybody's own.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::OnceCell;

static SHARED: OnceCell<Session> = OnceCell::const_new();

/// A session bus with an unlocked keyring behind it, made by `scripts/with-keyring.sh`.
/// It ends, and takes everything in it along, when this value or this process does.
#[derive(Debug)]
pub struct Session {
    bus: String,
    /// Whether the usual tokens have been stored.
    pub(crate) prepared: OnceCell<()>,
    /// The session lasts as long as this is open.
    _open: ChildStdin,
    _script: Child,
}

impl Session {
    /// A new one.
    pub async fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/with-keyring.sh");
        let mut script = Command::new("sh")
            .arg(script)
            .args(["sh", "-c", r#"echo "$DBUS_SESSION_BUS_ADDRESS"; cat >/dev/null"#])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh is there");
        let mut out = BufReader::new(script.stdout.take().unwrap());
        let mut bus = String::new();
        out.read_line(&mut bus).await.unwrap();
        let bus = bus.trim().to_owned();
        assert!(!bus.is_empty(), "no session with a keyring could be made; run `scripts/install.sh test`");
        Self { bus, prepared: OnceCell::new(), _open: script.stdin.take().unwrap(), _script: script }
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
