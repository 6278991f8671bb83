//! Rows as Arrow record batches that Python libraries can take over.

use std::collections::VecDeque;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};
use gigacost_engine::Result;
use gigacost_engine::rows::Rows;
use gigacost_engine::run::Control;
use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use pyo3_arrow::ffi::{
    ArrayIterator, to_array_pycapsules, to_schema_pycapsule, to_stream_pycapsule,
};

use crate::error::{raised, read_already};
use crate::run::computed;

/// About how many rows each thread computes before the next batches are handed out.
const ROWS_AHEAD: u64 = 1 << 17;

/// Some rows. Arrow's `PyCapsule` protocol is how other libraries read it.
#[pyclass(frozen, module = "gigacost._engine")]
#[derive(Debug)]
pub(crate) struct Batch(pub(crate) RecordBatch);

#[pymethods]
impl Batch {
    /// How many rows it has.
    #[getter]
    fn num_rows(&self) -> usize {
        self.0.num_rows()
    }

    /// The names of its columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.0
            .schema_ref()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect()
    }

    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    /// A column's values as a numpy array, null as NaN; of a column of labels, their positions in `labels`.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let array = self.array(name)?;
        Ok(match array.data_type() {
            DataType::Int64 => copied(py, array.as_primitive::<Int64Type>().values().to_vec()),
            DataType::Dictionary(..) => copied(
                py,
                array.as_dictionary::<Int32Type>().keys().values().to_vec(),
            ),
            _ => {
                let values = array.as_primitive::<Float64Type>();
                copied(
                    py,
                    values
                        .iter()
                        .map(|value| value.unwrap_or(f64::NAN))
                        .collect(),
                )
            }
        })
    }

    /// The labels of a column of labels; None of other columns.
    fn labels(&self, name: &str) -> PyResult<Option<Vec<String>>> {
        let array = self.array(name)?;
        Ok(array.as_any_dictionary_opt().map(|dictionary| {
            dictionary
                .values()
                .as_string::<i32>()
                .iter()
                .map(|label| label.unwrap_or_default().to_owned())
                .collect()
        }))
    }

    /// Arrow's `PyCapsule` protocol.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let field = Arc::new(struct_field(&self.0.schema()));
        Ok(to_array_pycapsules(
            py,
            field,
            &StructArray::from(self.0.clone()),
            requested_schema,
        )?)
    }

    /// Arrow's `PyCapsule` protocol.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.0.schema().as_ref())?)
    }
}

impl Batch {
    fn array(&self, name: &str) -> PyResult<&ArrayRef> {
        self.0
            .column_by_name(name)
            .ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }
}

