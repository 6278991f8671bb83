//! Rows in the order of the spec: which columns, which of them are computed row by row, which are tables.

pub(crate) mod arrow;
mod column;
mod gather;
pub(crate) mod piece;
mod places;
pub(crate) mod table;

pub use column::{AxisValues, Column, labels};
pub(crate) use places::Places;

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use arrow_array::{RecordBatch, StringArray};
use arrow_schema::{Schema, SchemaRef};

use crate::error::{Error, Result};
use crate::exec::fault::Fault;
use crate::exec::measure::Measure;
use crate::exec::program::Program;
use crate::exec::schedule::RowSchedule;
use crate::exec::strips::{Chunks, Strips};
use crate::run::{Control, ordered};
use crate::space::Space;
use crate::tape::Node;
use gather::Gatherer;
use piece::{Piece, Which};
use table::{Table, tables};

/// Where a column's values come from.
#[derive(Clone, Debug)]
pub(crate) enum ColumnSource {
    /// From a table, by the index of the row.
    Table(Table),
    /// From what is computed row by row, the how-many-th of it.
    Computed(usize),
}

/// Which rows and columns are wanted.
#[derive(Clone, Debug)]
pub struct Rows {
    program: Arc<Program>,
    columns: Arc<[Column]>,
    keep: Option<Node>,
    sources: Vec<ColumnSource>,
    /// The nodes of what is computed row by row.
    computed: Vec<Measure>,
    schedule: RowSchedule,
    /// How many rows a worker takes at a time.
    chunk: u64,
    schema: SchemaRef,
}

impl Rows {
    /// The columns of the rows that are kept; of all rows without a condition.
    ///
    /// # Errors
    /// When a column does not fit the program.
    pub fn new(program: Arc<Program>, columns: Vec<Column>, keep: Option<Node>) -> Result<Self> {
        let sizes = program.space().sizes();
        for (group, digits) in columns.iter().filter_map(Column::digits) {
            if sizes.get(group) != Some(&(digits as u64)) {
                return Err(Error::Invalid(format!(
                    "group {group} has no {digits} digits"
                )));
            }
        }
        let tables = columns
            .iter()
            .map(|column| match column {
                Column::Axis { group, values, .. } => Some(Table::axis(sizes, *group, values)),
                _ => None,
            })
            .collect();
        Self::with(program, columns.into(), keep, tables)
    }

    /// The same rows, where every column that has at most `most` combinations of the groups it varies over is a table.
    pub(crate) fn tabulated(&self, most: u64, threads: usize, control: &Control) -> Result<Self> {
        let mut tables = tables(&self.program, &self.columns, most, threads, control)?;
        for (table, source) in tables.iter_mut().zip(&self.sources) {
            if let (None, ColumnSource::Table(axis)) = (&table, source) {
                *table = Some(axis.clone());
            }
        }
        let (program, columns) = (Arc::clone(&self.program), Arc::clone(&self.columns));
        Self::with(program, columns, self.keep, tables)
    }

    fn with(
        program: Arc<Program>,
        columns: Arc<[Column]>,
        keep: Option<Node>,
        tables: Vec<Option<Table>>,
    ) -> Result<Self> {
        let mut computed = vec![];
        let sources = tables
            .into_iter()
            .zip(columns.iter())
            .map(|(table, column)| {
                table.map_or_else(
                    || {
                        computed.extend(column.measure());
                        ColumnSource::Computed(computed.len() - 1)
                    },
                    ColumnSource::Table,
                )
            })
            .collect();
        let nodes: Vec<Node> = computed
            .iter()
            .flat_map(Measure::nodes)
            .chain(keep)
            .collect();
        let schedule = program.schedule_where(&nodes, keep)?;
        let schema = Schema::new(columns.iter().map(Column::field).collect::<Vec<_>>());
        Ok(Self {
            chunk: program.chunk_rows(&nodes, 1)?,
            program,
            columns,
            keep,
            sources,
            computed,
            schedule,
            schema: schema.into(),
        })
    }

