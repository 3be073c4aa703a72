//! Instants as the database has them: milliseconds since 1970 in UTC.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

const A_CENTURY: TimeDelta = TimeDelta::days(36_525);

/// An instant on its way into or out of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At(pub DateTime<Utc>);

impl ToSql for At {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(to_ms(self.0).into())
    }
}

impl FromSql for At {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let ms = value.as_i64()?;
        let at = DateTime::from_timestamp_millis(ms).ok_or(FromSqlError::OutOfRange(ms))?;
        // An older version took what it was told: from the calendar's last day nothing can be calculated.
        Ok(Self(at.clamp(
            DateTime::<Utc>::UNIX_EPOCH - A_CENTURY * 19,
            DateTime::<Utc>::UNIX_EPOCH + A_CENTURY * 80,
        )))
    }
}

/// As a column holds it.
pub const fn to_ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// The reverse; the earliest instant there is for a number out of range.
pub fn from_ms(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::<Utc>::MIN_UTC)
}
