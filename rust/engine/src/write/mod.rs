//! Tables of rows into files: Parquet, CSV, gzipped CSV and Arrow IPC.
//!
//! The bytes of a file depend on its rows, its schema and its [`Options`], and on nothing else: neither on the number
//! of threads, nor on how the rows were cut into batches, nor on the clock, the machine or the locale.
//! Memory is bounded: at most about two groups of rows (see each format) are held at any time.

mod csv;
mod ipc;
mod parquet;
mod regroup;
mod staged;
mod text;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};

pub use staged::Staged;

use regroup::Regroup;

use crate::{Error, Result};

/// The kind of file a table is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Apache Parquet, zstd-compressed.
    Parquet,
    /// Comma-separated text with a header row, in UTF-8.
    Csv,
    /// The same text as [`Format::Csv`], gzipped.
    CsvGz,
    /// An Arrow IPC file (Feather version 2), zstd-compressed.
    Ipc,
}

/// Every ending of a file's name that [`Format::from_path`] knows; none is the end of another that comes before it.
const ENDINGS: [(&str, Format); 6] = [
    (".parquet", Format::Parquet),
    (".csv.gz", Format::CsvGz),
    (".csv", Format::Csv),
    (".arrow", Format::Ipc),
    (".ipc", Format::Ipc),
    (".feather", Format::Ipc),
];

impl Format {
    /// The format that a file's name asks for by its ending, in any case of letters.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], naming the endings that are allowed.
    pub fn from_path(path: &Path) -> Result<Self> {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        ENDINGS
            .iter()
            .find(|(ending, _)| name.ends_with(ending))
            .map(|&(_, format)| format)
            .ok_or_else(|| {
                let allowed: Vec<&str> = ENDINGS.iter().map(|&(ending, _)| ending).collect();
                Error::Invalid(format!(
                    "output = {:?}: unknown kind of file; allowed: a name that ends in {}",
                    path.to_string_lossy(),
                    allowed.join(", ")
                ))
            })
    }
}

/// How a table is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many threads may encode, the calling one included; 0 counts as 1. Has no effect on the bytes.
    pub threads: usize,
    /// Keys and values kept in the file's own metadata (Parquet and Arrow IPC; CSV has no place for them).
    pub metadata: Vec<(String, String)>,
    /// Whether a text cell that a spreadsheet would take for a formula gets a leading `'` (CSV).
    pub csv_safe: bool,
    /// How many rows make a row group (Parquet); at least 1.
    pub row_group_rows: usize,
    /// The file that errors name.
    pub path: PathBuf,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 1,
            metadata: Vec::new(),
            csv_safe: true,
            row_group_rows: 1 << 20,
            path: PathBuf::from("<output>"),
        }
    }
}

/// A format, which takes whole groups of rows.
trait GroupWriter: Send {
    /// How many rows make a group.
    fn group_rows(&self) -> usize;

    /// Appends a group; only the last may have fewer rows.
    fn write_group(&mut self, group: &[RecordBatch]) -> Result<()>;

    /// Writes the footer; the sink is flushed.
    fn close(&mut self) -> Result<()>;
}

/// Takes a table's rows, batch by batch. Its errors name the file, and it stays broken once it is.
pub struct TableWriter<'a> {
    format: Box<dyn GroupWriter + 'a>,
    regroup: Regroup,
    failure: Failure,
    path: PathBuf,
    broken: bool,
}

