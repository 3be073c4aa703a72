//! A windowed program has no console. Started from one, it speaks to that one.

use std::ptr;

use windows_sys::Win32::Foundation::{GENERIC_READ, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::{
    CreateFileW, FILE_SHARE_READ, FILE_SHARE_WRITE, GetFileType, OPEN_EXISTING,
};
use windows_sys::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AttachConsole, GetStdHandle, STD_ERROR_HANDLE, STD_HANDLE, STD_INPUT_HANDLE,
    STD_OUTPUT_HANDLE, SetStdHandle,
};

use crate::wide;

/// Attaches to the console of whoever started this process. What was redirected stays redirected.
/// False where there is no console: then only what was redirected is heard.
pub fn attach() -> bool {
    // Looked at first: attaching may set them all.
    let redirected =
        [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE].map(|which| (which, given(which)));
    // SAFETY: takes a number and no pointer.
    let attached = unsafe { AttachConsole(ATTACH_PARENT_PROCESS) } != 0;
    for (which, given) in redirected {
        let handle = given.or_else(|| attached.then(|| open(which)).flatten());
        if let Some(handle) = handle {
            // SAFETY: the handle is open and is never closed.
            unsafe { SetStdHandle(which, handle) };
        }
    }
    attached
}

/// A handle that leads somewhere.
fn given(which: STD_HANDLE) -> Option<HANDLE> {
    // SAFETY: takes a number and no pointer.
    let handle = unsafe { GetStdHandle(which) };
    // SAFETY: of a value that is no handle it says that it knows no type.
    let leads = !handle.is_null() && handle != INVALID_HANDLE_VALUE && unsafe { GetFileType(handle) } != 0;
    leads.then_some(handle)
}

/// The attached console's own.
fn open(which: STD_HANDLE) -> Option<HANDLE> {
    let name = wide(if which == STD_INPUT_HANDLE { "CONIN$" } else { "CONOUT$" });
    // SAFETY: the name ends with a zero and outlives the call; the other pointers may be null.
    let handle = unsafe {
        CreateFileW(
            name.as_ptr(),
            GENERIC_READ | GENERIC_WRITE,
            FILE_SHARE_READ | FILE_SHARE_WRITE,
            ptr::null(),
            OPEN_EXISTING,
            0,
            ptr::null_mut(),
        )
    };
    (handle != INVALID_HANDLE_VALUE).then_some(handle)
}
