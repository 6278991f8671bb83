//! CSV: a header row, then a row per combination; UTF-8, no byte-order mark, decimal point, no locale.
//!
//! Quoting is that of RFC 4180; lines end in LF alone, which is what data tools write and all readers take (the RFC's
//! CRLF would leave a CR in the last field for `cut`, `awk` and their like). A null is an empty field, empty text is
//! `""`, and so is a null in a table of one column, whose line would otherwise look like no row at all.
//!
//! A value that repeats along axes is formatted once: columns that stand side by side and vary, together, over few
//! combinations are one text for each of these, which is copied. Rows are formatted in groups of a fixed number, which
//! are also the members of a gzip file.

use std::io::Write;
use std::sync::Arc;

use flate2::{Compression, GzBuilder};

use super::text::{TextLines, Texts, float, integer, quoted};
use super::{Assemble, Encode, Options, Spare, Watched, encode_error};
use crate::Result;
use crate::rows::piece::Group;
use crate::rows::table::{Entries, Table};
use crate::rows::{ColumnSource, Places, Rows};

/// How many rows are formatted by one thread at a time, and make one member of a gzip file.
const GROUP_ROWS: usize = 1 << 14;
/// How many rows' values are looked up at a time: they stay in the first-level cache.
const BLOCK_ROWS: usize = 1 << 9;
/// On such text a tenth larger than level 3 and an eighth larger than level 6, at three and six times their speed.
const GZIP_LEVEL: u32 = 1;

/// Formats rows.
pub(super) struct Formatter {
    fields: Vec<Field>,
    /// How many bytes the texts of a line take at most.
    widest: usize,
    spare: Spare,
    gzip: bool,
}

/// A CSV file, gzipped or not.
pub(super) struct Csv<'a> {
    sink: Watched<'a>,
    spare: Spare,
}

/// One or more columns of a line.
enum Field {
    /// Columns whose text is copied: one for each position.
    Texts(Places, Texts),
    /// The text of a computed label.
    Labels(usize, Texts),
    /// A computed number, the texts of its null, and what follows it.
    Numbers(usize, Texts, u8),
    /// An axis of many whole numbers, and what follows it.
    Integers(Places, Arc<[i64]>, u8),
    /// An axis of many numbers, and what follows it.
    Floats(Places, Arc<[f64]>, u8),
}

/// Writes the header.
pub(super) fn create<'a>(
    mut sink: Watched<'a>,
    rows: &Rows,
    options: &Options,
    gzip: bool,
) -> Result<(Formatter, Csv<'a>)> {
    let schema = rows.schema();
    let names: Vec<String> = schema
        .fields()
        .iter()
        .map(|field| quoted(field.name(), options.csv_safe))
        .collect();
    let header = (names.join(",") + "\n").into_bytes();
    let header = if gzip { member(&header)? } else { header };
    sink.write_all(&header).map_err(encode_error)?;
    let fields = fields(rows, options);
    let spare = Spare::default();
    let formatter = Formatter {
        widest: fields.iter().map(Field::widest).sum(),
        fields,
        spare: spare.clone(),
        gzip,
    };
    Ok((formatter, Csv { sink, spare }))
}

/// The fields of a line.
fn fields(rows: &Rows, options: &Options) -> Vec<Field> {
    let count = rows.columns().len();
    let null = if count == 1 { "\"\"" } else { "" };
    let mut fields = vec![];
    let mut joint = Joint::default();
    for (column, source) in rows.sources().iter().enumerate() {
        let end = if column + 1 == count { b'\n' } else { b',' };
        let ended = if end == b'\n' { "\n" } else { "," };
        let apart = match source {
            ColumnSource::Table(table) => {
                let many = table.places.positions() > options.dictionary_values;
                match &table.entries {
                    Entries::Integers(values) if many => {
                        Field::Integers(table.places.clone(), Arc::clone(values), end)
                    }
                    Entries::Floats(values) if many => {
                        Field::Floats(table.places.clone(), Arc::clone(values), end)
                    }
                    entries => {
                        let mut texts = texts(entries, options.csv_safe);
                        texts.push(null.to_owned());
                        for text in &mut texts {
                            text.push_str(ended);
                        }
                        if !joint.fits(rows, table, options.dictionary_values) {
                            fields.extend(std::mem::take(&mut joint).field(rows));
                        }
                        joint.push(table, texts);
                        continue;
                    }
                }
            }
            ColumnSource::Computed(which) => {
                if let Some(labels) = rows.labels(column) {
                    let texts = texts(&Entries::Labels(labels), options.csv_safe).into_iter();
                    Field::Labels(*which, texts.map(|text| text + ended).collect())
                } else {
                    let null = [null.to_owned() + ended].into_iter().collect();
                    Field::Numbers(*which, null, end)
                }
            }
        };
        fields.extend(std::mem::take(&mut joint).field(rows));
        fields.push(apart);
    }
    fields.extend(joint.field(rows));
    fields
}

/// The text of each entry.
fn texts(entries: &Entries, safe: bool) -> Vec<String> {
    match entries {
        Entries::Integers(values) => values.iter().map(|value| integer(*value)).collect(),
        Entries::Floats(values) => values.iter().map(|value| float(*value)).collect(),
        Entries::Labels(labels) => {
            let labels = labels.iter().map(Option::unwrap_or_default);
            labels.map(|label| quoted(label, safe)).collect()
        }
    }
}

/// Columns that stand side by side and may become one field.
#[derive(Default)]
struct Joint<'a> {
    /// The groups they vary over, ascending.
    groups: Vec<usize>,
    /// Each one's table, the texts of its entries, and last that of a null.
    columns: Vec<(&'a Table, Vec<String>)>,
}

