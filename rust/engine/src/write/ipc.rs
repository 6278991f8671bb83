//! Arrow IPC files: batches of a fixed number of rows, zstd-compressed, each dictionary written once.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use arrow_schema::Schema;

use super::{Assemble, Encode, Options, Watched, encode_error};
use crate::Result;
use crate::rows::piece::Group;
use crate::rows::{Rows, arrow};

/// How many rows make a batch of the file.
const BATCH_ROWS: usize = 1 << 17;
const ZSTD_LEVEL: i32 = 1;

/// Makes batches.
pub(super) struct BatchEncoder<'a> {
    rows: &'a Rows,
}

/// An Arrow IPC file.
pub(super) struct Ipc<'a>(FileWriter<Watched<'a>>);

/// Starts the file.
pub(super) fn create<'a, 'r>(
    sink: Watched<'a>,
    rows: &'r Rows,
    options: &Options,
) -> Result<(BatchEncoder<'r>, Ipc<'a>)> {
    // The encoder writes a schema's metadata sorted by key, so the map's order does not show.
    let metadata: HashMap<String, String> = options.metadata.iter().cloned().collect();
    let schema = Schema::new_with_metadata(rows.schema().fields().clone(), metadata);
    let settings = IpcWriteOptions::default()
        .try_with_compression(Some(CompressionType::ZSTD))
        .and_then(|settings| settings.try_with_compression_level(Some(ZSTD_LEVEL)))
        .map_err(encode_error)?;
    let file = FileWriter::try_new_with_options(sink, &Arc::new(schema), settings)
        .map_err(encode_error)?;
    Ok((BatchEncoder { rows }, Ipc(file)))
}

impl Encode for BatchEncoder<'_> {
    type Scratch = ();
    type Encoded = RecordBatch;

    fn group_rows(&self) -> usize {
        BATCH_ROWS
    }

    fn parts(&self) -> usize {
        1
    }

    fn encode(&self, (): &mut (), group: &Group, _: usize) -> Result<RecordBatch> {
        arrow::batch(self.rows, group)
    }
}

impl Assemble<RecordBatch> for Ipc<'_> {
    fn append(&mut self, batch: RecordBatch) -> Result<()> {
        self.0.write(&batch).map_err(encode_error)
    }

    fn close(mut self) -> Result<()> {
        self.0.finish().map_err(encode_error)?;
        self.0.flush().map_err(encode_error)
    }
}
