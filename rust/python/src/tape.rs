//! Building a tape from Python, and operations on single numbers.

use std::sync::{Arc, Mutex, PoisonError};

use gigacost_engine::numeric::scalar;
use gigacost_engine::tape::{self, Binary, Fold, Name, Node, Op, Search, SearchAxis, Unary};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::raised;

/// The operation `op` on plain numbers, exactly as the engine computes it.
#[pyfunction]
#[pyo3(signature = (op, a, b = None))]
pub(crate) fn apply(op: &str, a: f64, b: Option<f64>) -> PyResult<f64> {
    match b {
        None => Ok(scalar::unary(named(&Unary::ALL, op)?, a)),
        Some(b) => Ok(scalar::binary(named(&Binary::ALL, op)?, a, b)),
    }
}

fn named<T: Copy>(all: &[(T, &str)], name: &str) -> PyResult<T> {
    let found = all
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(op, _)| *op);
    found.ok_or_else(|| PyValueError::new_err(format!("no operation {name}")))
}

/// A model as a list of operations.
#[pyclass(frozen, module = "gigacost._engine")]
#[derive(Debug)]
pub(crate) struct Tape(pub(crate) Arc<gigacost_engine::Tape>);

#[pymethods]
impl Tape {
    /// The tape that `to_bytes` wrote.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        let tape = gigacost_engine::Tape::from_bytes(data).map_err(|error| raised(py, &error))?;
        Ok(Self(Arc::new(tape)))
    }

    /// Versioned bytes; equal tapes give equal bytes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_bytes())
    }

    /// The SHA-256 of the bytes, in hexadecimal.
    #[getter]
    fn sha256(&self) -> String {
        self.0.sha256()
    }

    /// The names of the figures it takes from outside.
    #[getter]
    fn leaves(&self) -> Vec<&str> {
        self.0
            .leaves()
            .iter()
            .map(|leaf| leaf.name.as_str())
            .collect()
    }

    /// The nodes of its named results.
    #[getter]
    fn outputs(&self) -> Vec<(&str, Node)> {
        self.0
            .outputs()
            .iter()
            .map(|(output, node)| (output.name.as_str(), *node))
            .collect()
    }

    fn __len__(&self) -> usize {
        self.0.ops().len()
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let py = slf.py();
        Ok((
            py.get_type::<Self>().getattr("from_bytes")?,
            (slf.get().to_bytes(py),),
        ))
    }
}

/// Builds a tape, node by node.
#[pyclass(frozen, module = "gigacost._engine")]
#[derive(Debug, Default)]
pub(crate) struct TapeBuilder(Mutex<tape::TapeBuilder>);

impl TapeBuilder {
    fn build<T>(&self, build: impl FnOnce(&mut tape::TapeBuilder) -> T) -> T {
        build(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, py: Python<'_>, op: Op) -> PyResult<Node> {
        self.build(|builder| builder.push(op))
            .map_err(|error| raised(py, &error))
    }
}

#[pymethods]
impl TapeBuilder {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// A number.
    fn constant(&self, value: f64) -> Node {
        self.build(|builder| builder.constant(value))
    }

    /// A figure from outside.
    fn leaf(&self, name: String, unit: String, doc: String) -> Node {
        self.build(|builder| builder.leaf(Name { name, unit, doc }))
    }

    /// An operation by its name, on one, two or (`where`) three nodes.
    #[pyo3(signature = (op, *operands))]
    #[allow(clippy::needless_pass_by_value)] // a variadic parameter is extracted as a Vec
    fn apply(&self, py: Python<'_>, op: &str, operands: Vec<Node>) -> PyResult<Node> {
        let op = match (op, operands[..].as_ref()) {
            ("where", &[condition, a, b]) => Op::Where(condition, a, b),
            (_, &[a]) => Op::Unary(named(&Unary::ALL, op)?, a),
            (_, &[a, b]) => Op::Binary(named(&Binary::ALL, op)?, a, b),
            _ => {
                return Err(PyValueError::new_err(format!(
                    "{op} on {} operands",
                    operands.len()
                )));
            }
        };
        self.push(py, op)
    }

    /// A search over axes, given as names and values; the first is the outermost.
    fn search(&self, py: Python<'_>, name: String, axes: Vec<(String, Vec<f64>)>) -> PyResult<u32> {
        let axes = axes
            .into_iter()
            .map(|(name, values)| SearchAxis { name, values })
            .collect();
        self.build(|builder| builder.search(Search { name, axes }))
            .map_err(|error| raised(py, &error))
    }

    /// The value of an axis inside a search.
    fn search_axis(&self, py: Python<'_>, search: u32, axis: u32) -> PyResult<Node> {
        self.push(py, Op::SearchAxis { search, axis })
    }

    /// The flat index of the legal candidate with the smallest objective.
    fn winner(&self, py: Python<'_>, search: u32, objective: Node, among: Node) -> PyResult<Node> {
        self.push(
            py,
            Op::Winner {
                search,
                objective,
                among,
            },
        )
    }

    /// The value of a search's axis at its winner.
    fn pick(&self, py: Python<'_>, search: u32, axis: u32, winner: Node) -> PyResult<Node> {
        self.push(
            py,
            Op::Pick {
                search,
                axis,
                winner,
            },
        )
    }

    /// A node aggregated over draws: the mean, or a quantile.
    #[pyo3(signature = (node, q = None))]
    fn fold(&self, py: Python<'_>, node: Node, q: Option<f64>) -> PyResult<Node> {
        let fold = q.map_or(Fold::Mean, |q| Fold::Quantile(q.to_bits()));
        self.push(py, Op::Fold(fold, node))
    }

    /// The tape; outputs as name, unit, documentation, node.
    fn finish(
        &self,
        py: Python<'_>,
        outputs: Vec<(String, String, String, Node)>,
    ) -> PyResult<Tape> {
        let outputs = outputs
            .into_iter()
            .map(|(name, unit, doc, node)| (Name { name, unit, doc }, node))
            .collect();
        let tape = self
            .build(|builder| builder.finish(outputs))
            .map_err(|error| raised(py, &error))?;
        Ok(Tape(Arc::new(tape)))
    }
}
