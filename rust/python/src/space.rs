//! How spaces are cut.

use gigacost_engine::Space;
use pyo3::prelude::*;

use crate::error::raised;

/// Where a part (from 0 on) of some equal parts of a space with groups of these sizes begins, and where it ends.
#[pyfunction]
pub(crate) fn cut(py: Python<'_>, sizes: Vec<u64>, part: u64, parts: u64) -> PyResult<(u64, u64)> {
    let space = Space::new(sizes).map_err(|error| raised(py, &error))?;
    Ok((
        space.cut(part, parts),
        space.cut(part.saturating_add(1), parts),
    ))
}

/// A row of a space with groups of these sizes that is not further than `most` from another one, and at which a digit of
/// a group begins: of the outermost that has one.
#[pyfunction]
pub(crate) fn aligned(py: Python<'_>, sizes: Vec<u64>, row: u64, most: u64) -> PyResult<u64> {
    let space = Space::new(sizes).map_err(|error| raised(py, &error))?;
    Ok(space.aligned(row, most))
}
