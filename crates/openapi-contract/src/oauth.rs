//! Compares requests and answers of the token endpoints, of which the OpenAPI document has only the address, with RFC 6749
//! (4.4, 5.1, 5.2) and RFC 7009 (2.1, 2.2).

use jsonschema::Draft;
use serde_json::{Value, json};

use crate::exchange::Exchange;

/// Returns the differences between a request for a token and the RFC.
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

/// Returns the differences between an answer and the RFCs.
pub(crate) fn answer(exchange: &Exchange) -> Vec<String> {
    let (status, message) = (exchange.status.as_u16(), &exchange.answer);
    // RFC 7009 requires nothing of the body of a revocation's answer.
    if matches!(status, 200 | 405) && message.body.is_empty() {
        return vec![];
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

/// Returns the schema of a token.
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

/// Returns the schema of an error. Atlas adds `access_denied` and `server_error`, which the RFC has for other grants.
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
