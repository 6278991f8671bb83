//! Columns of low rank as tables: every value once, found by the index of its row.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::{Array, StringArray};

use super::column::{AxisValues, Column};
use super::places::Places;
use crate::error::Result;
use crate::exec::measure::Measure;
use crate::exec::program::Program;
use crate::exec::strips::{Chunks, Strips};
use crate::numeric::scalar::holds;
use crate::run::{Control, ordered};
use crate::tape::Node;

/// In place of an entry: there is none.
pub(crate) const NULL: u32 = u32::MAX;

/// The values that a table's rows share.
#[derive(Clone, Debug)]
pub(crate) enum Entries {
    Integers(Arc<[i64]>),
    Floats(Arc<[f64]>),
    Labels(Arc<StringArray>),
}

impl Entries {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Integers(values) => values.len(),
            Self::Floats(values) => values.len(),
            Self::Labels(labels) => labels.len(),
        }
    }
}

/// A column as a dense table over the groups it varies over.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// The groups, ascending.
    pub(crate) groups: Vec<usize>,
    /// The position of a row.
    pub(crate) places: Places,
    /// The entry at each position, or [`NULL`]; none where they are in the order of positions.
    pub(crate) ids: Option<Arc<[u32]>>,
    /// The entries.
    pub(crate) entries: Entries,
}

impl Table {
    /// An axis.
    pub(crate) fn axis(sizes: &[u64], group: usize, values: &AxisValues) -> Self {
        let (ids, entries) = match values {
            AxisValues::Integers(values) => (None, Entries::Integers(Arc::clone(values))),
            AxisValues::Floats(values) => (None, Entries::Floats(Arc::clone(values))),
            AxisValues::Labels(codes, labels) => (
                Some(codes.iter().map(|code| code.cast_unsigned()).collect()),
                Entries::Labels(Arc::clone(labels)),
            ),
        };
        Self {
            groups: vec![group],
            places: Places::new(sizes, &[group]),
            ids,
            entries,
        }
    }

    /// The entry at a position, or [`NULL`].
    pub(crate) fn id(&self, position: u32) -> u32 {
        self.ids
            .as_ref()
            .map_or(position, |ids| ids[position as usize])
    }

    /// The same table with every entry once.
    pub(crate) fn distinct(self) -> Self {
        let (ids, entries) = match &self.entries {
            Entries::Integers(values) => {
                let (ids, values) = self.once(values, |value| value);
                (ids, Entries::Integers(values))
            }
            Entries::Floats(values) => {
                let (ids, values) = self.once(values, f64::to_bits);
                (ids, Entries::Floats(values))
            }
            Entries::Labels(_) => return self,
        };
        Self {
            ids,
            entries,
            ..self
        }
    }

    /// The entries without those that came before, and where each position's is now.
    fn once<T: Copy, K: Hash + Eq>(
        &self,
        values: &[T],
        key: impl Fn(T) -> K,
    ) -> (Option<Arc<[u32]>>, Arc<[T]>) {
        let mut places = HashMap::with_capacity(values.len());
        let mut kept = vec![];
        let moved: Vec<u32> = values
            .iter()
            .map(|&value| {
                *places.entry(key(value)).or_insert_with(|| {
                    kept.push(value);
                    kept.len() as u32 - 1
                })
            })
            .collect();
        if kept.len() == values.len() {
            return (self.ids.clone(), kept.into());
        }
        let ids = match &self.ids {
            None => moved,
            Some(ids) => {
                let moved = |id: &u32| moved.get(*id as usize).copied().unwrap_or(NULL);
                ids.iter().map(moved).collect()
            }
        };
        (Some(ids.into()), kept.into())
    }
}

