//! The system's own tray, on Windows and macOS. It lives on the main thread in an event loop; the
//! program's work is on another one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::thread;

use tao::event::Event as Turn;
use tao::event_loop::{ControlFlow, EventLoopBuilder, EventLoopProxy};
use tao::platform::run_return::EventLoopExtRunReturn as _;
use tokio::sync::mpsc::UnboundedSender;
use tracing::warn;
use tray_icon::menu::{IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu};
use tray_icon::{Icon, MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};

use super::Shown;
use crate::tray::attend::Event;
use crate::tray::icon::{self, Panel};
use crate::tray::menu::{Act, Entry, Page};

/// Twice the usual size; the system makes it smaller.
const SIZE: u16 = 32;

/// What the main thread is told.
enum Order {
    Show(Box<Shown>, UnboundedSender<Event>),
    Clicked(String),
    End,
}

static LOOP: OnceLock<EventLoopProxy<Order>> = OnceLock::new();

/// Gives the main thread to the tray, and runs `work` beside it to its end.
pub(crate) fn on_main_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let mut turns = EventLoopBuilder::<Order>::with_user_event().build();
    #[cfg(target_os = "macos")]
    {
        use tao::platform::macos::{ActivationPolicy, EventLoopExtMacOS as _};
        // No place in the Dock: the program is its icon.
        turns.set_activation_policy(ActivationPolicy::Accessory);
    }
    let proxy = turns.create_proxy();
    let clicks = proxy.clone();
    MenuEvent::set_event_handler(Some(move |event: MenuEvent| {
        let _ = clicks.send_event(Order::Clicked(event.id.0));
    }));
    let clicks = proxy.clone();
    TrayIconEvent::set_event_handler(Some(move |event: TrayIconEvent| {
        let is_left = matches!(
            event,
            TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. }
        );
        if is_left {
            let _ = clicks.send_event(Order::Clicked(LEFT.to_owned()));
        }
    }));
    let _ = LOOP.set(proxy.clone());
    let working = thread::spawn(move || {
        let done = work();
        let _ = proxy.send_event(Order::End);
        done
    });
    let mut tray = OnScreen::default();
    turns.run_return(move |turn, _, flow| {
        *flow = ControlFlow::Wait;
        match turn {
            // A panic in the system's loop would end the program in the middle of its work.
            Turn::UserEvent(Order::Show(shown, events)) => {
                let _ = catch_unwind(AssertUnwindSafe(|| tray.show(&shown, events)));
            }
            Turn::UserEvent(Order::Clicked(id)) => {
                let _ = catch_unwind(AssertUnwindSafe(|| tray.clicked(&id)));
            }
            Turn::UserEvent(Order::End) => *flow = ControlFlow::Exit,
            _ => {}
        }
    });
    match working.join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// The word for a click on the icon itself.
const LEFT: &str = "left";

/// What the main thread keeps.
#[derive(Default)]
struct OnScreen {
    icon: Option<TrayIcon>,
    events: Option<UnboundedSender<Event>>,
    /// The acts of the menu on the screen; an entry's id is its place here.
    acts: Vec<Act>,
}

impl OnScreen {
    fn show(&mut self, shown: &Shown, events: UnboundedSender<Event>) {
        self.events = Some(events);
        self.acts.clear();
        if let Err(error) = self.draw(shown) {
            warn!(%error, "the tray could not be shown");
        }
    }

    fn draw(&mut self, shown: &Shown) -> Result<(), Box<dyn std::error::Error>> {
        let menu = Menu::new();
        for entry in &shown.menu {
            menu.append(self.entry(entry)?.as_ref())?;
        }
        // The menu bar of macOS colours a template by itself; elsewhere nobody says what it stands on.
        let panel = if cfg!(target_os = "macos") { Panel::Light } else { Panel::Unknown };
        let pixels = icon::rgba(shown.picture, panel, SIZE);
        let picture = Icon::from_rgba(pixels, SIZE.into(), SIZE.into())?;
        match &self.icon {
            Some(icon) => {
                #[cfg(target_os = "macos")]
                icon.set_icon_templated(Some(picture))?;
                #[cfg(windows)]
                icon.set_icon(Some(picture))?;
                icon.set_tooltip(Some(&shown.tooltip))?;
                icon.set_menu(Some(Box::new(menu)));
            }
            None => {
                let builder = TrayIconBuilder::new();
                #[cfg(target_os = "macos")]
                let builder = builder.with_icon_templated(picture);
                #[cfg(windows)]
                let builder = builder.with_icon(picture);
                let icon = builder
                    .with_tooltip(&shown.tooltip)
                    .with_menu(Box::new(menu))
                    .with_menu_on_left_click(cfg!(target_os = "macos"))
                    .build()?;
                self.icon = Some(icon);
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry) -> tray_icon::menu::Result<Box<dyn IsMenuItem>> {
        Ok(match entry {
            Entry::Separator => Box::new(PredefinedMenuItem::separator()),
            Entry::Label(text) => Box::new(MenuItem::new(plain(text), false, None)),
            Entry::Act(text, act) => {
                self.acts.push(*act);
                let id = (self.acts.len() - 1).to_string();
                Box::new(MenuItem::with_id(id, plain(text), true, None))
            }
            Entry::Submenu(text, entries) => {
                let submenu = Submenu::new(plain(text), true);
                for entry in entries {
                    submenu.append(self.entry(entry)?.as_ref())?;
                }
                Box::new(submenu)
            }
        })
    }

    fn clicked(&self, id: &str) {
        let act = match id {
            LEFT => Some(Act::Open(Page::Queue)),
            place => place.parse::<usize>().ok().and_then(|place| self.acts.get(place).copied()),
        };
        if let (Some(act), Some(events)) = (act, &self.events) {
            let _ = events.send(Event::Act(act));
        }
    }
}

/// A single ampersand would underline the next letter.
fn plain(text: &str) -> String {
    text.replace('&', "&&")
}

/// The tray as the program's thread holds it.
pub(in crate::tray) struct Host {
    events: UnboundedSender<Event>,
}

impl Host {
    pub(in crate::tray) async fn start(shown: Shown, events: UnboundedSender<Event>) -> Self {
        let host = Self { events };
        host.show(shown).await;
        host
    }

    /// The systems' own trays are always there.
    pub(in crate::tray) const fn is_seen(&self) -> bool {
        true
    }

    #[expect(clippy::unused_async, reason = "on Linux it waits for the bus")]
    pub(in crate::tray) async fn show(&self, shown: Shown) {
        if let Some(turns) = LOOP.get() {
            let _ = turns.send_event(Order::Show(Box::new(shown), self.events.clone()));
        }
    }

    /// It goes with the event loop.
    #[expect(clippy::unused_async, reason = "on Linux it waits for the bus")]
    pub(in crate::tray) async fn close(&mut self) {}
}
