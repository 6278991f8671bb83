//! A tape bound to a space, and the questions that can be put to it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gigacost_engine::numeric::exact_sum::{ExactSquares, ExactSum};
use gigacost_engine::query::{self, Count, Measure, Pareto, Summary, Top};
use gigacost_engine::rows::{AxisValues, Column, Rows, labels};
use gigacost_engine::run::{Control, Limit};
use gigacost_engine::tape::{Node, Search};
use gigacost_engine::write::{self, Format};
use gigacost_engine::{Blocks, Gradient, Leaf, Simd, Space};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadwriteArray, PyReadwriteArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::batch::{Batch, Batches};
use crate::error::raised;
use crate::run::{computed, relayed, watched};
use crate::tape::Tape;

/// The SIMD level that programs use: the best of this CPU, or the one named, when the CPU has it.
#[pyfunction]
#[pyo3(signature = (wanted = None))]
pub(crate) fn simd(wanted: Option<&str>) -> PyResult<&'static str> {
    Ok(requested(wanted)?.name())
}

/// About how many values are computed for a candidate of a search: for most none, since they are not legal.
const SEARCHED: u64 = 8;

/// How a space of so many combinations is cut up: what varies over much of it is not worth a table of its own.
fn blocks_for(combinations: u64) -> Blocks {
    let blocks = Blocks::default();
    let part = usize::try_from(combinations / 8).unwrap_or(usize::MAX);
    Blocks {
        table_values: blocks.table_values.min(part.max(1)),
        ..blocks
    }
}

/// The SIMD level of a name, or the best.
fn requested(wanted: Option<&str>) -> PyResult<Simd> {
    let Some(name) = wanted else {
        return Ok(Simd::best());
    };
    Simd::named(name).ok_or_else(|| {
        let have: Vec<&str> = Simd::all_available().map(Simd::name).collect();
        let have = have.join(", ");
        PyValueError::new_err(format!("SIMD level {name}; this CPU has: {have}"))
    })
}

/// A column of rows as Python describes it.
#[derive(FromPyObject)]
enum ColumnSpec<'py> {
    /// name, group, whole numbers
    Integers(String, usize, PyReadonlyArray1<'py, i64>),
    /// name, group, numbers
    Floats(String, usize, PyReadonlyArray1<'py, f64>),
    /// name, group, positions, labels
    Labels(String, usize, Vec<i32>, Vec<String>),
    /// name, node of positions, labels
    State(String, Node, Vec<String>),
    /// name, node, node of nulls
    Value(String, Node, Option<Node>),
}

impl ColumnSpec<'_> {
    fn column(self) -> Column {
        match self {
            Self::Integers(name, group, values) => Column::Axis {
                name,
                group,
                values: AxisValues::Integers(values.as_array().to_vec().into()),
            },
            Self::Floats(name, group, values) => Column::Axis {
                name,
                group,
                values: AxisValues::Floats(values.as_array().to_vec().into()),
            },
            Self::Labels(name, group, codes, texts) => Column::Axis {
                name,
                group,
                values: AxisValues::Labels(codes.into(), labels(&texts)),
            },
            Self::State(name, value, texts) => Column::State {
                name,
                value,
                labels: labels(&texts),
            },
            Self::Value(name, value, null) => Column::Value { name, value, null },
        }
    }
}

/// The values of a leaf as Python describes them.
#[derive(FromPyObject)]
enum Values<'py> {
    /// One value, whatever the combination.
    One((f64,)),
    /// A table.
    Table(PyReadonlyArray1<'py, f64>),
}

impl Values<'_> {
    fn copied(&self) -> Arc<[f64]> {
        match self {
            Self::One((value,)) => [*value].into(),
            Self::Table(table) => table
                .as_slice()
                .map_or_else(|_| table.as_array().to_vec().into(), Arc::from),
        }
    }
}

/// How many rows were evaluated, how many boxes bounded, and what nothing that was not looked at is better than.
type Effort = (u64, u64, Option<f64>);

fn effort(control: &Control) -> Effort {
    (control.evaluated(), control.boxes(), control.bound())
}

/// The indices of winners, their values, their groups, and the effort.
type Winners<'py> = (
    Bound<'py, PyArray1<u64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<u64>>,
    Effort,
);

/// A node's value; along each leaf its derivative, and whether it has steps too.
type Slopes = (f64, Vec<f64>, Vec<bool>);

/// A tape bound to a space.
#[pyclass(frozen, module = "gigacost._engine")]
#[derive(Debug)]
pub(crate) struct Program(Arc<gigacost_engine::Program>);

