//! What this process holds is nobody else's: tokens in its memory, clients in its files.
//!
//! On Linux the process cannot be dumped: the system writes no core file, hands none
//! to a crash reporter, and lets no other program of the same user read its memory
//! or its environment. The limit on core files alone would not do, for a system that
//! pipes them to a reporter does not ask for it. Whoever must debug a running worker
//! attaches as root.
//!
//! A panic says where it happened, and in what words only if they were written into
//! the program: `byte index 5 is not a char boundary` goes on with the text itself.

use std::any::Any;
use std::panic::{self, PanicHookInfo};

/// Everything of the above. Once, before anything else.
pub(crate) fn keep() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        // Database, log and lock are for this user alone, whatever the shell's mask says.
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
        let none = Rlimit { current: Some(0), ..getrlimit(Resource::Core) };
        // There is nobody to complain to; the next line is the firm one.
        let _ = setrlimit(Resource::Core, none);
    }
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    panic::set_hook(Box::new(|panic| {
        let line = line(panic);
        tracing::error!("{line}");
        // The log may not have begun.
        if !tracing::event_enabled!(tracing::Level::ERROR) {
            anstream::eprintln!("{line}");
        }
    }));
}

fn line(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map_or_else(|| "?".to_owned(), ToString::to_string);
    format!("panicked at {place}: {}", words(panic.payload()))
}

/// Words that were made at run time may hold anything.
fn words(payload: &dyn Any) -> &str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("its words are not shown, they may name a client")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_tells_its_place_and_no_text_that_it_met() {
        let text = "Ирина, вы записаны";
        let said = panic::catch_unwind(|| panic!("no place for {text}")).unwrap_err();
        assert!(said.downcast_ref::<String>().is_some_and(|said| said.contains("Ирина")), "it does hold it");
        assert!(!words(&*said).contains("Ирина"));
        let written = panic::catch_unwind(|| panic!("no owner")).unwrap_err();
        assert_eq!(words(&*written), "no owner");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_leaves_no_core() {
        use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};
        keep();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        let file = tempfile::NamedTempFile::new().unwrap();
        let plain = file.path().with_extension("plain");
        std::fs::write(&plain, "").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&plain).unwrap().permissions());
        std::fs::remove_file(plain).unwrap();
        assert_eq!(mode & 0o777, 0o600);
    }
}
