//! Rows into a file.

use std::ops::Range;
use std::path::Path;

use crate::error::Result;
use crate::fold::Rows;
use crate::run::Control;
use crate::write::{Format, Options, Staged, to_sink};

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
