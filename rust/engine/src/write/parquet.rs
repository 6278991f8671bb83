//! Parquet: whole row groups, their columns encoded side by side.
//!
//! A row group has exactly [`Options::row_group_rows`] rows, but for the last, and each column of it is one data page:
//! a column that is periodic along the axes then repeats within one zstd frame. Up to one row group of input and one
//! of output are held.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use ::parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use ::parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use ::parquet::basic::{Compression, Encoding, ZstdLevel};
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::ColumnPath;
use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::{GroupWriter, Options, Watched, encode_error};
use crate::run::ordered;
use crate::{Error, Result};

/// Compresses nearly as well as the higher levels what the encodings have prepared, at several times their speed.
const ZSTD_LEVEL: i32 = 1;
/// A column of numbers with at most this many distinct values in a row group gets a dictionary.
const DICTIONARY_VALUES: usize = 1 << 16;
/// No page is cut by its size; pages are cut by [`Options::row_group_rows`].
const PAGE_BYTES: usize = 1 << 30;
/// How many values the encoder takes between two looks at the size of its page.
const STEP: usize = 1 << 14;

/// How the values of one column in one row group are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// The distinct values once, then a code per row.
    Dictionary,
    /// Every value: `f64` by byte streams, `i64` by differences.
    Values,
}

/// Writes Parquet.
pub(super) struct Parquet<'a> {
    file: SerializedFileWriter<Watched<'a>>,
    schema: SchemaRef,
    dictionary: ArrowRowGroupWriterFactory,
    values: ArrowRowGroupWriterFactory,
    group_rows: usize,
    threads: usize,
    groups: usize,
}

impl<'a> Parquet<'a> {
    /// Starts the file.
    pub(super) fn create(sink: Watched<'a>, schema: &SchemaRef, options: &Options) -> Result<Self> {
        let schema = Arc::new(Schema::new(schema.fields().clone()));
        let root = ArrowSchemaConverter::new()
            .convert(&schema)
            .map_err(encode_error)?
            .root_schema_ptr();
        let properties = properties(&schema, options, Layout::Dictionary)?;
        let file =
            SerializedFileWriter::new(sink, Arc::clone(&root), properties).map_err(encode_error)?;
        let dictionary = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema));
        // A factory takes its properties from a file, so the second layout's comes from a file that goes nowhere.
        let properties = self::properties(&schema, options, Layout::Values)?;
        let nowhere =
            SerializedFileWriter::new(std::io::sink(), root, properties).map_err(encode_error)?;
        let values = ArrowRowGroupWriterFactory::new(&nowhere, Arc::clone(&schema));
        Ok(Self {
            file,
            schema,
            dictionary,
            values,
            group_rows: options.row_group_rows,
            threads: options.threads,
            groups: 0,
        })
    }
}

impl GroupWriter for Parquet<'_> {
    fn group_rows(&self) -> usize {
        self.group_rows
    }

    fn write_group(&mut self, group: &[RecordBatch]) -> Result<()> {
        // One writer of each layout per column; the column that encodes itself takes the one it needs.
        let writers = |factory: &ArrowRowGroupWriterFactory| -> Result<Vec<Mutex<Option<ArrowColumnWriter>>>> {
            let writers = factory.create_column_writers(self.groups).map_err(encode_error)?;
            Ok(writers.into_iter().map(|writer| Mutex::new(Some(writer))).collect())
        };
        let (dictionary, values) = (writers(&self.dictionary)?, writers(&self.values)?);
        let mut row_group = self.file.next_row_group().map_err(encode_error)?;
        let fields = self.schema.fields();
        ordered(
            fields.len() as u64,
            self.threads,
            || (),
            |(), column| {
                let column = column as usize;
                encode(&fields[column], group, column, |layout| {
                    let writers = if layout == Layout::Dictionary {
                        &dictionary
                    } else {
                        &values
                    };
                    writers[column]
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .take()
                })
            },
            |chunk| {
                chunk
                    .append_to_row_group(&mut row_group)
                    .map_err(encode_error)?;
                Ok(ControlFlow::Continue(()))
            },
        )?;
        row_group.close().map_err(encode_error)?;
        self.groups += 1;
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        self.file.finish().map_err(encode_error)?;
        Ok(())
    }
}

