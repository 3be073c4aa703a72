//! What a desktop has: a panel that shows tray icons, a server of notifications, and the services
//! that tell of sleep and network.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scenarios::{Plan, Program, Running, Session, Shop};
use tempfile::TempDir;
use tokio::time::Instant;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, connection, interface};

/// More than any healthy run needs, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(3);
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
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

/// A panel that shows tray icons. Dropping it is a panel that ends.
pub(crate) struct Panel {
    bus: Connection,
    registered: Arc<Mutex<Option<String>>>,
}

struct Watcher(Arc<Mutex<Option<String>>>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str) {
        *self.0.lock().unwrap() = Some(service.to_owned());
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        // A panel that is there shows icons, also before the first.
        self.0.lock().is_ok()
    }
}

impl Panel {
    pub(crate) async fn start(bus: &str) -> Self {
        let registered = Arc::<Mutex<Option<String>>>::default();
        let bus = connection::Builder::address(bus)
            .unwrap()
            .serve_at("/StatusNotifierWatcher", Watcher(registered.clone()))
            .unwrap()
            .name(WATCHER)
            .unwrap()
            .build()
            .await
            .unwrap();
        Self { bus, registered }
    }

    /// The icon, once it is there.
    pub(crate) async fn item(&self) -> Item {
        let name = until("a tray icon", async || self.registered.lock().unwrap().clone()).await;
        Item { bus: self.bus.clone(), name }
    }

    pub(crate) async fn end(self) {
        self.bus.close().await.unwrap();
    }
}

/// An entry of a menu on the bus: its number, its properties, what is inside.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The tray icon as a panel sees it.
pub(crate) struct Item {
    bus: Connection,
    name: String,
}

/// An entry of its menu.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    id: i32,
    pub(crate) label: String,
    pub(crate) enabled: bool,
    pub(crate) inside: Vec<Entry>,
}

impl Item {
    async fn property(&self, name: &str) -> Value<'static> {
        let answer = self
            .bus
            .call_method(
                Some(self.name.as_str()),
                "/StatusNotifierItem",
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &("org.kde.StatusNotifierItem", name),
            )
            .await
            .unwrap();
        answer.body().deserialize::<OwnedValue>().unwrap().into()
    }

    /// Every size of the picture, as bytes.
    pub(crate) async fn picture(&self) -> String {
        format!("{:?}", self.property("IconPixmap").await)
    }

    pub(crate) async fn tooltip(&self) -> String {
        format!("{:?}", self.property("ToolTip").await)
    }

    pub(crate) async fn menu(&self) -> Vec<Entry> {
        let asked = (0_i32, -1_i32, Vec::<&str>::new());
        let answer = self
            .bus
            .call_method(
                Some(self.name.as_str()),
                "/MenuBar",
                Some("com.canonical.dbusmenu"),
                "GetLayout",
                &asked,
            )
            .await
            .unwrap();
        let body = answer.body();
        let (_, (_, _, children)): (u32, Layout) = body.deserialize().unwrap();
        children.iter().map(|child| entry(child)).collect()
    }

    /// The labels of the menu's first level.
    pub(crate) async fn labels(&self) -> Vec<String> {
        self.menu().await.into_iter().map(|entry| entry.label).collect()
    }

    pub(crate) async fn until_label(&self, words: &str) -> Entry {
        let mut last = Vec::new();
        let started = Instant::now();
        loop {
            let menu = self.menu().await;
            if let Some(found) = flat(&menu).into_iter().find(|entry| entry.label.contains(words)) {
                return found;
            }
            if menu.len() != last.len() {
                last = menu;
            }
            assert!(started.elapsed() < PATIENCE, "waited in vain for `{words}` in {last:#?}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Clicks what has these words, once it is there.
    pub(crate) async fn click(&self, words: &str) {
        let entry = self.until_label(words).await;
        let event = (entry.id, "clicked", Value::I32(0), 0_u32);
        let clicked = self.bus.call_method(
            Some(self.name.as_str()),
            "/MenuBar",
            Some("com.canonical.dbusmenu"),
            "Event",
            &event,
        );
        clicked.await.unwrap();
    }
}

fn entry(value: &Value<'_>) -> Entry {
    let Value::Structure(fields) = value else { panic!("no entry: {value:?}") };
    let [Value::I32(id), Value::Dict(properties), Value::Array(children)] = fields.fields() else {
        panic!("no entry: {fields:?}")
    };
    let text: Option<String> = properties.get(&"label").unwrap();
    let enabled: Option<bool> = properties.get(&"enabled").unwrap();
    let inside = children.iter().map(|child| match child {
        Value::Value(inner) => entry(inner),
        other => entry(other),
    });
    Entry {
        id: *id,
        label: text.unwrap_or_default(),
        enabled: enabled.unwrap_or(true),
        inside: inside.collect(),
    }
}

fn flat(menu: &[Entry]) -> Vec<Entry> {
    menu.iter().flat_map(|entry| [vec![entry.clone()], flat(&entry.inside)].concat()).collect()
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
