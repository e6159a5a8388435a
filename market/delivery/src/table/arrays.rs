//! Canonical cells of Parquet's logical types, by way of Arrow arrays.
//!
//! Dates are midnight UTC of the day, times of day nanoseconds after midnight, times without a zone are taken as UTC.
//! Decimals lose their trailing zeros. Types that are not listed here have no canonical form.

use super::Unreadable;
use crate::cell::{CellTag, Row, double_bytes};
use crate::schema::ColumnType;
use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};

const DAY: i128 = 86_400_000_000_000;
/// Wider fixed-length values are sold within plain files.
const WIDEST_FIXED: i32 = 4096;

/// The declared type of an Arrow column; `None` for nested and other types without canonical cells.
pub(super) fn kind_of(data_type: &DataType) -> Option<ColumnType> {
    Some(match data_type {
        DataType::Boolean => ColumnType::Boolean,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => ColumnType::Integer,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => ColumnType::Integer,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => ColumnType::Double,
        DataType::Utf8 | DataType::Utf8View => ColumnType::Text,
        DataType::Binary | DataType::BinaryView => ColumnType::Bytes,
        DataType::FixedSizeBinary(width) if *width <= WIDEST_FIXED => ColumnType::Bytes,
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => ColumnType::Time,
        DataType::Time32(_) | DataType::Time64(_) => ColumnType::Time,
        DataType::Decimal32(..) | DataType::Decimal64(..) => ColumnType::Decimal,
        DataType::Decimal128(..) | DataType::Decimal256(..) => ColumnType::Decimal,
        _ => return None,
    })
}

/// Appends the cell at `at` of `array` to a row; `number` is the row's, for what is refused.
pub(super) fn push_cell(array: &dyn Array, at: usize, number: u64, row: &mut Row) -> Result<(), Unreadable> {
    if array.is_null(at) {
        row.push(CellTag::Null, &[]);
        return Ok(());
    }
    macro_rules! value {
        ($kind:ty) => {
            array.as_primitive::<$kind>().value(at)
        };
    }
    let mut integer = |whole: i128| row.push(CellTag::Integer, &whole.to_be_bytes());
    match array.data_type() {
        DataType::Int8 => integer(value!(Int8Type).into()),
        DataType::Int16 => integer(value!(Int16Type).into()),
        DataType::Int32 => integer(value!(Int32Type).into()),
        DataType::Int64 => integer(value!(Int64Type).into()),
        DataType::UInt8 => integer(value!(UInt8Type).into()),
        DataType::UInt16 => integer(value!(UInt16Type).into()),
        DataType::UInt32 => integer(value!(UInt32Type).into()),
        DataType::UInt64 => integer(value!(UInt64Type).into()),
        DataType::Boolean => row.push(CellTag::Boolean, &[u8::from(array.as_boolean().value(at))]),
        DataType::Float16 => row.push(CellTag::Double, &double_bytes(value!(Float16Type).to_f64())),
        DataType::Float32 => row.push(CellTag::Double, &double_bytes(value!(Float32Type).into())),
        DataType::Float64 => row.push(CellTag::Double, &double_bytes(value!(Float64Type))),
        DataType::Utf8 => row.push(CellTag::Text, array.as_string::<i32>().value(at).as_bytes()),
        DataType::Utf8View => row.push(CellTag::Text, array.as_string_view().value(at).as_bytes()),
        DataType::Binary => row.push(CellTag::Bytes, array.as_binary::<i32>().value(at)),
        DataType::BinaryView => row.push(CellTag::Bytes, array.as_binary_view().value(at)),
        DataType::FixedSizeBinary(_) => row.push(CellTag::Bytes, array.as_fixed_size_binary().value(at)),
        DataType::Decimal32(_, scale) => decimal(&value!(Decimal32Type).to_string(), *scale, row),
        DataType::Decimal64(_, scale) => decimal(&value!(Decimal64Type).to_string(), *scale, row),
        DataType::Decimal128(_, scale) => decimal(&value!(Decimal128Type).to_string(), *scale, row),
        DataType::Decimal256(_, scale) => decimal(&value!(Decimal256Type).to_string(), *scale, row),
        other => {
            let nanos = match other {
                DataType::Date32 => i128::from(value!(Date32Type)) * DAY,
                DataType::Date64 => i128::from(value!(Date64Type)) * 1_000_000,
                DataType::Timestamp(TimeUnit::Second, _) => {
                    i128::from(value!(TimestampSecondType)) * 1_000_000_000
                }
                DataType::Timestamp(TimeUnit::Millisecond, _) => {
                    i128::from(value!(TimestampMillisecondType)) * 1_000_000
                }
                DataType::Timestamp(TimeUnit::Microsecond, _) => {
                    i128::from(value!(TimestampMicrosecondType)) * 1_000
                }
                DataType::Timestamp(TimeUnit::Nanosecond, _) => i128::from(value!(TimestampNanosecondType)),
                DataType::Time32(TimeUnit::Second) => i128::from(value!(Time32SecondType)) * 1_000_000_000,
                DataType::Time32(_) => i128::from(value!(Time32MillisecondType)) * 1_000_000,
                DataType::Time64(TimeUnit::Microsecond) => i128::from(value!(Time64MicrosecondType)) * 1_000,
                DataType::Time64(_) => i128::from(value!(Time64NanosecondType)),
                _ => return Err(Unreadable::OtherColumns),
            };
            let nanos = i64::try_from(nanos).map_err(|_| Unreadable::FarTime { row: number })?;
            row.push(CellTag::Time, &nanos.to_be_bytes());
        }
    }
    Ok(())
}

/// Writes an unscaled number with its scale as the shortest plain text: `-12.5`, `0`, `1200`.
fn decimal(unscaled: &str, scale: i8, row: &mut Row) {
    let (sign, digits) = match unscaled.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", unscaled),
    };
    let text = if digits == "0" {
        "0".to_owned()
    } else if scale <= 0 {
        format!("{sign}{digits}{}", "0".repeat(usize::from(scale.unsigned_abs())))
    } else {
        let scale = usize::from(scale.unsigned_abs());
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, part) = padded.split_at(padded.len() - scale);
        match part.trim_end_matches('0') {
            "" => format!("{sign}{whole}"),
            part => format!("{sign}{whole}.{part}"),
        }
    };
    row.push(CellTag::Decimal, text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortest(unscaled: &str, scale: i8) -> String {
        let mut row = Row::default();
        decimal(unscaled, scale, &mut row);
        String::from_utf8(row.cells().next().unwrap()[1..].to_vec()).unwrap()
    }

    #[test]
    fn a_decimal_is_written_in_its_shortest_plain_form() {
        assert_eq!(shortest("1250", 2), "12.5");
        assert_eq!(shortest("-5", 3), "-0.005");
        assert_eq!(shortest("0", 4), "0");
        assert_eq!(shortest("1200", 2), "12");
        assert_eq!(shortest("12", -2), "1200");
        assert_eq!(shortest("7", 0), "7");
    }
}
