//! Batches of any length in, groups of a fixed number of rows out: why the slicing of the input leaves no trace.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
};
use arrow_buffer::NullBufferBuilder;
use arrow_schema::{DataType, SchemaRef};

use super::encode_error;
use crate::{Error, Result};

/// A batch of fewer rows is small, and this many small ones in a row become one, so that a caller's batches of a
/// single row do not cost kilobytes each.
const SMALL_ROWS: usize = 4096;
const SMALL_BATCHES: usize = 64;

/// Holds rows until there are enough of them.
pub(super) struct Regroup {
    schema: SchemaRef,
    group_rows: usize,
    batches: Vec<RecordBatch>,
    rows: usize,
    /// How many batches at the end are small.
    small: usize,
    /// Each column's labels, once a batch has brought them.
    labels: Vec<Option<ArrayRef>>,
}

impl Regroup {
    /// Groups of `group_rows` rows (at least 1).
    pub(super) fn new(schema: SchemaRef, group_rows: usize) -> Self {
        let labels = vec![None; schema.fields().len()];
        Self {
            schema,
            group_rows: group_rows.max(1),
            batches: Vec::new(),
            rows: 0,
            small: 0,
            labels,
        }
    }

    /// Takes a batch in.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if it has other columns, or a column of labels another dictionary than before.
    pub(super) fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        self.check(batch)?;
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.rows += batch.num_rows();
        self.batches.push(batch.clone());
        self.small = if batch.num_rows() < SMALL_ROWS {
            self.small + 1
        } else {
            0
        };
        if self.small == SMALL_BATCHES {
            let tail = self.batches.split_off(self.batches.len() - SMALL_BATCHES);
            let columns = (0..self.schema.fields().len())
                .map(|index| joined(&tail, index))
                .collect::<Result<_>>()?;
            let batch =
                RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(encode_error)?;
            self.small = usize::from(batch.num_rows() < SMALL_ROWS);
            self.batches.push(batch);
        }
        Ok(())
    }

    /// A whole group, if there is one.
    pub(super) fn whole(&mut self) -> Option<Vec<RecordBatch>> {
        (self.rows >= self.group_rows).then(|| self.take(self.group_rows))
    }

    /// The rows that are left, if there are any: fewer than a group once all whole groups were taken.
    pub(super) fn rest(&mut self) -> Option<Vec<RecordBatch>> {
        (self.rows > 0).then(|| self.take(self.rows))
    }

    fn take(&mut self, rows: usize) -> Vec<RecordBatch> {
        let mut missing = rows;
        let mut whole = 0;
        while whole < self.batches.len() && self.batches[whole].num_rows() <= missing {
            missing -= self.batches[whole].num_rows();
            whole += 1;
        }
        let mut group: Vec<RecordBatch> = self.batches.drain(..whole).collect();
        if missing > 0
            && let Some(first) = self.batches.first_mut()
        {
            group.push(first.slice(0, missing));
            *first = first.slice(missing, first.num_rows() - missing);
        }
        self.rows -= rows;
        self.small = self.small.min(self.batches.len());
        group
    }

    fn check(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_columns() != self.schema.fields().len() {
            return Err(Error::Encode(format!(
                "a batch has {} columns, its table {}",
                batch.num_columns(),
                self.schema.fields().len()
            )));
        }
        for ((field, column), known) in self
            .schema
            .fields()
            .iter()
            .zip(batch.columns())
            .zip(&mut self.labels)
        {
            let name = field.name();
            if column.data_type() != field.data_type() {
                return Err(Error::Encode(format!(
                    "column {name:?}: {} is not {}",
                    column.data_type(),
                    field.data_type()
                )));
            }
            if !field.is_nullable() && column.null_count() > 0 {
                return Err(Error::Encode(format!(
                    "column {name:?}: a null, in a column without nulls"
                )));
            }
            if let Some(dictionary) = column.as_dictionary_opt::<Int32Type>() {
                let labels = dictionary.values();
                let known = known.get_or_insert_with(|| Arc::clone(labels));
                if !Arc::ptr_eq(known, labels) && known != labels {
                    return Err(Error::Encode(format!(
                        "column {name:?}: its labels changed from one batch to the next"
                    )));
                }
            }
        }
        Ok(())
    }
}

/// One column of a group as one array, in a form that tells nothing of the slices it came from: a null buffer only
/// where there are nulls, and zeros beneath them.
///
/// # Errors
///
/// [`Error::Encode`] if the arrays do not fit together, which [`Regroup`] has ruled out.
pub(super) fn joined(group: &[RecordBatch], column: usize) -> Result<ArrayRef> {
    let slices: Vec<&ArrayRef> = group.iter().map(|batch| batch.column(column)).collect();
    let rows = slices.iter().map(Array::len).sum();
    let has_nulls = slices.iter().any(|slice| slice.null_count() > 0);
    let nulls = if has_nulls {
        let mut nulls = NullBufferBuilder::new(rows);
        for slice in &slices {
            match slice.nulls() {
                Some(buffer) => nulls.append_buffer(buffer),
                None => nulls.append_n_non_nulls(slice.len()),
            }
        }
        nulls.finish()
    } else {
        None
    };
    let Some(first) = slices.first() else {
        return Err(Error::Encode("no rows".to_owned()));
    };
    Ok(match first.data_type() {
        DataType::Int64 => {
            let values = values(&slices, rows, |slice| {
                slice.as_primitive::<Int64Type>().values()
            });
            Arc::new(Int64Array::try_new(values.into(), nulls).map_err(encode_error)?)
        }
        DataType::Float64 => {
            let values = values(&slices, rows, |slice| {
                slice.as_primitive::<Float64Type>().values()
            });
            Arc::new(Float64Array::try_new(values.into(), nulls).map_err(encode_error)?)
        }
        _ => {
            let keys = values(&slices, rows, |slice| {
                slice.as_dictionary::<Int32Type>().keys().values()
            });
            let keys = Int32Array::try_new(keys.into(), nulls).map_err(encode_error)?;
            let labels = Arc::clone(first.as_dictionary::<Int32Type>().values());
            Arc::new(DictionaryArray::try_new(keys, labels).map_err(encode_error)?)
        }
    })
}

fn values<'a, T: Copy + Default + 'a>(
    slices: &[&'a ArrayRef],
    rows: usize,
    of: impl Fn(&'a ArrayRef) -> &'a [T],
) -> Vec<T> {
    let mut values = Vec::with_capacity(rows);
    for slice in slices {
        match slice.nulls().filter(|nulls| nulls.null_count() > 0) {
            Some(nulls) => values.extend(
                of(slice)
                    .iter()
                    .zip(nulls)
                    .map(|(&value, present)| if present { value } else { T::default() }),
            ),
            None => values.extend_from_slice(of(slice)),
        }
    }
    values
}
