//! CSV: a header row, then a row per combination; UTF-8, no byte-order mark, decimal point, no locale.
//!
//! Quoting is that of RFC 4180; lines end in LF alone, which is what data tools write and all readers take (the RFC's
//! CRLF would leave a CR in the last field for `cut`, `awk` and their like). A null is an empty field, empty text is
//! `""`, and so is a null in a table of one column, whose line would otherwise look like no row at all.
//! Rows are formatted in chunks of a fixed number of rows, which are also the members of a gzip file.

use std::io::Write;
use std::ops::ControlFlow;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, SchemaRef};
use flate2::{Compression, GzBuilder};

use super::text::{Cell, Lines, Numbers, quoted};
use super::{GroupWriter, Options, Watched, encode_error};
use crate::run::ordered;
use crate::{Error, Result};

/// How many rows are formatted by one thread at a time, and make one member of a gzip file.
const CHUNK_ROWS: usize = 1 << 12;
/// Chunks per thread and group: enough to keep the threads busy, few enough to hold their text.
const CHUNKS_PER_THREAD: usize = 4;
/// On such text a tenth larger than level 3 and an eighth larger than level 6, at three and six times their speed.
const GZIP_LEVEL: u32 = 1;

/// Writes CSV, gzipped or not.
pub(super) struct Csv<'a> {
    sink: Watched<'a>,
    schema: SchemaRef,
    /// The text of each label of each column, filled in by the first batch.
    labels: Vec<Option<Vec<Cell>>>,
    threads: usize,
    safe: bool,
    gzip: bool,
}

impl<'a> Csv<'a> {
    /// Writes the header.
    pub(super) fn create(
        mut sink: Watched<'a>,
        schema: &SchemaRef,
        options: &Options,
        gzip: bool,
    ) -> Result<Self> {
        let names: Vec<String> = schema
            .fields()
            .iter()
            .map(|field| quoted(field.name(), options.csv_safe))
            .collect();
        let header = (names.join(",") + "\n").into_bytes();
        let header = if gzip { member(&header)? } else { header };
        sink.write_all(&header).map_err(encode_error)?;
        let threads = options.threads.max(1);
        let labels = vec![None; schema.fields().len()];
        Ok(Self {
            sink,
            schema: SchemaRef::clone(schema),
            labels,
            threads,
            safe: options.csv_safe,
            gzip,
        })
    }

    /// Formats the labels, each once per file; they are the same in every batch.
    fn fill_labels(&mut self, group: &[RecordBatch]) {
        let Some(batch) = group.first() else { return };
        let (safe, only) = (self.safe, self.labels.len() == 1);
        for (index, (column, cells)) in batch.columns().iter().zip(&mut self.labels).enumerate() {
            if let Some(dictionary) = column.as_dictionary_opt::<Int32Type>() {
                let end = end(batch, index);
                cells.get_or_insert_with(|| {
                    let texts = dictionary.values().as_string::<i32>();
                    texts
                        .iter()
                        .map(|text| {
                            text.map_or_else(
                                || Cell::null(only, end),
                                |text| Cell::text(text, safe, end),
                            )
                        })
                        .collect()
                });
            }
        }
    }
}

impl GroupWriter for Csv<'_> {
    fn group_rows(&self) -> usize {
        CHUNK_ROWS * CHUNKS_PER_THREAD * self.threads
    }

    fn write_group(&mut self, group: &[RecordBatch]) -> Result<()> {
        self.fill_labels(group);
        let chunks = chunks(group);
        let (schema, labels, gzip, sink) = (&self.schema, &self.labels, self.gzip, &mut self.sink);
        ordered(
            chunks.len() as u64,
            self.threads,
            || (),
            |(), index| {
                let text = format(schema, labels, &chunks[index as usize])?;
                if gzip { member(&text) } else { Ok(text) }
            },
            |bytes| {
                sink.write_all(&bytes).map_err(encode_error)?;
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    fn close(&mut self) -> Result<()> {
        self.sink.flush().map_err(encode_error)
    }
}

/// What follows a field.
fn end(batch: &RecordBatch, column: usize) -> u8 {
    if column + 1 == batch.num_columns() {
        b'\n'
    } else {
        b','
    }
}

/// A group's chunks, each as slices of the group's batches.
fn chunks(group: &[RecordBatch]) -> Vec<Vec<RecordBatch>> {
    let mut chunks: Vec<Vec<RecordBatch>> = Vec::new();
    let mut room = 0;
    for batch in group {
        let mut start = 0;
        while start < batch.num_rows() {
            if room == 0 {
                chunks.push(Vec::new());
                room = CHUNK_ROWS;
            }
            let rows = room.min(batch.num_rows() - start);
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(batch.slice(start, rows));
            }
            start += rows;
            room -= rows;
        }
    }
    chunks
}

/// One column of one slice of a chunk.
struct Column<'a> {
    values: Values<'a>,
    nulls: Option<&'a NullBuffer>,
    null: Cell,
    end: u8,
}

enum Values<'a> {
    Labels(&'a [i32], &'a [Cell]),
    Integers(&'a [i64]),
    Floats(&'a [f64]),
}

impl<'a> Column<'a> {
    fn of(slice: &'a RecordBatch, index: usize, labels: &'a [Option<Vec<Cell>>]) -> Self {
        let array = slice.column(index);
        let values = match array.data_type() {
            DataType::Int64 => Values::Integers(array.as_primitive::<Int64Type>().values()),
            DataType::Float64 => Values::Floats(array.as_primitive::<Float64Type>().values()),
            _ => {
                let keys = array.as_dictionary::<Int32Type>().keys().values();
                Values::Labels(keys, labels[index].as_deref().unwrap_or_default())
            }
        };
        let end = end(slice, index);
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        Self {
            values,
            nulls,
            null: Cell::null(slice.num_columns() == 1, end),
            end,
        }
    }
}

/// Formats a chunk.
fn format(
    schema: &SchemaRef,
    labels: &[Option<Vec<Cell>>],
    chunk: &[RecordBatch],
) -> Result<Vec<u8>> {
    let width = schema.fields().len();
    let widest_of =
        |cells: &Option<Vec<Cell>>| cells.iter().flatten().map(Cell::len).max().unwrap_or(0);
    let widest = labels.iter().map(widest_of).sum();
    let mut lines = Lines::default();
    // What a column has formatted once stays known for the whole chunk.
    let mut numbers = vec![Numbers::default(); width];
    for slice in chunk {
        let columns: Vec<Column<'_>> = (0..width)
            .map(|index| Column::of(slice, index, labels))
            .collect();
        for row in 0..slice.num_rows() {
            lines.reserve(widest, width);
            for (index, (column, numbers)) in columns.iter().zip(&mut numbers).enumerate() {
                if column.nulls.is_some_and(|nulls| nulls.is_null(row)) {
                    lines.push(&column.null);
                    continue;
                }
                match column.values {
                    Values::Labels(keys, cells) => {
                        lines.push(&cells[keys[row].cast_unsigned() as usize]);
                    }
                    Values::Integers(values) => {
                        numbers.push_integer(&mut lines, values[row], column.end);
                    }
                    Values::Floats(values) if values[row].is_finite() => {
                        numbers.push_float(&mut lines, values[row], column.end);
                    }
                    Values::Floats(values) => {
                        let name = schema.field(index).name();
                        return Err(Error::Encode(format!(
                            "column {name:?}: {} has no text",
                            values[row]
                        )));
                    }
                }
            }
        }
    }
    Ok(lines.finish())
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
