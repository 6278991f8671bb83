//! Python objects that take bytes.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Give all of the bytes to a Python object with a `write` method, which may take some of them at a time.
pub(crate) fn write_all(sink: &Bound<'_, PyAny>, mut bytes: &[u8]) -> PyResult<()> {
    let raw = sink.py().import("io")?.getattr("RawIOBase")?;
    while !bytes.is_empty() {
        let written = sink.call_method1("write", (PyBytes::new(sink.py(), bytes),))?;
        // A raw file says None when it would block; other objects may say nothing when they have taken all.
        let taken = if written.is_none() && sink.is_instance(&raw)? {
            0
        } else {
            written.extract().unwrap_or(bytes.len())
        };
        if taken == 0 {
            sink.py().check_signals()?;
        }
        bytes = bytes.get(taken..).unwrap_or_default();
    }
    Ok(())
}
