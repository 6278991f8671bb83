//! Tables of rows into files: Parquet, CSV, gzipped CSV and Arrow IPC, which is a stream too.
//!
//! The bytes of a file depend on its rows, the axes they vary over and its [`Options`], and on nothing else: neither on
//! the number of threads, nor on how the space was cut up, nor on the clock, the machine or the locale.
//! Memory is bounded: at most about two groups of rows (see each format) are held at any time.

mod csv;
mod ipc;
mod parquet;
mod staged;
mod text;

use std::io::Write;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_schema::SchemaRef;

pub use staged::Staged;

use crate::exec::fault::Fault;
use crate::rows::piece::{Group, Piece};
use crate::rows::{Quota, Rows};
use crate::run::Control;
use crate::run::pipeline::{self, Stages};
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
    /// An Arrow IPC stream, zstd-compressed: what is read before its end is there. No file has it.
    IpcStream,
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
    /// How many rows make a row group at most (Parquet); at least 1.
    pub row_group_rows: usize,
    /// A column with at most this many combinations of the axes it varies over has a dictionary (Parquet), and its
    /// texts are made once (CSV).
    pub dictionary_values: u64,
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
            dictionary_values: 1 << 16,
            path: PathBuf::from("<output>"),
        }
    }
}

/// Turns groups of rows into bytes, on any thread.
trait Encode: Sync {
    /// Buffers of a thread.
    type Scratch: Default;
    /// What comes of a part.
    type Encoded: Send;

    /// How many rows make a group; the last one may have fewer.
    fn group_rows(&self) -> usize;

    /// In how many parts, independent of each other, a group is encoded.
    fn parts(&self) -> usize;

    /// Encode a part of a group.
    fn encode(
        &self,
        scratch: &mut Self::Scratch,
        group: &Group,
        part: usize,
    ) -> Result<Self::Encoded>;
}

/// Takes what was encoded, part after part, group after group, to the sink.
trait Assemble<T> {
    /// Append a part.
    fn append(&mut self, encoded: T) -> Result<()>;

    /// Write the footer; the sink is flushed.
    fn close(self) -> Result<()>;
}

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

/// Write the rows in a range, at most `limit` of them. How many rows were written. Errors name the file.
///
/// # Errors
/// [`Error::Invalid`] if there is no column, or two of one name; [`Error::NotFinite`]; [`Error::Io`] if the sink refuses
/// the bytes; [`Error::Interrupted`].
pub fn to_sink<'a>(
    rows: &Rows,
    range: Range<u64>,
    limit: Option<u64>,
    sink: Box<dyn Write + Send + 'a>,
    format: Format,
    options: &Options,
    control: &Control,
) -> Result<u64> {
    check(&rows.schema())?;
    let failure = Failure::default();
    let sink = Watched {
        sink,
        failure: Arc::clone(&failure),
    };
    let wanted = limit.unwrap_or(u64::MAX).min(range.end - range.start);
    let most = options.dictionary_values.min(wanted);
    let rows = &rows.tabulated(most, options.threads, control)?;
    let run = Run {
        rows,
        range,
        limit,
        threads: options.threads,
        control,
    };
    let written = match format {
        Format::Parquet => run.write(parquet::create(sink, rows, options)),
        Format::Csv => run.write(csv::create(sink, rows, options, false)),
        Format::CsvGz => run.write(csv::create(sink, rows, options, true)),
        Format::Ipc => run.write(ipc::file(sink, rows, options)),
        Format::IpcStream => run.write(ipc::stream(sink, rows, options)),
    };
    written.map_err(|error| blame(error, &failure, &options.path))
}

/// What is written.
struct Run<'a> {
    rows: &'a Rows,
    range: Range<u64>,
    limit: Option<u64>,
    threads: usize,
    control: &'a Control,
}

impl Run<'_> {
    /// Compute, encode and write, each as soon as it can be done.
    fn write<E: Encode, A: Assemble<E::Encoded>>(self, made: Result<(E, A)>) -> Result<u64> {
        let (encoder, mut file) = made?;
        let (encoder, rows) = (&encoder, self.rows);
        let chunks = rows.chunks(self.range);
        let mut quota = Quota::new(self.limit);
        let mut group = Group::default();
        let parts = |group: Group| {
            let group = Arc::new(group);
            (0..encoder.parts()).map(move |part| (Arc::clone(&group), part))
        };
        let stages = Stages {
            first: |(strips, _): &mut (_, E::Scratch), chunk| {
                rows.piece(strips, chunks.get(chunk), self.control)
            },
            gather: |computed: Option<(Piece, Fault)>| {
                let mut jobs = vec![];
                let mut flow = ControlFlow::Break(());
                if let Some((piece, fault)) = computed {
                    let (wanted, piece) = (quota.take(piece.rows()), Arc::new(piece));
                    let mut from = 0;
                    while from < wanted {
                        let end = wanted.min(from + encoder.group_rows() - group.rows());
                        group.push(Arc::clone(&piece), from..end);
                        from = end;
                        if group.rows() == encoder.group_rows() {
                            jobs.extend(parts(std::mem::take(&mut group)));
                        }
                    }
                    flow = quota.check(rows, &fault)?;
                }
                if flow.is_break() && group.rows() > 0 {
                    jobs.extend(parts(std::mem::take(&mut group)));
                }
                Ok((jobs, flow))
            },
            second: |(_, scratch): &mut (_, E::Scratch), (group, part): (Arc<Group>, usize)| {
                encoder.encode(scratch, &group, part)
            },
            take: |encoded| file.append(encoded),
        };
        let count = Quota::new(self.limit).of(chunks.count());
        let worker = || (rows.strips(), E::Scratch::default());
        pipeline::run(count, self.threads, worker, stages)?;
        file.close()?;
        Ok(quota.taken)
    }
}

fn check(schema: &SchemaRef) -> Result<()> {
    if schema.fields().is_empty() {
        return Err(Error::Invalid(
            "columns = []: a table needs at least one column".to_owned(),
        ));
    }
    for (index, field) in schema.fields().iter().enumerate() {
        let name = field.name();
        let mut earlier = schema.fields()[..index].iter();
        if earlier.any(|earlier| earlier.name() == name) {
            return Err(Error::Invalid(format!(
                "columns = {name:?}: there are two columns of this name"
            )));
        }
    }
    Ok(())
}

/// Buffers that go round between the threads that fill them and the one that empties them.
#[derive(Clone, Default)]
struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    fn buffers(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A buffer, whatever it holds.
    fn take(&self) -> Vec<u8> {
        self.buffers().pop().unwrap_or_default()
    }

    fn put(&self, buffer: Vec<u8>) {
        self.buffers().push(buffer);
    }
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