impl<'a> Joint<'a> {
    fn with(&self, table: &Table) -> Vec<usize> {
        let mut groups = self.groups.clone();
        groups.extend(&table.groups);
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// Whether, with one more column, there are still few combinations.
    fn fits(&self, rows: &Rows, table: &Table, most: u64) -> bool {
        let sizes = self
            .with(table)
            .into_iter()
            .map(|group| rows.space().sizes()[group]);
        sizes.fold(1, u64::saturating_mul) <= most
    }

    fn push(&mut self, table: &'a Table, texts: Vec<String>) {
        self.groups = self.with(table);
        self.columns.push((table, texts));
    }

    fn field(self, rows: &Rows) -> Option<Field> {
        if self.columns.is_empty() {
            return None;
        }
        let places = Places::new(rows.space().sizes(), &self.groups);
        let texts = (0..places.positions()).map(|position| {
            let row = row_at(rows, &self.groups, position);
            let text = |(table, texts): &'_ (&Table, Vec<String>)| {
                let id = table.id(table.places.at(row)) as usize;
                texts[id.min(texts.len() - 1)].clone()
            };
            self.columns.iter().map(text).collect::<String>()
        });
        let texts = texts.collect();
        Some(Field::Texts(places, texts))
    }
}

/// The first row at a position of a table over some groups.
fn row_at(rows: &Rows, groups: &[usize], mut position: u64) -> u64 {
    let (mut row, mut stride) = (0, 1);
    for (group, size) in rows.space().sizes().iter().enumerate().rev() {
        if groups.contains(&group) {
            row += position % size * stride;
            position /= size;
        }
        stride *= size;
    }
    row
}

impl Field {
    fn widest(&self) -> usize {
        match self {
            Self::Texts(_, texts) | Self::Labels(_, texts) => texts.widest(),
            Self::Numbers(_, null, _) => null.widest(),
            Self::Integers(..) | Self::Floats(..) => 0,
        }
    }
}

/// A field's content in some rows.
enum Cells<'a> {
    Texts(Vec<u32>, &'a Texts),
    Floats(Vec<f64>, u8),
    Nullable(Vec<f64>, Vec<bool>, &'a Texts, u8),
    Integers(Vec<i64>, u8),
}

impl Cells<'_> {
    fn of<'a>(field: &'a Field, group: &Group) -> Cells<'a> {
        let each = |places| group.positions(places, 0).each();
        match field {
            Field::Texts(places, texts) => Cells::Texts(each(places), texts),
            Field::Labels(which, texts) => Cells::Texts(group.codes(*which).each(), texts),
            Field::Numbers(which, null, end) => match group.gathered(*which) {
                (values, None) => Cells::Floats(values, *end),
                (values, Some(valid)) => Cells::Nullable(values, valid, null, *end),
            },
            Field::Integers(places, values, end) => {
                let values = each(places)
                    .into_iter()
                    .map(|position| values[position as usize]);
                Cells::Integers(values.collect(), *end)
            }
            Field::Floats(places, values, end) => {
                let values = each(places)
                    .into_iter()
                    .map(|position| values[position as usize]);
                Cells::Floats(values.collect(), *end)
            }
        }
    }

    #[inline]
    fn push(&self, row: usize, lines: &mut TextLines) {
        match self {
            Self::Texts(which, texts) => lines.push(texts, which[row]),
            Self::Floats(values, end) => lines.push_float(values[row], *end),
            Self::Nullable(values, valid, _, end) if valid[row] => {
                lines.push_float(values[row], *end);
            }
            Self::Nullable(_, _, null, _) => lines.push(null, 0),
            Self::Integers(values, end) => lines.push_integer(values[row], *end),
        }
    }
}

impl Encode for Formatter {
    type Scratch = ();
    /// A buffer, and how much of it is text.
    type Encoded = (Vec<u8>, usize);

    fn group_rows(&self) -> usize {
        GROUP_ROWS
    }

    fn parts(&self) -> usize {
        1
    }

    fn encode(&self, (): &mut (), group: &Group, _: usize) -> Result<(Vec<u8>, usize)> {
        let mut lines = TextLines::new(self.spare.take());
        for block in group.blocks(BLOCK_ROWS) {
            let fields = self.fields.iter();
            let columns: Vec<Cells<'_>> = fields.map(|field| Cells::of(field, &block)).collect();
            for row in 0..block.rows() {
                lines.reserve(self.widest, columns.len());
                for column in &columns {
                    column.push(row, &mut lines);
                }
            }
        }
        let (buffer, len) = lines.finish();
        if self.gzip {
            let zipped = member(&buffer[..len])?;
            self.spare.put(buffer);
            let len = zipped.len();
            return Ok((zipped, len));
        }
        Ok((buffer, len))
    }
}

impl Assemble<(Vec<u8>, usize)> for Csv<'_> {
    fn append(&mut self, (buffer, len): (Vec<u8>, usize)) -> Result<()> {
        self.sink.write_all(&buffer[..len]).map_err(encode_error)?;
        self.spare.put(buffer);
        Ok(())
    }

    fn close(mut self) -> Result<()> {
        self.sink.flush().map_err(encode_error)
    }
}

/// A gzip member that names neither time, file nor operating system.
fn member(text: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(
        Vec::with_capacity(text.len() / 3),
        Compression::new(GZIP_LEVEL),
    );
    encoder.write_all(text).map_err(encode_error)?;
    encoder.finish().map_err(encode_error)
}
