//! The asynchronous runtime of a command.

use super::error::CliError;
use super::signals;

/// Runs a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CliError::Runtime)?;
    let result = runtime.block_on(async {
        signals::ignore_file_size_limit().map_err(CliError::Signals)?;
        future.await
    });
    // A thread may still be waiting for the answer to a question.
    runtime.shutdown_background();
    result
}
