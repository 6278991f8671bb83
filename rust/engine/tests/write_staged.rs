//! Files appear whole or not at all, and an older one outlives every failure.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tables;

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use gigacost_engine::run::Control;
use gigacost_engine::write::{Format, Options, Staged, to_sink};
use gigacost_engine::{Blocks, Error};
use tables::{Given, Table};

fn names(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<OsString> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    names
}

fn write(path: &Path, text: &str) {
    let mut staged = Staged::create(path).unwrap();
    staged.write_all(text.as_bytes()).unwrap();
    staged.commit().unwrap();
}

fn refused(path: &Path) -> std::io::Error {
    match Staged::create(path) {
        Err(Error::Io {
            path: named,
            source,
        }) => {
            assert_eq!(named, path);
            source
        }
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_file_appears_when_it_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let mut staged = Staged::create(&path).unwrap();
    staged.write_all(b"new").unwrap();
    assert!(!path.exists());
    assert_eq!(names(folder.path()).len(), 1);
    staged.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(names(folder.path()), ["out.csv"]);
}

#[test]
fn an_older_file_outlives_a_drop() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    fs::write(&path, "old").unwrap();
    let mut staged = Staged::create(&path).unwrap();
    staged.write_all(&vec![0; 3 << 20]).unwrap();
    drop(staged);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["out.csv"]);
    write(&path, "new");
    assert_eq!(fs::read(&path).unwrap(), b"new");
}

#[test]
fn a_relative_path_needs_no_folder() {
    // The test's working directory is the crate's root.
    let name = format!("{:016x}.csv", rand::random::<u64>());
    let staged = Staged::create(Path::new(&name)).unwrap();
    drop(staged);
    assert!(!Path::new(&name).exists());
}

#[cfg(unix)]
#[test]
fn a_link_is_replaced_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, elsewhere) = (
        folder.path().join("out.csv"),
        folder.path().join("elsewhere"),
    );
    fs::write(&elsewhere, "mine").unwrap();
    for target in [elsewhere.as_path(), Path::new("dangling")] {
        std::os::unix::fs::symlink(target, &path).unwrap();
        write(&path, "new");
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read(&elsewhere).unwrap(), b"mine");
        fs::remove_file(&path).unwrap();
    }
    assert_eq!(names(folder.path()), ["elsewhere"]);
}

#[cfg(unix)]
#[test]
fn odd_names_are_names() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let long = |character: &str| character.repeat(255 / character.len());
    let mut expected: Vec<OsString> = vec![
        "two\nlines.csv".into(),
        "😀 ü.csv".into(),
        "-rf".into(),
        "$HOME".into(),
        long("x").into(),
        long("😀").into(),
        std::ffi::OsStr::from_bytes(b"not\xff\xfeutf8.csv").to_owned(),
        std::ffi::OsStr::from_bytes(&[0xff; 255]).to_owned(),
    ];
    for name in &expected {
        write(&folder.path().join(name), "new");
    }
    expected.sort();
    assert_eq!(names(folder.path()), expected);
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    fs::create_dir(inside("folder")).unwrap();
    fs::write(inside("file"), "").unwrap();
    let before = names(folder.path());
    for path in [
        inside("missing/out.csv"),
        inside("file/out.csv"),
        inside("folder"),
        inside("new/"),
        inside(".."),
        inside(&"x".repeat(256)),
        inside("nul\0byte"),
        PathBuf::from("/"),
        PathBuf::new(),
    ] {
        refused(&path);
    }
    assert_eq!(names(folder.path()), before);
    assert!(names(&inside("folder")).is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn devices_and_pipes_are_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("/dev/full", &link).unwrap();
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [
        Path::new("/dev/full"),
        Path::new("/dev/null"),
        &link,
        &socket,
    ] {
        assert!(refused(path).to_string().contains("not a regular file"));
    }
    refused(Path::new("/proc/out.csv"));
}

#[test]
fn the_dead_are_swept_and_the_living_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let mut living = Staged::create(&path).unwrap();
    let at_work = names(folder.path());
    // What a killed process leaves: its file, without its lock.
    fs::write(
        folder.path().join(".out.csv.0123456789abcdef.partial"),
        "dead",
    )
    .unwrap();
    // What only looks like it.
    let others = [
        ".out.csv.0123.partial",
        ".out.csv.partial",
        ".other.csv.0123456789abcdef.partial",
        "out.csv.0123456789abcdef.partial",
    ];
    for other in others {
        fs::write(folder.path().join(other), "").unwrap();
    }
    let second = Staged::create(&path).unwrap();
    let now = names(folder.path());
    assert!(!now.contains(&".out.csv.0123456789abcdef.partial".into()));
    assert!(now.contains(&at_work[0]));
    assert_eq!(now.len(), 2 + others.len());
    living.write_all(b"first").unwrap();
    living.commit().unwrap();
    second.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"", "the last to commit wins");
    for other in others {
        assert!(folder.path().join(other).exists(), "{other}");
    }
}

#[test]
fn many_writers_of_one_name_do_not_disturb_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..50 {
                    write(path, &format!("writer {writer}"));
                }
            });
        }
    });
    assert!(fs::read_to_string(&path).unwrap().starts_with("writer "));
    assert_eq!(names(folder.path()), ["out.csv"]);
}

/// A small table, until the sink refuses it.
fn fill(format: Format, sink: impl Write + Send, path: &Path) -> Result<u64, Error> {
    // Neither equal nor equally spaced, so that no encoding makes them small.
    let values =
        (0..500_000_i64).map(|index| (index ^ 0x5DEE_CE66).wrapping_pow(5).wrapping_mul(index));
    let table = Table {
        sizes: vec![500_000],
        columns: vec![("n".to_owned(), Given::Integers(0, values.collect()))],
        keep: None,
    };
    let options = Options {
        path: path.to_owned(),
        threads: 2,
        ..Options::default()
    };
    to_sink(
        &table.rows(Blocks::default()),
        0..500_000,
        None,
        Box::new(sink),
        format,
        &options,
        &Control::default(),
    )
}

const FORMATS: [Format; 4] = [Format::Parquet, Format::Csv, Format::CsvGz, Format::Ipc];

fn assert_full(error: &Error, path: &Path) {
    assert!(
        error.to_string().starts_with(&path.display().to_string()),
        "{error}"
    );
    assert!(
        matches!(error, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull),
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error_that_names_the_path() {
    for format in FORMATS {
        let sink = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        assert_full(
            &fill(format, sink, Path::new("/dev/full")).unwrap_err(),
            Path::new("/dev/full"),
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_older_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mount = |arguments: &[&str]| {
        std::process::Command::new(arguments[0])
            .args(&arguments[1..])
            .arg(folder.path())
            .output()
            .is_ok_and(|done| done.status.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs"]) {
        eprintln!("skipped: a file system cannot be mounted here");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        let path = folder.path().join("out.bin");
        fs::write(&path, "old").unwrap();
        for format in FORMATS {
            let mut staged = Staged::create(&path).unwrap();
            let error = fill(format, &mut staged, &path)
                .and_then(|_| staged.commit())
                .unwrap_err();
            assert_full(&error, &path);
            assert_eq!(fs::read(&path).unwrap(), b"old");
            assert_eq!(names(folder.path()), ["out.bin"]);
        }
    });
    assert!(mount(&["umount"]));
    outcome.unwrap();
}
