//! Arrow IPC files and streams: batches of a fixed number of rows, zstd-compressed, each dictionary written once.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::Schema;

use super::{Assemble, Encode, Options, Watched, encode_error};
use crate::Result;
use crate::rows::piece::Group;
use crate::rows::{Rows, arrow};

/// How many rows make a batch of a file.
const FILE_BATCH_ROWS: usize = 1 << 17;
/// How many rows make a batch of a stream: whoever reads it begins with the first.
const STREAM_BATCH_ROWS: usize = 1 << 14;
const ZSTD_LEVEL: i32 = 1;

/// Makes batches.
pub(super) struct BatchEncoder<'a> {
    rows: &'a Rows,
    batch_rows: usize,
}

/// An Arrow IPC file.
pub(super) struct File<'a>(FileWriter<Watched<'a>>);

/// An Arrow IPC stream.
pub(super) struct Stream<'a>(StreamWriter<Watched<'a>>);

/// Starts a file.
pub(super) fn file<'a, 'r>(
    sink: Watched<'a>,
    rows: &'r Rows,
    options: &Options,
) -> Result<(BatchEncoder<'r>, File<'a>)> {
    let (schema, settings) = head(rows, options)?;
    let file = FileWriter::try_new_with_options(sink, &schema, settings).map_err(encode_error)?;
    let batch_rows = FILE_BATCH_ROWS;
    Ok((BatchEncoder { rows, batch_rows }, File(file)))
}

/// Starts a stream.
pub(super) fn stream<'a, 'r>(
    sink: Watched<'a>,
    rows: &'r Rows,
    options: &Options,
) -> Result<(BatchEncoder<'r>, Stream<'a>)> {
    let (schema, settings) = head(rows, options)?;
    let stream =
        StreamWriter::try_new_with_options(sink, &schema, settings).map_err(encode_error)?;
    let batch_rows = STREAM_BATCH_ROWS;
    Ok((BatchEncoder { rows, batch_rows }, Stream(stream)))
}

fn head(rows: &Rows, options: &Options) -> Result<(Schema, IpcWriteOptions)> {
    // The encoder writes a schema's metadata sorted by key, so the map's order does not show.
    let metadata: HashMap<String, String> = options.metadata.iter().cloned().collect();
    let schema = Schema::new_with_metadata(rows.schema().fields().clone(), metadata);
    let settings = IpcWriteOptions::default()
        .try_with_compression(Some(CompressionType::ZSTD))
        .and_then(|settings| settings.try_with_compression_level(Some(ZSTD_LEVEL)))
        .map_err(encode_error)?;
    Ok((schema, settings))
}

impl Encode for BatchEncoder<'_> {
    type Scratch = ();
    type Encoded = RecordBatch;

    fn group_rows(&self) -> usize {
        self.batch_rows
    }

    fn parts(&self) -> usize {
        1
    }

    fn encode(&self, (): &mut (), group: &Group, _: usize) -> Result<RecordBatch> {
        arrow::batch(self.rows, group)
    }
}

impl Assemble<RecordBatch> for File<'_> {
    fn append(&mut self, batch: RecordBatch) -> Result<()> {
        self.0.write(&batch).map_err(encode_error)
    }

    fn close(mut self) -> Result<()> {
        self.0.finish().map_err(encode_error)?;
        self.0.flush().map_err(encode_error)
    }
}

impl Assemble<RecordBatch> for Stream<'_> {
    fn append(&mut self, batch: RecordBatch) -> Result<()> {
        self.0.write(&batch).map_err(encode_error)
    }

    fn close(mut self) -> Result<()> {
        self.0.finish().map_err(encode_error)?;
        self.0.flush().map_err(encode_error)
    }
}
