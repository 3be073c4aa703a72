//! The window, looked at and clicked.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::process::Child;
use tokio::time::Instant;

use crate::desk::{display, picture};
use crate::processes::{Process, x_windows};
use crate::{Desk, LOOK_AGAIN, PATIENCE, until};

/// Narrower is the small window.
const MAIN_AT_LEAST: u32 = 700;

/// The main window of a desk. Dropping it ends it.
pub struct Screen {
    client: Client,
    driver: Child,
}

impl Screen {
    /// Opens the window, and comes back when its page is there.
    pub async fn open(desk: &Desk) -> Self {
        Self::open_on(desk, "queue").await
    }

    /// The same on another page.
    pub async fn open_on(desk: &Desk, page: &str) -> Self {
        Self::open_with(desk, page, &[]).await
    }

    /// The same with more in the window's environment.
    pub async fn open_with(desk: &Desk, page: &str, environment: &[(&str, &str)]) -> Self {
        Self::driven(desk, &["--page", page], environment).await
    }

    /// The small window alone. Something must count down, or it goes at once.
    pub async fn open_small(desk: &Desk) -> Self {
        Self::driven(desk, &["--small"], &[]).await
    }

    async fn driven(desk: &Desk, how: &[&str], environment: &[(&str, &str)]) -> Self {
        let home = desk.shop.dir();
        let window = desk.window_executable();
        let arguments = [&["--data-dir", home.to_str().unwrap()], how].concat();
        Self::through(home, desk.session.bus(), window.to_str().unwrap(), &arguments, environment).await
    }

    /// What a click on a menu entry opens, in the session with this home and bus.
    pub async fn of_menu(home: &Path, bus: &str, entry: &Path) -> Self {
        // The desktop's own launcher starts what the entry says and leaves it; the driver wants to see what
        // it started as long as it drives. How it reaches the window goes down by the environment.
        let launch = r#"gio launch "$1" || exit 1; while kill -0 "$PPID" 2>/dev/null; do sleep 0.5; done"#;
        Self::through(home, bus, "/bin/sh", &["-c", launch, "menu", entry.to_str().unwrap()], &[]).await
    }

    /// Opens the window by a command, which starts it or something that does.
    async fn through(
        home: &Path,
        bus: &str,
        command: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let port = free_port();
        let driver = tokio::process::Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("USER", "anna")
            .env("LANG", "C.UTF-8")
            .envs(display())
            .env("GDK_BACKEND", "x11")
            .env("DBUS_SESSION_BUS_ADDRESS", bus)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("WebKitWebDriver is installed");
        let wanted = json!({ "webkitgtk:browserOptions": { "binary": command, "args": arguments } });
        let Value::Object(wanted) = wanted else { unreachable!("it is an object") };
        let url = format!("http://127.0.0.1:{port}");
        let listens = async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok();
        until("the driver", listens).await;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connected = tokio::time::timeout(PATIENCE, builder.capabilities(wanted).connect(&url)).await;
        let client = connected.expect("the window opens in time").expect("the window opens");
        let screen = Self { client, driver };
        screen.sees("the page", "return document.querySelector('h1') !== null").await;
        screen
    }

    /// The window's process.
    pub fn process(&self) -> Process {
        *self.processes().first().expect("the window runs")
    }

    /// Nothing once the window went by itself.
    fn processes(&self) -> Vec<Process> {
        Process(self.driver.id().expect("the driver runs")).named("booking-monitor")
    }

