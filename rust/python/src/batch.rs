//! Rows as Arrow record batches that Python libraries can take over.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};
use gigacost_engine::Result;
use gigacost_engine::fold::Rows;
use gigacost_engine::run::Control;
use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use pyo3_arrow::ffi::{
    ArrayIterator, to_array_pycapsules, to_schema_pycapsule, to_stream_pycapsule,
};

use crate::run::watched;

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
}

impl Stream {
    /// The next rows; None at the end.
    fn advance(&mut self, control: &Control) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                if batch.num_rows() > 0 {
                    return Ok(Some(batch));
                }
            } else if self.left.is_empty() {
                return Ok(None);
            } else {
                let end = self.left.end.min(
                    self.left
                        .start
                        .saturating_add(ROWS_AHEAD * self.threads as u64),
                );
                let ready = &mut self.ready;
                self.rows
                    .for_each(self.left.start..end, None, self.threads, control, |batch| {
                        ready.push_back(batch);
                        Ok(())
                    })?;
                self.left.start = end;
            }
        }
    }
}

/// The rows of a range, batch by batch: an iterator, and an Arrow stream. Each can be read once.
#[pyclass(frozen, module = "gigacost._engine")]
pub(crate) struct Batches(Mutex<Stream>);

impl Batches {
    pub(crate) fn new(rows: Arc<Rows>, range: Range<u64>, threads: usize) -> Self {
        Self(Mutex::new(Stream {
            rows,
            left: range,
            threads,
            ready: VecDeque::new(),
        }))
    }
}

#[pymethods]
impl Batches {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        let next = watched(py, None, |control| {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .advance(control)
        })?;
        Ok(next.map(Batch))
    }

    /// Arrow's `PyCapsule` protocol. The consumer computes the rows as it reads them.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Stream {
            rows: Arc::clone(&stream.rows),
            left: stream.left.clone(),
            threads: stream.threads,
            ready: std::mem::take(&mut stream.ready),
        };
        stream.left = stream.left.end..stream.left.end;
        let field = Arc::new(struct_field(&taken.rows.schema()));
        let arrays = std::iter::from_fn(move || {
            let next = taken.advance(&Control::default());
            let array = |batch| Arc::new(StructArray::from(batch)) as ArrayRef;
            next.map(|batch| batch.map(array))
                .map_err(|error| ArrowError::ExternalError(Box::new(error)))
                .transpose()
        });
        Ok(to_stream_pycapsule(
            py,
            Box::new(ArrayIterator::new(arrays, field)),
            requested_schema,
        )?)
    }

    /// Arrow's `PyCapsule` protocol.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(to_schema_pycapsule(py, stream.rows.schema().as_ref())?)
    }
}
