//! What every format promises: the rows come back, and their bytes depend on nothing but them.
// Indices of test tables are small.
#![allow(clippy::cast_possible_wrap)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod tables;

use std::io::{Cursor, Read, Write};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use gigacost_engine::run::Control;
use gigacost_engine::write::{Format, Options, to_sink};
use gigacost_engine::{Blocks, Error};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Encoding;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use proptest::collection::vec as many;
use proptest::prelude::*;
use tables::{Cell, Given, Table};

const FORMATS: [Format; 4] = [Format::Parquet, Format::Csv, Format::CsvGz, Format::Ipc];
const LABELS: [&str; 9] = [
    "h100-sxm",
    "",
    "a,b",
    "say \"hi\"",
    "two\nlines",
    "=1+1",
    "-x",
    "ünï😀",
    "a label that is longer than the thirty-two bytes copied at a time",
];

fn written(
    table: &Table,
    format: Format,
    blocks: Blocks,
    limit: Option<u64>,
    options: &Options,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let rows = table.rows(blocks);
    let count = to_sink(
        &rows,
        0..table.combinations(),
        limit,
        Box::new(&mut bytes),
        format,
        options,
        &Control::default(),
    )
    .unwrap();
    assert_eq!(count, table.expected(limit).len() as u64);
    bytes
}

fn read(table: &Table, format: Format, bytes: Vec<u8>) -> Vec<Vec<Cell>> {
    match format {
        Format::Parquet => {
            let reader = parquet_reader(&bytes).build().unwrap();
            reader.flat_map(|batch| cells(&batch.unwrap())).collect()
        }
        Format::Ipc => {
            let reader = arrow_ipc::reader::FileReader::try_new(Cursor::new(bytes), None).unwrap();
            reader.flat_map(|batch| cells(&batch.unwrap())).collect()
        }
        Format::Csv => cells_of_csv(table, std::str::from_utf8(&bytes).unwrap()),
        Format::CsvGz => {
            let mut text = String::new();
            flate2::read::MultiGzDecoder::new(&bytes[..])
                .read_to_string(&mut text)
                .unwrap();
            cells_of_csv(table, &text)
        }
    }
}

fn parquet_reader(bytes: &[u8]) -> ParquetRecordBatchReaderBuilder<std::fs::File> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap()
}

fn cells(batch: &RecordBatch) -> Vec<Vec<Cell>> {
    let cell = |column: &ArrayRef, row| match column.data_type() {
        _ if column.is_null(row) => Cell::Null,
        DataType::Int64 => Cell::Integer(column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Cell::Float(column.as_primitive::<Float64Type>().value(row).to_bits()),
        _ => {
            let labels = column.as_dictionary::<Int32Type>();
            let texts = labels.values().as_string::<i32>();
            let code = labels.keys().value(row).cast_unsigned() as usize;
            Cell::Label(texts.value(code).to_owned())
        }
    };
    let row = |row| {
        batch
            .columns()
            .iter()
            .map(|column| cell(column, row))
            .collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

fn cells_of_csv(table: &Table, text: &str) -> Vec<Vec<Cell>> {
    let records = parse(text);
    let names: Vec<&String> = table.columns.iter().map(|(name, _)| name).collect();
    assert_eq!(records[0].iter().collect::<Vec<_>>(), names);
    let cell = |(_, given): &(String, Given), field: &String| match given {
        Given::Labels(..) | Given::States(..) => {
            Cell::Label(field.strip_prefix('\'').unwrap_or(field).to_owned())
        }
        Given::Integers(..) => Cell::Integer(field.parse().unwrap()),
        Given::Nullable(..) if field.is_empty() => Cell::Null,
        _ => Cell::Float(field.parse::<f64>().unwrap().to_bits()),
    };
    let row = |record: &Vec<String>| {
        let pairs = table.columns.iter().zip(record);
        pairs.map(|(column, field)| cell(column, field)).collect()
    };
    records[1..].iter().map(row).collect()
}

/// RFC 4180 with LF line ends, and nothing else: a small parser that shares no code with the writer.
fn parse(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut field = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if field.is_empty() => loop {
                match characters.next().expect("the quotes are closed") {
                    '"' if characters.peek() == Some(&'"') => {
                        field.push(characters.next().unwrap());
                    }
                    '"' => {
                        let next = characters.peek();
                        assert!(
                            matches!(next, Some(',' | '\n')),
                            "{next:?} after a closing quote"
                        );
                        break;
                    }
                    other => field.push(other),
                }
            },
            ',' => record.push(std::mem::take(&mut field)),
            '\n' => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            '"' | '\r' => panic!("{character:?} outside quotes"),
            other => field.push(other),
        }
    }
    assert!(
        field.is_empty() && record.is_empty(),
        "the last line is ended"
    );
    records
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO,
        (-3_i32..3).prop_map(f64::from),
        Just(1e15),
        Just(1e16),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
    ]
    // A negative zero is written as a positive one.
    .prop_map(|value| value + 0.0)
}

