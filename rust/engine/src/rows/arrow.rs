//! Rows as Arrow record batches.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    RecordBatchOptions, StringArray,
};
use arrow_buffer::NullBuffer;

use super::column::Column;
use super::piece::{Group, Positions};
use super::table::{Entries, NULL, Table};
use super::{ColumnSource, Rows};
use crate::error::{Error, Result};

/// A group of rows as a batch.
pub(crate) fn batch(rows: &Rows, group: &Group) -> Result<RecordBatch> {
    let arrays = rows
        .columns()
        .iter()
        .zip(rows.sources())
        .map(|(column, source)| match (source, column) {
            (ColumnSource::Table(table), _) => looked_up(table, group.positions(&table.places, 0)),
            (ColumnSource::Computed(which), Column::State { labels, .. }) => {
                labelled(group.codes(*which).each(), labels)
            }
            (ColumnSource::Computed(which), _) => Ok(numbers(group, *which)),
        })
        .collect::<Result<_>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(group.rows()));
    RecordBatch::try_new_with_options(rows.schema(), arrays, &options).map_err(encode)
}

/// The values of a table at some positions.
fn looked_up(table: &Table, positions: Positions) -> Result<ArrayRef> {
    Ok(match &table.entries {
        Entries::Integers(values) => {
            let values = spread(table, positions, |id| values[id as usize]);
            Arc::new(Int64Array::from(values))
        }
        Entries::Labels(labels) => labelled(spread(table, positions, |id| id), labels)?,
        Entries::Floats(values) => {
            let ids = table.ids.as_ref().is_some_and(|ids| ids.contains(&NULL));
            let valid = ids.then(|| spread(table, positions.clone(), |id| id != NULL));
            let known = |id: u32| values.get(id as usize).copied().unwrap_or_default();
            let values = spread(table, positions, known);
            Arc::new(Float64Array::new(values.into(), nulls(valid)))
        }
    })
}

/// A value for every row.
fn spread<T: Copy>(table: &Table, positions: Positions, value: impl Fn(u32) -> T) -> Vec<T> {
    if positions.ends.is_empty() {
        let positions = positions.values.into_iter();
        return positions
            .map(|position| value(table.id(position)))
            .collect();
    }
    let mut out = vec![];
    for (position, end) in positions.values.iter().zip(&positions.ends) {
        out.resize(*end as usize, value(table.id(*position)));
    }
    out
}

fn labelled(codes: Vec<u32>, labels: &Arc<StringArray>) -> Result<ArrayRef> {
    let codes: Int32Array = codes
        .into_iter()
        .map(u32::cast_signed)
        .collect::<Vec<_>>()
        .into();
    let labels = Arc::clone(labels) as ArrayRef;
    let array = DictionaryArray::<Int32Type>::try_new(codes, labels).map_err(encode)?;
    Ok(Arc::new(array))
}

fn numbers(group: &Group, which: usize) -> ArrayRef {
    let (values, valid) = group.gathered(which);
    Arc::new(Float64Array::new(values.into(), nulls(valid)))
}

/// A null buffer only where there are nulls.
fn nulls(valid: Option<Vec<bool>>) -> Option<NullBuffer> {
    valid
        .map(NullBuffer::from)
        .filter(|nulls| nulls.null_count() > 0)
}

fn encode(error: impl std::fmt::Display) -> Error {
    Error::Encode(error.to_string())
}