    /// Asks the page; None while it cannot answer.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Option<Value> {
        self.client.execute(script, arguments).await.ok()
    }

    /// Waits until the script's answer is true.
    pub async fn sees(&self, what: &str, script: &str) {
        self.sees_with(what, script, Vec::new()).await;
    }

    /// The same with arguments.
    pub async fn sees_with(&self, what: &str, script: &str, arguments: Vec<Value>) {
        let started = Instant::now();
        loop {
            let answer = self.ask(script, arguments.clone()).await;
            if answer == Some(Value::Bool(true)) {
                return;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{what} is not seen ({answer:?}); picture: {}\n{}",
                picture(),
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits until words are to be read on the page.
    pub async fn reads(&self, words: &str) {
        let script = "return document.body.innerText.includes(arguments[0])";
        self.sees_with(words, script, vec![json!(words)]).await;
    }

    /// The answer of a script that calls its last argument back.
    pub async fn told(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute_async(script, arguments).await.expect("the page answers")
    }

    /// Everything there is to read.
    pub async fn text(&self) -> String {
        let text = self.ask("return document.body.innerText", Vec::new()).await;
        text.and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// What can be read of the row of a notification; empty where there is none.
    pub async fn row(&self, id: i64) -> String {
        let script = "return document.querySelector(`[data-row=\"${arguments[0]}\"]`)?.innerText ?? ''";
        let text = self.ask(script, vec![json!(id)]).await;
        text.and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Clicks what the selector names, once it can be clicked.
    pub async fn click(&self, css: &str) {
        self.do_with(css, async |client| client.find(Locator::Css(css)).await?.click().await).await;
    }

    /// Clicks one of a row's buttons until it has come of it what should. A row that changes its height in
    /// the middle of a click was not clicked, and a person who sees that nothing came of it clicks again.
    pub async fn act_until(&self, id: i64, act: &str, mut done: impl AsyncFnMut() -> bool) {
        const COMES_WITHIN: Duration = Duration::from_secs(3);
        let button = format!("[data-row=\"{id}\"] [data-act={act}]");
        let started = Instant::now();
        while !done().await {
            assert!(started.elapsed() < PATIENCE, "nothing comes of {act} on {id}; picture: {}", picture());
            // Where it is not there any more, it may have been clicked.
            if let Ok(found) = self.client.find(Locator::Css(&button)).await {
                let _ = found.click().await;
            }
            let clicked = Instant::now();
            while clicked.elapsed() < COMES_WITHIN && !done().await {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }

    /// Opens a row's editor.
    pub async fn edit(&self, id: i64) {
        let open = "return document.querySelector('[data-row] textarea') !== null";
        self.act_until(id, "edit", async || self.ask(open, Vec::new()).await == Some(Value::Bool(true)))
            .await;
    }

    /// Clicks the button with these words.
    pub async fn press(&self, words: &str) {
        let path = format!(
            "//main//button[normalize-space(.)='{words}' or .//*[normalize-space(text())='{words}']]"
        );
        self.do_with(words, async |client| client.find(Locator::XPath(&path)).await?.click().await).await;
    }

    /// Types into what the selector names.
    pub async fn write(&self, css: &str, text: &str) {
        self.do_with(css, async |client| client.find(Locator::Css(css)).await?.send_keys(text).await).await;
    }

    /// Puts another text in the place of what stands in a field.
    pub async fn replace(&self, css: &str, text: &str) {
        self.do_with(css, async |client| client.find(Locator::Css(css)).await?.clear().await).await;
        self.write(css, text).await;
    }

    async fn do_with(&self, what: &str, mut act: impl AsyncFnMut(&Client) -> Result<(), CmdError>) {
        let started = Instant::now();
        // Not there, not yet to be seen, covered, or drawn anew: nothing was done then.
        while let Err(error) = act(&self.client).await {
            assert!(
                started.elapsed() < PATIENCE,
                "{what}: {error}; picture: {}\n{}",
                picture(),
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A click on the window's cross.
    pub async fn close_by_its_cross(&self) {
        close_by_its_cross(self.process()).await;
    }

    /// Ends the window, as dead as a window can be, and its driver. The small one may be gone already.
    pub async fn kill(mut self) {
        let processes = self.processes();
        for process in &processes {
            process.kill();
        }
        let ended = async || processes.iter().all(|process| !process.lives()).then_some(());
        until("the window's end", ended).await;
        self.driver.kill().await.unwrap();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A window outlives its driver.
        let Some(driver) = self.driver.id() else { return };
        for window in Process(driver).named("booking-monitor") {
            window.kill();
        }
    }
}

/// The main window of a process on the display, once it is there.
pub async fn main_window(process: Process) -> String {
    until("the window on the display", async || main_of(process)).await
}

pub(crate) fn main_of(process: Process) -> Option<String> {
    x_windows(process).into_iter().find(|(_, width)| *width >= MAIN_AT_LEAST).map(|(id, _)| id)
}

/// A click on the cross of a process's main window.
pub async fn close_by_its_cross(process: Process) {
    let id = main_window(process).await;
    let closed = Command::new("wmctrl").args(["-i", "-c", &id]).status().unwrap();
    assert!(closed.success());
    until("the window to be gone", async || main_of(process).is_none().then_some(())).await;
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
