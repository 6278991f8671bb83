//! Everything that can go wrong in the engine: one enum.

use std::path::PathBuf;

/// A failure of the engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tape, the space or the query is malformed: the caller's fault.
    #[error("{0}")]
    Invalid(String),
    /// The space has more combinations than an `i64` can count.
    #[error("the space has more than {limit} combinations", limit = i64::MAX)]
    TooLarge,
    /// A value that is not null is not finite: the model's fault.
    #[error("{column} is {value} at combination {row}")]
    NotFinite {
        /// The index of the combination, in the order of the spec.
        row: u64,
        /// The column's name.
        column: String,
        /// NaN or an infinity.
        value: f64,
    },
    /// A file cannot be written.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A table cannot be encoded.
    #[error("{0}")]
    Encode(String),
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// A result whose error is the engine's.
pub type Result<T, E = Error> = std::result::Result<T, E>;
