//! Answers as Python takes them.

use gigacost_engine::numeric::exact_sum::{ExactSquares, ExactSum};
use gigacost_engine::query::{Digits, Pareto, Ranks, Statistics};
use gigacost_engine::run::Control;
use gigacost_engine::skyline::{MOST_DIMS, Points};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

/// How many rows were evaluated, how many boxes bounded, and what nothing that was not looked at is better than.
pub(super) type Effort = (u64, u64, Option<f64>);

/// Numbers of rows, and values of theirs.
type Rows<'py> = Bound<'py, PyArray1<u64>>;
type Values<'py> = Bound<'py, PyArray1<f64>>;

/// The numbers of rows, their values and their groups, and the effort.
pub(super) type Winners<'py> = (Rows<'py>, Values<'py>, Bound<'py, PyArray1<u32>>, Effort);

/// The numbers of rows, their points, and the effort.
pub(super) type FrontPoints<'py> = (Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<f64>>, Effort);

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
        let squares = column.moments.squares.as_ref();
        let squares =
            squares.map(|sum| (PyBytes::new(py, &sum.to_le_bytes()), ExactSquares::EXPONENT));
        one.set_item("squares", squares)?;
        Ok(one)
    });
    let all = PyDict::new(py);
    all.set_item("columns", columns.collect::<PyResult<Vec<_>>>()?)?;
    all.set_item("kept", found.kept)?;
    all.set_item("states", &found.states)?;
    Ok(all)
}

/// For each column and each of its prefixes, which digits follow and how often.
pub(super) type Counted<'py> = Vec<Vec<(Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u64>>)>>;

pub(super) fn counted<'py>(py: Python<'py>, found: &Digits) -> Counted<'py> {
    let one = |counts: &Vec<u64>| {
        let some = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let (digits, counts): (Vec<u32>, Vec<u64>) =
            some.map(|(digit, count)| (digit as u32, *count)).unzip();
        (digits.into_pyarray(py), counts.into_pyarray(py))
    };
    let columns = found.0.iter();
    columns
        .map(|prefixes| prefixes.iter().map(one).collect())
        .collect()
}

/// The numbers of rows, and their points one after the other.
pub(super) fn front_points<'py>(py: Python<'py>, points: &Points) -> (Rows<'py>, Values<'py>) {
    let (rows, values) = (points.rows().to_vec(), points.values().to_vec());
    (rows.into_pyarray(py), values.into_pyarray(py))
}

/// The front of points of so many coordinates, one after the other, that belong to rows: as `Program.pareto` tells it.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // extracted
pub(crate) fn front<'py>(
    py: Python<'py>,
    dims: usize,
    values: PyReadonlyArray1<'py, f64>,
    rows: PyReadonlyArray1<'py, u64>,
) -> PyResult<(Rows<'py>, Values<'py>)> {
    let (values, rows) = (values.as_slice()?, rows.as_slice()?);
    if !(1..=MOST_DIMS).contains(&dims) || values.len() != dims * rows.len() {
        return Err(PyValueError::new_err("not a point for each row"));
    }
    let mut points = Points::new(dims);
    for (point, row) in values.chunks_exact(dims).zip(rows) {
        points.push(point, *row);
    }
    let found = py.detach(|| Pareto::of_points(&points, dims));
    Ok(front_points(py, &found))
}

/// Which digits follow a prefix, and how often.
type DigitCounts<'py> = (PyReadonlyArray1<'py, u32>, PyReadonlyArray1<'py, u64>);

/// What is known of the quantiles of columns, round by round.
#[pyclass(module = "gigacost._engine")]
#[derive(Debug)]
pub(crate) struct Quantiles(Ranks);

#[pymethods]
impl Quantiles {
    /// Nothing is known, but for how many values each column has.
    #[new]
    #[allow(clippy::needless_pass_by_value)] // extracted
    fn new(quantiles: Vec<f64>, counts: Vec<u64>) -> Self {
        Self(Ranks::new(&quantiles, &counts))
    }

    /// What is to be counted next by `Program.digits`; None when all is known.
    fn round(&self) -> Option<(u32, Vec<Vec<u64>>)> {
        self.0.round().map(|round| (round.digit, round.prefixes))
    }

    /// Take in what was counted: for each part of the space what `Program.digits` gave.
    #[allow(clippy::needless_pass_by_value)] // extracted
    fn advance(&mut self, parts: Vec<Vec<Vec<DigitCounts<'_>>>>) -> PyResult<()> {
        let Some(round) = self.0.round() else {
            return Ok(());
        };
        let mut found = round.nothing();
        let other = || PyValueError::new_err("counted in another round");
        for part in parts {
            for (all, columns) in found.0.iter_mut().zip(part) {
                for (all, (digits, counts)) in all.iter_mut().zip(columns) {
                    for (digit, count) in digits.as_slice()?.iter().zip(counts.as_slice()?) {
                        *all.get_mut(*digit as usize).ok_or_else(other)? += count;
                    }
                }
            }
        }
        self.0.advance(&found);
        Ok(())
    }

    /// For each column its quantiles, in the order asked for.
    fn values(&self) -> Vec<Vec<f64>> {
        self.0.values()
    }
}
