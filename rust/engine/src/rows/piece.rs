//! Rows that have been computed, before anyone has given them a form: what is computed row by row, and for the rest
//! only which rows they are.

use std::ops::Range;
use std::sync::Arc;

use super::places::Places;

/// Rows that share a position this many at a time are told as runs.
const SHORTEST_RUN: u64 = 8;
/// Where fewer than one row in so many is wanted, positions are computed one by one.
const SPARSE: u64 = 16;

/// Which rows of the space.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    /// All from one to another.
    All(Range<u64>),
    /// These.
    These(Vec<u64>),
}

/// A column that is computed row by row.
#[derive(Clone, Debug)]
pub(crate) enum Computed {
    /// Numbers, and which of them count; all when there is nothing about it.
    Numbers(Vec<f64>, Option<Vec<bool>>),
    /// Positions in a dictionary of labels.
    Codes(Vec<u32>),
}

/// Some rows.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) which: Which,
    /// The columns that are computed row by row.
    pub(crate) computed: Vec<Computed>,
}

impl Piece {
    /// How many.
    pub(crate) fn rows(&self) -> usize {
        match &self.which {
            Which::All(rows) => (rows.end - rows.start) as usize,
            Which::These(rows) => rows.len(),
        }
    }
}

/// Parts of pieces, one after another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    parts: Vec<(Arc<Piece>, Range<usize>)>,
    rows: usize,
}

impl From<Piece> for Group {
    fn from(piece: Piece) -> Self {
        let mut group = Self::default();
        let rows = 0..piece.rows();
        group.push(Arc::new(piece), rows);
        group
    }
}

/// A position for every row, told once for rows that share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Positions {
    pub(crate) values: Vec<u32>,
    /// Where each one's rows end; empty when each is one row's.
    pub(crate) ends: Vec<u32>,
}

impl Positions {
    /// One for each row.
    pub(crate) fn each(self) -> Vec<u32> {
        if self.ends.is_empty() {
            return self.values;
        }
        let rows = self.ends.last().copied().unwrap_or_default();
        let mut each = Vec::with_capacity(rows as usize);
        for (value, end) in self.values.iter().zip(&self.ends) {
            each.resize(*end as usize, *value);
        }
        each
    }

    /// Rows that share a position told as runs, where that is shorter.
    fn collapsed(self) -> Self {
        let runs = self.values.chunk_by(|a, b| a == b);
        let count = runs.clone().count() as u64;
        if self.values.is_empty() || count * SHORTEST_RUN > self.values.len() as u64 {
            return self;
        }
        let mut end = 0;
        let (values, ends) = runs
            .map(|run| {
                end += run.len() as u32;
                (run[0], end)
            })
            .unzip();
        Self { values, ends }
    }
}

impl Group {
    /// Append rows of a piece.
    pub(crate) fn push(&mut self, piece: Arc<Piece>, rows: Range<usize>) {
        self.rows += rows.len();
        self.parts.push((piece, rows));
    }

    /// How many rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The same rows, at most so many at a time.
    pub(crate) fn blocks(&self, most: usize) -> impl Iterator<Item = Self> {
        let mut parts = self.parts.iter().cloned().peekable();
        std::iter::from_fn(move || {
            let mut block = Self::default();
            while let Some((piece, rows)) = parts.peek_mut() {
                let end = rows.end.min(rows.start + most - block.rows);
                block.push(Arc::clone(piece), rows.start..end);
                rows.start = end;
                if rows.start == rows.end {
                    parts.next();
                }
                if block.rows == most {
                    break;
                }
            }
            (block.rows > 0).then_some(block)
        })
    }

    /// The numbers of a computed column and which of them count, part by part.
    pub(crate) fn numbers(&self, column: usize) -> impl Iterator<Item = (&[f64], Option<&[bool]>)> {
        self.parts
            .iter()
            .filter_map(move |(piece, rows)| match &piece.computed[column] {
                Computed::Numbers(values, valid) => Some((
                    &values[rows.clone()],
                    valid.as_ref().map(|valid| &valid[rows.clone()]),
                )),
                Computed::Codes(_) => None,
            })
    }

