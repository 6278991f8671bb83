//! The engine's errors as gigacost's exceptions.

use gigacost_engine::Error;
use pyo3::call::PyCallArgs;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// The exception that an engine error is in Python.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let made = || -> PyResult<PyErr> {
        let errors = py.import("gigacost.errors")?;
        let text = error.to_string();
        let exception = match error {
            Error::NotFinite { row, .. } => errors.getattr("InternalError")?.call1((text, *row))?,
            Error::Io { path, source } => {
                let what = PyString::new(py, &source.to_string());
                errors.getattr("OutputError")?.call1((
                    source.raw_os_error(),
                    what,
                    path.as_os_str(),
                ))?
            }
            Error::Invalid(_) | Error::TooLarge => fault(&errors, ("query", "", text))?,
            Error::Encode(_) => errors.getattr("OutputError")?.call1((text,))?,
            Error::Interrupted => return Ok(pyo3::exceptions::PyKeyboardInterrupt::new_err(())),
        };
        Ok(PyErr::from_value(exception))
    };
    made().unwrap_or_else(|error| error)
}

/// The refusal to read a stream of batches that has begun to be read.
pub(crate) fn read_already(py: Python<'_>) -> PyErr {
    let made = || {
        let errors = py.import("gigacost.errors")?;
        let what = "the stream has been read already, at least in part, and can be read only once";
        let allowed = "a new stream, from batches() or rows()";
        fault(&errors, ("batches", "", what, allowed)).map(PyErr::from_value)
    };
    made().unwrap_or_else(|error| error)
}

/// A `SpecError` with one fault: its field, its value, what is wrong with it, and what is allowed.
fn fault<'py>(
    errors: &Bound<'py, PyModule>,
    made_of: impl PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let fault = errors.getattr("Fault")?.call1(made_of)?;
    errors.getattr("SpecError")?.call1((fault,))
}

/// What a panic of the engine is in Python: gigacost's fault, as an exception that `except Exception` catches.
pub(crate) fn panicked(py: Python<'_>) -> PyErr {
    let made = || -> PyResult<PyErr> {
        let exception = py.import("gigacost.errors")?.getattr("InternalError")?;
        Ok(PyErr::from_value(exception.call1((
            "the engine panicked; what it printed says where",
        ))?))
    };
    made().unwrap_or_else(|error| error)
}
