//! Parquet: row groups whose columns are encoded side by side, each by its rank.
//!
//! A column that has few combinations of the groups it varies over within a row group is a dictionary and codes, which
//! are computed from the rows' indices and never looked up; the bytes of all other numbers are split into streams. Each
//! column of a row group is one data page: what is periodic along the axes then repeats within one zstd frame.
//! Up to about two row groups of input are held, and the encoded columns that wait for those before them.

mod column;
mod hybrid;
mod page;
mod split;

use std::sync::Arc;

use ::parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::SchemaDescPtr;
use arrow_schema::Schema;
use bytes::Bytes;

use self::column::{Content, encode};
use self::page::{Chunk, Scratch};
use super::{Assemble, Encode, Options, Watched, encode_error};
use crate::Result;
use crate::fold::piece::{Group, Positions};
use crate::fold::table::{Entries, NULL};
use crate::fold::{Rows, Source, Walk};

/// A row group holds at most about this many bytes of columns that are computed row by row.
const GROUP_BYTES: usize = 1 << 27;
/// Row groups have a multiple of this many rows, where they may.
const GROUP_STEP: usize = 1 << 16;

/// Encodes row groups, column by column.
pub(super) struct Columns<'a> {
    rows: &'a Rows,
    schema: SchemaDescPtr,
    group_rows: usize,
    dictionary_values: u64,
}

/// A Parquet file.
pub(super) struct File<'a> {
    file: SerializedFileWriter<Watched<'a>>,
    /// The columns of the row group that is not complete.
    group: Vec<ColumnChunk>,
    columns: usize,
}

/// An encoded column of a row group.
type ColumnChunk = (Bytes, ColumnCloseResult);

/// Starts the file.
pub(super) fn create<'a, 'r>(
    sink: Watched<'a>,
    rows: &'r Rows,
    options: &Options,
) -> Result<(Columns<'r>, File<'a>)> {
    let schema = rows.schema();
    let root = ArrowSchemaConverter::new()
        .convert(&schema)
        .map_err(encode_error)?;
    let properties = properties(&schema, options);
    let file = SerializedFileWriter::new(sink, root.root_schema_ptr(), properties)
        .map_err(encode_error)?;
    let most = GROUP_BYTES / (8 * rows.computed().max(1)) / GROUP_STEP * GROUP_STEP;
    let columns = Columns {
        rows,
        schema: Arc::new(root),
        group_rows: options.row_group_rows.clamp(1, most.max(GROUP_STEP)),
        dictionary_values: options.dictionary_values,
    };
    let file = File {
        file,
        group: vec![],
        columns: rows.columns().len(),
    };
    Ok((columns, file))
}

fn properties(schema: &Schema, options: &Options) -> WriterPropertiesPtr {
    let metadata = options
        .metadata
        .iter()
        .map(|(key, value)| KeyValue::new(key.clone(), value.clone()))
        .collect();
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("gigacost version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(metadata))
        .build();
    // What tells readers that labels are a dictionary, not plain text.
    add_encoded_arrow_schema_to_metadata(schema, &mut properties);
    Arc::new(properties)
}

impl Encode for Columns<'_> {
    type Scratch = Scratch;
    type Encoded = ColumnChunk;

    fn group_rows(&self) -> usize {
        self.group_rows
    }

    fn parts(&self) -> usize {
        self.rows.columns().len()
    }

    fn encode(&self, scratch: &mut Scratch, group: &Group, part: usize) -> Result<ColumnChunk> {
        // Where nearly every value is new, a dictionary holds the column twice.
        let few = self.dictionary_values.min(group.rows() as u64 / 2);
        let optional = self.rows.schema().field(part).is_nullable();
        let mut chunk = Chunk::new(self.schema.column(part), group.rows(), optional);
        encode(self.content(group, part, few), few as usize, scratch, &mut chunk)?;
        chunk.finish()
    }
}

impl Columns<'_> {
    /// What a column of a row group consists of.
    fn content<'g>(&self, group: &'g Group, part: usize, few: u64) -> Content<'g> {
        match &self.rows.sources()[part] {
            Source::Table(table) => {
                let mut ids = group.positions(&table.walk, 0);
                if let Some(known) = &table.ids {
                    ids.values.iter_mut().for_each(|id| *id = known[*id as usize]);
                }
                Content::Entries(ids, table.entries.clone())
            }
            Source::Computed(which) => {
                if let Some(labels) = self.rows.labels(part) {
                    return Content::Entries(group.codes(*which), Entries::Labels(labels));
                }
                let groups = self.rows.groups(part);
                let (walk, origin) = Walk::around(self.rows.space(), &group.span(), &groups);
                if walk.positions() > few {
                    return Content::Computed(group, *which);
                }
                seen(group, *which, group.positions(&walk, origin), walk.positions())
            }
        }
    }
}

/// A computed column as the table that its own values make.
fn seen(group: &Group, which: usize, mut positions: Positions, count: u64) -> Content<'_> {
    let (values, valid) = group.gathered(which);
    let mut entries = vec![0.0; count as usize];
    for (index, position) in positions.values.iter_mut().enumerate() {
        let row = match index.checked_sub(1).and_then(|before| positions.ends.get(before)) {
            Some(start) => *start as usize,
            None => index,
        };
        entries[*position as usize] = values[row];
        if valid.as_ref().is_some_and(|valid| !valid[row]) {
            *position = NULL;
        }
    }
    Content::Entries(positions, Entries::Floats(entries.into()))
}

impl Assemble<ColumnChunk> for File<'_> {
    fn append(&mut self, encoded: ColumnChunk) -> Result<()> {
        self.group.push(encoded);
        if self.group.len() == self.columns {
            let mut row_group = self.file.next_row_group().map_err(encode_error)?;
            for (bytes, close) in self.group.drain(..) {
                row_group.append_column(&bytes, close).map_err(encode_error)?;
            }
            row_group.close().map_err(encode_error)?;
        }
        Ok(())
    }

    fn close(mut self) -> Result<()> {
        self.file.finish().map_err(encode_error)?;
        Ok(())
    }
}
