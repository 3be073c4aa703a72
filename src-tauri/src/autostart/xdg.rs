//! Starting with the session on Linux: an entry of the person's own, or the package's for everybody.
//!
//! The desktop reads `autostart/booking-monitor.desktop` in the person's configuration first, and in
//! the system's only where the person has none. So the package's entry holds until a person switches
//! it off, and off is an entry of their own that says `Hidden=true`.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const ENTRY: &str = "autostart/booking-monitor.desktop";
const NAME: &str = "Booking Monitor";

/// Where the two entries are looked for.
pub(super) struct Places {
    own: PathBuf,
    system: Vec<PathBuf>,
}

impl Places {
    /// As the desktop finds them; None for a person without a home.
    pub(super) fn of_session() -> Option<Self> {
        let own = directories::BaseDirs::new()?.config_dir().join(ENTRY);
        let set = env::var_os("XDG_CONFIG_DIRS").filter(|dirs| !dirs.is_empty());
        let dirs = set.unwrap_or_else(|| "/etc/xdg".into());
        Some(Self { own, system: env::split_paths(&dirs).map(|dir| dir.join(ENTRY)).collect() })
    }

    /// What the desktop will do at the next start of a session.
    pub(super) fn is_on(&self) -> bool {
        fs::read_to_string(&self.own)
            .ok()
            .or_else(|| self.of_system())
            .is_some_and(|entry| !is_hidden(&entry))
    }

    /// Switches it for `command`; `usual` is the one that the system's entry starts too.
    pub(super) fn set(&self, on: bool, command: &[String], usual: bool) -> io::Result<()> {
        let by_system = self.of_system().is_some_and(|entry| !is_hidden(&entry));
        match (on, by_system) {
            (true, true) if usual => self.remove(),
            (true, _) => self.write(&entry(command, false)),
            (false, true) => self.write(&entry(command, true)),
            (false, false) => self.remove(),
        }
    }

    fn of_system(&self) -> Option<String> {
        self.system.iter().find_map(|path| fs::read_to_string(path).ok())
    }

    fn write(&self, entry: &str) -> io::Result<()> {
        if let Some(dir) = self.own.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::write(&self.own, entry)
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.own) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}

/// Switched off, by this program or by the desktop's own list of what starts with the session.
fn is_hidden(entry: &str) -> bool {
    let says = |line: &str, key: &str, value: &str| {
        line.split_once('=').is_some_and(|(left, right)| left.trim() == key && right.trim() == value)
    };
    entry.lines().any(|line| says(line, "Hidden", "true") || says(line, "X-GNOME-Autostart-enabled", "false"))
}

fn entry(command: &[String], hidden: bool) -> String {
    let exec = command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    let hidden = if hidden { "Hidden=true\n" } else { "" };
    format!("[Desktop Entry]\nType=Application\nName={NAME}\nExec={exec}\nTerminal=false\n{hidden}")
}

/// A word of `Exec`: quoted for the line, and that once more for the file.
fn quoted(word: &str) -> String {
    let plain = |each: char| each.is_alphanumeric() || "-_./=:,+@".contains(each);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let mut line = String::from("\"");
    for each in word.chars() {
        match each {
            '"' | '`' | '$' | '\\' => line.extend(['\\', each]),
            '%' => line.push_str("%%"),
            _ => line.push(each),
        }
    }
    line.push('"');
    line.replace('\\', "\\\\")
}

/// How the program is started without a window.
pub(super) fn command(resident: &Path, dir: Option<&Path>) -> Vec<String> {
    let mut command = vec![resident.display().to_string(), "--hidden".to_owned()];
    // The usual directory needs no naming, so that it may move with the person's home.
    command.extend(dir.into_iter().flat_map(|dir| ["--data-dir".to_owned(), dir.display().to_string()]));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGED: &str = include_str!("../../../packaging/linux/autostart.desktop");

    fn places(packaged: bool) -> (tempfile::TempDir, Places) {
        let dir = tempfile::tempdir().unwrap();
        let system = dir.path().join("system.desktop");
        if packaged {
            fs::write(&system, PACKAGED).unwrap();
        }
        let own = dir.path().join("home").join(ENTRY);
        (dir, Places { own, system: vec![PathBuf::from("/nonexistent"), system] })
    }

    fn switch(places: &Places, on: bool) {
        places.set(on, &command(Path::new("/usr/lib/b/booking-monitor"), None), true).unwrap();
        assert_eq!(places.is_on(), on);
    }

    #[test]
    fn without_a_package_it_is_off_until_a_person_wants_it() {
        let (_dir, places) = places(false);
        assert!(!places.is_on());
        switch(&places, false);
        switch(&places, true);
        let written = fs::read_to_string(&places.own).unwrap();
        assert!(written.contains("\nExec=/usr/lib/b/booking-monitor --hidden\n"), "{written}");
        switch(&places, false);
        assert!(!places.own.exists());
    }

    #[test]
    fn the_package_s_entry_holds_until_a_person_switches_it_off_and_again_when_on() {
        let (_dir, places) = places(true);
        assert!(places.is_on());
        switch(&places, false);
        assert!(is_hidden(&fs::read_to_string(&places.own).unwrap()));
        switch(&places, true);
        assert!(!places.own.exists(), "one entry, or the program would be started by an old copy of it");
    }

    #[test]
    fn what_the_desktop_s_own_list_switched_off_is_off() {
        let (_dir, places) = places(true);
        places.write("[Desktop Entry]\nExec=x\nX-GNOME-Autostart-enabled=false\n").unwrap();
        assert!(!places.is_on());
        switch(&places, true);
    }

    #[test]
    fn another_data_directory_is_named_whatever_it_is_called() {
        let (_dir, places) = places(true);
        let command =
            command(Path::new("/usr/lib/b/booking-monitor"), Some(Path::new("/srv/у нас $1 50%\\")));
        places.set(true, &command, false).unwrap();
        let written = fs::read_to_string(&places.own).unwrap();
        let exec = r#"Exec=/usr/lib/b/booking-monitor --hidden --data-dir "/srv/у нас \\$1 50%%\\\\""#;
        assert!(written.contains(exec), "{written}");
    }
}
