//! One column of one row group: what its pages say, and its statistics.

use ::parquet::basic::Encoding;
use ::parquet::data_type::ByteArray;
use ::parquet::file::statistics::Statistics;

use super::hybrid;
use super::page::{Chunk, PageScratch};
use super::split::split;
use crate::Result;
use crate::rows::piece::{Group, Positions};
use crate::rows::table::{Entries, NULL};

/// What a column of a row group consists of.
pub(super) enum Content<'a> {
    /// An entry for each row, or [`NULL`].
    Entries(Positions, Entries),
    /// The numbers of a computed column.
    Computed(&'a Group, usize),
}

/// Encode a column; as a dictionary where it has at most `few` entries in these rows.
pub(super) fn encode(
    content: Content<'_>,
    few: usize,
    scratch: &mut PageScratch,
    chunk: &mut Chunk,
) -> Result<()> {
    match content {
        Content::Computed(group, which) => {
            let parts: Vec<_> = group.numbers(which).collect();
            floats(&parts, scratch, chunk)
        }
        Content::Entries(ids, entries) => {
            let used = Used::new(&ids, entries.len());
            match &entries {
                Entries::Floats(values) if used.entries.len() > few => {
                    let ids = ids.each();
                    let valid: Vec<bool> = ids.iter().map(|id| *id != NULL).collect();
                    let known = |id: &u32| values.get(*id as usize).copied().unwrap_or_default();
                    let values: Vec<f64> = ids.iter().map(known).collect();
                    floats(&[(&values, Some(&valid))], scratch, chunk)
                }
                Entries::Integers(values) if used.entries.len() > few => {
                    let values: Vec<i64> =
                        ids.each().iter().map(|id| values[*id as usize]).collect();
                    integers(&values, scratch, chunk)
                }
                _ => dictionary(ids, &entries, &used, scratch, chunk),
            }
        }
    }
}

/// The entries that occur.
struct Used {
    entries: Vec<u32>,
    all: usize,
    nulls: bool,
}

impl Used {
    fn new(ids: &Positions, all: usize) -> Self {
        // One place more, for nulls.
        let mut seen = vec![false; all + 1];
        for id in &ids.values {
            seen[(*id as usize).min(all)] = true;
        }
        let entries = (0..all as u32).filter(|id| seen[*id as usize]).collect();
        Self {
            entries,
            all,
            nulls: seen[all],
        }
    }

    /// Number the entries that occur by themselves.
    fn renumber(&self, ids: &mut Positions) {
        if self.entries.len() == self.all {
            return;
        }
        let mut places = vec![NULL; self.all + 1];
        for (place, id) in self.entries.iter().enumerate() {
            places[*id as usize] = place as u32;
        }
        for id in &mut ids.values {
            *id = places[(*id as usize).min(self.all)];
        }
    }
}

/// The entries that occur, and for each row the number of its entry.
fn dictionary(
    mut ids: Positions,
    entries: &Entries,
    used: &Used,
    scratch: &mut PageScratch,
    chunk: &mut Chunk,
) -> Result<()> {
    used.renumber(&mut ids);
    let (present, codes) = if used.nulls {
        present(&ids)
    } else {
        (Positions::default(), ids)
    };
    let nulls = absent(&present);
    chunk.statistics = Some(plain(entries, &used.entries, nulls, &mut scratch.page));
    chunk.dictionary(used.entries.len(), scratch)?;
    scratch.page.clear();
    if chunk.optional {
        levels(&present, chunk.rows(), &mut scratch.page);
    }
    let width = hybrid::width((used.entries.len() as u32).saturating_sub(1));
    scratch.page.push(width as u8);
    hybrid::append(&codes, chunk.rows() - nulls, width, &mut scratch.page);
    chunk.data(Encoding::RLE_DICTIONARY, scratch)
}

/// Where there is an entry (1) and where there is none (0), and the entries alone.
fn present(ids: &Positions) -> (Positions, Positions) {
    let present = Positions {
        values: ids.values.iter().map(|id| u32::from(*id != NULL)).collect(),
        ends: ids.ends.clone(),
    };
    let mut codes = Positions::default();
    let (mut start, mut end) = (0, 0);
    for (index, id) in ids.values.iter().enumerate() {
        let next = ids.ends.get(index).copied().unwrap_or_default();
        if *id != NULL {
            codes.values.push(*id);
            if !ids.ends.is_empty() {
                end += next - start;
                codes.ends.push(end);
            }
        }
        start = next;
    }
    (present, codes)
}

/// How many rows are null.
fn absent(present: &Positions) -> usize {
    if present.ends.is_empty() {
        return present.values.iter().filter(|each| **each == 0).count();
    }
    let starts = std::iter::once(&0).chain(&present.ends);
    let runs = present.values.iter().zip(starts.zip(&present.ends));
    let null = runs.filter(|(each, _)| **each == 0);
    null.map(|(_, (start, end))| (end - start) as usize).sum()
}