    /// The numbers of a computed column and which of them count, as one.
    pub(crate) fn gathered(&self, column: usize) -> (Vec<f64>, Option<Vec<bool>>) {
        let mut values = Vec::with_capacity(self.rows);
        let mut valid = vec![];
        for (part, counts) in self.numbers(column) {
            // Parts in which all count say nothing.
            if let Some(counts) = counts {
                valid.resize(values.len(), true);
                valid.extend_from_slice(counts);
            }
            values.extend_from_slice(part);
        }
        if valid.is_empty() {
            return (values, None);
        }
        valid.resize(values.len(), true);
        (values, Some(valid))
    }

    /// The codes of a computed column.
    pub(crate) fn codes(&self, column: usize) -> Positions {
        let mut values = Vec::with_capacity(self.rows);
        for (piece, rows) in &self.parts {
            if let Computed::Codes(codes) = &piece.computed[column] {
                values.extend_from_slice(&codes[rows.clone()]);
            }
        }
        Positions {
            values,
            ends: vec![],
        }
        .collapsed()
    }

    /// The smallest range that has all of the rows.
    pub(crate) fn span(&self) -> Range<u64> {
        let spans = self.parts.iter().map(|(piece, rows)| match &piece.which {
            Which::All(all) => all.start + rows.start as u64..all.start + rows.end as u64,
            Which::These(these) => span(&these[rows.clone()]),
        });
        spans
            .filter(|span| !span.is_empty())
            .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
            .unwrap_or(0..0)
    }

    /// The position of every row, the space beginning at row `origin`.
    pub(crate) fn positions(&self, places: &Places, origin: u64) -> Positions {
        let span = self.span();
        if span.end - span.start == self.rows as u64 && self.is_whole() {
            return consecutive(places, span.start - origin..span.end - origin);
        }
        let mut values = Vec::with_capacity(self.rows);
        let mut all = vec![];
        for (piece, rows) in &self.parts {
            match &piece.which {
                Which::All(all) => {
                    let first = all.start - origin;
                    let range = first + rows.start as u64..first + rows.end as u64;
                    values.extend(consecutive(places, range).each());
                }
                Which::These(these) => {
                    picked(places, &these[rows.clone()], origin, &mut all, &mut values);
                }
            }
        }
        Positions {
            values,
            ends: vec![],
        }
        .collapsed()
    }

    fn is_whole(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.all(|(piece, _)| matches!(piece.which, Which::All(_)))
    }
}

fn span(rows: &[u64]) -> Range<u64> {
    let (first, last) = (rows.iter().min(), rows.iter().max());
    first
        .zip(last)
        .map_or(0..0, |(first, last)| *first..last + 1)
}

/// The positions of rows that follow each other.
fn consecutive(places: &Places, rows: Range<u64>) -> Positions {
    let repeat = places.repeat();
    let steps = rows.start / repeat..rows.end.div_ceil(repeat);
    let mut values = Vec::with_capacity((steps.end - steps.start) as usize);
    places.extend(steps.clone(), &mut values);
    if repeat == 1 {
        return Positions {
            values,
            ends: vec![],
        };
    }
    let end = |step: u64| ((step + 1) * repeat).min(rows.end) - rows.start;
    let runs = Positions {
        values,
        ends: steps.map(|step| end(step) as u32).collect(),
    };
    if repeat >= SHORTEST_RUN {
        return runs;
    }
    Positions {
        values: runs.each(),
        ends: vec![],
    }
}

/// The positions of some rows; `all` is room for those of all rows between them.
fn picked(places: &Places, rows: &[u64], origin: u64, all: &mut Vec<u32>, out: &mut Vec<u32>) {
    let span = span(rows);
    if span.end - span.start > SPARSE * rows.len() as u64 {
        out.extend(rows.iter().map(|row| places.at(row - origin)));
        return;
    }
    let repeat = places.repeat();
    let first = (span.start - origin) / repeat;
    all.clear();
    places.extend(first..(span.end - origin).div_ceil(repeat), all);
    if repeat == 1 {
        out.extend(rows.iter().map(|row| all[(row - span.start) as usize]));
    } else {
        out.extend(
            rows.iter()
                .map(|row| all[((row - origin) / repeat - first) as usize]),
        );
    }
}
