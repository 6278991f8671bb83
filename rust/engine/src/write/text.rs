//! The text of CSV fields.
//!
//! A field is copied as 32 bytes at a fixed size, of which only its own length counts: several times faster than a
//! copy whose length is known only at run time.

/// Bytes copied at a time; no number's text and separator are longer than 25.
const WIDTH: usize = 32;
/// How many texts of numbers a column remembers.
const REMEMBERED: usize = 1 << 10;
/// After this many numbers a column decides whether remembering pays.
const TRIAL: u32 = 1 << 9;

/// A field's text with what follows it.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    short: [u8; WIDTH],
    len: usize,
    long: Option<Box<[u8]>>,
}

impl Cell {
    fn new(mut text: String, end: u8) -> Self {
        text.push(char::from(end));
        let len = text.len();
        let mut short = [0; WIDTH];
        if len <= WIDTH {
            short[..len].copy_from_slice(text.as_bytes());
            return Self {
                short,
                len,
                long: None,
            };
        }
        Self {
            short,
            len,
            long: Some(text.into_bytes().into_boxed_slice()),
        }
    }

    /// A null; `only` where it is all there is to its line.
    pub(super) fn null(only: bool, end: u8) -> Self {
        Self::new(
            if only {
                "\"\"".to_owned()
            } else {
                String::new()
            },
            end,
        )
    }

    /// A label.
    pub(super) fn text(text: &str, safe: bool, end: u8) -> Self {
        Self::new(quoted(text, safe), end)
    }

    /// Its bytes, what follows it included.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}

/// Text as a field: in quotes where it must be, made harmless to spreadsheets where `safe`.
pub(super) fn quoted(text: &str, safe: bool) -> String {
    let formula = safe && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.is_empty() || text.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

/// The lines of a chunk.
#[derive(Default)]
pub(super) struct Lines {
    /// Initialised beyond `len`, so that a field can be copied whole.
    bytes: Vec<u8>,
    len: usize,
}

impl Lines {
    /// Makes room for a line whose labels take at most `widest` bytes.
    #[inline]
    pub(super) fn reserve(&mut self, widest: usize, columns: usize) {
        let needed = self.len + widest + columns * WIDTH + WIDTH;
        if self.bytes.len() < needed {
            self.bytes.resize(needed.max(2 * self.bytes.len()), 0);
        }
    }

    /// Appends a field.
    #[inline]
    pub(super) fn push(&mut self, cell: &Cell) {
        match &cell.long {
            None => self.push_short(&cell.short, cell.len),
            Some(text) => {
                self.bytes[self.len..self.len + text.len()].copy_from_slice(text);
                self.len += text.len();
            }
        }
    }

    #[inline]
    fn push_short(&mut self, text: &[u8; WIDTH], len: usize) {
        self.bytes[self.len..self.len + WIDTH].copy_from_slice(text);
        self.len += len;
    }

    /// The text.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.truncate(self.len);
        self.bytes
    }
}

/// A number's bits and its text, whose last byte is the text's length; length 0 means free.
#[derive(Clone, Copy)]
struct Remembered {
    bits: u64,
    text: [u8; WIDTH],
}

/// Formats one column's numbers, remembering the texts of those that come again.
///
/// What is written is a function of the number alone; remembering only saves the formatting.
#[derive(Clone)]
pub(super) struct Numbers {
    remembered: Vec<Remembered>,
    seen: u32,
    missed: u32,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            remembered: vec![
                Remembered {
                    bits: 0,
                    text: [0; WIDTH]
                };
                REMEMBERED
            ],
            seen: 0,
            missed: 0,
        }
    }
}

impl Numbers {
    /// Appends an integer.
    #[inline]
    pub(super) fn push_integer(&mut self, lines: &mut Lines, value: i64, end: u8) {
        self.push(lines, value.cast_unsigned(), |text| {
            let mut buffer = itoa::Buffer::new();
            fill(text, buffer.format(value), end)
        });
    }

    /// Appends a finite float: the shortest text that reads back as the same bits, and always reads as a float (`1.0`,
    /// `1e16`), so that a reader that guesses a column's type from its first rows guesses right.
    #[inline]
    pub(super) fn push_float(&mut self, lines: &mut Lines, value: f64, end: u8) {
        self.push(lines, value.to_bits(), |text| {
            let mut buffer = ryu::Buffer::new();
            fill(text, buffer.format_finite(value), end)
        });
    }

    #[inline]
    fn push(&mut self, lines: &mut Lines, bits: u64, format: impl FnOnce(&mut [u8; WIDTH]) -> u8) {
        if self.seen >= TRIAL && self.missed > TRIAL / 2 {
            let mut text = [0; WIDTH];
            let len = format(&mut text);
            lines.push_short(&text, usize::from(len));
            return;
        }
        let slot = (bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - REMEMBERED.ilog2())) as usize;
        let known = &mut self.remembered[slot];
        if known.bits != bits || known.text[WIDTH - 1] == 0 {
            known.bits = bits;
            known.text[WIDTH - 1] = format(&mut known.text);
            self.missed += u32::from(self.seen < TRIAL);
        }
        self.seen += u32::from(self.seen < TRIAL);
        lines.push_short(&known.text, usize::from(known.text[WIDTH - 1]));
    }
}

/// Writes a number's text and what follows it; says how many bytes that was.
#[inline]
fn fill(field: &mut [u8; WIDTH], text: &str, end: u8) -> u8 {
    field[..text.len()].copy_from_slice(text.as_bytes());
    field[text.len()] = end;
    text.len() as u8 + 1
}
