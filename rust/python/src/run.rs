//! A run beside the interpreter: it computes detached, the calling thread watches signals and progress.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::Builder;
use std::time::Duration;

use gigacost_engine::run::Control;
use gigacost_engine::{Error, Result};
use pyo3::prelude::*;

use crate::error::{panicked, raised};

/// How often the calling thread wakes.
const WAKE: Duration = Duration::from_millis(50);

/// How many values of nodes are computed so fast (some milliseconds) that nobody needs to watch.
const UNWATCHED: u64 = 1 << 22;

/// Run `work`, which computes about so many `values`, detached from the interpreter.
///
/// Little is computed by the calling thread itself: no thread is started, none waits. More is `watched`.
pub(crate) fn computed<T: Send>(
    py: Python<'_>,
    values: u64,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Control) -> Result<T> + Send,
) -> PyResult<T> {
    if values > UNWATCHED {
        return watched(py, progress, work);
    }
    match py.detach(|| catch_unwind(AssertUnwindSafe(|| work(&Control::default())))) {
        Ok(result) => result.map_err(|error| raised(py, &error)),
        Err(_) => Err(panicked(py)),
    }
}

/// What a run sends to the calling thread.
enum Message<T> {
    /// Bytes for the caller's sink.
    Bytes(Vec<u8>),
    /// The outcome.
    Done(Result<T>),
}

/// A sink in the run: what is written goes to the calling thread, where Python's sinks and signals live.
pub(crate) struct Relay<T>(SyncSender<Message<T>>);

impl<T> std::io::Write for Relay<T> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let sent = self.0.send(Message::Bytes(bytes.to_vec()));
        sent.map_err(|_| std::io::Error::other("nobody takes the bytes"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Run `work` detached from the interpreter; every 50 ms handle signals and call `progress` with the combinations done.
///
/// What a signal handler or `progress` raises stops the run and is raised.
pub(crate) fn watched<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Control) -> Result<T> + Send,
) -> PyResult<T> {
    relayed(py, progress, |_, _| Ok(()), |control, _| work(control))
}

/// As `watched`; what the run writes to its relay is given to `take` on the calling thread.
pub(crate) fn relayed<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    take: impl Fn(Python<'_>, &[u8]) -> PyResult<()> + Sync,
    work: impl FnOnce(&Control, Relay<T>) -> Result<T> + Send,
) -> PyResult<T> {
    let control = Control::default();
    let progress = progress.map(|progress| progress.clone().unbind());
    let outcome = py.detach(|| {
        std::thread::scope(|scope| {
            let (send, receive) = sync_channel(1);
            let control = &control;
            let relay = Relay(SyncSender::clone(&send));
            let spawned = Builder::new().spawn_scoped(scope, move || {
                // A closed channel tells of the panic.
                if let Ok(result) = catch_unwind(AssertUnwindSafe(|| work(control, relay))) {
                    let _ = send.send(Message::Done(result));
                }
            });
            if let Err(source) = spawned {
                let path = "a thread to compute in".into();
                return Ok(Some(Err(Error::Io { path, source })));
            }
            loop {
                let handled = match receive.recv_timeout(WAKE) {
                    Ok(Message::Done(result)) => return Ok(Some(result)),
                    Err(RecvTimeoutError::Disconnected) => return Ok(None),
                    Ok(Message::Bytes(bytes)) => Python::try_attach(|py| take(py, &bytes)),
                    Err(RecvTimeoutError::Timeout) => Python::try_attach(|py| {
                        py.check_signals()?;
                        let done = (control.done(),);
                        progress
                            .as_ref()
                            .map_or(Ok(()), |progress| progress.call1(py, done).map(drop))
                    }),
                };
                if let Some(Err(error)) = handled {
                    // The run ends at its next strip, or when it finds that nobody takes its bytes.
                    control.stop();
                    return Err(error);
                }
            }
        })
    });
    match outcome? {
        Some(result) => result.map_err(|error| raised(py, &error)),
        None => Err(panicked(py)),
    }
}
