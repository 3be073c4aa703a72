//! The program as a stranger gets it: packed, installed, upgraded, removed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use crate::desk::display;
use crate::processes::Process;

const NAME: &str = "booking-monitor";
/// Where the package puts the executables.
const PLACE: &str = "/usr/lib/booking-monitor";
/// Says that this computer is thrown away afterwards, so that nothing may be skipped.
const MUST: &str = "BOOKING_MONITOR_TEST_PACKAGE";

static TURNS: Mutex<()> = Mutex::const_new(());

/// Which of the two packages of the same build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    Lower,
    Higher,
}

/// The package, packed twice with different versions. Dropping it ends the installed program and takes it away.
pub struct Installed {
    packages: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Installed {
    /// Packs the built executables and installs them. None, with a line that says why, where a test must not
    /// do that: without root, or where somebody uses the program.
    pub async fn new(version: Version) -> Option<Self> {
        let turn = TURNS.lock().await;
        if let Some(why) = obstacle() {
            let must = std::env::var_os(MUST).is_some_and(|value| !value.is_empty());
            assert!(!must, "the package must be tested here, and cannot: {why}");
            eprintln!("SKIPPED, the package is not installed: {why}");
            return None;
        }
        let packages = tempfile::tempdir().unwrap();
        for version in [Version::Lower, Version::Higher] {
            pack(packages.path(), version);
        }
        let installed = Self { packages, _turn: turn };
        installed.install(version);
        Some(installed)
    }

    /// Installs one of the two, over whatever is there.
    pub fn install(&self, version: Version) {
        let package = self.package(version);
        let done = dpkg(&["--install", package.to_str().unwrap()]);
        assert!(done.status.success(), "{done:?}");
        assert_eq!(self.version().as_deref(), Some(number(version)));
    }

    fn package(&self, version: Version) -> PathBuf {
        fs::read_dir(self.packages.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_str().unwrap().contains(&format!("_{}_", number(version))))
            .expect("it is packed")
    }

    /// The page of the manual as it was packed: many a small system installs none.
    pub fn manual(&self, version: Version) -> String {
        let place = self.packages.path().join("unpacked");
        let unpacked =
            Command::new("dpkg-deb").arg("--extract").arg(self.package(version)).arg(&place).output();
        assert!(unpacked.as_ref().is_ok_and(|done| done.status.success()), "{unpacked:?}");
        let page = place.join("usr/share/man/man1/booking-monitor.1.gz");
        let read = Command::new("gzip").args(["--decompress", "--stdout"]).arg(page).output().unwrap();
        assert!(read.status.success(), "{read:?}");
        text(&read)
    }

    /// What is installed, as the system says it; None: nothing is.
    pub fn version(&self) -> Option<String> {
        let (status, version) = recorded()?;
        (status == "installed").then_some(version)
    }

    /// What the package says in one of its fields.
    pub fn field(&self, field: &str) -> String {
        let format = format!("-f=${{{field}}}");
        text(&Command::new("dpkg-query").args(["-W", &format, NAME]).output().unwrap())
    }

    /// Takes the program away, and with `purge` what configures it.
    pub fn remove(&self, purge: bool) {
        let done = dpkg(&[if purge { "--purge" } else { "--remove" }, NAME]);
        assert!(done.status.success(), "{done:?}");
    }

    /// How the program is called on the command line.
    pub fn program(&self) -> PathBuf {
        PathBuf::from("/usr/bin").join(NAME)
    }

    /// One of the package's menu entries.
    pub fn menu_entry(&self, name: &str) -> PathBuf {
        PathBuf::from("/usr/share/applications").join(name)
    }

    /// What it starts with the session.
    pub fn autostart_entry(&self) -> PathBuf {
        PathBuf::from("/etc/xdg/autostart/booking-monitor.desktop")
    }

    /// Starts an entry as the desktop does, in the session with this home, data and bus.
    pub fn launch(&self, entry: &Path, home: &Path, bus: &str) {
        // What it starts has the same pipes for as long as it runs, so there are none.
        let launched = Command::new("gio")
            .arg("launch")
            .arg(entry)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", home)
            .env("USER", "anna")
            .env("LANG", "C.UTF-8")
            .envs(display())
            .env("BOOKING_MONITOR_DATA_DIR", home)
            .env("DBUS_SESSION_BUS_ADDRESS", bus)
            .env("DBUS_SYSTEM_BUS_ADDRESS", bus)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("gio is installed");
        assert!(launched.success(), "{}: {launched}", entry.display());
    }

    /// What runs of it, whatever version.
    pub fn running(&self) -> Vec<Process> {
        Process::of_directory(PLACE).into_iter().filter(|process| process.lives()).collect()
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        for process in self.running() {
            process.kill();
        }
        dpkg(&["--purge", NAME]);
    }
}

/// What keeps a test from installing the package; None: nothing.
fn obstacle() -> Option<String> {
    if !Path::new("/usr/bin/dpkg").exists() {
        return Some("this is no Debian or Ubuntu".to_owned());
    }
    if std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) != 0 {
        return Some("only root may install a package".to_owned());
    }
    let (status, version) = recorded()?;
    (status != "not-installed").then(|| {
        format!(
            "version {version} of it is on this computer ({status}); `apt-get purge {NAME}` takes it away"
        )
    })
}

/// State and version of the package in the system's own list; None: it is not in it.
fn recorded() -> Option<(String, String)> {
    let asked = Command::new("dpkg-query")
        .args(["-W", "-f=${db:Status-Status} ${Version}", NAME])
        .output()
        .expect("dpkg-query is installed");
    let said = asked.status.success().then(|| text(&asked))?;
    let (status, version) = said.split_once(' ')?;
    Some((status.to_owned(), version.to_owned()))
}

const fn number(version: Version) -> &'static str {
    match version {
        Version::Lower => "0.0.1",
        Version::Higher => "0.0.2",
    }
}

/// Packs what lies beside this test's own executable.
fn pack(to: &Path, version: Version) {
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(Path::parent).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/linux/package.sh");
    let packed = Command::new("sh")
        .arg(script)
        .args([built, to])
        .arg(number(version))
        .env("QUICK", "1")
        .output()
        .unwrap();
    assert!(packed.status.success(), "{packed:?}");
}

fn dpkg(arguments: &[&str]) -> Output {
    Command::new("dpkg").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
