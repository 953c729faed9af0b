//! What an error says of the connection that it came from (codes: PostgreSQL's documentation, appendix A).

use sqlx::Error;

/// Whether the next statement on this connection may work. The statement that failed was at fault, or other sessions were;
/// anything else, such as a server that shuts down, a read-only session or a failed disk, closes the connection.
pub(super) fn leaves_connection_usable(fault: &Error) -> bool {
    match fault {
        Error::Database(fault) => match fault.code().as_deref() {
            // query_canceled, undefined_parameter and the like are of the statement; duplicate_prepared_statement is not.
            Some("57014") => true,
            Some("42P05") | None => false,
            // data exception, integrity violation, transaction rollback, syntax or access, with check option, limit
            // exceeded, object not in the right state, PL/pgSQL
            Some(code) => {
                ["22", "23", "40", "42", "44", "54", "55", "P0"].iter().any(|class| code.starts_with(class))
            }
        },
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed => false,
        _ => true,
    }
}

/// Whether a connection is older than what it has to do with: the server is another than it was (25006), or what was
/// prepared is gone or describes tables that have changed. The statement has done nothing.
pub(super) fn is_of_stale_connection(fault: &Error) -> bool {
    // read_only_sql_transaction, invalid_sql_statement_name, duplicate_prepared_statement, feature_not_supported (cached
    // plan must not change result type)
    has_code(fault, |code| ["25006", "26000", "42P05", "0A000"].contains(&code))
}

/// Whether the other connections are likely to be of no use either: the server shuts down, crashed, or takes no writes.
pub(super) fn concerns_every_connection(fault: &Error) -> bool {
    matches!(fault, Error::Io(_))
        || has_code(fault, |code| code == "25006" || code.starts_with("57P") || code.starts_with("08"))
}

fn has_code(fault: &Error, holds: impl Fn(&str) -> bool) -> bool {
    matches!(fault, Error::Database(fault) if fault.code().is_some_and(|code| holds(&code)))
}
