//! The two windows: the main one, and the small one at the corner of the screen.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use engine::settings::Theme;
use tauri::utils::config::BackgroundThrottlingPolicy;
use tauri::window::Color;
use tauri::{
    AppHandle, Emitter as _, Manager as _, PhysicalPosition, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
};

use crate::contract::Page;
use crate::session::Session;
use crate::small::{Small, corner};

pub(crate) const MAIN: &str = "main";
pub(crate) const SMALL: &str = "small";

const TITLE: &str = "Booking Monitor";
/// Wide enough for a message beside its booking, and fits above the taskbar of a screen of 1366 × 768.
const SIZE: (f64, f64) = (1180.0, 680.0);
const LEAST: (f64, f64) = (720.0, 480.0);
/// GTK makes no window lower than this.
const SMALL_SIZE: (f64, f64) = (360.0, 200.0);
/// Between the small window and the edges of the work area.
const MARGIN: f64 = 16.0;

/// The page's own grounds, so that nothing flashes before it is drawn.
const LIGHT: Color = Color(0xf6, 0xf6, 0xf4, 255);
const DARK: Color = Color(0x17, 0x18, 0x1b, 255);

/// What the small window's rules remember, for the watcher and the commands.
#[derive(Default)]
pub(crate) struct SmallState(pub Mutex<Small>);

/// Whether the main window's page shows something that was changed and not saved.
#[derive(Default)]
pub(crate) struct Unsaved(AtomicBool);

impl Unsaved {
    pub(crate) fn set(&self, unsaved: bool) {
        self.0.store(unsaved, Ordering::Relaxed);
    }

    /// Says so once: whoever asks again means it.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Closes the main window without asking its page.
pub(crate) fn close_main(app: &AppHandle) -> tauri::Result<()> {
    app.state::<Unsaved>().set(false);
    app.get_webview_window(MAIN).map_or(Ok(()), |window| window.close())
}

fn session(app: &AppHandle) -> std::sync::Arc<Session> {
    std::sync::Arc::clone(&app.state::<std::sync::Arc<Session>>())
}

/// The theme the settings force on the window, None: the desktop's.
fn forced(theme: Theme) -> Option<tauri::Theme> {
    match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    }
}

/// What is behind the page. Where the desktop's own theme is not known before a window is there,
/// light is the smaller surprise.
fn ground(theme: Theme) -> Color {
    if theme == Theme::Dark { DARK } else { LIGHT }
}

/// Both windows load the one page of the program, and go nowhere else.
fn builder<'a>(app: &'a AppHandle, label: &str) -> WebviewWindowBuilder<'a, tauri::Wry, AppHandle> {
    let theme = session(app).settings().window.theme;
    WebviewWindowBuilder::new(app, label, WebviewUrl::App("index.html".into()))
        .title(TITLE)
        .theme(forced(theme))
        .background_color(ground(theme))
        // A countdown goes on in the background.
        .background_throttling(BackgroundThrottlingPolicy::Disabled)
        .on_navigation(is_own)
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny)
        .devtools(cfg!(debug_assertions))
}

/// The page's own origin on each system.
fn is_own(url: &tauri::Url) -> bool {
    url.scheme() == "tauri"
        || (matches!(url.scheme(), "http" | "https") && url.host_str() == Some("tauri.localhost"))
}

/// Brings the main window to the front on a page, and makes it at need.
pub(crate) fn show_main(app: &AppHandle, page: Page) -> tauri::Result<()> {
    session(app).set_page(page);
    if let Some(window) = app.get_webview_window(MAIN) {
        window.show()?;
        window.unminimize()?;
        window.set_focus()?;
        app.emit_to(MAIN, "page", page)?;
        return Ok(());
    }
    let window = builder(app, MAIN)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(LEAST.0, LEAST.1)
        .center()
        .visible(false)
        .build()?;
    // The remembered place is set by now; shown before the page is drawn, on its own ground.
    window.show()?;
    window.set_focus()
}

/// Puts the small window on the screen, without taking the focus from anybody.
pub(crate) fn show_small(app: &AppHandle) -> tauri::Result<()> {
    if app.get_webview_window(SMALL).is_some() {
        return Ok(());
    }
    let window = builder(app, SMALL)
        .inner_size(SMALL_SIZE.0, SMALL_SIZE.1)
        .decorations(false)
        .resizable(false)
        .maximizable(false)
        .minimizable(false)
        .always_on_top(true)
        .skip_taskbar(true)
        .visible_on_all_workspaces(true)
        .focused(false)
        .focusable(false)
        .visible(false)
        .build()?;
    place_small(app, &window)?;
    window.show()
}

/// On the main window's screen, else on the first.
fn place_small(app: &AppHandle, window: &WebviewWindow) -> tauri::Result<()> {
    let of_main = app.get_webview_window(MAIN).and_then(|main| main.current_monitor().ok().flatten());
    let monitor = match of_main {
        Some(monitor) => Some(monitor),
        None => window.primary_monitor()?.or(window.available_monitors()?.into_iter().next()),
    };
    let Some(monitor) = monitor else { return Ok(()) };
    let area = monitor.work_area();
    let area = ((area.position.x, area.position.y), (area.size.width, area.size.height));
    let (x, y) = corner(area, SMALL_SIZE, MARGIN, monitor.scale_factor());
    window.set_position(PhysicalPosition::new(x, y))
}

/// Takes the small window off the screen, with all its memory.
pub(crate) fn close_small(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(SMALL)
        && let Err(error) = window.destroy()
    {
        tracing::warn!(%error, "the small window did not close");
    }
}

/// The same by a person's word: it comes again with the next message.
pub(crate) fn dismiss_small(app: &AppHandle) {
    app.state::<SmallState>().0.lock().unwrap_or_else(PoisonError::into_inner).dismiss();
    close_small(app);
}

/// Whether this desktop lets a program say where its window stands.
pub(crate) fn can_place_windows() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match std::env::var("GDK_BACKEND") {
        Ok(backend) if backend.split(',').next() == Some("x11") => true,
        Ok(backend) if backend.split(',').next() == Some("wayland") => false,
        _ => !set("WAYLAND_DISPLAY"),
    }
}