    /// The columns' names and types.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// What computes them.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The node of the condition that rows meet.
    #[must_use]
    pub fn keep(&self) -> Option<Node> {
        self.keep
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Where each column's values come from.
    pub(crate) fn sources(&self) -> &[ColumnSource] {
        &self.sources
    }

    /// The space.
    pub(crate) fn space(&self) -> &Space {
        self.program.space()
    }

    /// The groups that a column varies over, ascending.
    pub(crate) fn groups(&self, column: usize) -> Vec<usize> {
        self.columns[column].groups(&self.program)
    }

    /// The labels of a column whose positions in them are computed.
    pub(crate) fn labels(&self, column: usize) -> Option<Arc<StringArray>> {
        match &self.columns[column] {
            Column::State { labels, .. } => Some(Arc::clone(labels)),
            _ => None,
        }
    }

    /// How many columns are computed row by row.
    pub(crate) fn computed(&self) -> usize {
        self.computed.len()
    }

    /// A range of rows cut up for the workers.
    pub(crate) fn chunks(&self, rows: Range<u64>) -> Chunks {
        Chunks::of(rows, self.chunk)
    }

    /// What a worker computes with.
    pub(crate) fn strips(&self) -> Strips<'_> {
        let nulls = self.computed.iter().filter(|each| each.null.is_some());
        let nodes = self.computed.len() + nulls.count() + usize::from(self.keep.is_some());
        Strips::new(self.program.space(), &self.schedule, nodes)
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
        let chunks = self.chunks(rows);
        let mut quota = Quota::new(limit);
        let work = |strips: &mut Strips<'_>, chunk| {
            let (piece, fault) = self.piece(strips, chunks.get(chunk), control)?;
            Ok((arrow::batch(self, &piece.into())?, fault))
        };
        let count = quota.of(chunks.count());
        ordered(
            count,
            threads,
            || self.strips(),
            work,
            |(batch, fault)| {
                let wanted = quota.take(batch.num_rows());
                if wanted > 0 {
                    take(batch.slice(0, wanted))?;
                }
                quota.check(self, &fault)
            },
        )?;
        Ok(quota.taken)
    }

    /// The rows at these indices, in this order, as one batch.
    ///
    /// # Errors
    /// When a value that is not null is not finite, or the run was stopped.
    pub fn pick(&self, rows: &[u64], control: &Control) -> Result<RecordBatch> {
        let mut strips = self.strips();
        let mut made = Gatherer::new(self);
        for row in rows {
            strips.for_each(*row..row + 1, control, |region, values| {
                made.extend(region.first, region.rows() as usize, values);
                Ok(())
            })?;
            made.fault.check(self.program.tape())?;
        }
        arrow::batch(self, &made.piece(Which::These(rows.to_vec())).into())
    }

    /// The rows in a range, up to the first at which a value is not finite, which is told apart.
    pub(crate) fn piece(
        &self,
        strips: &mut Strips<'_>,
        rows: Range<u64>,
        control: &Control,
    ) -> Result<(Piece, Fault)> {
        let mut made = Gatherer::new(self);
        if self.keep.is_none() {
            made.reserve((rows.end - rows.start) as usize);
        }
        strips.for_each(rows.clone(), control, |region, values| {
            if made.fault.row().is_none() {
                made.extend(region.first, region.rows() as usize, values);
            }
            Ok(())
        })?;
        let end = made.fault.row().unwrap_or(rows.end);
        let which = if self.keep.is_some() {
            let before = made.rows.partition_point(|row| *row < end);
            made.rows.truncate(before);
            Which::These(std::mem::take(&mut made.rows))
        } else {
            Which::All(rows.start..end)
        };
        let fault = std::mem::take(&mut made.fault);
        Ok((made.piece(which), fault))
    }
}

/// How many rows are still wanted.
pub(crate) struct Quota {
    limit: u64,
    pub(crate) taken: u64,
}

impl Quota {
    pub(crate) fn new(limit: Option<u64>) -> Self {
        Self {
            limit: limit.unwrap_or(u64::MAX),
            taken: 0,
        }
    }

    /// How many of the chunks to look at: none if no row is wanted.
    pub(crate) fn of(&self, chunks: u64) -> u64 {
        if self.limit == 0 { 0 } else { chunks }
    }

    /// How many of the next rows are wanted.
    pub(crate) fn take(&mut self, rows: usize) -> usize {
        let wanted = (self.limit - self.taken).min(rows as u64);
        self.taken += wanted;
        wanted as usize
    }

    /// Whether to go on; a fault after the last wanted row does not count.
    pub(crate) fn check(&self, rows: &Rows, fault: &Fault) -> Result<ControlFlow<()>> {
        if self.taken == self.limit {
            return Ok(ControlFlow::Break(()));
        }
        fault.check(rows.program.tape())?;
        Ok(ControlFlow::Continue(()))
    }
}
