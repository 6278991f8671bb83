//! A tape bound to a space, and the questions that can be put to it.

pub(crate) mod answers;
mod given;

use std::sync::Arc;

use gigacost_engine::query::{self, Count, Pareto, Summary, Top};
use gigacost_engine::run::{Control, Limit};
use gigacost_engine::tape::Node;
use gigacost_engine::{Blocks, Gradient, Leaf, Space};
use numpy::{IntoPyArray, PyReadwriteArray, PyReadwriteArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use self::answers::{
    Counted, Effort, FrontPoints, Winners, counted, effort, front_points, statistics,
};
use self::given::{ColumnSpec, LeafValues, measures};
use crate::error::raised;
use crate::rows::Rows;
use crate::run::{computed, watched};
use crate::simd::requested;
use crate::tape::Tape;

/// A node's value; along each leaf its derivative, and whether it has steps too.
type Slopes = (f64, Vec<f64>, Vec<bool>);

/// A tape bound to a space.
#[pyclass(frozen, module = "gigacost._engine")]
#[derive(Debug)]
pub(crate) struct Program(Arc<gigacost_engine::Program>);

#[pymethods]
impl Program {
    /// Bind a tape to groups of these sizes, with a table (its groups ascending, the last one fastest) for each leaf.
    /// The group behind the last one is that of the draws.
    ///
    /// `blocks` says how the space is cut up: values of a table, rows of a region, winners of a search, rows of a chunk,
    /// rows from which on it is asked what can be left out.
    #[new]
    #[pyo3(signature = (tape, sizes, leaves, simd = None, blocks = None))]
    fn new(
        py: Python<'_>,
        tape: &Tape,
        sizes: Vec<u64>,
        leaves: Vec<(Vec<usize>, LeafValues<'_>)>,
        simd: Option<&str>,
        blocks: Option<(usize, usize, usize, u64, u64)>,
    ) -> PyResult<Self> {
        let combinations = sizes.iter().copied().fold(1, u64::saturating_mul);
        let blocks = blocks.map_or_else(
            || Blocks::for_space(combinations),
            |(table_values, region_rows, winners, chunk_rows, prune_rows)| Blocks {
                table_values,
                region_rows,
                winners,
                chunk_rows,
                prune_rows,
            },
        );
        let leaves = leaves
            .into_iter()
            .map(|(groups, values)| Leaf::new(groups, values.copied()))
            .collect();
        let simd = requested(simd)?;
        let program = Space::new(sizes)
            .and_then(|space| {
                gigacost_engine::Program::new(Arc::clone(&tape.0), space, leaves, simd, blocks)
            })
            .map_err(|error| raised(py, &error))?;
        Ok(Self(Arc::new(program)))
    }

    /// How many combinations there are.
    #[getter]
    fn size(&self) -> u64 {
        self.0.space().combinations()
    }

    /// The values of some nodes at one combination.
    #[allow(clippy::needless_pass_by_value)] // a list is extracted as a Vec
    fn values(&self, py: Python<'_>, row: u64, nodes: Vec<Node>) -> PyResult<Vec<f64>> {
        computed(py, self.0.work(1), None, |control| {
            let schedule = self.0.schedule(&nodes)?;
            let mut reader = schedule.reader();
            reader.enter(&self.0.space().region(row, row + 1, 1), control)?;
            let mut value = [0.0];
            Ok((0..nodes.len())
                .map(|which| {
                    reader.read(which, &mut value);
                    value[0]
                })
                .collect())
        })
    }

    /// A node at some combinations: its value; along each leaf of the tape its derivative, and whether it has steps too.
    #[allow(clippy::needless_pass_by_value)] // as for `values`
    fn gradients(&self, py: Python<'_>, of: Node, rows: Vec<u64>) -> PyResult<Vec<Slopes>> {
        let values = self.0.work(rows.len() as u64);
        let found = computed(py, values, None, |control| {
            self.0.gradients(of, &rows, control)
        })?;
        let plain = |found: Gradient| (found.value, found.derivatives, found.stepped);
        Ok(found.into_iter().map(plain).collect())
    }

    /// Columns of the rows that meet a condition.
    #[pyo3(signature = (columns, keep = None))]
    fn rows(
        &self,
        py: Python<'_>,
        columns: Vec<ColumnSpec<'_>>,
        keep: Option<Node>,
    ) -> PyResult<Rows> {
        let columns = columns.into_iter().map(ColumnSpec::column).collect();
        Rows::new(py, Arc::clone(&self.0), columns, keep)
    }

    /// Fill an array for each column (its node, and that of its nulls) with its values in all rows, NaN for null.
    #[pyo3(signature = (columns, arrays, threads, progress = None))]
    #[allow(clippy::needless_pass_by_value)] // extracted
    fn fill(
        &self,
        py: Python<'_>,
        columns: Vec<(Node, Option<Node>)>,
        mut arrays: Vec<PyReadwriteArray1<'_, f64>>,
        threads: usize,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let columns = measures(columns);
        let program = Arc::clone(&self.0);
        let arrays = arrays.iter_mut().map(PyReadwriteArray::as_slice_mut);
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        watched(py, progress, move |control| {
            query::fill(&program, &columns, arrays, threads, control)
        })
    }

    /// The best rows of a range (of each group): their numbers, values and groups, and the effort. After some seconds it
    /// may be what has been found until then. Nothing is looked for that is worse than a known value.
    #[pyo3(signature = (by, largest, keep, per, k, distinct, rows, threads, progress = None, known = None, seconds = None, boxes = None))]
    #[allow(clippy::too_many_arguments)] // what a question consists of, named in Python
    fn top<'py>(
        &self,
        py: Python<'py>,
        by: Node,
        largest: bool,
        keep: Option<Node>,
        per: Vec<(usize, Vec<u32>)>,
        k: usize,
        distinct: Vec<Node>,
        rows: (u64, u64),
        threads: usize,
        progress: Option<&Bound<'py, PyAny>>,
        known: Option<f64>,
        seconds: Option<f64>,
        boxes: Option<u64>,
    ) -> PyResult<Winners<'py>> {
        let top = Top {
            by,
            largest,
            keep,
            per,
            k,
            distinct,
            known,
        };
        let program = Arc::clone(&self.0);
        let values = self.0.work(rows.1.saturating_sub(rows.0));
        let (winners, effort) = computed(py, values, progress, move |control| {
            let control = control.with_limit(Limit::after(seconds, boxes));
            let found = top.run(&program, &(rows.0..rows.1), threads, &control)?;
            Ok((found, effort(&control)))
        })?;
        let numbers: Vec<u64> = winners.iter().map(|winner| winner.row).collect();
        let values: Vec<f64> = winners.iter().map(|winner| winner.value).collect();
        let cells: Vec<u32> = winners.iter().map(|winner| winner.cell as u32).collect();
        let (numbers, values) = (numbers.into_pyarray(py), values.into_pyarray(py));
        Ok((numbers, values, cells.into_pyarray(py), effort))
    }

    /// The rows of a range on the front of some objectives (node, whether it is maximised), by these one after the
    /// other: their numbers, their points (what is maximised with the other sign) one after the other, and the effort.
    #[pyo3(signature = (objectives, keep, rows, threads, progress = None))]
    fn pareto<'py>(
        &self,
        py: Python<'py>,
        objectives: Vec<(Node, bool)>,
        keep: Option<Node>,
        rows: (u64, u64),
        threads: usize,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<FrontPoints<'py>> {
        let pareto = Pareto { objectives, keep };
        let program = Arc::clone(&self.0);
        let values = self.0.work(rows.1.saturating_sub(rows.0));
        let (points, effort) = computed(py, values, progress, move |control| {
            let found = pareto.run(&program, &(rows.0..rows.1), threads, control)?;
            Ok((found, effort(control)))
        })?;
        let (numbers, values) = front_points(py, &points);
        Ok((numbers, values, effort))
    }

    /// How many rows of a range are kept, and the effort.
    #[pyo3(signature = (keep, rows, threads, progress = None))]
    fn count(
        &self,
        py: Python<'_>,
        keep: Option<Node>,
        rows: (u64, u64),
        threads: usize,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(u64, Effort)> {
        let program = Arc::clone(&self.0);
        let values = self.0.work(rows.1.saturating_sub(rows.0));
        computed(py, values, progress, move |control| {
            let found = Count { keep }.run(&program, &(rows.0..rows.1), threads, control)?;
            Ok((found, effort(control)))
        })
    }

    /// Statistics of a range: `kept`, `states`, and for each column `count`, `min`, `max`, `quantiles`, and the exact
    /// `sum` and (None unless wanted) `squares` as two's complement bytes (lowest first) with the exponent of the
    /// lowest bit.
    #[pyo3(signature = (columns, keep, state, squares, quantiles, rows, threads, progress = None))]
    #[allow(clippy::too_many_arguments)] // as for `top`
    fn summary<'py>(
        &self,
        py: Python<'py>,
        columns: Vec<(Node, Option<Node>)>,
        keep: Option<Node>,
        state: Option<(Node, usize)>,
        squares: bool,
        quantiles: Vec<f64>,
        rows: (u64, u64),
        threads: usize,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let summary = Summary {
            measures: measures(columns),
            keep,
            state,
            squares,
            quantiles,
        };
        let program = Arc::clone(&self.0);
        let values = self.0.work(rows.1.saturating_sub(rows.0));
        let found = computed(py, values, progress, move |control: &Control| {
            summary.run(&program, &(rows.0..rows.1), threads, control)
        })?;
        statistics(py, &found)
    }

    /// A round of the search for quantiles in a range: for each column and each of its prefixes, which digits follow and
    /// how often.
    #[pyo3(signature = (columns, keep, round, rows, threads, progress = None))]
    #[allow(clippy::too_many_arguments)] // as for `top`
    fn digits<'py>(
        &self,
        py: Python<'py>,
        columns: Vec<(Node, Option<Node>)>,
        keep: Option<Node>,
        round: (u32, Vec<Vec<u64>>),
        rows: (u64, u64),
        threads: usize,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Counted<'py>> {
        let summary = Summary {
            measures: measures(columns),
            keep,
            state: None,
            squares: false,
            quantiles: vec![],
        };
        let (digit, prefixes) = round;
        let round = query::Round { digit, prefixes };
        let program = Arc::clone(&self.0);
        let values = self.0.work(rows.1.saturating_sub(rows.0));
        let found = computed(py, values, progress, move |control: &Control| {
            summary.round(&program, &(rows.0..rows.1), &round, threads, control)
        })?;
        Ok(counted(py, &found))
    }
}
