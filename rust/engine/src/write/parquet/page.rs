//! Pages: a header in Thrift's compact protocol, with the checksum that the `parquet` crate cannot write, and bytes
//! compressed with zstd.

use ::parquet::basic::{Compression, Encoding, PageType, ZstdLevel};
use ::parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use ::parquet::file::statistics::Statistics;
use ::parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

use super::hybrid::varint;
use crate::Result;
use crate::write::{Spare, encode_error};

/// Compresses nearly as well as the higher levels what the encodings have prepared, at several times their speed.
const ZSTD_LEVEL: i32 = 1;

/// What a thread encodes with.
#[derive(Default)]
pub(crate) struct PageScratch {
    /// The bytes of a page before compression.
    pub(super) page: Vec<u8>,
    compressor: Option<Compressor<'static>>,
}

impl PageScratch {
    /// Compress the page into a buffer.
    fn compress(&mut self, buffer: &mut Vec<u8>) -> Result<()> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => none.insert(Compressor::new(ZSTD_LEVEL).map_err(encode_error)?),
        };
        buffer.clear();
        buffer.reserve(zstd::zstd_safe::compress_bound(self.page.len()));
        let written = compressor.compress_to_buffer(&self.page, buffer);
        written.map(drop).map_err(encode_error)
    }
}

/// A column of a row group, page by page.
pub(crate) struct Chunk {
    column: ColumnDescPtr,
    rows: usize,
    /// Whether rows may be null, so that pages say which are.
    pub(super) optional: bool,
    /// Headers and bodies.
    pub(super) pages: Vec<(Vec<u8>, Vec<u8>)>,
    uncompressed: usize,
    encodings: Vec<PageEncodingStats>,
    pub(super) statistics: Option<Statistics>,
    spare: Spare,
}

impl Chunk {
    pub(super) fn new(column: ColumnDescPtr, rows: usize, optional: bool, spare: Spare) -> Self {
        Self {
            column,
            rows,
            optional,
            pages: vec![],
            uncompressed: 0,
            encodings: vec![],
            statistics: None,
            spare,
        }
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Append the scratch's page as the dictionary, of so many values.
    pub(super) fn dictionary(&mut self, values: usize, scratch: &mut PageScratch) -> Result<()> {
        self.append(PageType::DICTIONARY_PAGE, Encoding::PLAIN, values, scratch)
    }

    /// Append the scratch's page as the data.
    pub(super) fn data(&mut self, encoding: Encoding, scratch: &mut PageScratch) -> Result<()> {
        self.append(PageType::DATA_PAGE, encoding, self.rows, scratch)
    }

    fn append(
        &mut self,
        page_type: PageType,
        encoding: Encoding,
        values: usize,
        scratch: &mut PageScratch,
    ) -> Result<()> {
        let mut body = self.spare.take();
        scratch.compress(&mut body)?;
        let header = header(page_type, encoding, values, scratch.page.len(), &body)?;
        self.uncompressed += header.len() + scratch.page.len();
        self.pages.push((header, body));
        self.encodings.push(PageEncodingStats {
            page_type,
            encoding,
            count: 1,
        });
        Ok(())
    }

    /// What the file's footer says of it, when it begins at a byte of the file.
    pub(super) fn metadata(&self, at: usize) -> Result<ColumnChunkMetaData> {
        let signed = |count: usize| i64::try_from(count).map_err(encode_error);
        let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(encode_error)?;
        let sizes = self
            .pages
            .iter()
            .map(|(header, body)| header.len() + body.len());
        let encodings = self.encodings.iter().map(|page| page.encoding);
        // The dictionary, where there is one, comes before the data.
        let dictionary = (self.pages.len() > 1).then(|| signed(at)).transpose()?;
        let data = at + sizes.clone().rev().skip(1).sum::<usize>();
        let mut metadata = ColumnChunkMetaData::builder(self.column.clone())
            .set_compression(Compression::ZSTD(level))
            .set_encodings(encodings.chain([Encoding::RLE]).collect())
            .set_page_encoding_stats(self.encodings.clone())
            .set_num_values(signed(self.rows)?)
            .set_total_compressed_size(signed(sizes.sum())?)
            .set_total_uncompressed_size(signed(self.uncompressed)?)
            .set_data_page_offset(signed(data)?)
            .set_dictionary_page_offset(dictionary);
        if let Some(statistics) = &self.statistics {
            metadata = metadata.set_statistics(statistics.clone());
        }
        metadata.build().map_err(encode_error)
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
