//! What the system tells a window, heard by one that is never shown.
//!
//! It stands for the process: the end of the session and a request to close reach it, and so do
//! the computer's waking up and the screen's unlocking.

use std::io;
use std::ptr;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
use windows_sys::Win32::System::RemoteDesktop::{NOTIFY_FOR_THIS_SESSION, WTSRegisterSessionNotification};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DispatchMessageW, FindWindowW, GetMessageW, MSG, PBT_APMRESUMEAUTOMATIC,
    PostMessageW, RegisterClassW, WM_CLOSE, WM_ENDSESSION, WM_POWERBROADCAST, WM_QUERYENDSESSION,
    WM_WTSSESSION_CHANGE, WNDCLASSW, WTS_SESSION_UNLOCK,
};

use crate::wide;

const CLASS: &str = "BookingMonitorSession";
/// The system waits about as long before it ends what has not ended by itself.
const LAST_PATIENCE: Duration = Duration::from_secs(12);

/// What was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The session ends, or somebody asks this process to.
    End,
    /// Awake again, or unlocked.
    Back,
}

type Listener = Box<dyn Fn(Heard) + Send>;

/// Everybody who listens. There is one window for them all, or a request to close might reach the wrong one.
static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(Vec::new());
static BEGUN: Mutex<bool> = Mutex::new(false);

/// Listens for the life of the process. The listener is called on a thread of its own.
pub fn listen(listener: impl Fn(Heard) + Send + 'static) -> io::Result<()> {
    LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    let mut begun = BEGUN.lock().unwrap_or_else(PoisonError::into_inner);
    if !*begun {
        begin()?;
        *begun = true;
    }
    Ok(())
}

/// A window belongs to the thread that made it.
fn begin() -> io::Result<()> {
    let (ready, began) = mpsc::channel();
    thread::Builder::new().name("session".to_owned()).spawn(move || {
        let made = make();
        let well = made.is_ok();
        let _ = ready.send(made);
        if well {
            turn();
        }
    })?;
    began.recv().unwrap_or_else(|_| Err(io::Error::other("the thread of the session ended")))
}

/// Asks another process to end as the session's end would. False when it has no window to be asked at.
pub fn ask_to_end(process: u32) -> bool {
    let (class, name) = (wide(CLASS), wide(name(process)));
    // SAFETY: both texts end with a zero and outlive the call.
    let window = unsafe { FindWindowW(class.as_ptr(), name.as_ptr()) };
    // SAFETY: a window that has gone meanwhile is an error and nothing worse.
    !window.is_null() && unsafe { PostMessageW(window, WM_CLOSE, 0, 0) } != 0
}

fn name(process: u32) -> String {
    format!("booking-monitor {process}")
}

/// The window. It must not be a message-only one: those are told nothing of the session.
fn make() -> io::Result<()> {
    let (class, name) = (wide(CLASS), wide(name(std::process::id())));
    // SAFETY: with null it is this executable's own.
    let module = unsafe { GetModuleHandleW(ptr::null()) };
    let description = WNDCLASSW {
        style: 0,
        lpfnWndProc: Some(heard),
        cbClsExtra: 0,
        cbWndExtra: 0,
        hInstance: module,
        hIcon: ptr::null_mut(),
        hCursor: ptr::null_mut(),
        hbrBackground: ptr::null_mut(),
        lpszMenuName: ptr::null(),
        lpszClassName: class.as_ptr(),
    };
    // SAFETY: the description and its texts outlive the calls. A class that is there already serves as well.
    let window = unsafe {
        RegisterClassW(&raw const description);
        CreateWindowExW(
            0,
            class.as_ptr(),
            name.as_ptr(),
            0,
            0,
            0,
            0,
            0,
            ptr::null_mut(),
            ptr::null_mut(),
            module,
            ptr::null(),
        )
    };
    if window.is_null() {
        return Err(io::Error::last_os_error());
    }
    // Without it only waking up is heard.
    // SAFETY: the window lives as long as the process.
    unsafe { WTSRegisterSessionNotification(window, NOTIFY_FOR_THIS_SESSION) };
    Ok(())
}

fn turn() {
    // SAFETY: a structure of numbers and handles, for which zeros are in order.
    let mut message: MSG = unsafe { std::mem::zeroed() };
    // SAFETY: the message outlives each call, and the window belongs to this thread.
    while unsafe { GetMessageW(&raw mut message, ptr::null_mut(), 0, 0) } > 0 {
        // SAFETY: as above.
        unsafe { DispatchMessageW(&raw const message) };
    }
}

fn tell(heard: Heard) {
    for listener in &*LISTENERS.lock().unwrap_or_else(PoisonError::into_inner) {
        listener(heard);
    }
}

unsafe extern "system" fn heard(window: HWND, message: u32, what: WPARAM, more: LPARAM) -> LRESULT {
    match message {
        // The program is always ready for it: whatever is on its way has its record first.
        WM_QUERYENDSESSION => 1,
        WM_ENDSESSION => {
            if what != 0 {
                tell(Heard::End);
                // The system ends the process when this returns; it ends by itself before.
                thread::sleep(LAST_PATIENCE);
            }
            0
        }
        // Not closed: it goes with the process.
        WM_CLOSE => {
            tell(Heard::End);
            0
        }
        WM_POWERBROADCAST => {
            if what == PBT_APMRESUMEAUTOMATIC as usize {
                tell(Heard::Back);
            }
            1
        }
        WM_WTSSESSION_CHANGE => {
            if what == WTS_SESSION_UNLOCK as usize {
                tell(Heard::Back);
            }
            0
        }
        // SAFETY: the system's own values, handed on.
        _ => unsafe { DefWindowProcW(window, message, what, more) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_to_end_reaches_the_process_it_is_for() {
        let (sender, told) = mpsc::channel();
        listen(|_| ()).unwrap();
        listen(move |heard| sender.send(heard).unwrap()).unwrap();
        assert!(ask_to_end(std::process::id()));
        assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok(Heard::End));
        assert!(!ask_to_end(u32::MAX), "nobody is there");
    }
}
