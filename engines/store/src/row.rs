//! Between Rust's values and the three portable column types.

use crate::fault::fault;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::str::FromStr;
use tacit_ports::market::StoreFault;
use tacit_values::{Digest, Epoch, Timestamp};

/// A number as a BIGINT. Beyond `i64::MAX` nothing is ever stored, so a look-up there finds nothing.
pub(crate) fn int(number: impl Into<u64>) -> i64 {
    i64::try_from(number.into()).unwrap_or(i64::MAX)
}

pub(crate) fn time(moment: Timestamp) -> i64 {
    int(moment.millis())
}

pub(crate) fn blob(bytes: &[u8; 32]) -> Vec<u8> {
    bytes.to_vec()
}

pub(crate) fn digest(digest: Digest) -> Vec<u8> {
    digest.bytes().to_vec()
}

/// One row of a named table, read by position.
pub(crate) struct Read<'r> {
    table: &'static str,
    row: &'r AnyRow,
}

impl<'r> Read<'r> {
    pub(crate) fn of(table: &'static str, row: &'r AnyRow) -> Self {
        Self { table, row }
    }

    pub(crate) fn damaged(&self) -> StoreFault {
        StoreFault::Damaged { table: self.table }
    }

    pub(crate) fn number(&self, column: usize) -> Result<u64, StoreFault> {
        let number: i64 = self.row.try_get(column).map_err(fault)?;
        u64::try_from(number).map_err(|_| self.damaged())
    }

    pub(crate) fn small(&self, column: usize) -> Result<u32, StoreFault> {
        u32::try_from(self.number(column)?).map_err(|_| self.damaged())
    }

    pub(crate) fn maybe_number(&self, column: usize) -> Result<Option<u64>, StoreFault> {
        let number: Option<i64> = self.row.try_get(column).map_err(fault)?;
        number.map(|number| u64::try_from(number).map_err(|_| self.damaged())).transpose()
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool, StoreFault> {
        Ok(self.number(column)? != 0)
    }

    pub(crate) fn time(&self, column: usize) -> Result<Timestamp, StoreFault> {
        Ok(Timestamp::from_millis(self.number(column)?))
    }

    pub(crate) fn maybe_time(&self, column: usize) -> Result<Option<Timestamp>, StoreFault> {
        Ok(self.maybe_number(column)?.map(Timestamp::from_millis))
    }

    pub(crate) fn epoch(&self, column: usize) -> Result<Epoch, StoreFault> {
        Ok(Epoch(self.number(column)?))
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, StoreFault> {
        self.row.try_get(column).map_err(fault)
    }

    pub(crate) fn maybe_text(&self, column: usize) -> Result<Option<String>, StoreFault> {
        self.row.try_get(column).map_err(fault)
    }

    /// An id or a persona in its text form.
    pub(crate) fn parsed<T: FromStr>(&self, column: usize) -> Result<T, StoreFault> {
        self.text(column)?.parse().map_err(|_| self.damaged())
    }

    pub(crate) fn maybe_parsed<T: FromStr>(&self, column: usize) -> Result<Option<T>, StoreFault> {
        self.maybe_text(column)?.map(|text| text.parse().map_err(|_| self.damaged())).transpose()
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreFault> {
        self.row.try_get(column).map_err(fault)
    }

    pub(crate) fn maybe_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, StoreFault> {
        self.row.try_get(column).map_err(fault)
    }

    pub(crate) fn array(&self, column: usize) -> Result<[u8; 32], StoreFault> {
        self.bytes(column)?.try_into().map_err(|_| self.damaged())
    }

    pub(crate) fn maybe_array(&self, column: usize) -> Result<Option<[u8; 32]>, StoreFault> {
        self.maybe_bytes(column)?.map(|bytes| bytes.try_into().map_err(|_| self.damaged())).transpose()
    }

    pub(crate) fn digest(&self, column: usize) -> Result<Digest, StoreFault> {
        Ok(Digest::from_bytes(self.array(column)?))
    }
}
