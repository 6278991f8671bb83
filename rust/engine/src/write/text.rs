//! The text of CSV fields.
//!
//! A text is copied 32 bytes at a time at a fixed size, of which only its own length counts: several times faster than
//! a copy whose length is known only at run time.

/// Bytes copied at a time; no number's text and separator are longer than 25.
const WIDTH: usize = 32;

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

/// An integer's text.
pub(super) fn integer(value: i64) -> String {
    itoa::Buffer::new().format(value).to_owned()
}

/// A finite float's text: the shortest that reads back as the same bits, and always reads as a float (`1.0`, `1e+16`),
/// so that a reader that guesses a column's type from its first rows guesses right.
pub(super) fn float(value: f64) -> String {
    zmij::Buffer::new().format_finite(value).to_owned()
}

/// Texts that were made once, to be copied often.
#[derive(Default)]
pub(super) struct Texts {
    /// One after the other, with room to read beyond the last.
    bytes: Vec<u8>,
    /// Where each one begins, and where the last one ends.
    starts: Vec<usize>,
    widest: usize,
}

impl FromIterator<String> for Texts {
    fn from_iter<I: IntoIterator<Item = String>>(texts: I) -> Self {
        let mut made = Self {
            starts: vec![0],
            ..Self::default()
        };
        for text in texts {
            made.bytes.extend_from_slice(text.as_bytes());
            made.starts.push(made.bytes.len());
            made.widest = made.widest.max(text.len());
        }
        made.bytes.resize(made.bytes.len() + WIDTH, 0);
        made
    }
}

impl Texts {
    /// The length of the longest.
    pub(super) fn widest(&self) -> usize {
        self.widest
    }
}

/// The lines of a group of rows.
pub(super) struct TextLines {
    /// Initialised beyond `len`, so that a text can be copied whole.
    bytes: Vec<u8>,
    len: usize,
}

impl TextLines {
    /// Lines in a buffer, whatever it holds.
    pub(super) fn new(buffer: Vec<u8>) -> Self {
        Self {
            bytes: buffer,
            len: 0,
        }
    }

    /// Makes room for a line whose texts take at most `widest` bytes beside some numbers.
    #[inline]
    pub(super) fn reserve(&mut self, widest: usize, numbers: usize) {
        let needed = self.len + widest + (numbers + 1) * WIDTH;
        if self.bytes.len() < needed {
            self.bytes.resize(needed.max(2 * self.bytes.len()), 0);
        }
    }

    /// Appends one of some texts.
    #[inline]
    pub(super) fn push(&mut self, texts: &Texts, which: u32) {
        let (start, end) = (
            texts.starts[which as usize],
            texts.starts[which as usize + 1],
        );
        let mut done = 0;
        while done < end - start {
            let (to, from) = (self.len + done, start + done);
            self.bytes[to..to + WIDTH].copy_from_slice(&texts.bytes[from..from + WIDTH]);
            done += WIDTH;
        }
        self.len += end - start;
    }

    /// Appends a finite float, as [`float`] has it, and what follows it.
    #[inline]
    pub(super) fn push_float(&mut self, value: f64, end: u8) {
        self.push_number(zmij::Buffer::new().format_finite(value), end);
    }

    /// Appends an integer and what follows it.
    #[inline]
    pub(super) fn push_integer(&mut self, value: i64, end: u8) {
        self.push_number(itoa::Buffer::new().format(value), end);
    }

    #[inline]
    fn push_number(&mut self, text: &str, end: u8) {
        self.bytes[self.len..self.len + text.len()].copy_from_slice(text.as_bytes());
        self.len += text.len();
        self.bytes[self.len] = end;
        self.len += 1;
    }

    /// The buffer, and how much of it is text.
    pub(super) fn finish(self) -> (Vec<u8>, usize) {
        (self.bytes, self.len)
    }
}
