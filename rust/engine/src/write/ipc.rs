//! Arrow IPC files: batches of a fixed number of rows, zstd-compressed, each dictionary written once.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use arrow_schema::{Schema, SchemaRef};

use super::regroup::joined;
use super::{GroupWriter, Options, Watched, encode_error};
use crate::Result;
use crate::run::ordered;

/// How many rows make a batch of the file.
const BATCH_ROWS: usize = 1 << 17;
const ZSTD_LEVEL: i32 = 1;

/// Writes Arrow IPC files.
pub(super) struct Ipc<'a> {
    file: FileWriter<Watched<'a>>,
    schema: SchemaRef,
    threads: usize,
}

impl<'a> Ipc<'a> {
    /// Starts the file.
    pub(super) fn create(sink: Watched<'a>, schema: &SchemaRef, options: &Options) -> Result<Self> {
        // The encoder writes a schema's metadata sorted by key, so the map's order does not show.
        let metadata: HashMap<String, String> = options.metadata.iter().cloned().collect();
        let schema = Arc::new(Schema::new_with_metadata(schema.fields().clone(), metadata));
        let settings = IpcWriteOptions::default()
            .try_with_compression(Some(CompressionType::ZSTD))
            .and_then(|settings| settings.try_with_compression_level(Some(ZSTD_LEVEL)))
            .map_err(encode_error)?;
        let file =
            FileWriter::try_new_with_options(sink, &schema, settings).map_err(encode_error)?;
        Ok(Self {
            file,
            schema,
            threads: options.threads,
        })
    }
}

impl GroupWriter for Ipc<'_> {
    fn group_rows(&self) -> usize {
        BATCH_ROWS
    }

    fn write_group(&mut self, group: &[RecordBatch]) -> Result<()> {
        let mut columns = Vec::with_capacity(self.schema.fields().len());
        ordered(
            self.schema.fields().len() as u64,
            self.threads,
            || (),
            |(), column| joined(group, column as usize),
            |column| {
                columns.push(column);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        let batch =
            RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(encode_error)?;
        self.file.write(&batch).map_err(encode_error)
    }

    fn close(&mut self) -> Result<()> {
        self.file.finish().map_err(encode_error)?;
        self.file.flush().map_err(encode_error)
    }
}
