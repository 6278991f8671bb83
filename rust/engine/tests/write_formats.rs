//! What every format promises: the rows come back, and their bytes depend on nothing but them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Indices of test tables are small.
#![allow(clippy::cast_possible_wrap)]

use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use gigacost_engine::Error;
use gigacost_engine::write::{Format, Options, TableWriter};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Encoding;
use parquet::file::metadata::RowGroupMetaData;
use proptest::prelude::*;

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

/// One row: a label, an integer, a float and a float that may be missing.
type Row = (i32, i64, f64, Option<f64>);

fn labels_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("hardware", labels_type(), false),
        Field::new("chips", DataType::Int64, false),
        Field::new("hours", DataType::Float64, false),
        Field::new("cost", DataType::Float64, true),
    ]))
}

fn batch(rows: &[Row], labels: &ArrayRef) -> RecordBatch {
    let keys = Int32Array::from_iter_values(rows.iter().map(|row| row.0));
    // What lies under a null must not show, so it differs from row to row.
    let nulls = rows
        .iter()
        .map(|row| row.3.is_some())
        .collect::<Vec<_>>()
        .into();
    let costs = rows
        .iter()
        .enumerate()
        .map(|(index, row)| row.3.unwrap_or(index as f64))
        .collect::<Vec<_>>();
    RecordBatch::try_new(
        schema(),
        vec![
            Arc::new(DictionaryArray::new(keys, Arc::clone(labels))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1))),
            Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.2))),
            Arc::new(Float64Array::new(costs.into(), Some(nulls))),
        ],
    )
    .unwrap()
}

/// The file's bytes, the rows cut into batches at `cuts`.
fn written(format: Format, rows: &[Row], cuts: &[usize], options: &Options) -> Vec<u8> {
    let labels: ArrayRef = Arc::new(StringArray::from_iter_values(LABELS));
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (rows.len() + 1)).collect();
    cuts.extend([0, rows.len()]);
    cuts.sort_unstable();
    let mut bytes = Vec::new();
    let mut writer = TableWriter::new(format, Box::new(&mut bytes), &schema(), options).unwrap();
    for pair in cuts.windows(2) {
        writer
            .write(&batch(&rows[pair[0]..pair[1]], &labels))
            .unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn read(format: Format, bytes: Vec<u8>) -> Vec<Row> {
    match format {
        Format::Parquet => {
            let reader = parquet_reader(&bytes).build().unwrap();
            reader.flat_map(|batch| rows_of(&batch.unwrap())).collect()
        }
        Format::Ipc => {
            let reader = arrow_ipc::reader::FileReader::try_new(Cursor::new(bytes), None).unwrap();
            reader.flat_map(|batch| rows_of(&batch.unwrap())).collect()
        }
        Format::Csv => rows_of_csv(std::str::from_utf8(&bytes).unwrap()),
        Format::CsvGz => {
            let mut text = String::new();
            flate2::read::MultiGzDecoder::new(&bytes[..])
                .read_to_string(&mut text)
                .unwrap();
            rows_of_csv(&text)
        }
    }
}

fn parquet_reader(bytes: &[u8]) -> ParquetRecordBatchReaderBuilder<std::fs::File> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap()
}

fn rows_of(batch: &RecordBatch) -> Vec<Row> {
    assert_eq!(
        batch.schema().fields(),
        schema().fields(),
        "labels must come back as a dictionary"
    );
    let labels = batch.column(0).as_dictionary::<Int32Type>();
    let texts = labels.values().as_string::<i32>();
    let costs = batch.column(3).as_primitive::<Float64Type>();
    (0..batch.num_rows())
        .map(|row| {
            let label = texts.value(labels.keys().value(row).cast_unsigned() as usize);
            (
                LABELS.iter().position(|known| *known == label).unwrap() as i32,
                batch.column(1).as_primitive::<Int64Type>().value(row),
                batch.column(2).as_primitive::<Float64Type>().value(row),
                costs.is_valid(row).then(|| costs.value(row)),
            )
        })
        .collect()
}

fn rows_of_csv(text: &str) -> Vec<Row> {
    let records = parse(text);
    assert_eq!(records[0], ["hardware", "chips", "hours", "cost"]);
    records[1..]
        .iter()
        .map(|record| {
            let harmless = record[0].strip_prefix('\'').unwrap_or(&record[0]);
            (
                LABELS.iter().position(|known| *known == harmless).unwrap() as i32,
                record[1].parse().unwrap(),
                record[2].parse().unwrap(),
                (!record[3].is_empty()).then(|| record[3].parse().unwrap()),
            )
        })
        .collect()
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
        (-100_i32..100).prop_map(f64::from),
        Just(1e15),
        Just(1e16),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
    ]
}

fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0..LABELS.len() as i32,
        any::<i64>(),
        finite(),
        proptest::option::of(finite()),
    );
    proptest::collection::vec(row, 0..most)
}

/// Many rows at little cost: some columns repeat, others never do.
fn many_rows(count: usize) -> Vec<Row> {
    (0..count)
        .map(|index| {
            let cost = (index % 5 != 0).then(|| (index as f64).sqrt() * 1e-3);
            (
                (index / 7 % LABELS.len()) as i32,
                (index % 100) as i64,
                index as f64 / 3.0,
                cost,
            )
        })
        .collect()
}

fn bits(rows: &[Row]) -> Vec<(i32, i64, u64, Option<u64>)> {
    rows.iter()
        .map(|row| (row.0, row.1, row.2.to_bits(), row.3.map(f64::to_bits)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_come_back_bit_for_bit(rows in rows(200), row_group_rows in 1_usize..150) {
        let options = Options { row_group_rows, ..Options::default() };
        for format in FORMATS {
            let back = read(format, written(format, &rows, &[], &options));
            prop_assert_eq!(bits(&back), bits(&rows), "{:?}", format);
        }
    }

    #[test]
    fn threads_and_slices_leave_no_trace(
        rows in rows(300),
        cuts in proptest::collection::vec(any::<usize>(), 0..400),
        row_group_rows in 1_usize..250,
        threads in 1_usize..6,
    ) {
        let alone = Options { row_group_rows, ..Options::default() };
        let together = Options { threads, ..alone.clone() };
        for format in FORMATS {
            prop_assert!(written(format, &rows, &[], &alone) == written(format, &rows, &cuts, &together), "{format:?}");
        }
    }

    #[test]
    fn any_text_survives_csv(
        texts in proptest::collection::vec("[\\PC\n\r\t,\"'=+@-]{0,40}", 1..20),
        safe in any::<bool>(),
        alone in any::<bool>(),
    ) {
        let labels: ArrayRef = Arc::new(StringArray::from_iter_values(&texts));
        let keys = Int32Array::from_iter_values(0..texts.len() as i32);
        let mut fields = vec![Field::new("=name, \"quoted\"", labels_type(), true)];
        let mut columns: Vec<ArrayRef> = vec![Arc::new(DictionaryArray::new(keys, labels))];
        if !alone {
            fields.push(Field::new("n", DataType::Int64, true));
            columns.push(Arc::new(Int64Array::from(vec![None; texts.len()])));
        }
        let schema = Arc::new(Schema::new(fields));
        let mut bytes = Vec::new();
        let options = Options { csv_safe: safe, ..Options::default() };
        let mut writer = TableWriter::new(Format::Csv, Box::new(&mut bytes), &schema, &options).unwrap();
        writer.write(&RecordBatch::try_new(schema, columns).unwrap()).unwrap();
        writer.finish().unwrap();
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

#[test]
fn large_tables_are_the_same_at_any_thread_count_and_slicing() {
    let rows = many_rows(300_000);
    let cuts: Vec<usize> = (0..2000_usize)
        .map(|index| index.wrapping_mul(7919 * 104_729))
        .collect();
    for format in FORMATS {
        let options = Options {
            row_group_rows: 70_001,
            ..Options::default()
        };
        let reference = written(format, &rows, &[], &options);
        for threads in [2, 5] {
            let bytes = written(
                format,
                &rows,
                &cuts,
                &Options {
                    threads,
                    ..options.clone()
                },
            );
            assert!(bytes == reference, "{format:?} on {threads} threads");
        }
        assert_eq!(bits(&read(format, reference)), bits(&rows), "{format:?}");
    }
}

#[test]
fn row_groups_are_cut_exactly_and_encoded_by_their_values() {
    let rows = many_rows(25_000);
    let metadata = vec![("gigacost.spec".to_owned(), "abc".to_owned())];
    let options = Options {
        row_group_rows: 10_000,
        metadata,
        ..Options::default()
    };
    let bytes = written(Format::Parquet, &rows, &[1, 2, 12_345], &options);
    let reader = parquet_reader(&bytes);
    let file = reader.metadata();
    let lengths: Vec<i64> = file
        .row_groups()
        .iter()
        .map(RowGroupMetaData::num_rows)
        .collect();
    assert_eq!(lengths, [10_000, 10_000, 5_000]);
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
        assert!(has(0, Encoding::RLE_DICTIONARY) && has(1, Encoding::RLE_DICTIONARY));
        assert!(has(2, Encoding::BYTE_STREAM_SPLIT) && !has(2, Encoding::RLE_DICTIONARY));
        let statistics = group.column(3).statistics().unwrap();
        assert_eq!(
            statistics.null_count_opt(),
            Some(group.num_rows().cast_unsigned() / 5)
        );
        assert!(statistics.min_bytes_opt().is_some());
    }
}

#[test]
fn ipc_files_carry_the_metadata_in_their_schema() {
    let metadata = vec![
        ("b".to_owned(), "2".to_owned()),
        ("a".to_owned(), "1".to_owned()),
    ];
    let bytes = written(
        Format::Ipc,
        &many_rows(3),
        &[],
        &Options {
            metadata,
            ..Options::default()
        },
    );
    let reader = arrow_ipc::reader::FileReader::try_new(Cursor::new(bytes), None).unwrap();
    assert_eq!(reader.schema().metadata()["a"], "1");
}

#[test]
fn csv_looks_like_this() {
    let rows = [
        (0, 1, 1.0, Some(0.1)),
        (5, -2, 1e16, None),
        (2, 3, 2.5e-7, Some(1e15)),
        (1, 0, -0.5, Some(123.0)),
    ];
    let text = String::from_utf8(written(Format::Csv, &rows, &[], &Options::default())).unwrap();
    assert_eq!(
        text,
        "hardware,chips,hours,cost\n\
         h100-sxm,1,1.0,0.1\n\
         '=1+1,-2,1e16,\n\
         \"a,b\",3,2.5e-7,1000000000000000.0\n\
         \"\",0,-0.5,123.0\n"
    );
}

#[test]
fn a_null_alone_on_its_line_is_not_an_empty_line() {
    let schema = Arc::new(Schema::new(vec![Field::new("x", DataType::Float64, true)]));
    let column: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.5), None]));
    let mut bytes = Vec::new();
    let mut writer = TableWriter::new(
        Format::Csv,
        Box::new(&mut bytes),
        &schema,
        &Options::default(),
    )
    .unwrap();
    writer
        .write(&RecordBatch::try_new(schema, vec![column]).unwrap())
        .unwrap();
    writer.finish().unwrap();
    assert_eq!(bytes, b"x\n1.5\n\"\"\n");
}