fn texts() -> Vec<String> {
    LABELS.map(str::to_owned).to_vec()
}

/// Some groups of a space, ascending.
fn groups(sizes: usize) -> impl Strategy<Value = Vec<usize>> {
    proptest::sample::subsequence((0..sizes).collect::<Vec<_>>(), 0..=sizes)
}

/// A column over some groups of a space; those of tables have far fewer values than the space.
fn column(sizes: Vec<u64>) -> impl Strategy<Value = Given> {
    let all = sizes.len();
    (0..6_usize, 0..all, groups(all)).prop_flat_map(move |(kind, group, groups)| {
        let digits = sizes[group] as usize;
        let values = groups
            .iter()
            .map(|group| sizes[*group] as usize)
            .product::<usize>();
        let label = 0..LABELS.len();

        match kind {
            0 => many(prop_oneof![any::<i64>(), -2..2_i64], digits)
                .prop_map(move |values| Given::Integers(group, values))
                .boxed(),
            1 => many(finite(), digits)
                .prop_map(move |values| Given::Floats(group, values))
                .boxed(),
            2 => many(0..LABELS.len() as i32, digits)
                .prop_map(move |codes| Given::Labels(group, codes, texts()))
                .boxed(),
            3 => many(finite(), values)
                .prop_map(move |values| Given::Numbers(groups.clone(), values))
                .boxed(),
            4 => many(proptest::option::of(finite()), values)
                .prop_map(move |values| Given::Nullable(groups.clone(), values))
                .boxed(),
            _ => many(label, values)
                .prop_map(move |codes| Given::States(groups.clone(), codes, texts()))
                .boxed(),
        }
    })
}

fn keep(sizes: Vec<u64>) -> impl Strategy<Value = Option<(Vec<usize>, Vec<bool>)>> {
    let some = (groups(sizes.len()), 0.02..1.0).prop_flat_map(move |(groups, share)| {
        let values: u64 = groups.iter().map(|group| sizes[*group]).product();
        proptest::collection::vec(proptest::bool::weighted(share), values as usize)
            .prop_map(move |kept| (groups.clone(), kept))
    });
    proptest::option::of(some)
}

/// Any columns over any space, and any condition.
fn table() -> impl Strategy<Value = Table> {
    let sizes = proptest::collection::vec(prop_oneof![1..6_u64, Just(9), Just(17)], 1..5)
        .prop_filter("small", |sizes| sizes.iter().product::<u64>() <= 1500);
    sizes.prop_flat_map(|sizes| {
        let columns = proptest::collection::vec(column(sizes.clone()), 2..7);
        (columns, keep(sizes.clone())).prop_map(move |(columns, keep)| Table {
            sizes: sizes.clone(),
            columns: (0..)
                .map(|index| format!("c{index}"))
                .zip(columns)
                .collect(),
            keep,
        })
    })
}

fn blocks() -> impl Strategy<Value = Blocks> {
    (1..200_usize, 1..500_u64).prop_map(|(region_rows, chunk_rows)| Blocks {
        region_rows,
        chunk_rows,
        ..Blocks::default()
    })
}

