//! Log lines on standard error for troubleshooting, off unless `RUST_LOG` is set.
//!
//! Not for messages to users, which `screen` prints.

use std::fmt;
use std::io::{self, IsTerminal};

use bulk_invite::report::escaped_json;
use jiff::Timestamp;
use serde_json::{Map, Value};
use thiserror::Error;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::settings::environment;

/// The variable that enables log lines.
pub(crate) const VARIABLE: &str = "RUST_LOG";

/// A value of `RUST_LOG` that cannot be parsed.
#[derive(Debug, Error)]
#[error("RUST_LOG is {directives:?}: {source}; write for example debug or bulk_invite=debug,hyper_util=trace")]
pub(crate) struct InvalidDirectives {
    directives: String,
    source: ParseError,
}

/// Starts logging if `RUST_LOG` is set, as JSON lines if the screen prints those.
pub(crate) fn start(json: bool) -> Result<(), InvalidDirectives> {
    let Some(directives) = directives() else { return Ok(()) };
    let filter: Targets = match directives.parse() {
        Ok(filter) => filter,
        Err(source) => return Err(InvalidDirectives { directives, source }),
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(!json && io::stderr().is_terminal());
    // Only a second call could fail.
    let _ = if json {
        tracing_subscriber::registry().with(layer.event_format(JsonLines).with_filter(filter)).try_init()
    } else {
        tracing_subscriber::registry().with(layer.with_filter(filter)).try_init()
    };
    Ok(())
}

/// Returns the value of `RUST_LOG`, unless it is blank.
pub(crate) fn directives() -> Option<String> {
    environment(VARIABLE).filter(|directives| !directives.trim().is_empty())
}

/// The format of the JSON lines of `screen`: one object per line, with `event` and `time`.
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
        // Records of the `log` crate have their target among the fields.
        let target = line.remove("log.target").unwrap_or_else(own);
        line.retain(|name, _| !name.starts_with("log."));
        line.insert("event".into(), "log".into());
        line.insert("level".into(), event.metadata().level().as_str().into());
        line.insert("target".into(), target);
        line.insert("time".into(), Timestamp::now().to_string().into());
        writeln!(writer, "{}", escaped_json(&Value::Object(line).to_string()))
    }
}

/// The fields of an event. Numbers stay numbers.
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