#[test]
fn csv_never_says_nan_or_infinity() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut bytes = Vec::new();
        let mut writer = TableWriter::new(
            Format::Csv,
            Box::new(&mut bytes),
            &schema(),
            &Options::default(),
        )
        .unwrap();
        let labels: ArrayRef = Arc::new(StringArray::from_iter_values(LABELS));
        writer
            .write(&batch(&[(0, 1, value, None)], &labels))
            .unwrap();
        let error = writer.finish().unwrap_err();
        assert!(
            matches!(&error, Error::Encode(text) if text.contains("\"hours\"")),
            "{error}"
        );
    }
}

#[test]
fn empty_tables_are_whole_files() {
    for format in FORMATS {
        assert!(read(format, written(format, &[], &[], &Options::default())).is_empty());
    }
}

#[test]
fn gzip_members_name_no_time_and_no_system() {
    let bytes = written(Format::CsvGz, &many_rows(10), &[], &Options::default());
    assert_eq!(bytes[4..8], [0; 4]);
    assert_eq!(bytes[9], 255);
}

#[test]
fn labels_must_not_change_between_batches() {
    for format in FORMATS {
        let mut bytes = Vec::new();
        let mut writer =
            TableWriter::new(format, Box::new(&mut bytes), &schema(), &Options::default()).unwrap();
        let rows = [(0, 1, 1.0, None)];
        writer
            .write(&batch(
                &rows,
                &(Arc::new(StringArray::from(vec!["a"])) as ArrayRef),
            ))
            .unwrap();
        writer
            .write(&batch(
                &rows,
                &(Arc::new(StringArray::from(vec!["a"])) as ArrayRef),
            ))
            .unwrap();
        let error = writer
            .write(&batch(
                &rows,
                &(Arc::new(StringArray::from(vec!["b"])) as ArrayRef),
            ))
            .unwrap_err();
        assert!(
            matches!(&error, Error::Encode(text) if text.contains("hardware")),
            "{error}"
        );
        assert!(
            writer
                .write(&batch(
                    &rows,
                    &(Arc::new(StringArray::from(vec!["a"])) as ArrayRef)
                ))
                .is_err()
        );
        assert!(writer.finish().is_err());
    }
}

#[test]
fn unknown_columns_are_refused() {
    let field = |name: &str, kind| Field::new(name, kind, false);
    for fields in [
        vec![],
        vec![field("x", DataType::Float32)],
        vec![field("x", DataType::Utf8)],
        vec![field("x", DataType::Int64), field("x", DataType::Int64)],
    ] {
        let made = TableWriter::new(
            Format::Csv,
            Box::new(std::io::sink()),
            &Arc::new(Schema::new(fields)),
            &Options::default(),
        );
        assert!(matches!(made.err(), Some(Error::Invalid(_))));
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
