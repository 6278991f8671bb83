//! What is computed of the wanted rows, gathered strip by strip.

use super::piece::{Computed, Piece, Which};
use super::{Column, ColumnSource, Rows};
use crate::exec::fault::{Fault, kept};
use crate::numeric::scalar::holds;

/// Gathers what is computed, strip by strip.
pub(super) struct Gatherer<'a> {
    of: &'a Rows,
    /// The rows that are kept; not told when all are.
    pub(super) rows: Vec<u64>,
    computed: Vec<Computed>,
    pub(super) fault: Fault,
    selected: Vec<usize>,
}

impl<'a> Gatherer<'a> {
    pub(super) fn new(of: &'a Rows) -> Self {
        let computed = of
            .columns
            .iter()
            .zip(&of.sources)
            .filter(|(_, source)| matches!(source, ColumnSource::Computed(_)))
            .map(|(column, _)| match column {
                Column::State { .. } => Computed::Codes(vec![]),
                _ => Computed::Numbers(vec![], None),
            })
            .collect();
        Self {
            of,
            rows: vec![],
            computed,
            fault: Fault::default(),
            selected: vec![],
        }
    }

    /// Make room for so many rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        for column in &mut self.computed {
            match column {
                Computed::Numbers(values, _) => values.reserve_exact(rows),
                Computed::Codes(codes) => codes.reserve_exact(rows),
            }
        }
    }

    /// Append the wanted ones of `count` rows.
    pub(super) fn extend(&mut self, first: u64, count: usize, values: &[Vec<f64>]) {
        let keep = self.of.keep.and(values.last()).map(Vec::as_slice);
        if keep.is_some() {
            self.selected.clear();
            self.selected.extend((0..count).filter(|&i| kept(keep, i)));
            self.rows
                .extend(self.selected.iter().map(|i| first + *i as u64));
        }
        let selected = keep.map(|_| &self.selected[..]);
        let mut values = values.iter();
        for (measure, out) in self.of.computed.iter().zip(&mut self.computed) {
            let (Some(value), null) = (values.next(), measure.null.and_then(|_| values.next()))
            else {
                return;
            };
            let mut fault = |row: usize| {
                self.fault
                    .note(first + row as u64, measure.value, value[row]);
            };
            match (out, null) {
                (Computed::Codes(out), _) => {
                    each(selected, count, |i| out.push(value[i] as u32));
                }
                (Computed::Numbers(out, _), None) => {
                    append(out, value, selected);
                    // Nearly always there is nothing to find.
                    let added = out.len() - selected.map_or(count, <[usize]>::len);
                    if !out[added..]
                        .iter()
                        .fold(true, |all, value| all & value.is_finite())
                    {
                        each(selected, count, |i| {
                            if !value[i].is_finite() {
                                fault(i);
                            }
                        });
                    }
                }
                (Computed::Numbers(out, valid), Some(null)) => {
                    let valid = valid.get_or_insert_default();
                    each(selected, count, |i| {
                        let counts = !holds(null[i]);
                        if counts && !value[i].is_finite() {
                            fault(i);
                        }
                        out.push(if counts { value[i] + 0.0 } else { 0.0 });
                        valid.push(counts);
                    });
                }
            }
        }
    }

    pub(super) fn piece(mut self, which: Which) -> Piece {
        let mut piece = Piece {
            which,
            computed: vec![],
        };
        let rows = piece.rows();
        for column in &mut self.computed {
            match column {
                Computed::Codes(codes) => codes.truncate(rows),
                Computed::Numbers(values, valid) => {
                    values.truncate(rows);
                    if let Some(valid) = valid {
                        valid.truncate(rows);
                    }
                    if valid
                        .as_ref()
                        .is_some_and(|valid| valid.iter().all(|&each| each))
                    {
                        *valid = None;
                    }
                }
            }
        }
        piece.computed = self.computed;
        piece
    }
}

/// Call `f` with every selected row.
fn each(selected: Option<&[usize]>, count: usize, mut f: impl FnMut(usize)) {
    match selected {
        None => (0..count).for_each(f),
        Some(selected) => selected.iter().for_each(|i| f(*i)),
    }
}

/// Append the selected values; a negative zero becomes a positive one.
fn append(out: &mut Vec<f64>, values: &[f64], selected: Option<&[usize]>) {
    match selected {
        None => out.extend(values.iter().map(|value| value + 0.0)),
        Some(selected) => out.extend(selected.iter().map(|i| values[*i] + 0.0)),
    }
}
