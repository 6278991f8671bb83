//! Files that appear whole or not at all.
//!
//! What is written goes to a staged file beside the final one, `.NAME.<16 hex digits>.partial`, and takes the final
//! name by one rename when it is complete and on disk. Until then an older file of that name is untouched.
//!
//! A killed run leaves its staged file behind, and the next run to the same name removes it. The living are told from
//! the dead by a lock: a writer holds its staged file's exclusive lock (`flock` on Unix) until it is done, and the
//! kernel drops the lock with the process. Only a file whose lock can be taken is removed, so neither clocks nor
//! process numbers matter. On a file system without locks nothing is ever removed.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufWriter, Error as IoError, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The longest name, in bytes, that the usual file systems take.
const NAME_MAX: usize = 255;
const SUFFIX: &str = ".partial";
/// The staged name's own part: two dots, the random digits, the suffix.
const DIGITS: usize = 16;
const OVERHEAD: usize = 2 + DIGITS + SUFFIX.len();
/// Bytes gathered before they go to the system.
const BUFFER: usize = 1 << 20;
/// How often another name is drawn when a sweeping run has taken the file away before it could be locked.
const ATTEMPTS: usize = 16;

/// A file being written, which takes its name when committed and vanishes when dropped.
#[derive(Debug)]
pub struct Staged {
    file: BufWriter<File>,
    target: PathBuf,
    partial: PathBuf,
    committed: bool,
}

impl Staged {
    /// Starts a file that will be `path`, and removes what dead runs to `path` have left.
    ///
    /// A link at `path` will be replaced, never followed.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], naming `path`, before anything was created: if its folder does not exist or cannot be written to,
    /// if its name is too long, or if it is there and is not a regular file (a folder, a device, a pipe).
    pub fn create(path: &Path) -> Result<Self> {
        let at_path = |source| Error::Io {
            path: path.to_owned(),
            source,
        };
        let name = target_name(path).map_err(at_path)?;
        let folder = folder(path);
        if !std::fs::metadata(folder).map_err(at_path)?.is_dir() {
            return Err(at_path(IoError::from(ErrorKind::NotADirectory)));
        }
        let prefix = prefix(name);
        sweep(folder, &prefix);
        for _ in 0..ATTEMPTS {
            let mut staged = prefix.clone();
            staged.push(format!("{:016x}{SUFFIX}", rand::random::<u64>()));
            let staged = folder.join(staged);
            // New names only: an existing file or link, even a dangling one, is refused by the system.
            let file = match OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&staged)
            {
                Ok(file) => file,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(at_path(error)),
            };
            // Between creation and lock another run may take this file for a dead one: then it is gone, or about to be.
            let swept =
                matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !exists(&staged);
            if !swept {
                let file = BufWriter::with_capacity(BUFFER, file);
                return Ok(Self {
                    file,
                    target: path.to_owned(),
                    partial: staged,
                    committed: false,
                });
            }
        }
        Err(at_path(IoError::other(
            "the staged file was removed again and again",
        )))
    }

    /// Puts the file, whole and on disk, under its name.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], naming the path; what was there before is then still there.
    pub fn commit(mut self) -> Result<()> {
        let done = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all());
        let done = done.and_then(|()| std::fs::rename(&self.partial, &self.target));
        done.map_err(|source| Error::Io {
            path: self.target.clone(),
            source,
        })?;
        self.committed = true;
        sync_folder(folder(&self.target)).map_err(|source| Error::Io {
            path: self.target.clone(),
            source,
        })
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.committed {
            // Nothing is to be done about a failure here; the next run sweeps.
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}

/// The name in `path`, if a file may take it.
fn target_name(path: &Path) -> std::io::Result<&OsStr> {
    let ends_in_separator = path
        .as_os_str()
        .as_encoded_bytes()
        .last()
        .is_some_and(|&byte| std::path::is_separator(byte.into()));
    let name = path
        .file_name()
        .filter(|_| !ends_in_separator)
        .ok_or_else(|| IoError::from(ErrorKind::IsADirectory))?;
    let there = match std::fs::symlink_metadata(path) {
        Ok(there) => there,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(name),
        Err(error) => return Err(error),
    };
    // A link is judged by what it leads to, so that `/dev/stdout` is not replaced; where it leads nowhere it may go.
    let kind = if there.is_symlink() {
        std::fs::metadata(path).map(|led| led.file_type())
    } else {
        Ok(there.file_type())
    };
    match kind {
        Ok(kind) if kind.is_dir() => Err(IoError::from(ErrorKind::IsADirectory)),
        Ok(kind) if !kind.is_file() => Err(IoError::new(
            ErrorKind::InvalidInput,
            "it exists and is not a regular file",
        )),
        _ => Ok(name),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn exists(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// `.NAME.`, with NAME cut so that the staged name is one a file system takes.
fn prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(shortened(name, NAME_MAX - OVERHEAD));
    prefix.push(".");
    prefix
}

fn shortened(name: &OsStr, most: usize) -> OsString {
    if name.len() <= most {
        return name.to_owned();
    }
    if let Some(text) = name.to_str() {
        return OsString::from(beginning(text, most));
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        OsStr::from_bytes(&name.as_bytes()[..most]).to_owned()
    }
    #[cfg(not(unix))]
    {
        OsString::from(beginning(&name.to_string_lossy(), most))
    }
}

/// As much of the text's beginning as fits in `most` bytes.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most)
        .rev()
        .find(|&end| text.is_char_boundary(end))
        .unwrap_or(0);
    &text[..end]
}

/// Removes the staged files of dead runs. What cannot be judged stays, and no failure here stops a run.
fn sweep(folder: &Path, prefix: &OsStr) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let is_staged = is_staged_name(&entry.file_name(), prefix);
        if !is_staged || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        // The lock is held over the removal: a writer that has just created the file sees that it lost.
        if let Ok(file) = OpenOptions::new().write(true).open(&path)
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(&path);
        }
    }
}

fn is_staged_name(name: &OsStr, prefix: &OsStr) -> bool {
    let digits = name
        .as_encoded_bytes()
        .strip_prefix(prefix.as_encoded_bytes())
        .and_then(|rest| rest.strip_suffix(SUFFIX.as_bytes()));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit))
}

/// Makes a rename last through a loss of power.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // The file is whole under its name; a folder that may not be read, or cannot be synced, takes nothing from that.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        outcome => outcome,
    }
}
