//! Rows, as Arrow record batches in the order of the spec.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::{Chunks, Fault, Strips, kept};
use crate::error::{Error, Result};
use crate::math::holds;
use crate::program::Program;
use crate::run::{Control, ordered};
use crate::schedule::RowSchedule;
use crate::space::Region;
use crate::tape::Node;

/// The values of an axis.
#[derive(Clone, Debug)]
pub enum AxisValues {
    /// Whole numbers.
    Integers(Arc<[i64]>),
    /// Numbers.
    Floats(Arc<[f64]>),
    /// Positions in a dictionary of labels.
    Labels(Arc<[i32]>, Arc<StringArray>),
}

/// A column of the rows.
#[derive(Clone, Debug)]
pub enum Column {
    /// An axis.
    Axis {
        /// Its name.
        name: String,
        /// The group it belongs to.
        group: usize,
        /// One value for each digit of the group.
        values: AxisValues,
    },
    /// A quantity.
    Value {
        /// Its name.
        name: String,
        /// Its values.
        value: Node,
        /// Where it is null.
        null: Option<Node>,
    },
    /// A node that gives positions in a dictionary of labels.
    State {
        /// Its name.
        name: String,
        /// The positions.
        value: Node,
        /// The labels.
        labels: Arc<StringArray>,
    },
}

/// A dictionary of labels.
#[must_use]
pub fn labels(texts: &[String]) -> Arc<StringArray> {
    Arc::new(StringArray::from_iter_values(texts))
}

impl Column {
    fn field(&self) -> Field {
        let labels = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        match self {
            Self::Axis {
                name,
                values: AxisValues::Integers(_),
                ..
            } => Field::new(name, DataType::Int64, false),
            Self::Axis {
                name,
                values: AxisValues::Floats(_),
                ..
            } => Field::new(name, DataType::Float64, false),
            Self::Axis {
                name,
                values: AxisValues::Labels(..),
                ..
            }
            | Self::State { name, .. } => Field::new(name, labels(), false),
            Self::Value { name, null, .. } => Field::new(name, DataType::Float64, null.is_some()),
        }
    }

    fn nodes(&self) -> Vec<Node> {
        match self {
            Self::Axis { .. } => vec![],
            Self::Value { value, null, .. } => std::iter::once(*value).chain(*null).collect(),
            Self::State { value, .. } => vec![*value],
        }
    }

    /// How many values its axis must have, if it is one.
    fn digits(&self) -> Option<(usize, usize)> {
        match self {
            Self::Axis { group, values, .. } => Some((
                *group,
                match values {
                    AxisValues::Integers(values) => values.len(),
                    AxisValues::Floats(values) => values.len(),
                    AxisValues::Labels(values, _) => values.len(),
                },
            )),
            _ => None,
        }
    }
}

/// Which rows and columns are wanted.
#[derive(Clone, Debug)]
pub struct Rows {
    program: Arc<Program>,
    columns: Vec<Column>,
    keep: Option<Node>,
    schedule: RowSchedule,
    schema: SchemaRef,
    nodes: usize,
}

impl Rows {
    /// The columns of the rows that are kept; of all rows without a condition.
    ///
    /// # Errors
    /// When a column does not fit the program.
    pub fn new(program: Arc<Program>, columns: Vec<Column>, keep: Option<Node>) -> Result<Self> {
        for (group, digits) in columns.iter().filter_map(Column::digits) {
            if program.space().sizes().get(group) != Some(&(digits as u64)) {
                return Err(Error::Invalid(format!(
                    "group {group} has no {digits} digits"
                )));
            }
        }
        let mut nodes: Vec<Node> = columns.iter().flat_map(Column::nodes).collect();
        nodes.extend(keep);
        let schedule = program.schedule(&nodes)?;
        let schema = Schema::new(columns.iter().map(Column::field).collect::<Vec<_>>());
        Ok(Self {
            program,
            columns,
            keep,
            schedule,
            schema: schema.into(),
            nodes: nodes.len(),
        })
    }

