//! What a Parquet file has besides its rows: statistics, row groups, encodings.

use arrow_schema::DataType;
use gigacost_engine::Blocks;
use gigacost_engine::write::{Format, Options};
use parquet::basic::Encoding;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use proptest::prelude::*;

use crate::read_back::{parquet_reader, written};
use crate::samples::{large, options, table};
use crate::tables::Cell;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

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
