//! Which computer this is, by the number its system gave it: `/etc/machine-id`,
//! `MachineGuid`, `IOPlatformUUID`.

/// None where the system has none or does not show it.
pub(crate) fn id() -> Option<String> {
    #[cfg(debug_assertions)]
    if let Some(said) = pretended() {
        return Some(said);
    }
    machine_uid::get().ok()
}

/// Another computer, for tests. A release build has none of it.
#[cfg(debug_assertions)]
fn pretended() -> Option<String> {
    std::env::var("BOOKING_MONITOR_MACHINE_ID").ok()
}
