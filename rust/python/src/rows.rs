//! Columns of the rows of a program that meet a condition: as batches, some of them, as a file.

use std::path::PathBuf;
use std::sync::Arc;

use gigacost_engine::Program;
use gigacost_engine::rows::{self, Column};
use gigacost_engine::tape::Node;
use gigacost_engine::write::{self, Format};
use pyo3::prelude::*;

use crate::batch::{Batch, Batches};
use crate::error::raised;
use crate::run::{computed, relayed, watched};
use crate::sink::write_all;

/// Columns of the rows of a program that meet a condition. What rows of any range have in common is planned once.
#[pyclass(frozen, module = "gigacost._engine")]
#[derive(Debug)]
pub(crate) struct Rows(Arc<rows::Rows>);

impl Rows {
    pub(crate) fn new(
        py: Python<'_>,
        program: Arc<Program>,
        columns: Vec<Column>,
        keep: Option<Node>,
    ) -> PyResult<Self> {
        let rows = py.detach(move || rows::Rows::new(program, columns, keep));
        Ok(Self(Arc::new(rows.map_err(|error| raised(py, &error))?)))
    }
}

#[pymethods]
impl Rows {
    /// Whether only rows that meet a condition are had.
    #[getter]
    fn conditional(&self) -> bool {
        self.0.keep().is_some()
    }

    /// The same rows without the columns of these names.
    #[allow(clippy::needless_pass_by_value)] // a list is extracted as a Vec
    fn without(&self, py: Python<'_>, names: Vec<String>) -> PyResult<Self> {
        let columns = self.0.columns().iter().cloned();
        let others = columns.filter(|column| !names.iter().any(|name| name == column.name()));
        let program = Arc::clone(self.0.program());
        Self::new(py, program, others.collect(), self.0.keep())
    }

    /// Those of a range, computed as they are read. `explain` makes a better error of one about a combination.
    #[pyo3(signature = (range, threads, explain = None))]
    fn batches(&self, range: (u64, u64), threads: usize, explain: Option<Py<PyAny>>) -> Batches {
        let rows = Arc::clone(&self.0);
        let work = rows.program().work(range.1.saturating_sub(range.0));
        Batches::new(rows, range.0..range.1, threads, work, explain)
    }

    /// Those at these indices, in this order.
    fn pick(&self, py: Python<'_>, indices: Vec<u64>) -> PyResult<Batch> {
        let rows = Arc::clone(&self.0);
        let values = rows.program().work(indices.len() as u64);
        let batch = computed(py, values, None, move |control| {
            rows.pick(&indices, control)
        })?;
        Ok(Batch(batch))
    }

    /// Write those of a range to a file, whole or not at all; how many rows were written.
    #[pyo3(signature = (range, path, threads, metadata, csv_safe = true, limit = None, progress = None))]
    #[allow(clippy::too_many_arguments)] // what a file is made of, named in Python
    fn write(
        &self,
        py: Python<'_>,
        range: (u64, u64),
        path: PathBuf,
        threads: usize,
        metadata: Vec<(String, String)>,
        csv_safe: bool,
        limit: Option<u64>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let rows = Arc::clone(&self.0);
        let format = Format::from_path(&path).map_err(|error| raised(py, &error))?;
        let options = write::Options {
            threads,
            metadata,
            csv_safe,
            path: path.clone(),
            ..write::Options::default()
        };
        watched(py, progress, move |control| {
            let range = range.0..range.1;
            write::to_file(&rows, range, limit, &path, format, &options, control)
        })
    }

    /// Write those of a range as CSV to an object with a `write` method for bytes; how many rows were written.
    #[pyo3(signature = (range, sink, threads, csv_safe = true, limit = None, progress = None))]
    #[allow(clippy::too_many_arguments)] // as for `write`
    fn write_csv(
        &self,
        py: Python<'_>,
        range: (u64, u64),
        sink: Py<PyAny>,
        threads: usize,
        csv_safe: bool,
        limit: Option<u64>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let options = write::Options {
            threads,
            csv_safe,
            ..write::Options::default()
        };
        self.relay(py, range, &sink, Format::Csv, options, limit, progress)
    }

    /// Write those of a range as an Arrow IPC stream to an object with a `write` method for bytes; how many rows.
    #[pyo3(signature = (range, sink, threads, metadata, limit = None, progress = None))]
    #[allow(clippy::too_many_arguments)] // as for `write`
    fn write_stream(
        &self,
        py: Python<'_>,
        range: (u64, u64),
        sink: Py<PyAny>,
        threads: usize,
        metadata: Vec<(String, String)>,
        limit: Option<u64>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let options = write::Options {
            threads,
            metadata,
            ..write::Options::default()
        };
        self.relay(
            py,
            range,
            &sink,
            Format::IpcStream,
            options,
            limit,
            progress,
        )
    }
}

impl Rows {
    /// Write to a Python object, on the calling thread: while it takes bytes, nothing more is computed than is under way.
    #[allow(clippy::too_many_arguments)] // as for `write`
    fn relay(
        &self,
        py: Python<'_>,
        range: (u64, u64),
        sink: &Py<PyAny>,
        format: Format,
        options: write::Options,
        limit: Option<u64>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let rows = Arc::clone(&self.0);
        relayed(
            py,
            progress,
            |py, bytes| write_all(sink.bind(py), bytes),
            move |control, relay| {
                let range = range.0..range.1;
                let sink = Box::new(relay);
                write::to_sink(&rows, range, limit, sink, format, &options, control)
            },
        )
    }
}
