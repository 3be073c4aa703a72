//! Disks that are too small, or break: file systems of their own, for whoever may mount one.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// As small as a database with its journal and log just fits.
const SIZE: &str = "size=16m";

/// The bytes of an image that can hold a file system with a journal.
const IMAGE: u64 = 32 << 20;

/// What takes up the room of a full disk.
const FILLER: &str = "filler";

/// A file system of its own. Dropping it takes it away.
#[derive(Debug)]
pub struct Disk {
    /// Where it is mounted.
    at: TempDir,
    /// The image behind it, if it is not in memory.
    image: Option<PathBuf>,
    /// Keeps the image.
    _place: TempDir,
}

impl Disk {
    /// Sixteen megabytes in memory. None: this user may not mount anything.
    pub fn small() -> Option<Self> {
        let disk =
            Self { at: tempfile::tempdir().unwrap(), image: None, _place: tempfile::tempdir().unwrap() };
        did(
            "mount",
            [
                OsStr::new("-t"),
                "tmpfs".as_ref(),
                "-o".as_ref(),
                SIZE.as_ref(),
                "tmpfs".as_ref(),
                disk.path().as_ref(),
            ],
        )
        .then_some(disk)
    }

    /// An ext4 that turns read-only at its first fault, as most systems have it.
    /// None: this user may not mount anything, or the system knows no ext4.
    pub fn that_can_break() -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let image = place.path().join("image");
        File::create(&image).unwrap().set_len(IMAGE).unwrap();
        let made = did("mkfs.ext4", [OsStr::new("-q"), "-F".as_ref(), image.as_ref()]);
        let disk = Self { at: tempfile::tempdir().unwrap(), image: Some(image), _place: place };
        (made && disk.mount()).then_some(disk)
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.at.path()
    }

    /// A directory on it.
    pub fn dir(&self) -> TempDir {
        tempfile::tempdir_in(self.path()).unwrap()
    }

    /// Leaves no room for another page.
    pub fn fill(&self) {
        let mut filler = File::create(self.path().join(FILLER)).unwrap();
        let page = [0_u8; 4096];
        while filler.write_all(&page).is_ok() {}
    }

    /// Gives the room back.
    pub fn make_room(&self) {
        fs::remove_file(self.path().join(FILLER)).unwrap();
    }

    /// Its next fault is now: the kernel makes it read-only under whoever has files open on it.
    pub fn break_now(&self) {
        // What somebody else wrote long ago is on it by now.
        assert!(did("sync", [OsStr::new("-f"), self.path().as_ref()]));
        let mounts = fs::read_to_string("/proc/mounts").unwrap();
        let at = self.path().to_str().unwrap();
        let line = mounts.lines().find(|line| line.split(' ').nth(1) == Some(at)).unwrap();
        let device = Path::new(line.split(' ').next().unwrap()).file_name().unwrap();
        fs::write(Path::new("/sys/fs/ext4").join(device).join("trigger_fs_error"), "1").unwrap();
    }

    /// Repaired and mounted again. Nobody may have a file open on it.
    pub fn repair(&self) {
        let image = self.image.as_ref().unwrap();
        assert!(did("umount", [self.path()]), "somebody uses the disk");
        // It ends with 1 where it mended something.
        let mended = Command::new("e2fsck").args(["-p", "-f"]).arg(image).output().unwrap();
        assert!(mended.status.code().is_some_and(|code| code <= 1), "{mended:?}");
        assert!(self.mount());
    }

    fn mount(&self) -> bool {
        let Some(image) = &self.image else { return false };
        did(
            "mount",
            [OsStr::new("-o"), "loop,errors=remount-ro".as_ref(), image.as_ref(), self.path().as_ref()],
        )
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever still has a file open on it keeps it alive, and nobody else sees it.
        did("umount", ["-l".as_ref(), self.path().as_os_str()]);
    }
}

/// Whether a command did what it was asked. One that is not there did not.
fn did<const N: usize>(command: &str, arguments: [impl AsRef<OsStr>; N]) -> bool {
    let done = Command::new(command).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}
