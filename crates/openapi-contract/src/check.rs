//! Compares a request or an answer with the document.

use serde_json::{Value, json};

use crate::document::{Document, Operation};
use crate::exchange::{Exchange, essence};
use crate::oauth;

/// A difference between an exchange and the document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The method and the path, with the document's names for its variables if it describes the path.
    pub operation: String,
    /// `request`, or the status of the answer.
    pub place: String,
    /// The difference.
    pub text: String,
}

/// Returns the differences between a request and the document.
pub fn request(document: &Document, exchange: &Exchange) -> Vec<Finding> {
    let finding =
        |operation: &str, text| Finding { operation: operation.to_owned(), place: "request".to_owned(), text };
    if exchange.uri.path() == document.token_path() {
        return oauth::request(exchange).into_iter().map(|text| finding("POST the token endpoint", text)).collect();
    }
    let operation = match document.operation(&exchange.method, exchange.uri.path()) {
        Ok(operation) => operation,
        Err(text) => return vec![finding(&format!("{} {}", exchange.method, exchange.uri.path()), text)],
    };
    let mut wrong = parameters(document, &operation, exchange);
    wrong.extend(request_body(document, &operation, exchange));
    let accept = essence(exchange.request.header("accept"));
    if !document.accepts(&operation).contains(&accept) {
        wrong.push(format!("no success comes as {accept}"));
    }
    let scheme = exchange.request.header("authorization").split(' ').next().unwrap_or_default();
    if !document.admits(&operation, scheme) {
        wrong.push(format!("the security scheme {scheme:?} is not described"));
    }
    wrong.into_iter().map(|text| finding(&operation.name, text)).collect()
}

fn parameters(document: &Document, operation: &Operation<'_>, exchange: &Exchange) -> Vec<String> {
    let mut wrong = Vec::new();
    let query = exchange.query();
    let known = document.parameters(operation);
    for (name, _) in &query {
        if !known.iter().any(|parameter| parameter["in"] == "query" && parameter["name"] == name.as_str()) {
            wrong.push(format!("the parameter {name} is not described"));
        }
    }
    for parameter in known {
        let given = if parameter["in"] == "path" { &operation.variables } else { &query };
        let name = parameter["name"].as_str().expect("the name of a parameter");
        let values: Vec<&str> = given.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect();
        if values.is_empty() {
            if parameter["required"] == true {
                wrong.push(format!("the parameter {name} is missing"));
            }
            continue;
        }
        let schema = document.resolve(&parameter["schema"]);
        let value = if schema["type"] == "array" {
            values.iter().map(|text| typed(&schema["items"], text)).collect()
        } else {
            typed(schema, values[0])
        };
        let errors = document.requests.validate(schema, &value);
        wrong.extend(errors.into_iter().map(|error| format!("the parameter {name}: {error}")));
    }
    wrong
}

/// Returns a parameter's text as a value of its type, or as a string if it has another.
fn typed(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Some(_) | None => json!(text),
    }
}

fn request_body(document: &Document, operation: &Operation<'_>, exchange: &Exchange) -> Vec<String> {
    let message = &exchange.request;
    let Some(described) = operation.described.get("requestBody").map(|body| document.resolve(body)) else {
        return if message.body.is_empty() { vec![] } else { vec!["a body is not described".to_owned()] };
    };
    let media_type = message.media_type();
    let Some(content) = described["content"].get(&media_type) else {
        return vec![format!("a body of the type {media_type:?} is not described")];
    };
    match message.json() {
        Some(value) => document.requests.validate(&content["schema"], &value),
        None => vec!["the body is not JSON".to_owned()],
    }
}

/// Returns the differences between an answer and the document.
pub fn answer(document: &Document, exchange: &Exchange) -> Vec<Finding> {
    let (status, path) = (exchange.status.as_u16(), exchange.uri.path());
    let operation = document.operation(&exchange.method, path);
    let wrong = if path.starts_with("/api/oauth/") {
        // The limit on tokens is answered in Atlas's form.
        if status == 429 { api_error(document, exchange) } else { oauth::answer(exchange) }
    } else {
        match &operation {
            Ok(operation) => match document.response(operation, status) {
                Some(described) => answer_as(document, described, exchange),
                None => undescribed(document, exchange, "the status is not described".to_owned()),
            },
            Err(text) => undescribed(document, exchange, text.clone()),
        }
    };
    let name = operation.map_or_else(|_| format!("{} {path}", exchange.method), |operation| operation.name);
    let finding = |text| Finding { operation: name.clone(), place: status.to_string(), text };
    wrong.into_iter().map(finding).collect()
}

/// Returns the differences of an answer that the document does not describe, whose body can only have the form that all
/// errors have.
fn undescribed(document: &Document, exchange: &Exchange, text: String) -> Vec<String> {
    let mut wrong = vec![text];
    if exchange.status.as_u16() >= 400 && !exchange.answer.body.is_empty() {
        wrong.extend(api_error(document, exchange));
    }
    wrong
}

fn answer_as(document: &Document, described: &Value, exchange: &Exchange) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, header) in described["headers"].as_object().into_iter().flatten() {
        let text = exchange.answer.header(&name.to_ascii_lowercase());
        let schema = &document.resolve(header)["schema"];
        if !text.is_empty() {
            let errors = document.answers.validate(schema, &typed(schema, text));
            wrong.extend(errors.into_iter().map(|error| format!("the header {name}: {error}")));
        }
    }
    let media_type = exchange.answer.media_type();
    let content = &described["content"];
    match content.get(&media_type) {
        Some(content) => wrong.extend(body(document, content.get("schema"), exchange)),
        None if content.is_null() && exchange.answer.body.is_empty() => {}
        None => wrong.push(format!("an answer of the type {media_type:?} is not described")),
    }
    wrong
}

/// Compares an error with the form that all errors have.
fn api_error(document: &Document, exchange: &Exchange) -> Vec<String> {
    let described = json!({
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/ApiError" } } }
    });
    answer_as(document, &described, exchange)
}

fn body(document: &Document, schema: Option<&Value>, exchange: &Exchange) -> Vec<String> {
    let Some(schema) = schema else {
        let empty = exchange.answer.body.is_empty();
        return if empty { vec![] } else { vec!["the body is not described".to_owned()] };
    };
    let Some(value) = exchange.answer.json() else { return vec!["the body is not JSON".to_owned()] };
    match unwrapped(value, exchange) {
        Ok(value) => document.answers.validate(schema, &value),
        Err(text) => vec![text],
    }
}

/// Returns the content of an envelope, which the document describes in words only: lists have the status beside their
/// other fields, all else is wrapped.
fn unwrapped(mut value: Value, exchange: &Exchange) -> Result<Value, String> {
    if !exchange.enveloped() {
        return Ok(value);
    }
    let status = exchange.status.as_u16();
    match value.as_object_mut().and_then(|object| object.remove("status")) {
        Some(stated) if stated == status => Ok(value.get("content").cloned().unwrap_or(value)),
        Some(_) | None => Err("the envelope does not state the status".to_owned()),
    }
}
