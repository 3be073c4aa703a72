//! Files that nobody but this user may read, from before their first byte.

use std::fs::OpenOptions;

/// Options for such a file: it is made so, and not changed to it afterwards.
pub fn private_file() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only unix has a mode to set"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