fn properties(schema: &Schema, options: &Options, layout: Layout) -> Result<WriterPropertiesPtr> {
    let metadata = options
        .metadata
        .iter()
        .map(|(key, value)| KeyValue::new(key.clone(), value.clone()))
        .collect();
    let mut builder = WriterProperties::builder()
        .set_created_by(concat!("gigacost version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(
            ZstdLevel::try_new(ZSTD_LEVEL).map_err(encode_error)?,
        ))
        .set_dictionary_enabled(layout == Layout::Dictionary)
        .set_dictionary_page_size_limit(PAGE_BYTES)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_data_page_row_count_limit(options.row_group_rows.max(1))
        .set_write_batch_size(STEP)
        // With one page per column, statistics of pages would only say again what the column's do.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(metadata));
    for field in schema.fields() {
        let path = ColumnPath::new(vec![field.name().clone()]);
        builder = match field.data_type() {
            DataType::Float64 => builder.set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT),
            DataType::Int64 => builder.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            _ => builder,
        };
    }
    let mut properties = builder.build();
    // What tells readers that labels are a dictionary, not plain text.
    add_encoded_arrow_schema_to_metadata(schema, &mut properties);
    Ok(Arc::new(properties))
}

/// Encodes one column of a row group.
///
/// The slices go to the encoder one by one, uncopied: it cuts pages by rows alone, so they leave no trace.
fn encode(
    field: &Field,
    group: &[RecordBatch],
    column: usize,
    take: impl Fn(Layout) -> Option<ArrowColumnWriter>,
) -> Result<ArrowColumnChunk> {
    let slices: Vec<&ArrayRef> = group.iter().map(|batch| batch.column(column)).collect();
    let mut writer = take(layout(field, &slices))
        .ok_or_else(|| Error::Encode("a column is encoded twice".to_owned()))?;
    for slice in slices {
        for leaf in compute_leaves(field, slice).map_err(encode_error)? {
            writer.write(&leaf).map_err(encode_error)?;
        }
    }
    writer.close().map_err(encode_error)
}

/// The layout that suits a column of a row group, by its values alone.
fn layout(field: &Field, slices: &[&ArrayRef]) -> Layout {
    let rows: usize = slices.iter().copied().map(Array::len).sum();
    // Where nearly every value is new, a dictionary holds the column twice.
    let most = DICTIONARY_VALUES.min(rows / 2);
    let few = match field.data_type() {
        DataType::Int64 => few_distinct(words::<Int64Type>(slices, i64::cast_unsigned), most),
        DataType::Float64 => few_distinct(words::<Float64Type>(slices, f64::to_bits), most),
        _ => true,
    };
    if few {
        Layout::Dictionary
    } else {
        Layout::Values
    }
}

/// A column's values as words; what lies under a null is no value.
fn words<'a, T: ArrowPrimitiveType>(
    slices: &'a [&'a ArrayRef],
    word: impl Fn(T::Native) -> u64 + Copy + 'a,
) -> impl Iterator<Item = u64> + 'a {
    slices.iter().flat_map(move |slice| {
        let nulls = slice.nulls().filter(|nulls| nulls.null_count() > 0);
        let values = slice.as_primitive::<T>().values().iter().enumerate();
        values
            .filter(move |(row, _)| nulls.is_none_or(|nulls| nulls.is_valid(*row)))
            .map(move |(_, &value)| word(value))
    })
}

/// Whether there are at most `most` distinct words; looks no further than it must.
fn few_distinct(words: impl Iterator<Item = u64>, most: usize) -> bool {
    const SLOTS: usize = 2 * DICTIONARY_VALUES;
    // An open-addressing set; zero marks a free slot and is counted apart.
    let mut slots = vec![0_u64; SLOTS];
    let (mut count, mut zero, mut last) = (0, false, None);
    for word in words {
        if last == Some(word) {
            continue;
        }
        last = Some(word);
        if word == 0 {
            count += usize::from(!zero);
            zero = true;
        } else {
            let mut slot =
                (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS.ilog2())) as usize;
            while slots[slot] != 0 && slots[slot] != word {
                slot = (slot + 1) % SLOTS;
            }
            if slots[slot] == 0 {
                slots[slot] = word;
                count += 1;
            }
        }
        if count > most {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_values_are_counted_exactly() {
        let cycle = |period: u64| (0..300_000_u64).map(move |index| index % period);
        for period in [1, 2, 1000, 65_535, 65_536] {
            assert!(few_distinct(cycle(period), DICTIONARY_VALUES), "{period}");
            assert!(
                !few_distinct(cycle(period), period as usize - 1),
                "{period}"
            );
        }
        assert!(!few_distinct(cycle(65_537), DICTIONARY_VALUES));
        assert!(few_distinct(std::iter::empty(), 0));
    }
}
