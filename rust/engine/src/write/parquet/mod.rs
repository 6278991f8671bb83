//! Parquet: row groups whose columns are encoded side by side, each by its rank.
//!
//! A column that has few combinations of the groups it varies over within a row group is a dictionary and codes, which
//! are computed from the rows' indices and never looked up; the bytes of all other numbers are split into streams. Each
//! column of a row group is one data page: what is periodic along the axes then repeats within one zstd frame.
//! Up to about two row groups of input are held, and the encoded columns that wait for those before them.
//!
//! Pages are encoded here, and not by the parquet crate's writer, for speed (`docs/performance.md`) and for checksums of
//! pages; the schema, the metadata and the footer are that crate's. `tests/queries/test_export.py` reads the files with
//! three other readers.

mod column;
mod hybrid;
mod page;
mod split;

use std::io::Write;
use std::sync::Arc;

use ::parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use ::parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataWriter,
    RowGroupMetaData,
};
use ::parquet::file::properties::WriterProperties;
use ::parquet::schema::types::SchemaDescPtr;
use arrow_schema::Schema;

use self::column::{Content, encode};
use self::page::{Chunk, PageScratch};
use super::{Assemble, Encode, Options, Spare, Watched, encode_error};
use crate::Result;
use crate::rows::piece::{Group, Positions};
use crate::rows::table::{Entries, NULL};
use crate::rows::{ColumnSource, Places, Rows};

/// What a file begins with, and ends with.
const MAGIC: &[u8; 4] = b"PAR1";
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
    spare: Spare,
}

/// A Parquet file.
pub(super) struct File<'a> {
    sink: Watched<'a>,
    /// How many bytes have been written.
    at: usize,
    spare: Spare,
    schema: SchemaDescPtr,
    metadata: Option<Vec<KeyValue>>,
    /// The columns of the row group that is not complete.
    columns: Vec<ColumnChunkMetaData>,
    groups: Vec<RowGroupMetaData>,
}

/// Starts the file.
pub(super) fn create<'a, 'r>(
    mut sink: Watched<'a>,
    rows: &'r Rows,
    options: &Options,
) -> Result<(Columns<'r>, File<'a>)> {
    let schema = ArrowSchemaConverter::new()
        .convert(&rows.schema())
        .map_err(encode_error)?;
    let (schema, spare) = (Arc::new(schema), Spare::default());
    sink.write_all(MAGIC).map_err(encode_error)?;
    let most = GROUP_BYTES / (8 * rows.computed().max(1)) / GROUP_STEP * GROUP_STEP;
    let columns = Columns {
        rows,
        schema: Arc::clone(&schema),
        group_rows: options.row_group_rows.clamp(1, most.max(GROUP_STEP)),
        dictionary_values: options.dictionary_values,
        spare: spare.clone(),
    };
    let file = File {
        sink,
        at: MAGIC.len(),
        spare,
        schema,
        metadata: metadata(&rows.schema(), options),
        columns: vec![],
        groups: vec![],
    };
    Ok((columns, file))
}

/// The caller's metadata, and what tells readers that labels are a dictionary, not plain text.
fn metadata(schema: &Schema, options: &Options) -> Option<Vec<KeyValue>> {
    let given = options.metadata.iter().cloned();
    let given = given
        .map(|(key, value)| KeyValue::new(key, value))
        .collect();
    let mut properties = WriterProperties::builder()
        .set_key_value_metadata(Some(given))
        .build();
    add_encoded_arrow_schema_to_metadata(schema, &mut properties);
    properties.key_value_metadata().cloned()
}

impl Encode for Columns<'_> {
    type Scratch = PageScratch;
    type Encoded = Chunk;

    fn group_rows(&self) -> usize {
        self.group_rows
    }

    fn parts(&self) -> usize {
        self.rows.columns().len()
    }

    fn encode(&self, scratch: &mut PageScratch, group: &Group, part: usize) -> Result<Chunk> {
        // Where nearly every value is new, a dictionary holds the column twice.
        let few = self.dictionary_values.min(group.rows() as u64 / 2);
        let optional = self.rows.schema().field(part).is_nullable();
        let column = self.schema.column(part);
        let mut chunk = Chunk::new(column, group.rows(), optional, self.spare.clone());
        encode(
            self.content(group, part, few),
            few as usize,
            scratch,
            &mut chunk,
        )?;
        Ok(chunk)
    }
}

impl Columns<'_> {
    /// What a column of a row group consists of.
    fn content<'g>(&self, group: &'g Group, part: usize, few: u64) -> Content<'g> {
        match &self.rows.sources()[part] {
            ColumnSource::Table(table) => {
                let mut ids = group.positions(&table.places, 0);
                if let Some(known) = &table.ids {
                    ids.values
                        .iter_mut()
                        .for_each(|id| *id = known[*id as usize]);
                }
                Content::Entries(ids, table.entries.clone())
            }
            ColumnSource::Computed(which) => {
                if let Some(labels) = self.rows.labels(part) {
                    return Content::Entries(group.codes(*which), Entries::Labels(labels));
                }
                let groups = self.rows.groups(part);
                let (places, origin) = Places::around(self.rows.space(), &group.span(), &groups);
                if places.positions() > few {
                    return Content::Computed(group, *which);
                }
                seen(
                    group,
                    *which,
                    group.positions(&places, origin),
                    places.positions(),
                )
            }
        }
    }
}

/// A computed column as the table that its own values make.
fn seen(group: &Group, which: usize, mut positions: Positions, count: u64) -> Content<'_> {
    let (values, valid) = group.gathered(which);
    let mut entries = vec![0.0; count as usize];
    for (index, position) in positions.values.iter_mut().enumerate() {
        let row = match index
            .checked_sub(1)
            .and_then(|before| positions.ends.get(before))
        {
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

impl File<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.at += bytes.len();
        self.sink.write_all(bytes).map_err(encode_error)
    }
}

impl Assemble<Chunk> for File<'_> {
    fn append(&mut self, chunk: Chunk) -> Result<()> {
        let rows = i64::try_from(chunk.rows()).map_err(encode_error)?;
        self.columns.push(chunk.metadata(self.at)?);
        for (header, body) in chunk.pages {
            self.write(&header)?;
            self.write(&body)?;
            self.spare.put(body);
        }
        if self.columns.len() < self.schema.num_columns() {
            return Ok(());
        }
        let columns = std::mem::take(&mut self.columns);
        let bytes = columns.iter().map(ColumnChunkMetaData::uncompressed_size);
        let group = RowGroupMetaData::builder(Arc::clone(&self.schema))
            .set_num_rows(rows)
            .set_total_byte_size(bytes.sum())
            .set_column_metadata(columns);
        self.groups.push(group.build().map_err(encode_error)?);
        Ok(())
    }

    fn close(mut self) -> Result<()> {
        let rows = self.groups.iter().map(RowGroupMetaData::num_rows).sum();
        let creator = concat!("gigacost version ", env!("CARGO_PKG_VERSION")).to_owned();
        let file = FileMetaData::new(1, rows, Some(creator), self.metadata, self.schema, None);
        let metadata = ParquetMetaData::new(file, self.groups);
        let footer = ParquetMetaDataWriter::new(&mut self.sink, &metadata);
        footer.finish().map_err(encode_error)?;
        self.sink.flush().map_err(encode_error)
    }
}