fn options() -> impl Strategy<Value = Options> {
    let dictionary = prop_oneof![Just(0), 1..40_u64, Just(1 << 16)];
    (1_usize..400, dictionary).prop_map(|(row_group_rows, dictionary_values)| Options {
        row_group_rows,
        dictionary_values,
        ..Options::default()
    })
}

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

    #[test]
    fn statistics_enclose_the_values_and_count_the_nulls(table in table(), options in options()) {
        let bytes = written(&table, Format::Parquet, Blocks::default(), None, &options);
        let reader = parquet_reader(&bytes);
        let rows = table.expected(None);
        let mut start = 0;
        for group in reader.metadata().row_groups() {
            let end = start + group.num_rows() as usize;
            for (index, column) in group.columns().iter().enumerate() {
                let cells = rows[start..end].iter().map(|row| &row[index]);
                prop_assert!(told_right(column.statistics().unwrap(), cells.cloned().collect()));
            }
            start = end;
        }
    }

    #[test]
    fn any_text_survives_csv(
        texts in proptest::collection::vec("[\\PC\n\r\t,\"'=+@-]{0,40}", 1..20),
        safe in any::<bool>(),
        alone in any::<bool>(),
    ) {
        let codes = (0..texts.len() as i32).collect();
        let mut columns = vec![("=name, \"quoted\"".to_owned(), Given::Labels(0, codes, texts.clone()))];
        if !alone {
            columns.push(("n".to_owned(), Given::Nullable(vec![], vec![None])));
        }
        let table = Table { sizes: vec![texts.len() as u64], columns, keep: None };
        let options = Options { csv_safe: safe, ..Options::default() };
        let bytes = written(&table, Format::Csv, Blocks::default(), None, &options);
        let records = parse(std::str::from_utf8(&bytes).unwrap());
        let expected = |text: &str| {
            let formula = matches!(text.chars().next(), Some('=' | '+' | '-' | '@' | '\t' | '\r'));
            if safe && formula { format!("'{text}") } else { text.to_owned() }
        };
        prop_assert_eq!(&records[0][0], &expected("=name, \"quoted\""));
        prop_assert_eq!(records.len(), texts.len() + 1);
        for (record, text) in records[1..].iter().zip(&texts) {
            prop_assert_eq!(record.len(), if alone { 1 } else { 2 });
            prop_assert_eq!(&record[0], &expected(text));
        }
    }
}

/// Whether statistics say exactly what the smallest and the largest cell and the number of nulls are.
fn told_right(statistics: &Statistics, cells: Vec<Cell>) -> bool {
    let nulls = cells.iter().filter(|cell| **cell == Cell::Null).count() as u64;
    let (mut floats, mut integers, mut texts) = (vec![], vec![], vec![]);
    for cell in cells {
        match cell {
            Cell::Float(bits) => floats.push(f64::from_bits(bits)),
            Cell::Integer(value) => integers.push(value),
            Cell::Label(text) => texts.push(text.into_bytes()),
            Cell::Null => {}
        }
    }
    let extremes = match statistics {
        Statistics::Double(told) => {
            floats.sort_by(f64::total_cmp);
            told.min_opt() == floats.first() && told.max_opt() == floats.last()
        }
        Statistics::Int64(told) => {
            told.min_opt() == integers.iter().min() && told.max_opt() == integers.iter().max()
        }
        Statistics::ByteArray(told) => {
            let bytes = |told: Option<&parquet::data_type::ByteArray>| {
                told.map(|told| told.data().to_vec())
            };
            bytes(told.min_opt()) == texts.iter().min().cloned()
                && bytes(told.max_opt()) == texts.iter().max().cloned()
        }
        _ => false,
    };
    extremes && statistics.null_count_opt() == Some(nulls)
}

