//! Canonical cells: the bytes under which a value of a table is hashed, `tag || value` (wire.md, Canonical forms).
//!
//! `0` null, empty · `1` text, UTF-8 · `2` bytes · `3` integer, i128 big-endian · `4` the 8 bytes of the double, one NaN,
//! -0.0 kept · `5` boolean, 0 or 1 · `6` time, i64 big-endian nanoseconds UTC · `7` decimal, shortest plain text.

use std::fmt;

/// What kind of value a cell holds. The number is the first byte of the canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CellTag {
    /// Nothing.
    Null = 0,
    /// UTF-8 text.
    Text = 1,
    /// Bytes.
    Bytes = 2,
    /// An integer of at most 128 bits.
    Integer = 3,
    /// An IEEE 754 double.
    Double = 4,
    /// True or false.
    Boolean = 5,
    /// Nanoseconds since 1970, UTC.
    Time = 6,
    /// An exact decimal number.
    Decimal = 7,
}

impl CellTag {
    /// The tag of a first byte.
    pub fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Null,
            1 => Self::Text,
            2 => Self::Bytes,
            3 => Self::Integer,
            4 => Self::Double,
            5 => Self::Boolean,
            6 => Self::Time,
            7 => Self::Decimal,
            _ => return None,
        })
    }
}

/// One cell in canonical form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    tag: CellTag,
    value: Vec<u8>,
}

/// The bytes are not the canonical form of any cell.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the cell is not in canonical form")]
pub struct NotACell;

/// The one NaN.
const NAN: u64 = 0x7ff8_0000_0000_0000;

/// The canonical bytes of a double: one NaN, -0.0 kept.
pub(crate) fn double_bytes(number: f64) -> [u8; 8] {
    if number.is_nan() { NAN.to_be_bytes() } else { number.to_bits().to_be_bytes() }
}

impl Cell {
    /// A cell of tag and value; refuses what the canonical form would write differently.
    pub fn new(tag: CellTag, value: Vec<u8>) -> Result<Self, NotACell> {
        let canonical = match tag {
            CellTag::Null => value.is_empty(),
            CellTag::Text => std::str::from_utf8(&value).is_ok(),
            CellTag::Bytes => true,
            CellTag::Integer => value.len() == 16,
            CellTag::Double => match <[u8; 8]>::try_from(value.as_slice()) {
                Ok(bytes) => double_bytes(f64::from_be_bytes(bytes)) == bytes,
                Err(_) => false,
            },
            CellTag::Boolean => value == [0] || value == [1],
            CellTag::Time => value.len() == 8,
            CellTag::Decimal => std::str::from_utf8(&value).is_ok_and(is_shortest_decimal),
        };
        if canonical { Ok(Self { tag, value }) } else { Err(NotACell) }
    }

    /// Reads `tag || value`.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, NotACell> {
        let (first, value) = bytes.split_first().ok_or(NotACell)?;
        Self::new(CellTag::of(*first).ok_or(NotACell)?, value.to_vec())
    }

    /// The kind of value.
    pub fn tag(&self) -> CellTag {
        self.tag
    }

    /// The bytes after the tag.
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// `tag || value`.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = vec![self.tag as u8];
        bytes.extend_from_slice(&self.value);
        bytes
    }

    /// The number in a cell that holds one, for statistics; exact only as far as a double is.
    pub fn number(&self) -> Option<f64> {
        match self.tag {
            CellTag::Integer => self.integer().map(|whole| whole as f64),
            CellTag::Double => Some(self.double()).filter(|number| number.is_finite()),
            CellTag::Decimal => std::str::from_utf8(&self.value).ok()?.parse().ok(),
            _ => None,
        }
    }

    fn integer(&self) -> Option<i128> {
        Some(i128::from_be_bytes(self.value.as_slice().try_into().ok()?))
    }

    fn double(&self) -> f64 {
        f64::from_be_bytes(self.value.as_slice().try_into().expect("new() checked the length"))
    }
}

impl fmt::Display for Cell {
    /// The value for people: text as it is, bytes in hex, times in nanoseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tag {
            CellTag::Null => Ok(()),
            CellTag::Text | CellTag::Decimal => f.write_str(&String::from_utf8_lossy(&self.value)),
            CellTag::Bytes => self.value.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            CellTag::Integer => write!(f, "{}", self.integer().unwrap_or_default()),
            CellTag::Double => write!(f, "{}", self.double()),
            CellTag::Boolean => write!(f, "{}", self.value == [1]),
            CellTag::Time => {
                let bytes = self.value.as_slice().try_into().expect("new() checked the length");
                let nanos = i64::from_be_bytes(bytes);
                match u64::try_from(nanos.div_euclid(1_000_000)) {
                    Ok(millis) => write!(f, "{}", tacit_values::Timestamp::from_millis(millis)),
                    Err(_) => write!(f, "{nanos} ns"),
                }
            }
        }
    }
}

impl fmt::Debug for Cell {
    /// Says the kind only: cells are goods.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cell({:?}, {} bytes)", self.tag, self.value.len())
    }
}

/// `-12.5`, `0`, `0.001`: no plus, no leading zeros, no trailing zeros, no bare point, no negative zero.
fn is_shortest_decimal(text: &str) -> bool {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = match digits.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (digits, None),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && part.is_none_or(|part| all_digits(part) && !part.ends_with('0'))
        && !(negative && digits == "0")
}

/// One row of canonical cells, kept in one buffer that is used again for the next row.
#[derive(Clone, Default)]
pub struct Row {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The row has a key that the schema does not know (NDJSON).
    pub(crate) stray_key: bool,
}

impl Row {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.stray_key = false;
    }

    pub(crate) fn push(&mut self, tag: CellTag, value: &[u8]) {
        self.bytes.push(tag as u8);
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len());
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// No cell at all.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many bytes all canonical cells have together.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The canonical cells in column order.
    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut begin = 0;
        self.ends.iter().map(move |end| {
            let cell = &self.bytes[begin..*end];
            begin = *end;
            cell
        })
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({} cells)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_canonical_form() {
        let nan = f64::from_bits(0xfff8_0000_0000_0001).to_be_bytes().to_vec();
        assert_eq!(Cell::new(CellTag::Double, nan), Err(NotACell));
        assert!(Cell::new(CellTag::Double, (-0.0f64).to_be_bytes().to_vec()).is_ok());
        assert_eq!(Cell::new(CellTag::Null, vec![0]), Err(NotACell));
        assert_eq!(Cell::new(CellTag::Boolean, vec![2]), Err(NotACell));
        assert_eq!(Cell::new(CellTag::Text, vec![0xff]), Err(NotACell));
        for text in ["1.0", "01", "+1", "-0", ".5", "1.", "1e3", "", "-"] {
            assert_eq!(Cell::new(CellTag::Decimal, text.into()), Err(NotACell), "{text}");
        }
        for text in ["0", "-12.5", "0.001", "-0.5", "1000"] {
            assert!(Cell::new(CellTag::Decimal, text.into()).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_cell_does_not_print_its_value() {
        let cell = Cell::new(CellTag::Text, b"diagnosis".to_vec()).unwrap();
        assert_eq!(format!("{cell:?}"), "Cell(Text, 9 bytes)");
        assert_eq!(cell.to_string(), "diagnosis");
    }
}
