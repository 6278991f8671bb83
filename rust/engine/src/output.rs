//! Rows into a file or any other sink.

use std::io::Write;
use std::ops::Range;
use std::path::Path;

use crate::error::Result;
use crate::fold::Rows;
use crate::run::Control;
use crate::write::{Format, Options, Staged, TableWriter};

/// Write the rows in a range, at most `limit` of them, to a file: whole or not at all. How many rows were written.
///
/// # Errors
/// When a value that is not null is not finite, the file cannot be written, or the run was stopped.
pub fn to_file(
    rows: &Rows,
    range: Range<u64>,
    limit: Option<u64>,
    path: &Path,
    format: Format,
    options: &Options,
    control: &Control,
) -> Result<u64> {
    let mut staged = Staged::create(path)?;
    let written = to_sink(
        rows,
        range,
        limit,
        Box::new(&mut staged),
        format,
        options,
        control,
    )?;
    staged.commit()?;
    Ok(written)
}

/// Write the rows in a range, at most `limit` of them. How many rows were written.
///
/// # Errors
/// When a value that is not null is not finite, the sink fails, or the run was stopped.
pub fn to_sink<'a>(
    rows: &Rows,
    range: Range<u64>,
    limit: Option<u64>,
    sink: Box<dyn Write + Send + 'a>,
    format: Format,
    options: &Options,
    control: &Control,
) -> Result<u64> {
    let mut writer = TableWriter::new(format, sink, &rows.schema(), options)?;
    let written = rows.for_each(range, limit, options.threads, control, |batch| {
        writer.write(&batch)
    })?;
    writer.finish()?;
    Ok(written)
}
