//! Writes JSON with Atlas's spacing.

use std::io;

use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

/// Writes a body. This cannot fail, since bodies consist of strings, numbers, lists and maps with string keys; if it did,
/// the body would be empty.
pub(crate) fn write<T: Serialize>(value: &T, pretty: bool) -> Bytes {
    let mut body = Vec::with_capacity(512);
    let written = if pretty {
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut body, AtlasPretty(PrettyFormatter::new())))
    } else {
        serde_json::to_writer(&mut body, value)
    };
    if written.is_err() {
        body.clear();
    }
    body.into()
}

/// A formatter that indents and puts a space before each colon, as Atlas does.
struct AtlasPretty(PrettyFormatter<'static>);

impl Formatter for AtlasPretty {
    fn begin_array<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_array(w)
    }
    fn end_array<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array(w)
    }
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(w, first)
    }
    fn end_array_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array_value(w)
    }
    fn begin_object<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object(w)
    }
    fn end_object<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object(w)
    }
    fn begin_object_key<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(w, first)
    }
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        w.write_all(b" : ")
    }
    fn end_object_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object_value(w)
    }
}
