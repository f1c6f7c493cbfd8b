//! The OpenAPI document, and what it says of one request.

use std::collections::BTreeSet;

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::exchange::Exchange;
use super::schemas::{Direction, Schemas};

/// The document.
pub(crate) struct Document {
    root: Value,
    pub(crate) requests: Schemas,
    pub(crate) answers: Schemas,
}

/// What the document says of a method on a path.
pub(crate) struct Operation<'d> {
    /// Method and path, with the document's names for its variables.
    pub(crate) name: String,
    /// What is described of the method.
    pub(crate) described: &'d Value,
    /// The values of the path's variables.
    pub(crate) variables: Vec<(String, String)>,
    shared: &'d Value,
}

impl Document {
    pub(crate) fn new(root: Value) -> Self {
        let requests = Schemas::new(&root, Direction::Request);
        let answers = Schemas::new(&root, Direction::Answer);
        Document { root, requests, answers }
    }

    /// The operation that a request is for, or what is not described: the path, or the method on it.
    pub(crate) fn operation(&self, method: &Method, path: &str) -> Result<Operation<'_>, String> {
        let paths = self.root["paths"].as_object().expect("paths");
        let fitting = paths.iter().filter_map(|(template, item)| Some((template, item, variables(template, path)?)));
        // `/users/{userId}` and `/users/invites` may both fit: the one that says more is meant.
        let Some((template, item, variables)) = fitting.min_by_key(|(_, _, variables)| variables.len()) else {
            return Err("the path is not described".to_owned());
        };
        let name = format!("{method} {template}");
        match item.get(method.as_str().to_ascii_lowercase()) {
            Some(described) => Ok(Operation { name, described, variables, shared: &item["parameters"] }),
            None => Err(format!("the method is not described for {template}")),
        }
    }

    /// The operation's parameters.
    pub(crate) fn parameters<'d>(&'d self, operation: &Operation<'d>) -> Vec<&'d Value> {
        let own = &operation.described["parameters"];
        let all = [operation.shared, own].into_iter().filter_map(Value::as_array).flatten();
        all.map(|parameter| self.resolve(parameter)).collect()
    }

    /// The answer of a status.
    pub(crate) fn response<'d>(&'d self, operation: &Operation<'d>, status: u16) -> Option<&'d Value> {
        Some(self.resolve(operation.described["responses"].get(status.to_string())?))
    }

    /// The media types in which the operation's successes come.
    pub(crate) fn accepts(&self, operation: &Operation<'_>) -> Vec<String> {
        let responses = operation.described["responses"].as_object().into_iter().flatten();
        let successes = responses.filter(|(status, _)| status.starts_with('2')).map(|(_, found)| self.resolve(found));
        successes.flat_map(|found| found["content"].as_object().into_iter().flatten()).map(|(t, _)| t.clone()).collect()
    }

    /// Whether the operation may be asked for with this scheme of `Authorization`.
    pub(crate) fn admits(&self, operation: &Operation<'_>, scheme: &str) -> bool {
        let security = operation.described.get("security").unwrap_or(&self.root["security"]);
        let names = security.as_array().into_iter().flatten().filter_map(Value::as_object).flat_map(|each| each.keys());
        names.map(|name| &self.root["components"]["securitySchemes"][name]).any(|found| match found["type"].as_str() {
            Some("http") => found["scheme"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(scheme)),
            Some("oauth2") => scheme.eq_ignore_ascii_case("Bearer"),
            Some(_) | None => false,
        })
    }

    /// The path of the endpoint that gives out tokens.
    pub(crate) fn token_path(&self) -> &str {
        let schemes = self.root["components"]["securitySchemes"].as_object().expect("security schemes");
        let found = schemes.values().find_map(|scheme| scheme["flows"]["clientCredentials"]["tokenUrl"].as_str());
        let url = found.expect("a flow of client credentials");
        url.find("/api/").map_or(url, |at| &url[at..])
    }

    /// Whether it lacks what the full document has and we need.
    pub(crate) fn is_cut_down(&self) -> bool {
        self.root["paths"].get("/api/atlas/v2/orgs/{orgId}/users/{userId}").is_none()
    }

    /// The operations of a document cut down to what is in use that had no success among these.
    pub(crate) fn never_answered(&self, exchanges: &[Exchange]) -> Vec<String> {
        let seen = exchanges.iter().filter(|exchange| exchange.status.is_success());
        let seen = seen.filter_map(|exchange| Some(self.operation(&exchange.method, exchange.uri.path()).ok()?.name));
        let seen: BTreeSet<String> = seen.collect();
        let all = self.root["paths"].as_object().into_iter().flatten().filter(|_| self.is_cut_down());
        let all = all.flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |(key, _)| (path, key)));
        let operations = all.filter(|(_, key)| *key != "parameters");
        let names = operations.map(|(path, method)| format!("{} {path}", method.to_ascii_uppercase()));
        names.filter(|name| !seen.contains(name)).collect()
    }

    /// Follows a reference.
    pub(crate) fn resolve<'d>(&'d self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            Some(pointer) => self.root.pointer(pointer).unwrap_or_else(|| panic!("{pointer} leads nowhere")),
            None => value,
        }
    }
}

/// The values of a template's variables, where the path fits it.
fn variables(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut variables = Vec::new();
    let (mut expected, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), given.next()) {
            (None, None) => return Some(variables),
            (Some(expected), Some(given)) => match expected.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) => {
                    variables.push((name.to_owned(), percent_decode_str(given).decode_utf8_lossy().into_owned()));
                }
                None if expected == given => {}
                None => return None,
            },
            (Some(_), None) | (None, Some(_)) => return None,
        }
    }
}
