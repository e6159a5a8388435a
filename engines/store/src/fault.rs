//! What the database said, in the port's words.

use tacit_ports::market::StoreFault;

/// SQLite's `SQLITE_READONLY` and PostgreSQL's `read_only_sql_transaction`.
const READ_ONLY: [&str; 2] = ["8", "25006"];

pub(crate) fn fault(cause: sqlx::Error) -> StoreFault {
    let code = cause.as_database_error().and_then(|said| said.code());
    if code.is_some_and(|code| READ_ONLY.contains(&code.as_ref())) {
        return StoreFault::ReadOnly;
    }
    StoreFault::Unreachable(Box::new(cause))
}