    /// The columns' names and types.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The rows in a range, in order, a batch at a time; the first `limit` of them. How many there were.
    ///
    /// A value that is not finite counts only if its row comes before the end.
    ///
    /// # Errors
    /// When a value that is not null is not finite, `take` fails, or the run was stopped.
    pub fn for_each(
        &self,
        rows: Range<u64>,
        limit: Option<u64>,
        threads: usize,
        control: &Control,
        mut take: impl FnMut(RecordBatch) -> Result<()>,
    ) -> Result<u64> {
        let limit = limit.unwrap_or(u64::MAX);
        let mut taken = 0;
        let chunks = Chunks::new(rows, &self.program);
        let count = if limit == 0 { 0 } else { chunks.count() };
        let worker = || Strips::new(self.program.space(), &self.schedule, self.nodes);
        let work =
            |strips: &mut Strips<'_>, chunk| self.batch(strips, [chunks.get(chunk)], control);
        ordered(count, threads, worker, work, |(batch, fault)| {
            let wanted = (limit - taken).min(batch.num_rows() as u64);
            if wanted > 0 {
                take(batch.slice(0, wanted as usize))?;
            }
            taken += wanted;
            if taken == limit {
                return Ok(ControlFlow::Break(()));
            }
            fault.check(self.program.tape())?;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(taken)
    }

    /// The rows in some ranges, as one batch.
    ///
    /// # Errors
    /// When a value that is not null is not finite, or the run was stopped.
    pub fn pick(
        &self,
        ranges: impl IntoIterator<Item = Range<u64>>,
        control: &Control,
    ) -> Result<RecordBatch> {
        let mut strips = Strips::new(self.program.space(), &self.schedule, self.nodes);
        let (batch, fault) = self.batch(&mut strips, ranges, control)?;
        fault.check(self.program.tape())?;
        Ok(batch)
    }

    /// The rows in some ranges, up to the first at which a value is not finite, which is told apart.
    fn batch(
        &self,
        strips: &mut Strips<'_>,
        ranges: impl IntoIterator<Item = Range<u64>>,
        control: &Control,
    ) -> Result<(RecordBatch, Fault)> {
        let mut builders: Vec<Builder> = self.columns.iter().map(Builder::new).collect();
        let mut fault = Fault::default();
        let mut selected = vec![];
        let mut count = 0;
        for rows in ranges {
            strips.for_each(rows, control, |region, values| {
                if fault.row().is_some() {
                    return Ok(());
                }
                let keep = self.keep.is_some().then(|| &values[values.len() - 1][..]);
                selected.clear();
                selected.extend((0..region.rows() as usize).filter(|&i| kept(keep, i)));
                let mut values = values.iter();
                for (column, builder) in self.columns.iter().zip(&mut builders) {
                    builder.extend(column, region, &selected, &mut values, &mut fault);
                }
                count += match fault.row() {
                    None => selected.len(),
                    Some(row) => selected.partition_point(|i| region.first + (*i as u64) < row),
                };
                Ok(())
            })?;
        }
        let arrays = builders
            .into_iter()
            .zip(&self.columns)
            .map(|(builder, column)| Ok(builder.finish(column)?.slice(0, count)))
            .collect::<Result<_>>()?;
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(count));
        let batch =
            RecordBatch::try_new_with_options(self.schema(), arrays, &options).map_err(encode)?;
        Ok((batch, fault))
    }
}

fn encode(error: impl std::fmt::Display) -> Error {
    Error::Encode(error.to_string())
}

/// The values of a column, so far.
enum Builder {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Labels(Vec<i32>),
    Nullable(Vec<f64>, BooleanBufferBuilder),
}

impl Builder {
    fn new(column: &Column) -> Self {
        match column {
            Column::Axis {
                values: AxisValues::Integers(_),
                ..
            } => Self::Integers(vec![]),
            Column::Axis {
                values: AxisValues::Floats(_),
                ..
            }
            | Column::Value { null: None, .. } => Self::Floats(vec![]),
            Column::Axis {
                values: AxisValues::Labels(..),
                ..
            }
            | Column::State { .. } => Self::Labels(vec![]),
            Column::Value { null: Some(_), .. } => {
                Self::Nullable(vec![], BooleanBufferBuilder::new(0))
            }
        }
    }

