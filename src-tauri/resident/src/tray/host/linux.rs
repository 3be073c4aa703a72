//! A `StatusNotifierItem` on the session's bus, which panels show. It registers again by itself when a
//! panel comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ksni::menu::{StandardItem, SubMenu};
use ksni::{Category, Handle, Icon, MenuItem, OfflineReason, Status, ToolTip, Tray, TrayMethods as _};
use tokio::sync::mpsc::UnboundedSender;
use tracing::{info, warn};

use super::Shown;
use crate::tray::attend::Event;
use crate::tray::icon::{self, Panel, SIZES};
use crate::tray::menu::{Act, Entry, Page};
use crate::words::tray::NAME_OF_PROGRAM;

/// The icon does not wait longer to know its colours.
const PORTAL_PATIENCE: Duration = Duration::from_millis(100);

/// Runs where the tray lives: here that is any thread.
pub(crate) fn on_main_thread<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// The tray on the screen.
pub(in crate::tray) struct Host {
    handle: Option<Handle<Item>>,
    has_panel: Arc<AtomicBool>,
    events: UnboundedSender<Event>,
}

/// The item as panels ask for it.
struct Item {
    shown: Shown,
    panel: Panel,
    events: UnboundedSender<Event>,
    has_panel: Arc<AtomicBool>,
}

impl Host {
    /// Shows the tray. Without a session bus there is none.
    pub(in crate::tray) async fn start(shown: Shown, events: UnboundedSender<Event>) -> Self {
        let has_panel = Arc::new(AtomicBool::new(true));
        let item =
            Item { shown, panel: panel().await, events: events.clone(), has_panel: Arc::clone(&has_panel) };
        // A panel may come later than this program at the start of a session.
        let handle = match item.assume_sni_available(true).spawn().await {
            Ok(handle) => Some(handle),
            Err(error) => {
                warn!(%error, "no tray");
                has_panel.store(false, Ordering::Relaxed);
                None
            }
        };
        Self { handle, has_panel, events }
    }

    /// Whether a panel shows it.
    pub(in crate::tray) fn is_seen(&self) -> bool {
        self.has_panel.load(Ordering::Relaxed)
    }

    /// One whose task fell is put up again.
    pub(in crate::tray) async fn show(&mut self, shown: Shown) {
        let Some(handle) = &self.handle else { return };
        let now = shown.clone();
        if handle.is_closed() || handle.update(move |item: &mut Item| item.shown = now).await.is_none() {
            warn!("the tray is put up again");
            *self = Self::start(shown, self.events.clone()).await;
        }
    }

    pub(in crate::tray) async fn close(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.shutdown().await;
        }
    }
}

impl Tray for Item {
    // Where a panel tells of clicks, one opens the window; the menu is on the other button.
    fn activate(&mut self, _x: i32, _y: i32) {
        self.click(Act::Open(Page::Queue));
    }

    fn id(&self) -> String {
        "booking-monitor".to_owned()
    }

    fn title(&self) -> String {
        NAME_OF_PROGRAM.to_owned()
    }

    fn category(&self) -> Category {
        Category::Communications
    }

    fn status(&self) -> Status {
        if self.shown.wants_attention { Status::NeedsAttention } else { Status::Active }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        SIZES
            .into_iter()
            .map(|size| Icon {
                width: size.into(),
                height: size.into(),
                data: icon::argb(self.shown.picture, self.panel, size),
            })
            .collect()
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        if self.shown.wants_attention { self.icon_pixmap() } else { Vec::new() }
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: NAME_OF_PROGRAM.to_owned(),
            description: self.shown.tooltip.clone(),
            ..ToolTip::default()
        }
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.shown.menu.iter().map(item).collect()
    }

    fn watcher_online(&self) {
        info!("a panel is there");
        self.seen(true);
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        info!("no panel shows the tray");
        self.seen(false);
        // It may come back.
        true
    }
}

impl Item {
    fn click(&self, act: Act) {
        let _ = self.events.send(Event::Act(act));
    }

    fn seen(&self, seen: bool) {
        self.has_panel.store(seen, Ordering::Relaxed);
        let _ = self.events.send(Event::Panel);
    }
}

fn item(entry: &Entry) -> MenuItem<Item> {
    match entry {
        Entry::Separator => MenuItem::Separator,
        Entry::Label(text) => {
            StandardItem { label: plain(text), enabled: false, ..StandardItem::default() }.into()
        }
        Entry::Act(text, act) => {
            let act = *act;
            StandardItem {
                label: plain(text),
                activate: Box::new(move |item: &mut Item| item.click(act)),
                ..StandardItem::default()
            }
            .into()
        }
        Entry::Submenu(text, entries) => {
            SubMenu { label: plain(text), submenu: entries.iter().map(item).collect(), ..SubMenu::default() }
                .into()
        }
    }
}

/// A single underscore would underline the next letter.
fn plain(text: &str) -> String {
    text.replace('_', "__")
}

/// What the icon stands on, as far as anybody says. GNOME's bar is dark in every theme; where panels
/// follow the theme, the desktop's portal names it.
async fn panel() -> Panel {
    let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    let is = |name: &str| desktop.split(':').any(|word| word.eq_ignore_ascii_case(name));
    if is("gnome") {
        return Panel::Dark;
    }
    if !is("kde") {
        return Panel::Unknown;
    }
    match tokio::time::timeout(PORTAL_PATIENCE, colour_scheme()).await {
        Ok(Ok(1)) => Panel::Dark,
        Ok(Ok(2)) => Panel::Light,
        _ => Panel::Unknown,
    }
}

/// 1 dark, 2 light, 0 no preference.
async fn colour_scheme() -> zbus::Result<u32> {
    let bus = zbus::Connection::session().await?;
    let asked = ("org.freedesktop.appearance", "color-scheme");
    let answer = bus
        .call_method(
            Some("org.freedesktop.portal.Desktop"),
            "/org/freedesktop/portal/desktop",
            Some("org.freedesktop.portal.Settings"),
            "ReadOne",
            &asked,
        )
        .await?;
    let value: zbus::zvariant::OwnedValue = answer.body().deserialize()?;
    Ok(u32::try_from(value)?)
}