fn copied<T: numpy::Element>(py: Python<'_>, values: Vec<T>) -> Bound<'_, PyAny> {
    let array: Bound<'_, PyArray1<T>> = values.into_pyarray(py);
    array.into_any()
}

fn struct_field(schema: &SchemaRef) -> Field {
    Field::new_struct("", schema.fields().clone(), false)
}

/// The rows of a range, computed as they are asked for.
struct Stream {
    rows: Arc<Rows>,
    left: Range<u64>,
    threads: usize,
    ready: VecDeque<RecordBatch>,
    /// Whether a batch has been taken, the end was met, or the rows were given to an Arrow stream.
    begun: bool,
}

impl Stream {
    /// Have the next rows ready, if there are any. What fails or is interrupted changes nothing.
    fn prepare(&mut self, control: &Control) -> Result<()> {
        while self.ready.is_empty() && !self.left.is_empty() {
            let span = ROWS_AHEAD * self.threads as u64;
            let end = self.left.end.min(self.left.start.saturating_add(span));
            let mut batches = VecDeque::new();
            self.rows
                .for_each(self.left.start..end, None, self.threads, control, |batch| {
                    batches.push_back(batch);
                    Ok(())
                })?;
            self.ready = batches;
            self.left.start = end;
        }
        Ok(())
    }
}

/// The rows of a range, batch by batch: an iterator, and an Arrow stream. They are read once; who begins again is refused.
#[pyclass(frozen, module = "gigacost._engine")]
pub(crate) struct Batches {
    stream: Mutex<Stream>,
    schema: SchemaRef,
    /// About how many values of nodes all of its rows take.
    values: u64,
    explain: Option<Py<PyAny>>,
}

impl Batches {
    pub(crate) fn new(
        rows: Arc<Rows>,
        range: Range<u64>,
        threads: usize,
        values: u64,
        explain: Option<Py<PyAny>>,
    ) -> Self {
        let schema = rows.schema();
        let stream = Stream {
            rows,
            left: range,
            threads,
            ready: VecDeque::new(),
            begun: false,
        };
        Self {
            stream: Mutex::new(stream),
            schema,
            values,
            explain,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Stream> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error about a combination with what `explain` has to say about it; any other error as it is.
fn explained(py: Python<'_>, explain: Option<&Py<PyAny>>, error: PyErr) -> PyErr {
    let internal = error.value(py).hasattr("row").unwrap_or(false);
    match explain.filter(|_| internal) {
        None => error,
        Some(explain) => match explain.call1(py, (error.value(py),)) {
            Ok(better) => PyErr::from_value(better.into_bound(py)),
            Err(other) => other,
        },
    }
}

#[pymethods]
impl Batches {
    /// Itself. Whoever begins to iterate wants all rows: of a stream that has begun to be read they are not all there.
    fn __iter__(slf: Py<Self>, py: Python<'_>) -> PyResult<Py<Self>> {
        if py.detach(|| slf.get().lock().begun) {
            return Err(read_already(py));
        }
        Ok(slf)
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        computed(py, self.values, None, |control| {
            self.lock().prepare(control)
        })
        .map_err(|error| explained(py, self.explain.as_ref(), error))?;
        let taken = py.detach(|| {
            let mut stream = self.lock();
            stream.begun = true;
            stream.ready.pop_front()
        });
        Ok(taken.map(Batch))
    }

    /// Arrow's `PyCapsule` protocol. The consumer computes the rows as it reads them.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let taken = py.detach(|| {
            let mut stream = self.lock();
            let end = stream.left.end;
            (!std::mem::replace(&mut stream.begun, true)).then(|| Stream {
                rows: Arc::clone(&stream.rows),
                left: std::mem::replace(&mut stream.left, end..end),
                threads: stream.threads,
                ready: std::mem::take(&mut stream.ready),
                begun: true,
            })
        });
        let mut taken = taken.ok_or_else(|| read_already(py))?;
        let field = Arc::new(struct_field(&self.schema));
        let explain = self.explain.as_ref().map(|explain| explain.clone_ref(py));
        let arrays = std::iter::from_fn(move || {
            // Nobody may unwind into the consumer's C.
            let prepared = catch_unwind(AssertUnwindSafe(|| taken.prepare(&Control::default())));
            match prepared {
                Ok(Ok(())) => taken
                    .ready
                    .pop_front()
                    .map(|batch| Ok(Arc::new(StructArray::from(batch)) as ArrayRef)),
                Ok(Err(error)) => {
                    let better = Python::try_attach(|py| {
                        let error = explained(py, explain.as_ref(), raised(py, &error));
                        error.value(py).to_string()
                    });
                    let text = better.unwrap_or_else(|| error.to_string());
                    Some(Err(ArrowError::ExternalError(text.into())))
                }
                Err(_) => Some(Err(ArrowError::ComputeError(
                    "the engine panicked".to_owned(),
                ))),
            }
        });
        Ok(to_stream_pycapsule(
            py,
            Box::new(ArrayIterator::new(arrays, field)),
            requested_schema,
        )?)
    }

    /// Arrow's `PyCapsule` protocol.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.schema.as_ref())?)
    }
}
