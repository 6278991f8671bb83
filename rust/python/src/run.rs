//! A run beside the interpreter: it computes detached, the calling thread watches signals and progress.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::Duration;

use gigacost_engine::run::Control;
use gigacost_engine::{Error, Result};
use pyo3::prelude::*;

use crate::error::{panicked, raised};

/// How often the calling thread wakes.
const WAKE: Duration = Duration::from_millis(50);

/// Run `work` detached from the interpreter; every 50 ms handle signals and call `progress` with the combinations done.
///
/// What a signal handler or `progress` raises stops the run and is raised.
pub(crate) fn watched<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Control) -> Result<T> + Send,
) -> PyResult<T> {
    let control = Control::default();
    let progress = progress.map(|progress| progress.clone().unbind());
    let (outcome, raising) = py.detach(|| {
        let mut raising = None;
        let outcome = std::thread::scope(|scope| {
            let (send, receive) = channel();
            let control = &control;
            let spawned = Builder::new().spawn_scoped(scope, move || {
                // A closed channel tells of the panic.
                if let Ok(result) = catch_unwind(AssertUnwindSafe(|| work(control))) {
                    let _ = send.send(result);
                }
            });
            if let Err(source) = spawned {
                let path = "a thread to compute in".into();
                return Some(Err(Error::Io { path, source }));
            }
            loop {
                match receive.recv_timeout(WAKE) {
                    Ok(result) => return Some(result),
                    Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) if raising.is_none() => {
                        let watched = Python::try_attach(|py| {
                            py.check_signals()?;
                            progress.as_ref().map_or(Ok(()), |progress| {
                                progress.call1(py, (control.done(),)).map(drop)
                            })
                        });
                        if let Some(Err(error)) = watched {
                            control.stop();
                            raising = Some(error);
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                }
            }
        });
        (outcome, raising)
    });
    match (outcome, raising) {
        (_, Some(error)) => Err(error),
        (Some(result), None) => result.map_err(|error| raised(py, &error)),
        (None, None) => Err(panicked(py)),
    }
}
