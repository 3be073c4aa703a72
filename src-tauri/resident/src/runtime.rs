//! The asynchronous runtime, for the commands that need one: a single thread.

use std::future::Future;

use tokio::sync::watch;

use crate::failure::Failure;

/// Runs to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    let outcome = runtime.block_on(future);
    // A name that is still being looked up must not hold the end back.
    runtime.shutdown_background();
    outcome
}

/// Turns true when the system or a person asks the program to end. Must be
/// called inside the runtime.
pub(crate) fn stop_signal() -> Result<watch::Receiver<bool>, Failure> {
    let (asked, stop) = watch::channel(false);
    let signals = Signals::listen().map_err(Failure::Runtime)?;
    tokio::spawn(async move {
        signals.first().await;
        let _ = asked.send(true);
        // Kept: a receiver whose sender is gone could no longer tell "asked" from "lost".
        asked.closed().await;
    });
    Ok(stop)
}

/// Resolves when `stop` has turned true.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    while !*stop.borrow_and_update() {
        if stop.changed().await.is_err() {
            return;
        }
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn first(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    shutdown: tokio::signal::windows::CtrlShutdown,
    /// The end of the session, or `booking-monitor quit`.
    session: watch::Receiver<bool>,
}

#[cfg(windows)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Self {
            ctrl_c: ctrl_c()?,
            ctrl_break: ctrl_break()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
            session: session_end()?,
        })
    }

    async fn first(mut self) {
        tokio::select! {
            _ = self.ctrl_c.recv() => {}
            _ = self.ctrl_break.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shutdown.recv() => {}
            () = stopped(&mut self.session) => {}
        }
    }
}

/// Turns true when the session ends, or another process asks this one to.
#[cfg(windows)]
fn session_end() -> std::io::Result<watch::Receiver<bool>> {
    let (asked, end) = watch::channel(false);
    win32::listen(move |heard| {
        if heard == win32::Heard::End {
            let _ = asked.send(true);
        }
    })?;
    Ok(end)
}
