//! What a keyring's refusal means.
//!
//! Some of the library's errors carry the stored bytes, so none is ever printed
//! whole: only the platform's own words are passed on.

use engine::ports::SecretsError;
use keyring_core::Error;

use crate::platform::{Meaning, meaning};

/// Of an attempt to reach the keyring at all.
pub(crate) fn of_connect(error: &Error) -> SecretsError {
    match of_call(error) {
        SecretsError::Refused(why) => SecretsError::Absent(why),
        other => other,
    }
}

/// Of a call to a keyring that was reached.
pub(crate) fn of_call(error: &Error) -> SecretsError {
    match error {
        Error::NoStorageAccess(inner) | Error::PlatformFailure(inner) => {
            // What cannot be accessed is locked, unless the platform knows better.
            match (meaning(inner.as_ref()), error) {
                (Meaning::Locked, _) | (Meaning::Unknown, Error::NoStorageAccess(_)) => SecretsError::Locked,
                (Meaning::Absent, _) => SecretsError::Absent(inner.to_string()),
                (Meaning::Unknown, _) => SecretsError::Refused(inner.to_string()),
            }
        }
        Error::NoEntry => SecretsError::Refused("there is no such entry".to_owned()),
        Error::BadEncoding(_) => SecretsError::Refused("what is stored there is not text".to_owned()),
        Error::BadDataFormat(..) => {
            SecretsError::Refused("what is stored there has another format".to_owned())
        }
        Error::TooLong(_, limit) => SecretsError::TooLong { limit: *limit as usize },
        Error::Invalid(what, why) => SecretsError::Refused(format!("{what} {why}")),
        Error::Ambiguous(entries) => SecretsError::Ambiguous { entries: entries.len() },
        Error::NoDefaultStore => SecretsError::Absent("this system has none".to_owned()),
        Error::BadStoreFormat(why) | Error::NotSupportedByStore(why) => SecretsError::Refused(why.clone()),
        // The library may learn new ones; their text is unknown, so it is not shown.
        _ => SecretsError::Refused("an error of a new kind".to_owned()),
    }
}

/// Whether connecting anew may help.
pub(crate) fn may_be_a_lost_connection(error: &Error) -> bool {
    matches!(error, Error::PlatformFailure(inner) if !matches!(meaning(inner.as_ref()), Meaning::Locked))
}
