//! The asynchronous runtime of a command.

use super::error::CliError;

/// Runs a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CliError::Runtime)?;
    let result = runtime.block_on(future);
    // A thread may still be waiting for the answer to a question.
    runtime.shutdown_background();
    result
}
