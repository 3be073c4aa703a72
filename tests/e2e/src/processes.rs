//! Processes and their windows, as the system lists them.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::until;

/// A process, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process(pub u32);

impl Process {
    /// Everything it started, and what those started.
    pub fn descendants(self) -> Vec<Self> {
        let mut found = vec![self];
        let all: Vec<_> = all().collect();
        let mut seen = 0;
        while let Some(parent) = found.get(seen).copied() {
            seen += 1;
            found.extend(all.iter().filter(|(_, of)| *of == parent.0).map(|(id, _)| Self(*id)));
        }
        found.split_off(1)
    }

    /// Those of them whose name begins so.
    pub fn named(self, name: &str) -> Vec<Self> {
        self.descendants().into_iter().filter(|each| each.name().starts_with(name)).collect()
    }

    /// Everything that runs from an executable in this directory, also one that was replaced or removed since.
    pub fn of_directory(dir: &str) -> Vec<Self> {
        let from = |id: u32| fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe.starts_with(dir));
        all().filter(|(id, _)| from(*id)).map(|(id, _)| Self(id)).collect()
    }

    /// What it is called, up to 15 characters; nothing once it is gone.
    fn name(self) -> String {
        let name = fs::read_to_string(format!("/proc/{}/comm", self.0)).unwrap_or_default();
        name.trim_end().to_owned()
    }

    /// What it runs; empty once it is gone.
    pub fn executable(self) -> PathBuf {
        fs::read_link(format!("/proc/{}/exe", self.0)).unwrap_or_default()
    }

    /// Whether it has not ended.
    pub fn lives(self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }

    /// `kill -9`: no chance to do anything. One that ended in the meantime is as dead.
    pub fn kill(self) {
        let _ = Command::new("sh").args(["-c", &format!("kill -9 {} 2>/dev/null", self.0)]).status();
    }
}

/// Every process with its parent.
fn all() -> impl Iterator<Item = (u32, u32)> {
    fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let id = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name may hold blanks; behind it stand the state and the parent.
        let (_, fields) = stat.rsplit_once(')')?;
        Some((id, fields.split_whitespace().nth(1)?.parse().ok()?))
    })
}

/// Another program in front of everything, such as the one an administrator types in. Dropping it
/// closes it.
pub struct Other(Child);

impl Other {
    /// Its window is there and has the focus.
    pub async fn in_front() -> Self {
        let shown = Command::new("xev")
            .args(["-name", "Another program", "-geometry", "400x300+40+40"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("xev is installed");
        let other = Self(shown);
        until("another program in front", async || {
            did("wmctrl", &["-a", "Another program"]);
            other.is_in_front().then_some(())
        })
        .await;
        other
    }

    /// Whether what is typed goes to it.
    pub fn is_in_front(&self) -> bool {
        let asked = Command::new("xdotool").args(["getactivewindow", "getwindowname"]).output().unwrap();
        String::from_utf8_lossy(&asked.stdout).trim() == "Another program"
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether a command did what it was asked.
pub(crate) fn did(command: &str, arguments: &[&str]) -> bool {
    Command::new(command).args(arguments).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Whether what is typed goes to a window of this process.
pub fn is_in_front(process: Process) -> bool {
    let asked = Command::new("xdotool").args(["getactivewindow", "getwindowpid"]).output().unwrap();
    String::from_utf8_lossy(&asked.stdout).trim().parse() == Ok(process.0)
}

/// Where a window stands: left, top, width, height. None once it is gone.
pub fn place_of(window: &str) -> Option<[i32; 4]> {
    let listed = Command::new("wmctrl").args(["-l", "-G"]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let line = listed.lines().find(|line| line.starts_with(window))?;
    let numbers: Vec<i32> = line.split_whitespace().skip(2).take(4).filter_map(|n| n.parse().ok()).collect();
    numbers.try_into().ok()
}

/// Moves a window, as a person with the mouse.
pub fn put_window(window: &str, [left, top, width, height]: [i32; 4]) {
    assert!(did("wmctrl", &["-i", "-r", window, "-e", &format!("0,{left},{top},{width},{height}")]));
}

/// The windows of a process on the display: identifier and width.
pub fn x_windows(process: Process) -> Vec<(String, u32)> {
    let listed = Command::new("wmctrl").args(["-l", "-p", "-G"]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let window = |line: &str| {
        // Identifier, desktop, process, left, top, width, height.
        let fields: Vec<_> = line.split_whitespace().collect();
        let own = fields.get(2)?.parse() == Ok(process.0);
        own.then(|| Some((fields[0].to_owned(), fields.get(5)?.parse().ok()?))).flatten()
    };
    listed.lines().filter_map(window).collect()
}