/// Which rows are there; all of them when nothing is told.
fn levels(present: &Positions, rows: usize, page: &mut Vec<u8>) {
    let all = Positions {
        values: vec![1],
        ends: vec![rows as u32],
    };
    let told = if present.values.is_empty() {
        &all
    } else {
        present
    };
    let start = page.len();
    page.extend_from_slice(&[0; 4]);
    hybrid::append(told, rows, 1, page);
    let len = (page.len() - start - 4) as u32;
    page[start..start + 4].copy_from_slice(&len.to_le_bytes());
}

/// Write some entries one after the other; their statistics.
fn plain(entries: &Entries, used: &[u32], nulls: usize, page: &mut Vec<u8>) -> Statistics {
    page.clear();
    let used = used.iter().map(|id| *id as usize);
    match entries {
        Entries::Floats(values) => {
            let values: Vec<f64> = used.map(|id| values[id]).collect();
            page.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            float_statistics(extremes(&values), nulls)
        }
        Entries::Integers(values) => {
            let values: Vec<i64> = used.map(|id| values[id]).collect();
            integer_page(&values, page)
        }
        Entries::Labels(labels) => {
            let texts: Vec<&str> = used.map(|id| labels.value(id)).collect();
            for text in &texts {
                page.extend_from_slice(&(text.len() as u32).to_le_bytes());
                page.extend_from_slice(text.as_bytes());
            }
            let bytes = |text: &&str| ByteArray::from(text.as_bytes().to_vec());
            let (min, max) = (texts.iter().min().map(bytes), texts.iter().max().map(bytes));
            Statistics::byte_array(min, max, None, Some(nulls as u64), false)
        }
    }
}

/// Numbers, of which some may not count, by byte streams.
fn floats(
    parts: &[(&[f64], Option<&[bool]>)],
    scratch: &mut PageScratch,
    chunk: &mut Chunk,
) -> Result<()> {
    let valid = |part: &(&[f64], Option<&[bool]>)| -> Vec<u32> {
        part.1.map_or_else(
            || vec![1; part.0.len()],
            |valid| valid.iter().map(|each| u32::from(*each)).collect(),
        )
    };
    let mut present = Positions::default();
    if parts
        .iter()
        .any(|(_, valid)| valid.is_some_and(|valid| valid.contains(&false)))
    {
        present.values = parts.iter().flat_map(valid).collect();
    }
    let nulls = absent(&present);
    let mut told = vec![];
    if chunk.optional {
        levels(&present, chunk.rows(), &mut told);
    }
    let count = chunk.rows() - nulls;
    // What the page held before is overwritten; only growing costs.
    scratch.page.resize(told.len() + 8 * count, 0);
    let (head, streams) = scratch.page.split_at_mut(told.len());
    head.copy_from_slice(&told);
    let (mut at, mut range) = (0, None);
    for (values, valid) in parts {
        let counting: Vec<f64>;
        let values = match valid {
            Some(valid) if nulls > 0 => {
                let both = values.iter().zip(*valid);
                counting = both
                    .filter(|(_, valid)| **valid)
                    .map(|(value, _)| *value)
                    .collect();
                &counting
            }
            _ => *values,
        };
        if count > 0 {
            split(values, at, count, streams);
        }
        at += values.len();
        range = wider(range, extremes(values));
    }
    chunk.statistics = Some(float_statistics(range, nulls));
    chunk.data(Encoding::BYTE_STREAM_SPLIT, scratch)
}

/// Whole numbers as they are.
fn integers(values: &[i64], scratch: &mut PageScratch, chunk: &mut Chunk) -> Result<()> {
    scratch.page.clear();
    chunk.statistics = Some(integer_page(values, &mut scratch.page));
    chunk.data(Encoding::PLAIN, scratch)
}

fn integer_page(values: &[i64], page: &mut Vec<u8>) -> Statistics {
    page.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    let (min, max) = (values.iter().min(), values.iter().max());
    Statistics::int64(min.copied(), max.copied(), None, Some(0), false)
}

/// The smallest and the largest of some numbers.
fn extremes(values: &[f64]) -> Option<(f64, f64)> {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let found = values.iter().fold(start, |(min, max), &value| {
        let min = if value < min { value } else { min };
        let max = if value > max { value } else { max };
        (min, max)
    });
    (!values.is_empty()).then_some(found)
}

fn wider(a: Option<(f64, f64)>, b: Option<(f64, f64)>) -> Option<(f64, f64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

/// As the format wants it, a zero is taken for -0 as the smallest and for +0 as the largest.
fn float_statistics(range: Option<(f64, f64)>, nulls: usize) -> Statistics {
    let min = range.map(|(min, _)| if min == 0.0 { -0.0 } else { min });
    let max = range.map(|(_, max)| max + 0.0);
    Statistics::double(min, max, None, Some(nulls as u64), false)
}
