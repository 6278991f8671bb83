//! Parquet's hybrid of run lengths and bit packing, for codes and for which rows are null.

use crate::rows::piece::Positions;

/// How many codes are packed at a time.
const LANES: usize = 64;
/// How many codes a group of packed codes has.
const GROUP: usize = 8;

/// How many bits the largest of some codes needs.
pub(super) fn width(largest: u32) -> u32 {
    u32::BITS - largest.leading_zeros()
}

/// Append codes of `width` bits, one for each of `rows` rows.
pub(super) fn append(codes: &Positions, rows: usize, width: u32, out: &mut Vec<u8>) {
    if width == 0 {
        run(0, rows as u64, 0, out);
    } else if codes.ends.is_empty() {
        varint((codes.values.len().div_ceil(GROUP) as u64) << 1 | 1, out);
        pack(&codes.values, width, out);
    } else {
        let mut start = 0;
        for (code, end) in codes.values.iter().zip(&codes.ends) {
            run(*code, u64::from(end - start), width, out);
            start = *end;
        }
    }
}

/// One code many times.
fn run(code: u32, rows: u64, width: u32, out: &mut Vec<u8>) {
    varint(rows << 1, out);
    out.extend_from_slice(&code.to_le_bytes()[..width.div_ceil(8) as usize]);
}

/// Seven bits in each byte, the lowest first; the eighth says that more follow.
pub(super) fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The lowest `width` bits of each code, one after the other, in whole groups.
fn pack(codes: &[u32], width: u32, out: &mut Vec<u8>) {
    macro_rules! packed {
        ($($width:literal)*) => {
            match width {
                $($width => pack_each::<$width>(codes, out),)*
                _ => {}
            }
        };
    }
    packed!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
}

fn pack_each<const WIDTH: usize>(codes: &[u32], out: &mut Vec<u8>) {
    let (whole, rest) = codes.as_chunks::<LANES>();
    for lanes in whole {
        let words: [u64; WIDTH] = packed(lanes);
        out.extend_from_slice(words.map(u64::to_le_bytes).as_flattened());
    }
    if !rest.is_empty() {
        let mut lanes = [0; LANES];
        lanes[..rest.len()].copy_from_slice(rest);
        let words: [u64; WIDTH] = packed(&lanes);
        let bytes = rest.len().div_ceil(GROUP) * WIDTH;
        out.extend_from_slice(&words.map(u64::to_le_bytes).as_flattened()[..bytes]);
    }
}

/// 64 codes of a width are as many words as the width has bits.
#[inline]
fn packed<const WIDTH: usize>(lanes: &[u32; LANES]) -> [u64; WIDTH] {
    let mut words = [0; WIDTH];
    for (lane, code) in lanes.iter().enumerate() {
        let (word, shift) = (lane * WIDTH / 64, lane * WIDTH % 64);
        let code = u64::from(*code);
        words[word] |= code << shift;
        if shift + WIDTH > 64 {
            words[word + 1] |= code >> (64 - shift);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_codes_are_the_bits_one_after_the_other() {
        for width in 1..=32 {
            for count in [1, 7, 8, 63, 64, 65, 200_u32] {
                let mask = u32::MAX >> (32 - width);
                let codes: Vec<u32> = (0..count)
                    .map(|i| i.wrapping_mul(0x9E37_79B9) & mask)
                    .collect();
                let mut out = vec![];
                pack(&codes, width, &mut out);
                assert_eq!(out.len() as u32, count.div_ceil(8) * width);
                for (index, code) in codes.iter().enumerate() {
                    let bit = |bit: usize| u32::from(out[bit / 8] >> (bit % 8) & 1);
                    let first = index * width as usize;
                    let read = (0..width as usize)
                        .map(|i| bit(first + i) << i)
                        .sum::<u32>();
                    assert_eq!(read, *code, "code {index} of {count}, {width} bits");
                }
            }
        }
    }

    #[test]
    fn a_width_holds_its_largest_code() {
        assert_eq!(
            [0, 1, 2, 255, 256, u32::MAX].map(width),
            [0, 1, 2, 8, 9, 32]
        );
    }
}
