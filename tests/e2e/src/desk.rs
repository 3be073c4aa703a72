//! The program at work, without its window.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use scenarios::{Plan, Program, Running, Session, Shop};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use crate::processes::Process;
use crate::screen::main_of;
use crate::until;

/// Scenarios take turns.
fn turns() -> &'static Mutex<()> {
    static TURNS: OnceLock<Mutex<()>> = OnceLock::new();
    TURNS.get_or_init(Mutex::default)
}

/// A shop and a session with a keyring, and the display for as long as it lives.
pub struct Desk {
    pub shop: Shop,
    pub program: Program,
    pub session: Session,
    _turn: MutexGuard<'static, ()>,
}

impl Desk {
    /// With the tokens in the keyring; nothing runs yet.
    pub async fn new(plan: Plan) -> Self {
        let desk = Self::without_tokens(plan).await;
        desk.program.store_tokens().await;
        desk
    }

    /// With an empty keyring.
    pub async fn without_tokens(plan: Plan) -> Self {
        Self::in_dir(plan, tempfile::tempdir().unwrap()).await
    }

    /// The same with its data in this directory.
    pub async fn in_dir(plan: Plan, dir: TempDir) -> Self {
        let turn = turns().lock().await;
        let shop = Shop::in_dir(plan, dir).await;
        let session = Session::start().await;
        let program =
            Program::in_session(shop.dir(), &session).with("DBUS_SYSTEM_BUS_ADDRESS", session.bus());
        Self { shop, program, session, _turn: turn }
    }

    /// The worker at work, with the bookings there were counted and left alone.
    pub async fn at_work(plan: Plan) -> (Self, Running) {
        let desk = Self::new(plan).await;
        let worker = desk.program.worker().await;
        desk.shop.baseline().await;
        (desk, worker)
    }

    /// The program with a display, on which it may open windows.
    pub fn on_display(&self) -> Program {
        let shown = display().fold(self.program.clone(), |program, (name, value)| {
            program.with(name, value.to_str().expect("a display is named in plain letters"))
        });
        shown.with("GDK_BACKEND", "x11").with("LANG", "C.UTF-8")
    }

    /// The window's executable, which lies beside the program.
    pub fn window_executable(&self) -> PathBuf {
        let window = self.program.executable().with_file_name("booking-monitor-window");
        assert!(window.exists(), "{} is not built; `make window` builds it", window.display());
        window
    }
}

/// The window that a running program started, once its process is there.
pub async fn window_of(program: &Running) -> Process {
    // A process that has just been forked has its parent's name.
    let started = || {
        let children = Process(program.id()).named("booking-monitor");
        children.into_iter().find(|child| child.executable().ends_with("booking-monitor-window"))
    };
    until("a window's process", async || started()).await
}

/// Every process of a window that the program started and has not taken note of the end of.
pub fn windows_of(program: &Running) -> Vec<Process> {
    let mut found = Process(program.id()).named("booking-monitor");
    // The one that was started only watches over the program, which is its child.
    found.retain(|each| !each.executable().ends_with("booking-monitor"));
    found
}

/// The process whose main window is on the display.
pub async fn shown_window_of(program: &Running) -> Process {
    let children = || Process(program.id()).named("booking-monitor");
    let shown = async || children().into_iter().find(|child| main_of(*child).is_some());
    until("a window on the display", shown).await
}

/// How the display the tests run on is reached.
pub(crate) fn display() -> impl Iterator<Item = (&'static str, OsString)> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(|value| (name, value));
    let display = set("DISPLAY").expect("no display; run `sh scripts/with-display.sh cargo test -p e2e`");
    std::iter::once(display).chain(set("XAUTHORITY"))
}

/// Takes a picture of the display, for whoever reads why a test failed.
pub(crate) fn picture() -> String {
    let path = std::env::temp_dir().join("booking-monitor-e2e-failed.png");
    let taken = Command::new("import").args(["-window", "root"]).arg(&path).status();
    if taken.is_ok_and(|status| status.success()) { path.display().to_string() } else { "none".to_owned() }
}
