//! SIMD levels by their names.

use gigacost_engine::Simd;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The SIMD level that programs use: the best of this CPU, or the one named, when the CPU has it.
#[pyfunction]
#[pyo3(signature = (wanted = None))]
pub(crate) fn simd(wanted: Option<&str>) -> PyResult<&'static str> {
    Ok(requested(wanted)?.name())
}

/// The SIMD level of a name, or the best.
pub(crate) fn requested(wanted: Option<&str>) -> PyResult<Simd> {
    let Some(name) = wanted else {
        return Ok(Simd::best());
    };
    Simd::named(name).ok_or_else(|| {
        let have: Vec<&str> = Simd::all_available().map(Simd::name).collect();
        let have = have.join(", ");
        PyValueError::new_err(format!("SIMD level {name}; this CPU has: {have}"))
    })
}