/// The tables of the columns whose groups have at most `most` combinations; none for the others, and for those that
/// have a value that is not finite, so that it is found in the rows that matter.
///
/// # Errors
/// When the run was stopped.
pub(crate) fn tables(
    program: &Program,
    columns: &[Column],
    most: u64,
    threads: usize,
    control: &Control,
) -> Result<Vec<Option<Table>>> {
    let sizes = program.space().sizes();
    let mut tables = vec![None; columns.len()];
    // What varies over the same groups is computed together.
    let mut together: Vec<(Vec<usize>, Vec<usize>)> = vec![];
    for (index, column) in columns.iter().enumerate() {
        let groups = column.groups(program);
        let positions = groups
            .iter()
            .try_fold(1_u64, |product, group| product.checked_mul(sizes[*group]));
        if positions.is_none_or(|positions| positions > most) {
            continue;
        }
        match column {
            Column::Axis { group, values, .. } => {
                tables[index] = Some(Table::axis(sizes, *group, values).distinct());
            }
            _ => match together.iter_mut().find(|(known, _)| *known == groups) {
                Some((_, indices)) => indices.push(index),
                None => together.push((groups, vec![index])),
            },
        }
    }
    for (groups, indices) in together {
        let measures: Vec<Measure> = indices
            .iter()
            .filter_map(|index| columns[*index].measure())
            .collect();
        let computed = computed(program, &groups, &measures, threads, control)?;
        for (index, (values, nulls)) in indices.into_iter().zip(computed) {
            let places = Places::new(sizes, &groups);
            let found = content(&columns[index], values, nulls.as_deref());
            tables[index] = found.map(|(ids, entries)| {
                Table {
                    groups: groups.clone(),
                    places,
                    ids,
                    entries,
                }
                .distinct()
            });
        }
    }
    Ok(tables)
}

/// The values of a column, and where it is null.
type ValuesAndNulls = (Vec<f64>, Option<Vec<f64>>);

/// The values of some columns over the groups they vary over.
fn computed(
    program: &Program,
    groups: &[usize],
    measures: &[Measure],
    threads: usize,
    control: &Control,
) -> Result<Vec<ValuesAndNulls>> {
    let program = program.over(groups)?;
    let nodes: Vec<Node> = measures.iter().flat_map(Measure::nodes).collect();
    let schedule = program.schedule(&nodes)?;
    let chunks = Chunks::of(
        0..program.space().combinations(),
        program.chunk_rows(&nodes, 1)?,
    );
    // What is computed for a table is no combination evaluated.
    let control = control.uncounted();
    let mut columns = vec![vec![]; nodes.len()];
    ordered(
        chunks.count(),
        threads,
        || Strips::new(program.space(), &schedule, nodes.len()),
        |strips, chunk| {
            let mut part = vec![vec![]; nodes.len()];
            strips.for_each(chunks.get(chunk), &control, |_, values| {
                for (part, values) in part.iter_mut().zip(values) {
                    part.extend_from_slice(values);
                }
                Ok(())
            })?;
            Ok(part)
        },
        |part: Vec<Vec<f64>>| {
            for (column, part) in columns.iter_mut().zip(part) {
                column.extend(part);
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let mut columns = columns.into_iter();
    let mut next = || columns.next().unwrap_or_default();
    Ok(measures
        .iter()
        .map(|measure| (next(), measure.null.map(|_| next())))
        .collect())
}

/// The entry at each position, and the entries; none if one is not finite.
fn content(
    column: &Column,
    values: Vec<f64>,
    nulls: Option<&[f64]>,
) -> Option<(Option<Arc<[u32]>>, Entries)> {
    if let Column::State { labels, .. } = column {
        let ids = values.iter().map(|value| *value as u32).collect();
        return Some((Some(ids), Entries::Labels(Arc::clone(labels))));
    }
    let null = |position: usize| nulls.is_some_and(|nulls| holds(nulls[position]));
    let fits = |position: usize, value: &f64| value.is_finite() || null(position);
    if !values.iter().enumerate().all(|(i, value)| fits(i, value)) {
        return None;
    }
    let ids = (0..values.len()).any(null).then(|| {
        (0..values.len() as u32)
            .map(|i| if null(i as usize) { NULL } else { i })
            .collect()
    });
    let shown = |(i, value)| if null(i) { 0.0 } else { value + 0.0 };
    let values = values.into_iter().enumerate().map(shown).collect();
    Some((ids, Entries::Floats(values)))
}
