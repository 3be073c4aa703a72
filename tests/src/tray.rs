//! A desktop's panel: what shows tray icons and clicks in their menus.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, connection, interface};

/// More than any healthy run needs, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(3);
const LOOK_AGAIN: Duration = Duration::from_millis(30);
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// A panel that shows tray icons. Dropping it is a panel that ends.
pub struct Panel {
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
    /// On the bus with this address.
    pub async fn start(bus: &str) -> Self {
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
    pub async fn item(&self) -> Item {
        let started = Instant::now();
        loop {
            if let Some(name) = self.registered.lock().unwrap().clone() {
                return Item { bus: self.bus.clone(), name };
            }
            assert!(started.elapsed() < PATIENCE, "no icon comes into the tray");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Ends, and its name is free before it does.
    pub async fn end(self) {
        self.bus.close().await.unwrap();
    }
}

/// An entry of a menu on the bus: its number, its properties, what is inside.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The tray icon as a panel sees it.
pub struct Item {
    bus: Connection,
    name: String,
}

/// An entry of its menu.
#[derive(Debug, Clone)]
pub struct Entry {
    id: i32,
    pub label: String,
    pub enabled: bool,
    pub inside: Vec<Entry>,
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
    pub async fn picture(&self) -> String {
        format!("{:?}", self.property("IconPixmap").await)
    }

    /// What it says under the pointer.
    pub async fn tooltip(&self) -> String {
        format!("{:?}", self.property("ToolTip").await)
    }

    /// The menu as it is now.
    pub async fn menu(&self) -> Vec<Entry> {
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
    pub async fn labels(&self) -> Vec<String> {
        self.menu().await.into_iter().map(|entry| entry.label).collect()
    }

    /// Waits for an entry with these words, wherever in the menu.
    pub async fn until_label(&self, words: &str) -> Entry {
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
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Clicks what has these words, once it is there.
    pub async fn click(&self, words: &str) {
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
