//! Where an installer ends the running program before it puts a new one there, nothing is replaced under it.

use std::convert::Infallible;
use std::io;

/// The file this process was started from.
#[derive(Debug)]
pub(crate) struct Executable;

impl Executable {
    #[expect(clippy::unnecessary_wraps, reason = "as where it can be replaced")]
    pub(crate) fn of_process() -> io::Result<Self> {
        Ok(Self)
    }

    /// Never resolves.
    pub(crate) async fn replaced(&self) {
        match std::future::pending::<Infallible>().await {}
    }

    /// There is nothing new to become.
    pub(crate) fn start_anew(&self, _window: Option<bool>) -> io::Error {
        io::ErrorKind::Unsupported.into()
    }
}
