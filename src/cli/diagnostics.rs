//! What `RUST_LOG` asks for, on standard error: for finding out what a network does, off unless it is set.
//!
//! Not for what a user is told; that is `screen`'s.

use std::fmt;
use std::io::{self, IsTerminal};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::cli::settings::{UsageError, environment};

/// Starts telling, where the variable asks for it; as JSON lines where those are what standard error is to hold.
pub(crate) fn start(json: bool) -> Result<(), UsageError> {
    let Some(directives) = directives() else { return Ok(()) };
    let filter = EnvFilter::try_new(&directives).map_err(|error| {
        UsageError(format!(
            "RUST_LOG is {directives:?}: {error}; write it like debug or bulk_invite=debug,hyper_util=trace"
        ))
    })?;
    let tell = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // Only a second call could fail.
    let _ = if json {
        tell.event_format(JsonLines).try_init()
    } else {
        tell.with_ansi(io::stderr().is_terminal()).try_init()
    };
    Ok(())
}

/// What `RUST_LOG` says, if anything.
pub(crate) fn directives() -> Option<String> {
    environment("RUST_LOG").filter(|directives| !directives.trim().is_empty())
}

/// The shape of `screen`'s lines: an object a line, with `event` and `time`.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        let Fields(mut line) = fields;
        let own = || Value::from(event.metadata().target());
        // What comes by way of the `log` crate has its place among the fields.
        let target = line.remove("log.target").unwrap_or_else(own);
        line.retain(|name, _| !name.starts_with("log."));
        line.insert("event".into(), "log".into());
        line.insert("level".into(), event.metadata().level().as_str().into());
        line.insert("target".into(), target);
        line.insert("time".into(), Timestamp::now().to_string().into());
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// An event's fields, numbers as numbers.
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().into(), format!("{value:?}").into());
    }
}