impl<'a> TableWriter<'a> {
    /// A writer of tables with these columns: `Int64`, `Float64` and `Dictionary<Int32, Utf8>`.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the schema is empty, repeats a name or has another type; [`Error::Io`] if the sink refuses
    /// the file's first bytes.
    pub fn new(
        format: Format,
        sink: Box<dyn Write + Send + 'a>,
        schema: &SchemaRef,
        options: &Options,
    ) -> Result<Self> {
        check(schema)?;
        let failure = Failure::default();
        let sink = Watched {
            sink,
            failure: Arc::clone(&failure),
        };
        let path = options.path.clone();
        let made: Result<Box<dyn GroupWriter + 'a>> = match format {
            Format::Parquet => parquet::Parquet::create(sink, schema, options).map(boxed),
            Format::Csv => csv::Csv::create(sink, schema, options, false).map(boxed),
            Format::CsvGz => csv::Csv::create(sink, schema, options, true).map(boxed),
            Format::Ipc => ipc::Ipc::create(sink, schema, options).map(boxed),
        };
        let format = made.map_err(|error| blame(error, &failure, &path))?;
        let regroup = Regroup::new(Arc::clone(schema), format.group_rows());
        Ok(Self {
            format,
            regroup,
            failure,
            path,
            broken: false,
        })
    }

    /// Appends rows. All batches have the writer's schema, and one dictionary per column of labels.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the sink refuses the bytes, [`Error::Encode`] if the batch does not fit the schema.
    /// After an error the writer is of no further use: all later calls fail.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.usable()?;
        let written = self.append(batch);
        self.checked(written)
    }

    /// Writes what is still held, and the footer; the sink is flushed.
    ///
    /// # Errors
    ///
    /// As for [`TableWriter::write`].
    pub fn finish(mut self) -> Result<()> {
        self.usable()?;
        let finished = self.close();
        self.checked(finished)
    }

    fn append(&mut self, batch: &RecordBatch) -> Result<()> {
        self.regroup.push(batch)?;
        while let Some(group) = self.regroup.whole() {
            self.format.write_group(&group)?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        if let Some(group) = self.regroup.rest() {
            self.format.write_group(&group)?;
        }
        self.format.close()
    }

    fn usable(&self) -> Result<()> {
        if self.broken {
            let path = self.path.display();
            return Err(Error::Encode(format!("{path}: an earlier write failed")));
        }
        Ok(())
    }

    fn checked(&mut self, result: Result<()>) -> Result<()> {
        result.map_err(|error| {
            self.broken = true;
            blame(error, &self.failure, &self.path)
        })
    }
}

fn boxed<'a>(format: impl GroupWriter + 'a) -> Box<dyn GroupWriter + 'a> {
    Box::new(format)
}

fn check(schema: &SchemaRef) -> Result<()> {
    if schema.fields().is_empty() {
        return Err(Error::Invalid(
            "columns = []: a table needs at least one column".to_owned(),
        ));
    }
    for (index, field) in schema.fields().iter().enumerate() {
        let name = field.name();
        if schema.fields()[..index]
            .iter()
            .any(|earlier| earlier.name() == name)
        {
            return Err(Error::Invalid(format!(
                "columns = {name:?}: there are two columns of this name"
            )));
        }
        let known = match field.data_type() {
            DataType::Int64 | DataType::Float64 => true,
            DataType::Dictionary(key, value) => {
                **key == DataType::Int32 && **value == DataType::Utf8
            }
            _ => false,
        };
        if !known {
            return Err(Error::Invalid(format!(
                "column {name:?}: {} cannot be written",
                field.data_type()
            )));
        }
    }
    Ok(())
}

type Failure = Arc<Mutex<Option<std::io::Error>>>;

/// A sink that remembers its first failure: the encoders between it and us keep only the text of an error.
struct Watched<'a> {
    sink: Box<dyn Write + Send + 'a>,
    failure: Failure,
}

impl Watched<'_> {
    fn note<T>(&self, result: std::io::Result<T>) -> std::io::Result<T> {
        if let Err(error) = &result
            && error.kind() != std::io::ErrorKind::Interrupted
        {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| copy(error));
        }
        result
    }
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.sink.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let flushed = self.sink.flush();
        self.note(flushed)
    }
}

fn copy(error: &std::io::Error) -> std::io::Error {
    error.raw_os_error().map_or_else(
        || std::io::Error::new(error.kind(), error.to_string()),
        std::io::Error::from_raw_os_error,
    )
}

/// The sink's failure, if there was one, else the encoder's.
fn blame(error: Error, failure: &Failure, path: &Path) -> Error {
    match failure
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()
    {
        Some(source) => Error::Io {
            path: path.to_owned(),
            source,
        },
        None => error,
    }
}

/// What an encoder says, as the engine's error.
fn encode_error(error: impl std::fmt::Display) -> Error {
    Error::Encode(error.to_string())
}
