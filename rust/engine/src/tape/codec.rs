//! A tape as versioned bytes, and its hash: what travels to another process, and what names a model.

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::tape::{Binary, Fold, Name, Op, Search, SearchAxis, Tape, Unary};

const MAGIC: &[u8; 8] = b"gigatape";
const VERSION: u32 = 1;

impl Tape {
    /// The tape as bytes; equal tapes give equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Out(MAGIC.to_vec());
        out.number(VERSION);
        out.list(&self.leaves, Out::name);
        out.list(&self.searches, |out, search| {
            out.text(&search.name);
            out.list(&search.axes, |out, axis| {
                out.text(&axis.name);
                out.list(&axis.values, |out, value| {
                    out.0.extend(value.to_bits().to_le_bytes());
                });
            });
        });
        out.list(&self.ops, Out::op);
        out.list(&self.outputs, |out, (name, node)| {
            out.name(name);
            out.number(*node);
        });
        out.0
    }

    /// The tape that `to_bytes` wrote.
    ///
    /// # Errors
    /// When the bytes are not a tape, or one of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut input = In(bytes);
        if input.take(MAGIC.len())? != MAGIC {
            return Err(malformed("not a tape"));
        }
        let version = input.number()?;
        if version != VERSION {
            return Err(Error::Invalid(format!(
                "a tape of version {version}; this is version {VERSION}"
            )));
        }
        let tape = Self {
            leaves: input.list(In::name)?,
            searches: input.list(|input| {
                Ok(Search {
                    name: input.text()?,
                    axes: input.list(|input| {
                        Ok(SearchAxis {
                            name: input.text()?,
                            values: input.list(|input| Ok(f64::from_bits(input.bits()?)))?,
                        })
                    })?,
                })
            })?,
            ops: input.list(In::op)?,
            outputs: input.list(|input| Ok((input.name()?, input.number()?)))?,
        };
        if !input.0.is_empty() {
            return Err(malformed("bytes left over"));
        }
        if tape.searches.iter().any(|search| {
            search.axes.is_empty() || search.axes.iter().any(|axis| axis.values.is_empty())
        }) {
            return Err(malformed("a search over nothing"));
        }
        tape.validate()?;
        Ok(tape)
    }

    /// The SHA-256 of the tape's bytes, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut text = String::new();
        for byte in Sha256::digest(self.to_bytes()) {
            text.extend(
                [byte >> 4, byte & 15]
                    .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])),
            );
        }
        text
    }
}

struct Out(Vec<u8>);

impl Out {
    fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.0.extend(text.as_bytes());
    }

    fn name(&mut self, name: &Name) {
        for text in [&name.name, &name.unit, &name.doc] {
            self.text(text);
        }
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.number(items.len() as u32);
        for item in items {
            each(self, item);
        }
    }

    fn op(&mut self, op: &Op) {
        let position = |found: Option<usize>| found.unwrap_or_default() as u32;
        let (code, fields): (u8, Vec<u32>) = match *op {
            Op::Constant(bits) => (0, vec![bits as u32, (bits >> 32) as u32]),
            Op::Leaf(leaf) => (1, vec![leaf]),
            Op::SearchAxis { search, axis } => (2, vec![search, axis]),
            Op::Unary(op, a) => (
                3,
                vec![
                    position(Unary::ALL.iter().position(|(each, _)| *each == op)),
                    a,
                ],
            ),
            Op::Binary(op, a, b) => (
                4,
                vec![
                    position(Binary::ALL.iter().position(|(each, _)| *each == op)),
                    a,
                    b,
                ],
            ),
            Op::Where(c, a, b) => (5, vec![c, a, b]),
            Op::Winner {
                search,
                objective,
                among,
            } => (6, vec![search, objective, among]),
            Op::Pick {
                search,
                axis,
                winner,
            } => (7, vec![search, axis, winner]),
            Op::Fold(Fold::Mean, a) => (8, vec![a]),
            Op::Fold(Fold::Quantile(q), a) => (9, vec![q as u32, (q >> 32) as u32, a]),
        };
        self.0.push(code);
        for field in fields {
            self.number(field);
        }
    }
}

struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| malformed("cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32> {
        self.take(4)?
            .try_into()
            .map(u32::from_le_bytes)
            .map_err(|_| malformed("cut short"))
    }

    fn bits(&mut self) -> Result<u64> {
        Ok(u64::from(self.number()?) | u64::from(self.number()?) << 32)
    }

    fn text(&mut self) -> Result<String> {
        let length = self.number()? as usize;
        String::from_utf8(self.take(length)?.to_vec())
            .map_err(|_| malformed("text that is not UTF-8"))
    }

    fn name(&mut self) -> Result<Name> {
        Ok(Name {
            name: self.text()?,
            unit: self.text()?,
            doc: self.text()?,
        })
    }

    fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        (0..self.number()?).map(|_| each(self)).collect()
    }

    fn op(&mut self) -> Result<Op> {
        Ok(match self.take(1)?[0] {
            0 => Op::Constant(self.bits()?),
            1 => Op::Leaf(self.number()?),
            2 => Op::SearchAxis {
                search: self.number()?,
                axis: self.number()?,
            },
            3 => Op::Unary(self.one_of(&Unary::ALL)?, self.number()?),
            4 => Op::Binary(self.one_of(&Binary::ALL)?, self.number()?, self.number()?),
            5 => Op::Where(self.number()?, self.number()?, self.number()?),
            6 => Op::Winner {
                search: self.number()?,
                objective: self.number()?,
                among: self.number()?,
            },
            7 => Op::Pick {
                search: self.number()?,
                axis: self.number()?,
                winner: self.number()?,
            },
            8 => Op::Fold(Fold::Mean, self.number()?),
            9 => Op::Fold(Fold::Quantile(self.bits()?), self.number()?),
            _ => return Err(malformed("an unknown operation")),
        })
    }

    fn one_of<T: Copy>(&mut self, all: &[(T, &str)]) -> Result<T> {
        let position = self.number()? as usize;
        all.get(position)
            .map(|(op, _)| *op)
            .ok_or_else(|| malformed("an unknown operation"))
    }
}

fn malformed(what: &str) -> Error {
    Error::Invalid(format!("malformed tape: {what}"))
}