    fn extend<'a>(
        &mut self,
        column: &Column,
        region: &Region,
        selected: &[usize],
        values: &mut impl Iterator<Item = &'a Vec<f64>>,
        fault: &mut Fault,
    ) {
        let mut next = || values.next().map_or(&[][..], |values| values);
        match (self, column) {
            (
                Self::Integers(out),
                Column::Axis {
                    group,
                    values: AxisValues::Integers(axis),
                    ..
                },
            ) => {
                extend_axis(out, axis, region, *group, selected);
            }
            (
                Self::Floats(out),
                Column::Axis {
                    group,
                    values: AxisValues::Floats(axis),
                    ..
                },
            ) => {
                extend_axis(out, axis, region, *group, selected);
            }
            (
                Self::Labels(out),
                Column::Axis {
                    group,
                    values: AxisValues::Labels(axis, _),
                    ..
                },
            ) => {
                extend_axis(out, axis, region, *group, selected);
            }
            (Self::Labels(out), Column::State { .. }) => {
                let codes = next();
                out.extend(selected.iter().map(|&i| codes[i] as i32));
            }
            (Self::Floats(out), Column::Value { value, .. }) => {
                let values = next();
                out.extend(selected.iter().map(|&i| {
                    if !values[i].is_finite() {
                        fault.note(region.first + i as u64, *value, values[i]);
                    }
                    values[i] + 0.0
                }));
            }
            (Self::Nullable(out, valid), Column::Value { value, .. }) => {
                let (values, nulls) = (next(), next());
                for &i in selected {
                    let null = holds(nulls[i]);
                    if !null && !values[i].is_finite() {
                        fault.note(region.first + i as u64, *value, values[i]);
                    }
                    out.push(if null { 0.0 } else { values[i] + 0.0 });
                    valid.append(!null);
                }
            }
            _ => {}
        }
    }

    fn finish(self, column: &Column) -> Result<ArrayRef> {
        Ok(match (self, column) {
            (Self::Integers(values), _) => Arc::new(Int64Array::from(values)),
            (Self::Floats(values), _) => Arc::new(Float64Array::from(values)),
            (Self::Nullable(values, mut valid), _) => {
                let nulls = NullBuffer::new(valid.finish());
                Arc::new(Float64Array::new(
                    values.into(),
                    Some(nulls).filter(|nulls| nulls.null_count() > 0),
                ))
            }
            (
                Self::Labels(codes),
                Column::State { labels, .. }
                | Column::Axis {
                    values: AxisValues::Labels(_, labels),
                    ..
                },
            ) => {
                let labels = Arc::clone(labels) as ArrayRef;
                Arc::new(
                    DictionaryArray::<Int32Type>::try_new(Int32Array::from(codes), labels)
                        .map_err(encode)?,
                )
            }
            (Self::Labels(_), _) => {
                return Err(Error::Encode("labels without a dictionary".into()));
            }
        })
    }
}

/// Append an axis's value for every selected row of a region.
fn extend_axis<T: Copy>(
    out: &mut Vec<T>,
    axis: &[T],
    region: &Region,
    group: usize,
    selected: &[usize],
) {
    let inner = region.lens[group + 1..].iter().product::<u64>() as usize;
    let (start, len) = (region.starts[group] as usize, region.lens[group] as usize);
    out.extend(selected.iter().map(|row| axis[start + row / inner % len]));
}
