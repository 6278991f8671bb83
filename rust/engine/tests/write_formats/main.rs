//! What every format promises: the rows come back, and their bytes depend on nothing but them.
// Indices of test tables are small.
#![allow(clippy::cast_possible_wrap)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod in_csv;
mod in_parquet;
mod read_back;
mod samples;
#[path = "../tables/mod.rs"]
mod tables;

use std::io::Cursor;
use std::path::Path;

use gigacost_engine::run::Control;
use gigacost_engine::write::{Format, Options, to_sink};
use gigacost_engine::{Blocks, Error};
use proptest::prelude::*;
use read_back::{FORMATS, read, written};
use samples::{blocks, columns, large, options, table};
use tables::{Given, Table};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_come_back_bit_for_bit(
        table in table(),
        options in options(),
        limit in proptest::option::of(0..1000_u64),
    ) {
        let expected = table.expected(limit);
        for format in FORMATS {
            let bytes = written(&table, format, Blocks::default(), limit, &options);
            prop_assert_eq!(&read(&table, format, bytes), &expected, "{:?}", format);
        }
    }

    #[test]
    fn threads_and_blocks_leave_no_trace(
        table in table(),
        blocks in blocks(),
        alone in options(),
        limit in proptest::option::of(0..1000_u64),
        threads in 2_usize..6,
    ) {
        let together = Options { threads, ..alone.clone() };
        for format in FORMATS {
            let one = written(&table, format, Blocks::default(), limit, &alone);
            prop_assert!(one == written(&table, format, blocks, limit, &together), "{format:?}");
        }
    }
}

#[test]
fn large_tables_are_the_same_at_any_thread_count() {
    let condition = (
        vec![0, 2],
        (0..10_000).map(|index| index % 3 != 1).collect(),
    );
    for keep in [None, Some(condition)] {
        let table = Table { keep, ..large() };
        for format in FORMATS {
            let options = |threads| Options {
                row_group_rows: 70_001,
                threads,
                ..Options::default()
            };
            let blocks = Blocks {
                chunk_rows: 1 << 13,
                ..Blocks::default()
            };
            let reference = written(&table, format, blocks, None, &options(1));
            for threads in [2, 5] {
                let bytes = written(&table, format, Blocks::default(), None, &options(threads));
                assert!(bytes == reference, "{format:?} on {threads} threads");
            }
            assert!(
                read(&table, format, reference) == table.expected(None),
                "{format:?}"
            );
        }
    }
}

#[test]
fn ipc_files_carry_the_metadata_in_their_schema() {
    let metadata = vec![
        ("b".to_owned(), "2".to_owned()),
        ("a".to_owned(), "1".to_owned()),
    ];
    let options = Options {
        metadata,
        ..Options::default()
    };
    let bytes = written(&large(), Format::Ipc, Blocks::default(), Some(3), &options);
    let reader = arrow_ipc::reader::FileReader::try_new(Cursor::new(bytes), None).unwrap();
    assert_eq!(reader.schema().metadata()["a"], "1");
}

/// What writing says of a value that is not finite in the last of 20 rows.
fn broken(value: f64, format: Format, limit: Option<u64>, options: &Options) -> Result<u64, Error> {
    let mut values = vec![1.0; 20];
    values[19] = value;
    let table = columns(vec![("x", Given::Numbers(vec![0], values))]);
    to_sink(
        &table.rows(Blocks::default()),
        0..20,
        limit,
        Box::new(std::io::sink()),
        format,
        options,
        &Control::default(),
    )
}

#[test]
fn what_is_not_finite_is_refused_where_it_would_be_written() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for format in FORMATS {
            for (dictionary_values, threads) in [(0, 1), (0, 3), (1 << 16, 1), (1 << 16, 3)] {
                let options = Options {
                    dictionary_values,
                    threads,
                    ..Options::default()
                };
                let error = broken(value, format, None, &options).unwrap_err();
                assert!(matches!(error, Error::NotFinite { row: 19, .. }), "{error}");
                assert_eq!(broken(value, format, Some(19), &options).unwrap(), 19);
            }
        }
    }
}

#[test]
fn empty_tables_are_whole_files() {
    let none = Some((vec![], vec![false]));
    for (keep, limit) in [(none, None), (None, Some(0))] {
        let table = Table { keep, ..large() };
        for format in FORMATS {
            let bytes = written(
                &table,
                format,
                Blocks::default(),
                limit,
                &Options::default(),
            );
            assert!(read(&table, format, bytes).is_empty());
        }
    }
}

#[test]
fn tables_without_columns_and_names_that_come_twice_are_refused() {
    let given = || Given::Integers(0, vec![1]);
    let twice = columns(vec![("x", given()), ("x", given())]);
    let none = Table {
        columns: vec![],
        ..twice.clone()
    };
    for table in [none, twice] {
        let refused = to_sink(
            &table.rows(Blocks::default()),
            0..1,
            None,
            Box::new(std::io::sink()),
            Format::Csv,
            &Options::default(),
            &Control::default(),
        );
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
}

#[test]
fn formats_go_by_the_end_of_the_name() {
    for (name, format) in [
        ("a.parquet", Format::Parquet),
        ("x/A.PARQUET", Format::Parquet),
        ("a.csv", Format::Csv),
        ("a.csv.gz", Format::CsvGz),
        ("a.arrow", Format::Ipc),
        ("a.b.ipc", Format::Ipc),
        ("a.feather", Format::Ipc),
    ] {
        assert_eq!(Format::from_path(Path::new(name)).unwrap(), format);
    }
    for name in [
        "a",
        "",
        "/",
        "a.gz",
        "a.xlsx",
        "parquet",
        "a.parquet/..",
        "a.csv.bz2",
    ] {
        let error = Format::from_path(Path::new(name)).unwrap_err().to_string();
        assert!(error.contains(".parquet, .csv.gz, .csv, .arrow"), "{error}");
    }
}