impl Program {
    fn rows_of(
        &self,
        py: Python<'_>,
        columns: Vec<ColumnSpec<'_>>,
        keep: Option<Node>,
    ) -> PyResult<Arc<Rows>> {
        let columns = columns.into_iter().map(ColumnSpec::column).collect();
        let program = Arc::clone(&self.0);
        let rows = py.detach(move || Rows::new(program, columns, keep));
        Ok(Arc::new(rows.map_err(|error| raised(py, &error))?))
    }

    /// About how many values of nodes some rows take.
    fn values_of(&self, rows: u64) -> u64 {
        let searches = self.0.tape().searches().iter();
        let candidates = searches
            .filter_map(Search::candidates)
            .map(|candidates| candidates as u64);
        let ops = (self.0.tape().ops().len() as u64).saturating_mul(self.0.draws() as u64);
        let values = candidates
            .fold(0, u64::saturating_add)
            .saturating_mul(SEARCHED);
        rows.saturating_mul(values.saturating_add(ops))
    }
}

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
        leaves: Vec<(Vec<usize>, Values<'_>)>,
        simd: Option<&str>,
        blocks: Option<(usize, usize, usize, u64, u64)>,
    ) -> PyResult<Self> {
        let combinations = sizes.iter().copied().fold(1, u64::saturating_mul);
        let blocks = blocks.map_or_else(
            || blocks_for(combinations),
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
            .map(|(groups, values)| Leaf {
                groups,
                values: values.copied(),
            })
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
        computed(py, self.values_of(1), None, |control| {
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
        let values = self.values_of(rows.len() as u64);
        let found = computed(py, values, None, |control| {
            self.0.gradients(of, &rows, control)
        })?;
        let plain = |found: Gradient| (found.value, found.derivatives, found.stepped);
        Ok(found.into_iter().map(plain).collect())
    }

    /// The rows in a range, computed as they are read. `explain` makes a better error of one about a combination.
    #[pyo3(signature = (columns, keep, range, threads, explain = None))]
    #[allow(clippy::too_many_arguments)] // as for `write`
    fn batches(
        &self,
        py: Python<'_>,
        columns: Vec<ColumnSpec<'_>>,
        keep: Option<Node>,
        range: (u64, u64),
        threads: usize,
        explain: Option<Py<PyAny>>,
    ) -> PyResult<Batches> {
        Ok(Batches::new(
            self.rows_of(py, columns, keep)?,
            range.0..range.1,
            threads,
            self.values_of(range.1.saturating_sub(range.0)),
            explain,
        ))
    }

    /// The rows at these indices, in this order.
    fn pick(
        &self,
        py: Python<'_>,
        columns: Vec<ColumnSpec<'_>>,
        rows: Vec<u64>,
    ) -> PyResult<Batch> {
        let picked = self.rows_of(py, columns, None)?;
        let values = self.values_of(rows.len() as u64);
        let batch = computed(py, values, None, move |control| picked.pick(&rows, control))?;
        Ok(Batch(batch))
    }

    /// Write the rows in a range to a file, whole or not at all; how many rows were written.
    #[pyo3(signature = (path, columns, keep, range, threads, metadata, csv_safe = true, limit = None, progress = None))]
    #[allow(clippy::too_many_arguments)] // what a file is made of, named in Python
    fn write(
        &self,
        py: Python<'_>,
        path: PathBuf,
        columns: Vec<ColumnSpec<'_>>,
        keep: Option<Node>,
        range: (u64, u64),
        threads: usize,
        metadata: Vec<(String, String)>,
        csv_safe: bool,
        limit: Option<u64>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let rows = self.rows_of(py, columns, keep)?;
        let format = Format::from_path(&path).map_err(|error| raised(py, &error))?;
        let options = write::Options {
            threads,
            metadata,
            csv_safe,
            path: path.clone(),
            ..write::Options::default()
        };
        watched(py, progress, move |control| {
            write::to_file(
                &rows,
                range.0..range.1,
                limit,
                &path,
                format,
                &options,
                control,
            )
        })
    }

    /// Write the rows in a range as CSV to an object with a `write` method for bytes; how many rows were written.
    #[pyo3(signature = (sink, columns, keep, range, threads, csv_safe = true, limit = None, progress = None))]
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // as for `write`; extracted
    fn write_csv(
        &self,
        py: Python<'_>,
        sink: Py<PyAny>,
        columns: Vec<ColumnSpec<'_>>,
        keep: Option<Node>,
        range: (u64, u64),
        threads: usize,
        csv_safe: bool,
        limit: Option<u64>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let rows = self.rows_of(py, columns, keep)?;
        let options = write::Options {
            threads,
            csv_safe,
            ..write::Options::default()
        };
        relayed(
            py,
            progress,
            |py, bytes| write_all(sink.bind(py), bytes),
            move |control, relay| {
                let range = range.0..range.1;
                write::to_sink(
                    &rows,
                    range,
                    limit,
                    Box::new(relay),
                    Format::Csv,
                    &options,
                    control,
                )
            },
        )
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

    /// The best rows (of each group): their indices, values and groups, and the effort. After some seconds it may be
    /// what has been found until then.
    #[pyo3(signature = (by, largest, keep, per, k, distinct, threads, progress = None, seconds = None, boxes = None))]
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
        threads: usize,
        progress: Option<&Bound<'py, PyAny>>,
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
        };
        let program = Arc::clone(&self.0);
        let values = self.values_of(program.space().combinations());
        let (winners, effort) = computed(py, values, progress, move |control| {
            let deadline = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            let control = control.with_limit(Limit {
                deadline: deadline.map(|seconds| Instant::now() + seconds),
                boxes,
            });
            Ok((top.run(&program, threads, &control)?, effort(&control)))
        })?;
        Ok((
            winners
                .iter()
                .map(|winner| winner.row)
                .collect::<Vec<_>>()
                .into_pyarray(py),
            winners
                .iter()
                .map(|winner| winner.value)
                .collect::<Vec<_>>()
                .into_pyarray(py),
            winners
                .iter()
                .map(|winner| winner.cell as u64)
                .collect::<Vec<_>>()
                .into_pyarray(py),
            effort,
        ))
    }

    /// The rows on the front of some objectives (node, whether it shall be large), by these one after the other, and
    /// the effort.
    #[pyo3(signature = (objectives, keep, threads, progress = None))]
    fn pareto<'py>(
        &self,
        py: Python<'py>,
        objectives: Vec<(Node, bool)>,
        keep: Option<Node>,
        threads: usize,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyArray1<u64>>, Effort)> {
        let pareto = Pareto { objectives, keep };
        let program = Arc::clone(&self.0);
        let values = self.values_of(program.space().combinations());
        let (rows, effort) = computed(py, values, progress, move |control| {
            Ok((pareto.run(&program, threads, control)?, effort(control)))
        })?;
        Ok((rows.into_pyarray(py), effort))
    }

    /// How many rows are kept, and the effort.
    #[pyo3(signature = (keep, threads, progress = None))]
    fn count(
        &self,
        py: Python<'_>,
        keep: Option<Node>,
        threads: usize,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(u64, Effort)> {
        let program = Arc::clone(&self.0);
        let values = self.values_of(program.space().combinations());
        computed(py, values, progress, move |control| {
            Ok((
                Count { keep }.run(&program, threads, control)?,
                effort(control),
            ))
        })
    }

    /// Statistics: `kept`, `states`, and for each column `count`, `min`, `max`, `quantiles`, and the exact `sum` and
    /// `squares` as two's complement bytes (lowest first) with the exponent of the lowest bit.
    #[pyo3(signature = (columns, keep, state, quantiles, threads, progress = None))]
    #[allow(clippy::too_many_arguments)] // as for `top`
    fn summary<'py>(
        &self,
        py: Python<'py>,
        columns: Vec<(Node, Option<Node>)>,
        keep: Option<Node>,
        state: Option<(Node, usize)>,
        quantiles: Vec<f64>,
        threads: usize,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let summary = Summary {
            measures: measures(columns),
            keep,
            state,
            quantiles,
        };
        let program = Arc::clone(&self.0);
        let values = self.values_of(program.space().combinations());
        let found = computed(py, values, progress, move |control: &Control| {
            summary.run(&program, threads, control)
        })?;
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
        all.set_item("states", found.states)?;
        Ok(all)
    }
}

/// Columns given by their nodes and those of their nulls.
fn measures(columns: Vec<(Node, Option<Node>)>) -> Vec<Measure> {
    columns
        .into_iter()
        .map(|(value, null)| Measure { value, null })
        .collect()
}

/// Give all of the bytes to a Python object with a `write` method, which may take some of them at a time.
fn write_all(sink: &Bound<'_, PyAny>, mut bytes: &[u8]) -> PyResult<()> {
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
