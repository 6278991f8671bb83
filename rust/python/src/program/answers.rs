//! Answers as Python takes them.

use gigacost_engine::numeric::exact_sum::{ExactSquares, ExactSum};
use gigacost_engine::query::Statistics;
use gigacost_engine::run::Control;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

/// How many rows were evaluated, how many boxes bounded, and what nothing that was not looked at is better than.
pub(super) type Effort = (u64, u64, Option<f64>);

pub(super) fn effort(control: &Control) -> Effort {
    (control.evaluated(), control.boxes(), control.bound())
}

/// Statistics as a dictionary.
pub(super) fn statistics<'py>(py: Python<'py>, found: &Statistics) -> PyResult<Bound<'py, PyDict>> {
    let columns = found.columns.iter().map(|column| {
        let one = PyDict::new(py);
        one.set_item("count", column.count)?;
        one.set_item("min", column.min)?;
        one.set_item("max", column.max)?;
        one.set_item("quantiles", &column.quantiles)?;
        one.set_item(
            "sum",
            (
                PyBytes::new(py, &column.moments.sum.to_le_bytes()),
                ExactSum::EXPONENT,
            ),
        )?;
        one.set_item(
            "squares",
            (
                PyBytes::new(py, &column.moments.squares.to_le_bytes()),
                ExactSquares::EXPONENT,
            ),
        )?;
        Ok(one)
    });
    let all = PyDict::new(py);
    all.set_item("columns", columns.collect::<PyResult<Vec<_>>>()?)?;
    all.set_item("kept", found.kept)?;
    all.set_item("states", &found.states)?;
    Ok(all)
}
