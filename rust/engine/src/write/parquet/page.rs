//! Pages: a header in Thrift's compact protocol, with the checksum that the `parquet` crate cannot write, and bytes
//! compressed with zstd.

use ::parquet::basic::{Compression, Encoding, PageType, ZstdLevel};
use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use ::parquet::file::statistics::Statistics;
use ::parquet::schema::types::ColumnDescPtr;
use bytes::Bytes;
use zstd::bulk::Compressor;

use super::hybrid::varint;
use super::ColumnChunk;
use crate::Result;
use crate::write::encode_error;

/// Compresses nearly as well as the higher levels what the encodings have prepared, at several times their speed.
const ZSTD_LEVEL: i32 = 1;

/// Buffers of a thread that encodes.
#[derive(Default)]
pub(crate) struct Scratch {
    /// The bytes of a page before compression.
    pub(super) page: Vec<u8>,
    compressed: Vec<u8>,
    compressor: Option<Compressor<'static>>,
}

impl Scratch {
    /// Compress the page.
    fn compress(&mut self) -> Result<&[u8]> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => none.insert(Compressor::new(ZSTD_LEVEL).map_err(encode_error)?),
        };
        self.compressed.clear();
        self.compressed.reserve(zstd::zstd_safe::compress_bound(self.page.len()));
        compressor
            .compress_to_buffer(&self.page, &mut self.compressed)
            .map_err(encode_error)?;
        Ok(&self.compressed)
    }
}

/// A column of a row group, page by page.
pub(super) struct Chunk {
    column: ColumnDescPtr,
    rows: usize,
    /// Whether rows may be null, so that pages say which are.
    pub(super) optional: bool,
    bytes: Vec<u8>,
    uncompressed: usize,
    /// Where the data page begins.
    data: usize,
    encodings: Vec<(PageType, Encoding)>,
    pub(super) statistics: Option<Statistics>,
}

impl Chunk {
    pub(super) fn new(column: ColumnDescPtr, rows: usize, optional: bool) -> Self {
        Self {
            column,
            rows,
            optional,
            bytes: vec![],
            uncompressed: 0,
            data: 0,
            encodings: vec![],
            statistics: None,
        }
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Append the scratch's page as the dictionary, of so many values.
    pub(super) fn dictionary(&mut self, values: usize, scratch: &mut Scratch) -> Result<()> {
        self.append(PageType::DICTIONARY_PAGE, Encoding::PLAIN, values, scratch)?;
        self.data = self.bytes.len();
        Ok(())
    }

    /// Append the scratch's page as the data.
    pub(super) fn data(&mut self, encoding: Encoding, scratch: &mut Scratch) -> Result<()> {
        self.append(PageType::DATA_PAGE, encoding, self.rows, scratch)
    }

    fn append(
        &mut self,
        kind: PageType,
        encoding: Encoding,
        values: usize,
        scratch: &mut Scratch,
    ) -> Result<()> {
        let uncompressed = scratch.page.len();
        let compressed = scratch.compress()?;
        let header = header(kind, encoding, values, uncompressed, compressed)?;
        self.uncompressed += header.len() + uncompressed;
        self.bytes.reserve_exact(header.len() + compressed.len());
        self.bytes.extend_from_slice(&header);
        self.bytes.extend_from_slice(compressed);
        self.encodings.push((kind, encoding));
        Ok(())
    }

    /// The column as it is appended to a row group.
    pub(super) fn finish(self) -> Result<ColumnChunk> {
        let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(encode_error)?;
        let mut encodings: Vec<Encoding> = self.encodings.iter().map(|(_, each)| *each).collect();
        encodings.push(Encoding::RLE);
        let pages = self.encodings.iter().map(|&(page_type, encoding)| PageEncodingStats {
            page_type,
            encoding,
            count: 1,
        });
        let mut metadata = ColumnChunkMetaData::builder(self.column)
            .set_compression(Compression::ZSTD(level))
            .set_encodings(encodings)
            .set_page_encoding_stats(pages.collect())
            .set_num_values(self.rows as i64)
            .set_total_compressed_size(self.bytes.len() as i64)
            .set_total_uncompressed_size(self.uncompressed as i64)
            .set_data_page_offset(self.data as i64)
            .set_dictionary_page_offset((self.data > 0).then_some(0));
        if let Some(statistics) = self.statistics {
            metadata = metadata.set_statistics(statistics);
        }
        let close = ColumnCloseResult {
            bytes_written: self.bytes.len() as u64,
            rows_written: self.rows as u64,
            metadata: metadata.build().map_err(encode_error)?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok((Bytes::from(self.bytes), close))
    }
}

/// A page's header: `PageHeader` of the format's Thrift definition.
fn header(
    kind: PageType,
    encoding: Encoding,
    values: usize,
    uncompressed: usize,
    compressed: &[u8],
) -> Result<Vec<u8>> {
    let size = |bytes: usize| i32::try_from(bytes).map_err(encode_error);
    let dictionary = kind == PageType::DICTIONARY_PAGE;
    let mut header = Struct::default();
    header.integer(1, if dictionary { 2 } else { 0 });
    header.integer(2, size(uncompressed)?);
    header.integer(3, size(compressed.len())?);
    header.integer(4, crc32fast::hash(compressed).cast_signed());
    let mut inner = Struct::default();
    inner.integer(1, size(values)?);
    inner.integer(2, number(encoding));
    if !dictionary {
        // How the levels of nulls, and those of repetitions (there are none), are encoded.
        inner.integer(3, number(Encoding::RLE));
        inner.integer(4, number(Encoding::RLE));
    }
    header.nested(if dictionary { 7 } else { 5 }, inner);
    Ok(header.finish())
}

/// An encoding's number in the format's Thrift definition.
fn number(encoding: Encoding) -> i32 {
    match encoding {
        Encoding::RLE => 3,
        Encoding::RLE_DICTIONARY => 8,
        Encoding::BYTE_STREAM_SPLIT => 9,
        _ => 0,
    }
}

/// A structure in Thrift's compact protocol.
#[derive(Default)]
struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

impl Struct {
    const INTEGER: u8 = 5;
    const STRUCT: u8 = 12;

    /// Fields come in ascending order, each told by its distance from the one before.
    fn field(&mut self, id: u8, kind: u8) {
        self.bytes.push((id - self.last) << 4 | kind);
        self.last = id;
    }

    fn integer(&mut self, id: u8, value: i32) {
        self.field(id, Self::INTEGER);
        let zigzag = (value << 1) ^ (value >> 31);
        varint(u64::from(zigzag.cast_unsigned()), &mut self.bytes);
    }

    fn nested(&mut self, id: u8, inner: Self) {
        self.field(id, Self::STRUCT);
        self.bytes.extend(inner.finish());
    }

    fn finish(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}
