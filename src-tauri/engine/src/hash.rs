//! Hashes of what nobody needs to read, only to recognise.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Of a text, salted with the program's name, as 64 hexadecimal digits.
pub(crate) fn of(text: &str) -> String {
    hex(Sha256::digest(format!("booking-monitor {text}")))
}

/// Two digits a byte.
pub(crate) fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes.into_iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
