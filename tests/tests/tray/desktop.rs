//! What a desktop has: a panel that shows tray icons, a server of notifications, and the services
//! that tell of sleep and network.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scenarios::tray::{Item, Panel};
use scenarios::{Plan, Program, Running, Session, Shop};
use tempfile::TempDir;
use tokio::time::Instant;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, connection, interface};

/// More than any healthy run needs, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(3);
const NOTIFICATIONS: &str = "org.freedesktop.Notifications";

/// Looks again and again until there is something to see.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Waits for the end of a process, whoever is to be told of it.
pub(crate) async fn until_gone(pid: &str) {
    let stat = Path::new("/proc").join(pid).join("stat");
    let ended = || std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
    until("a process to end", async || ended().then_some(())).await;
}

/// A shop, a session of its own, and the program installed in a directory of its own.
pub(crate) struct Reception {
    pub(crate) shop: Shop,
    pub(crate) program: Program,
    pub(crate) session: Session,
    pub(crate) notices: Arc<Notices>,
    place: TempDir,
    notifications: Connection,
}

impl Reception {
    /// Without a panel and without a window yet.
    pub(crate) async fn new(plan: Plan) -> Self {
        let shop = Shop::new(plan).await;
        let session = Session::start().await;
        let place = tempfile::tempdir().unwrap();
        let program = Program::in_session(shop.dir(), &session)
            .installed_in(place.path())
            .with("DBUS_SYSTEM_BUS_ADDRESS", session.bus());
        program.store_tokens().await;
        let notices = Arc::<Notices>::default();
        let notifications = connection::Builder::address(session.bus())
            .unwrap()
            .serve_at("/org/freedesktop/Notifications", NoticeServer(notices.clone()))
            .unwrap()
            .name(NOTIFICATIONS)
            .unwrap()
            .build()
            .await
            .unwrap();
        Self { shop, program, session, notices, place, notifications }
    }

    /// Puts a window beside the program: a script that holds the window's lock, notes down how it was
    /// called, and is closed by SIGTERM.
    pub(crate) fn install_window(&self) {
        self.install_window_that(
            "exec 9>\"$2/window.lock\"\nflock -n 9 || exit 0\n\
             echo \"$$ $* tray=$BOOKING_MONITOR_TRAY\" >>\"$2/windows\"\n\
             trap 'exit 0' TERM\nwhile :; do sleep 0.05 9>&-; done",
        );
    }

    /// Puts another script there.
    pub(crate) fn install_window_that(&self, does: &str) {
        let path = self.place.path().join("booking-monitor-window");
        std::fs::write(&path, format!("#!/bin/sh\n{does}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// How the windows so far were called, in order.
    pub(crate) fn windows(&self) -> Vec<String> {
        let noted = std::fs::read_to_string(self.shop.dir().join("windows")).unwrap_or_default();
        noted.lines().map(str::to_owned).collect()
    }

    pub(crate) async fn until_windows(&self, count: usize) -> Vec<String> {
        until(&format!("{count} windows"), async || Some(self.windows()).filter(|all| all.len() >= count))
            .await
    }

    /// As a click on its cross.
    pub(crate) async fn close_window(&self, noted: &str) {
        let pid = noted.split(' ').next().unwrap();
        let closed = tokio::process::Command::new("kill").arg(pid).status().await.unwrap();
        assert!(closed.success());
        until_gone(pid).await;
    }

    /// Puts a new file in the place of the program, as a package manager does.
    pub(crate) fn update(&self) {
        let fresh = self.place.path().join("fresh");
        std::fs::copy(self.program.executable(), &fresh).unwrap();
        std::fs::rename(fresh, self.program.executable()).unwrap();
    }

    /// The program in a tray, as at the start of a session, and the panel that shows it.
    pub(crate) async fn hidden(&self) -> (Running, Panel, Item) {
        let panel = Panel::start(self.session.bus()).await;
        let running = self.program.start(["--hidden"]);
        let item = panel.item().await;
        (running, panel, item)
    }
}

/// What notifications said, in order.
#[derive(Default)]
pub(crate) struct Notices(Mutex<Vec<Notice>>);

#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub(crate) id: u32,
    pub(crate) words: String,
    /// The keys of what can be clicked.
    pub(crate) actions: Vec<String>,
}

impl Notices {
    pub(crate) fn all(&self) -> Vec<Notice> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn with(&self, words: &str) -> Vec<Notice> {
        self.all().into_iter().filter(|notice| notice.words.contains(words)).collect()
    }

    pub(crate) async fn until(&self, words: &str) -> Notice {
        until(words, async || self.with(words).pop()).await
    }
}

struct NoticeServer(Arc<Notices>);

#[interface(name = "org.freedesktop.Notifications")]
impl NoticeServer {
    #[expect(clippy::too_many_arguments, reason = "the interface has so many")]
    fn notify(
        &self,
        app: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        timeout: i32,
    ) -> u32 {
        // How it looks is the desktop's affair.
        let _ = (app, replaces, icon, hints, timeout);
        let mut all = self.0.0.lock().unwrap();
        let id = u32::try_from(all.len()).unwrap() + 1;
        let actions = actions.into_iter().step_by(2).collect();
        all.push(Notice { id, words: format!("{summary}\n{body}"), actions });
        id
    }
}

impl Reception {
    /// Clicks something of a notification, once the program listens.
    pub(crate) async fn click_notice(&self, notice: &Notice, key: &str) {
        let body = (notice.id, key);
        let path = "/org/freedesktop/Notifications";
        let sent = self.notifications.emit_signal(None::<&str>, path, NOTIFICATIONS, "ActionInvoked", &body);
        sent.await.unwrap();
    }
}

/// logind and `NetworkManager`, as far as they tell of a return.
pub(crate) struct System(Connection);

impl System {
    pub(crate) async fn start(bus: &str) -> Self {
        let built = connection::Builder::address(bus)
            .unwrap()
            .name("org.freedesktop.login1")
            .unwrap()
            .name("org.freedesktop.NetworkManager")
            .unwrap();
        Self(built.build().await.unwrap())
    }

    async fn tell<B>(&self, path: &str, interface: &str, signal: &str, body: &B)
    where
        B: serde::ser::Serialize + zbus::zvariant::DynamicType,
    {
        self.0.emit_signal(None::<&str>, path, interface, signal, body).await.unwrap();
    }

    /// About to sleep, or awake again.
    pub(crate) async fn sleeps(&self, begins: bool) {
        let interface = "org.freedesktop.login1.Manager";
        self.tell("/org/freedesktop/login1", interface, "PrepareForSleep", &(begins,)).await;
    }

    pub(crate) async fn unlocks(&self) {
        let interface = "org.freedesktop.login1.Session";
        self.tell("/org/freedesktop/login1/session/_31", interface, "Unlock", &()).await;
    }

    /// 70 is the Internet, 20 nothing.
    pub(crate) async fn network(&self, state: u32) {
        let name = "org.freedesktop.NetworkManager";
        self.tell("/org/freedesktop/NetworkManager", name, "StateChanged", &(state,)).await;
    }
}
