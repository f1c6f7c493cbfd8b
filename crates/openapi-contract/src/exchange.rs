//! A recorded request and its answer.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use serde_json::Value;

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method.
    pub method: Method,
    /// The path and the query.
    pub uri: Uri,
    /// The request.
    pub request: Message,
    /// The answer's status.
    pub status: StatusCode,
    /// The answer.
    pub answer: Message,
}

/// The headers and the body of a request or an answer.
#[derive(Clone, Debug)]
pub struct Message {
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Exchange {
    /// Records a request and its answer.
    pub fn new(request: &Request<Bytes>, response: &Response<Bytes>) -> Self {
        Exchange {
            method: request.method().clone(),
            uri: request.uri().clone(),
            request: Message { headers: request.headers().clone(), body: request.body().clone() },
            status: response.status(),
            answer: Message { headers: response.headers().clone(), body: response.body().clone() },
        }
    }

    /// Returns the parameters of the query.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
    }

    /// Returns whether the request asks for an envelope.
    pub(crate) fn enveloped(&self) -> bool {
        self.query().iter().any(|(name, value)| name == "envelope" && value == "true")
    }
}

impl Message {
    /// Returns a header's text, which is empty if the header is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of visible characters"))
    }

    /// Returns the media type without its parameters.
    pub(crate) fn media_type(&self) -> String {
        essence(self.header(CONTENT_TYPE.as_str()))
    }

    /// Returns the body as JSON, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Returns a media type without its parameters.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
