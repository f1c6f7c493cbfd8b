//! The token endpoints, which the OpenAPI document only names: requests and answers as RFC 6749 (4.4, 5.1, 5.2) and
//! RFC 7009 (2.1, 2.2) have them.

use jsonschema::Draft;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::check::api_error;
use super::document::Document;
use super::exchange::Exchange;

/// What of a request for a token does not fit.
pub(crate) fn request(exchange: &Exchange) -> Vec<String> {
    let form: Vec<(String, String)> = form_urlencoded::parse(&exchange.request.body).into_owned().collect();
    let checks = [
        (exchange.method == "POST", "the method is not POST"),
        (exchange.request.header("authorization").starts_with("Basic "), "the client is not named by HTTP Basic"),
        (exchange.request.media_type() == "application/x-www-form-urlencoded", "the body is not a form"),
        (form == [("grant_type".to_owned(), "client_credentials".to_owned())], "the form is not that of the grant"),
    ];
    checks.into_iter().filter(|(right, _)| !right).map(|(_, text)| text.to_owned()).collect()
}

/// What of an answer about a token does not fit.
pub(crate) fn answer(document: &Document, exchange: &Exchange) -> Vec<String> {
    let (status, message) = (exchange.status.as_u16(), &exchange.answer);
    match status {
        // Atlas's own limit comes in Atlas's own form; RFC 7009 asks nothing of a revocation's body.
        429 => return api_error(document, exchange),
        405 | 200 if message.body.is_empty() => return vec![],
        _ => {}
    }
    let mut wrong = Vec::new();
    if message.media_type() != "application/json" {
        wrong.push(format!("an answer of the type {:?} is not OAuth's", message.media_type()));
    }
    let Some(value) = message.json() else { return vec!["the body is not JSON".to_owned()] };
    let schema = if status == 200 { granted() } else { refused() };
    let validator = jsonschema::options().with_draft(Draft::Draft202012).build(&schema).expect("a schema");
    wrong.extend(
        validator
            .iter_errors(&value)
            .map(|error| format!("{} at {}: {error}", error.kind().keyword(), error.instance_path())),
    );
    wrong
}

fn granted() -> Value {
    json!({
        "type": "object",
        "required": ["access_token", "token_type", "expires_in"],
        "properties": {
            "access_token": { "type": "string", "pattern": "^[\\x20-\\x7e]+$" },
            "token_type": { "const": "Bearer" },
            "expires_in": { "type": "integer", "minimum": 1 },
        },
        "additionalProperties": false,
    })
}

/// `access_denied` and `server_error` are Atlas's additions, from the other grants of the RFC.
fn refused() -> Value {
    let codes = [
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "access_denied",
        "server_error",
    ];
    json!({
        "type": "object",
        "required": ["error"],
        "properties": { "error": { "enum": codes }, "error_description": { "type": "string" } },
        "additionalProperties": false,
    })
}
