//! The place the database lies in: whether it can be written, and whether its
//! locks can be trusted.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Component, Path, Prefix};

use super::StorageError;

/// As much as the smallest write of the database.
const PROBE: [u8; 4096] = [0x2e; 4096];

/// Where Linux says what is mounted where.
const MOUNTS: &str = "/proc/self/mountinfo";

/// File systems on another computer, or handed through by one: their locks hold
/// only against the same computer, or not at all, and memory is not shared
/// through them, which is how SQLite's processes meet.
const SHARES: [&str; 19] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "drvfs",
    "gfs2",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "prl_fs",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
];

/// The same through FUSE. What else comes through FUSE is a disk of this computer (`fuseblk` is NTFS).
const FUSE_SHARES: [&str; 13] = [
    "ceph",
    "davfs2",
    "gcsfuse",
    "glusterfs",
    "google-drive-ocamlfuse",
    "gvfsd-fuse",
    "kio-fuse",
    "onedriver",
    "rclone",
    "s3fs",
    "smbnetfs",
    "sshfs",
    "vmhgfs-fuse",
];

/// Writes a small file into the directory and removes it: whether the database could grow.
pub fn try_writing(directory: &Path) -> Result<(), StorageError> {
    // Two of one process may look at the same time, and one removes its own file only.
    let nonce = rand::random::<u32>();
    let probe = directory.join(format!(".writable-{}-{nonce:08x}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&probe).and_then(|mut file| {
        file.write_all(&PROBE)?;
        file.sync_all()
    });
    // What was begun is removed even where it could not be finished.
    let removed = fs::remove_file(&probe);
    written.and(removed).map_err(|error| meaning(&error, directory))
}

/// What an error of the file system says of the place it comes from.
pub fn meaning(error: &io::Error, directory: &Path) -> StorageError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StorageError::Full,
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
            StorageError::ReadOnly(format!("{}: {error}", directory.display()))
        }
        _ => StorageError::Failed(format!("{}: {error}", directory.display())),
    }
}

/// Makes an error that says too little say what the directory says.
pub(super) fn why(error: StorageError, directory: &Path) -> StorageError {
    match error {
        StorageError::Failed(said) => match try_writing(directory) {
            Err(found @ (StorageError::Full | StorageError::ReadOnly(_))) => found,
            _ => StorageError::Failed(said),
        },
        other => other,
    }
}

/// The kind of network share or shared folder the directory lies on, such as
/// `nfs4`; None for a disk of this computer, and where the system does not say.
pub fn network_share(directory: &Path) -> Option<String> {
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    if on_a_server(&directory) {
        return Some("smb".to_owned());
    }
    let mounts = fs::read_to_string(MOUNTS).ok()?;
    share_in(&mounts, &directory)
}

/// `\\server\share` on Windows.
fn on_a_server(directory: &Path) -> bool {
    let Some(Component::Prefix(prefix)) = directory.components().next() else { return false };
    matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
}

/// The share that a whole path lies on, by the lines of `/proc/self/mountinfo`.
fn share_in(mounts: &str, directory: &Path) -> Option<String> {
    let mut nearest: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let Some((point, kind)) = mount(line) else { continue };
        let depth = Path::new(&point).components().count();
        // Of two at one place, the later one covers the earlier.
        if directory.starts_with(&point) && nearest.is_none_or(|(deepest, _)| depth >= deepest) {
            nearest = Some((depth, kind));
        }
    }
    nearest.map(|(_, kind)| kind).filter(|kind| is_share(kind)).map(str::to_owned)
}

/// Mount point and file system of a line: `36 35 98:0 / /data rw,noatime shared:1 - nfs4 server:/data rw`.
fn mount(line: &str) -> Option<(String, &str)> {
    let (place, what) = line.split_once(" - ")?;
    Some((unescaped(place.split(' ').nth(4)?), what.split(' ').next()?))
}

/// Blanks, tabs, line ends and backslashes are written as three octal digits.
fn unescaped(written: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(written.to_owned(), |text, (code, character)| text.replace(code, character))
}

fn is_share(kind: &str) -> bool {
    match kind.strip_prefix("fuse.") {
        Some(kind) => FUSE_SHARES.contains(&kind),
        None => SHARES.contains(&kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:28 / /dev/shm rw - tmpfs tmpfs rw
41 22 0:50 / /home rw shared:12 - nfs4 files:/home rw,vers=4.2
42 41 8:1 / /home/anna/disk rw - ext4 /dev/sda1 rw
43 22 0:51 / /mnt/the\\040shop rw - cifs //shop/desk rw
44 22 0:52 / /mnt/phone rw - fuse.sshfs desk@shop: rw
45 22 8:2 / /mnt/windows rw - fuseblk /dev/sda2 rw
46 22 0:53 / /mnt/covered rw - cifs //shop/old rw
47 22 8:3 / /mnt/covered rw - ext4 /dev/sda3 rw
no mount at all
";

    fn share(directory: &str) -> Option<String> {
        share_in(MOUNTS, Path::new(directory))
    }

    #[test]
    fn a_directory_on_another_computer_is_known_by_its_nearest_mount() {
        assert_eq!(share("/home/anna/.local/share/booking-monitor").as_deref(), Some("nfs4"));
        assert_eq!(share("/mnt/the shop/data").as_deref(), Some("cifs"));
        assert_eq!(share("/mnt/phone").as_deref(), Some("fuse.sshfs"));
    }

    #[test]
    fn a_disk_of_this_computer_is_none() {
        for directory in [
            "/var/lib/booking-monitor",
            "/dev/shm/data",
            "/home/anna/disk/data",
            "/homestead",
            "/mnt/windows/data",
            "/mnt/covered/data",
        ] {
            assert_eq!(share(directory), None, "{directory}");
        }
        assert_eq!(network_share(&std::env::temp_dir()), None);
    }

    #[test]
    fn a_directory_that_can_be_written_is_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        try_writing(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(matches!(try_writing(&dir.path().join("gone")), Err(StorageError::Failed(_))));
    }

    #[test]
    fn what_the_system_says_of_a_place_has_a_meaning_of_its_own() {
        let meaning = |kind: ErrorKind| meaning(&io::Error::from(kind), Path::new("/data"));
        assert!(matches!(meaning(ErrorKind::StorageFull), StorageError::Full));
        assert!(matches!(meaning(ErrorKind::QuotaExceeded), StorageError::Full));
        assert!(matches!(meaning(ErrorKind::FileTooLarge), StorageError::Full));
        assert!(matches!(meaning(ErrorKind::ReadOnlyFilesystem), StorageError::ReadOnly(_)));
        assert!(matches!(meaning(ErrorKind::PermissionDenied), StorageError::ReadOnly(_)));
        assert!(matches!(meaning(ErrorKind::TimedOut), StorageError::Failed(_)));
    }

    #[test]
    fn an_error_that_says_enough_is_not_asked_about() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(why(StorageError::Busy, &dir.path().join("gone")), StorageError::Busy));
        assert!(matches!(why(StorageError::Failed("x".to_owned()), dir.path()), StorageError::Failed(_)));
    }
}