/// 300,000 rows: labels and whole numbers, and numbers of every rank, some missing.
fn large() -> Table {
    let number = |index: usize| (index as f64).sqrt() * 1e-3;
    let cost = (0..300_000).map(|index| (index % 5 != 0).then(|| number(index)));
    let columns = vec![
        (
            "hardware",
            Given::Labels(1, (0..30).map(|digit| digit % 9).collect(), texts()),
        ),
        ("chips", Given::Integers(2, (0..100).collect())),
        (
            "hours",
            Given::Numbers(
                vec![0, 1, 2],
                (0..300_000).map(|i| f64::from(i) / 3.0).collect(),
            ),
        ),
        ("cost", Given::Nullable(vec![0, 1, 2], cost.collect())),
        (
            "loss",
            Given::Numbers(vec![0, 2], (0..10_000).map(number).collect()),
        ),
    ];
    Table {
        sizes: vec![100, 30, 100],
        columns: columns
            .into_iter()
            .map(|(name, given)| (name.to_owned(), given))
            .collect(),
        keep: None,
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
fn row_groups_are_cut_exactly_and_encoded_by_rank() {
    let metadata = vec![("gigacost.spec".to_owned(), "abc".to_owned())];
    let options = Options {
        row_group_rows: 100_000,
        metadata,
        ..Options::default()
    };
    let table = large();
    let bytes = written(
        &table,
        Format::Parquet,
        Blocks::default(),
        Some(250_000),
        &options,
    );
    let reader = parquet_reader(&bytes);
    let file = reader.metadata();
    let lengths: Vec<i64> = file
        .row_groups()
        .iter()
        .map(RowGroupMetaData::num_rows)
        .collect();
    assert_eq!(lengths, [100_000, 100_000, 50_000]);
    let pairs = file.file_metadata().key_value_metadata().unwrap();
    assert!(
        pairs
            .iter()
            .any(|pair| pair.key == "gigacost.spec" && pair.value.as_deref() == Some("abc"))
    );
    for group in file.row_groups() {
        let has = |column: usize, encoding| {
            group
                .column(column)
                .encodings()
                .any(|known| known == encoding)
        };
        for low in [0, 1, 4] {
            assert!(has(low, Encoding::RLE_DICTIONARY), "column {low}");
        }
        for high in [2, 3] {
            assert!(has(high, Encoding::BYTE_STREAM_SPLIT) && !has(high, Encoding::RLE_DICTIONARY));
        }
        let nulls = group.column(3).statistics().unwrap().null_count_opt();
        assert_eq!(nulls, Some(group.num_rows().cast_unsigned() / 5));
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

/// A table of one row for each digit of its only group.
fn columns(columns: Vec<(&str, Given)>) -> Table {
    let size = match &columns[0].1 {
        Given::Integers(_, values) => values.len(),
        Given::Nullable(_, values) => values.len(),
        Given::Numbers(_, values) => values.len(),
        _ => 1,
    };
    Table {
        sizes: vec![size as u64],
        columns: columns
            .into_iter()
            .map(|(name, given)| (name.to_owned(), given))
            .collect(),
        keep: None,
    }
}

#[test]
fn csv_looks_like_this() {
    let all = vec![0];
    let table = columns(vec![
        ("chips", Given::Integers(0, vec![1, -2, 3, 0])),
        ("hardware", Given::Labels(0, vec![0, 5, 2, 1], texts())),
        (
            "hours",
            Given::Numbers(all.clone(), vec![1.0, 1e16, 2.5e-7, -0.5]),
        ),
        (
            "cost",
            Given::Nullable(all, vec![Some(0.1), None, Some(1e15), Some(-0.0)]),
        ),
    ]);
    for dictionary_values in [0, 1 << 16] {
        let options = Options {
            dictionary_values,
            ..Options::default()
        };
        let bytes = written(&table, Format::Csv, Blocks::default(), None, &options);
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "chips,hardware,hours,cost\n\
             1,h100-sxm,1.0,0.1\n\
             -2,'=1+1,1e+16,\n\
             3,\"a,b\",2.5e-7,1000000000000000.0\n\
             0,\"\",-0.5,0.0\n"
        );
    }
}

#[test]
fn a_null_alone_on_its_line_is_not_an_empty_line() {
    let table = columns(vec![("x", Given::Nullable(vec![0], vec![Some(1.5), None]))]);
    for dictionary_values in [0, 1 << 16] {
        let options = Options {
            dictionary_values,
            ..Options::default()
        };
        let bytes = written(&table, Format::Csv, Blocks::default(), None, &options);
        assert_eq!(bytes, b"x\n1.5\n\"\"\n");
    }
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
fn labels_come_back_as_a_dictionary() {
    let bytes = written(
        &large(),
        Format::Parquet,
        Blocks::default(),
        Some(5),
        &Options::default(),
    );
    let field = parquet_reader(&bytes).schema().field(0).clone();
    assert!(matches!(field.data_type(), DataType::Dictionary(..)));
}

#[test]
fn gzip_members_name_no_time_and_no_system() {
    let bytes = written(
        &large(),
        Format::CsvGz,
        Blocks::default(),
        Some(10),
        &Options::default(),
    );
    assert_eq!(bytes[4..8], [0; 4]);
    assert_eq!(bytes[9], 255);
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
