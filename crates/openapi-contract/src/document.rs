//! The OpenAPI document, and its description of a request.

use std::collections::BTreeSet;

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::exchange::Exchange;
use crate::schemas::{Direction, Schemas};

/// Atlas's OpenAPI document.
pub struct Document {
    root: Value,
    pub(crate) requests: Schemas,
    pub(crate) answers: Schemas,
}

/// The document's description of a method on a path.
pub(crate) struct Operation<'d> {
    /// The method and the path, with the document's names for its variables.
    pub(crate) name: String,
    /// The description of the method.
    pub(crate) described: &'d Value,
    /// The values of the path's variables.
    pub(crate) variables: Vec<(String, String)>,
    shared: &'d Value,
}

impl Document {
    /// Reads the document that the variable `ATLAS_OPENAPI` names.
    ///
    /// # Panics
    ///
    /// If there is no such document: a test that needs one must not pass without it.
    pub fn from_env() -> Self {
        let path = std::env::var_os("ATLAS_OPENAPI").expect("ATLAS_OPENAPI must name Atlas's OpenAPI document");
        let text = std::fs::read(&path).unwrap_or_else(|error| panic!("ATLAS_OPENAPI={}: {error}", path.display()));
        Document::new(serde_json::from_slice(&text).expect("ATLAS_OPENAPI must name a JSON document"))
    }

    fn new(root: Value) -> Self {
        let requests = Schemas::new(&root, Direction::Request);
        let answers = Schemas::new(&root, Direction::Answer);
        Document { root, requests, answers }
    }

    /// Returns the operation of a request, or an error that names what is not described: the path, or the method on it.
    pub(crate) fn operation(&self, method: &Method, path: &str) -> Result<Operation<'_>, String> {
        let paths = self.root["paths"].as_object().expect("paths");
        let fitting = paths.iter().filter_map(|(template, item)| Some((template, item, variables(template, path)?)));
        // If `/users/{userId}` and `/users/invites` both fit, the one with fewer variables is right.
        let Some((template, item, variables)) = fitting.min_by_key(|(_, _, variables)| variables.len()) else {
            return Err("the path is not described".to_owned());
        };
        let name = format!("{method} {template}");
        match item.get(method.as_str().to_ascii_lowercase()) {
            Some(described) => Ok(Operation { name, described, variables, shared: &item["parameters"] }),
            None => Err(format!("the method is not described for {template}")),
        }
    }

    /// Returns the operation's parameters.
    pub(crate) fn parameters<'d>(&'d self, operation: &Operation<'d>) -> Vec<&'d Value> {
        let own = &operation.described["parameters"];
        let all = [operation.shared, own].into_iter().filter_map(Value::as_array).flatten();
        all.map(|parameter| self.resolve(parameter)).collect()
    }

    /// Returns the description of the answer with this status.
    pub(crate) fn response<'d>(&'d self, operation: &Operation<'d>, status: u16) -> Option<&'d Value> {
        Some(self.resolve(operation.described["responses"].get(status.to_string())?))
    }

    /// Returns the media types of the operation's successes.
    pub(crate) fn accepts(&self, operation: &Operation<'_>) -> Vec<String> {
        let responses = operation.described["responses"].as_object().into_iter().flatten();
        let successes = responses.filter(|(status, _)| status.starts_with('2')).map(|(_, found)| self.resolve(found));
        successes.flat_map(|found| found["content"].as_object().into_iter().flatten()).map(|(t, _)| t.clone()).collect()
    }

    /// Returns whether the operation may be requested with this scheme of `Authorization`.
    pub(crate) fn admits(&self, operation: &Operation<'_>, scheme: &str) -> bool {
        let security = operation.described.get("security").unwrap_or(&self.root["security"]);
        let names = security.as_array().into_iter().flatten().filter_map(Value::as_object).flat_map(|each| each.keys());
        names.map(|name| &self.root["components"]["securitySchemes"][name]).any(|found| match found["type"].as_str() {
            Some("http") => found["scheme"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(scheme)),
            Some("oauth2") => scheme.eq_ignore_ascii_case("Bearer"),
            Some(_) | None => false,
        })
    }

    /// Returns the path of the endpoint that issues tokens.
    pub(crate) fn token_path(&self) -> &str {
        let schemes = self.root["components"]["securitySchemes"].as_object().expect("security schemes");
        let found = schemes.values().find_map(|scheme| scheme["flows"]["clientCredentials"]["tokenUrl"].as_str());
        let url = found.expect("a flow of client credentials");
        url.find("/api/").map_or(url, |at| &url[at..])
    }

    /// Returns the names of the operations that had a success among these exchanges.
    pub fn succeeded(&self, exchanges: &[Exchange]) -> BTreeSet<String> {
        let successes = exchanges.iter().filter(|exchange| exchange.status.is_success());
        successes
            .filter_map(|exchange| Some(self.operation(&exchange.method, exchange.uri.path()).ok()?.name))
            .collect()
    }

    /// Follows a reference.
    pub(crate) fn resolve<'d>(&'d self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            Some(pointer) => self.root.pointer(pointer).unwrap_or_else(|| panic!("{pointer} leads nowhere")),
            None => value,
        }
    }
}

/// Returns the values of a template's variables, if the path fits it.
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
