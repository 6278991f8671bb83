//! Tables written with every format, and their rows read back.

use std::io::{Cursor, Read, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use gigacost_engine::Blocks;
use gigacost_engine::run::Control;
use gigacost_engine::write::{Format, Options, to_sink};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::tables::{Cell, Given, Table};

pub(crate) const FORMATS: [Format; 5] = [
    Format::Parquet,
    Format::Csv,
    Format::CsvGz,
    Format::Ipc,
    Format::IpcStream,
];

pub(crate) fn written(
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

pub(crate) fn read(table: &Table, format: Format, bytes: Vec<u8>) -> Vec<Vec<Cell>> {
    match format {
        Format::Parquet => {
            let reader = parquet_reader(&bytes).build().unwrap();
            reader.flat_map(|batch| cells(&batch.unwrap())).collect()
        }
        Format::Ipc => {
            let reader = arrow_ipc::reader::FileReader::try_new(Cursor::new(bytes), None).unwrap();
            reader.flat_map(|batch| cells(&batch.unwrap())).collect()
        }
        Format::IpcStream => {
            let reader = arrow_ipc::reader::StreamReader::try_new(&bytes[..], None).unwrap();
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

pub(crate) fn parquet_reader(bytes: &[u8]) -> ParquetRecordBatchReaderBuilder<std::fs::File> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap()
}

pub(crate) fn cells(batch: &RecordBatch) -> Vec<Vec<Cell>> {
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

pub(crate) fn cells_of_csv(table: &Table, text: &str) -> Vec<Vec<Cell>> {
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
pub(crate) fn parse(text: &str) -> Vec<Vec<String>> {
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
