//! Validates values with the schemas of an OpenAPI 3.0 document, converted to JSON Schema.
//!
//! The two differ in `nullable`, in `discriminator`, and in `readOnly` or `writeOnly` fields, which exist in one direction
//! only. A field that the document does not describe is an error, since the client and the sandbox spell all names by hand.
//! (This is checked by `propertyNames`: `unevaluatedProperties` also reports every field beside a wrong one.)

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// The direction of a validated value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Answer,
}

impl Direction {
    /// Returns the mark of the fields that this direction does not have.
    fn foreign(self) -> &'static str {
        match self {
            Direction::Request => "readOnly",
            Direction::Answer => "writeOnly",
        }
    }
}

/// The schemas of a document as one direction sees them.
pub(crate) struct Schemas {
    source: Source,
    /// Each schema twice: closed, and open to be a part of others.
    components: Value,
    parts: Value,
    compiled: RefCell<HashMap<String, Rc<Validator>>>,
}

impl Schemas {
    pub(crate) fn new(document: &Value, direction: Direction) -> Self {
        let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
        let source = Source { schemas, direction };
        let all = |closed| {
            source
                .schemas
                .iter()
                .map(|(name, schema)| (name.clone(), source.convert(schema, closed)))
                .collect::<Value>()
        };
        let (components, parts) = (all(true), all(false));
        Schemas { source, components, parts, compiled: RefCell::default() }
    }

    /// Returns the errors of a value: the keyword, the place with `*` for indices, and a message.
    pub(crate) fn validate(&self, schema: &Value, value: &Value) -> Vec<String> {
        let validator = self.compile(schema);
        let errors = validator.iter_errors(value).map(|error| {
            let path: String = error.instance_path().to_string();
            let place: Vec<&str> =
                path.split('/').map(|part| if part.parse::<usize>().is_ok() { "*" } else { part }).collect();
            format!("{} at {}: {error}", error.kind().keyword(), place.join("/"))
        });
        errors.collect()
    }

    fn compile(&self, schema: &Value) -> Rc<Validator> {
        let mut compiled = self.compiled.borrow_mut();
        let validator = compiled.entry(schema.to_string()).or_insert_with(|| {
            let mut root = self.source.convert(schema, true);
            root["components"] = json!({ "schemas": self.components, "parts": self.parts });
            let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            Rc::new(options.build(&root).unwrap_or_else(|error| panic!("{schema}: {error}")))
        });
        Rc::clone(validator)
    }
}

/// The document's schemas, and the direction to convert them for.
struct Source {
    schemas: Map<String, Value>,
    direction: Direction,
}

impl Source {
    fn convert(&self, schema: &Value, closed: bool) -> Value {
        let Some(object) = schema.as_object() else { return schema.clone() };
        if let Some(target) = object.get("$ref").and_then(Value::as_str) {
            let part = target.replace("#/components/schemas/", "#/components/parts/");
            return json!({ "$ref": if closed { target } else { &part } });
        }
        let mapping = object.get("discriminator").and_then(|found| found["mapping"].as_object());
        if let (true, Some(mapping)) = (closed, mapping) {
            return dispatch(&object["discriminator"]["propertyName"], mapping);
        }
        let own = object.contains_key("properties") || object.contains_key("allOf");
        let nullable = object.get("nullable") == Some(&json!(true));
        let each = |list: &Value, closed| -> Value {
            list.as_array().into_iter().flatten().map(|schema| self.convert(schema, closed)).collect()
        };
        let mut converted = Map::new();
        for (key, value) in object {
            let value = match key.as_str() {
                "properties" => self.properties(value),
                "required" => self.required(value, object.get("properties")),
                "items" | "not" => self.convert(value, true),
                "additionalProperties" if value.is_object() => self.convert(value, true),
                "allOf" => each(value, false),
                // The whole schema selects a subtype; a part has only what they have in common.
                "oneOf" if object.contains_key("discriminator") => continue,
                "oneOf" | "anyOf" => each(value, !own && closed),
                "enum" if nullable => value.as_array().into_iter().flatten().cloned().chain([Value::Null]).collect(),
                "type" if nullable => json!([value, "null"]),
                "type"
                | "format"
                | "pattern"
                | "enum"
                | "minimum"
                | "maximum"
                | "minLength"
                | "maxLength"
                | "minItems"
                | "maxItems"
                | "uniqueItems"
                | "multipleOf"
                | "additionalProperties" => value.clone(),
                // Descriptions, examples and extensions.
                _ => continue,
            };
            converted.insert(key.clone(), value);
        }
        if let (true, true, Some(names)) = (closed, own, self.names(schema)) {
            converted.insert("propertyNames".to_owned(), json!({ "enum": names }));
        }
        Value::Object(converted)
    }

    /// Returns the names of the fields that an object may have, or none if it may have any.
    fn names(&self, schema: &Value) -> Option<Vec<String>> {
        if let Some(target) = schema["$ref"].as_str() {
            return self.names(&self.schemas[target.strip_prefix("#/components/schemas/")?]);
        }
        if schema.get("additionalProperties").is_some_and(|more| *more != false) {
            return None;
        }
        let own = schema["properties"].as_object().into_iter().flatten();
        let own = own.filter(|(_, property)| !self.is_foreign(property)).map(|(name, _)| Some(vec![name.clone()]));
        let subtypes = if schema.get("discriminator").is_some() { &Value::Null } else { &schema["oneOf"] };
        let parts = [&schema["allOf"], &schema["anyOf"], subtypes].into_iter().filter_map(Value::as_array).flatten();
        let all: Option<Vec<Vec<String>>> = own.chain(parts.map(|part| self.names(part))).collect();
        Some(all?.concat())
    }

    fn is_foreign(&self, property: &Value) -> bool {
        property[self.direction.foreign()] == true
    }

    fn properties(&self, all: &Value) -> Value {
        let known = all.as_object().into_iter().flatten().filter(|(_, property)| !self.is_foreign(property));
        known.map(|(name, property)| (name.clone(), self.convert(property, true))).collect()
    }

    fn required(&self, names: &Value, properties: Option<&Value>) -> Value {
        let theirs = |name: &&Value| {
            let property = name.as_str().and_then(|name| properties?.get(name));
            !property.is_some_and(|property| self.is_foreign(property))
        };
        names.as_array().into_iter().flatten().filter(theirs).cloned().collect()
    }
}

/// Returns a schema that selects the subtype by the value of a property.
fn dispatch(property: &Value, mapping: &Map<String, Value>) -> Value {
    let property = property.as_str().expect("the name of a property");
    let cases = mapping.iter().map(|(name, target)| {
        json!({
            "if": { "properties": { property: { "const": name } }, "required": [property] },
            "then": { "$ref": target },
        })
    });
    let names: Vec<&String> = mapping.keys().collect();
    json!({
        "type": "object",
        "required": [property],
        "properties": { property: { "enum": names } },
        "allOf": cases.collect::<Value>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document with each of the differences.
    fn schemas(direction: Direction) -> Schemas {
        let document = json!({ "components": { "schemas": {
            "Pet": {
                "type": "object", "required": ["kind", "id"],
                "discriminator": { "propertyName": "kind", "mapping": { "CAT": "#/components/schemas/Cat" } },
                "oneOf": [{ "$ref": "#/components/schemas/Cat" }],
                "properties": {
                    "kind": { "type": "string" },
                    "id": { "type": "string", "readOnly": true },
                    "owner": { "type": "string", "nullable": true },
                },
            },
            "Cat": {
                "required": ["lives"],
                "allOf": [
                    { "$ref": "#/components/schemas/Pet" },
                    { "type": "object", "properties": { "lives": { "type": "integer", "maximum": 9 } } },
                ],
            },
        }}});
        Schemas::new(&document, direction)
    }

    fn errors(direction: Direction, value: Value) -> Vec<String> {
        let found = schemas(direction).validate(&json!({ "$ref": "#/components/schemas/Pet" }), &value);
        found.iter().map(|error| error.split(':').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn subtypes_nulls_and_directions_are_those_of_openapi() {
        for (direction, value, wrong) in [
            (Direction::Answer, json!({"kind": "CAT", "id": "1", "lives": 9, "owner": null}), &[][..]),
            (Direction::Request, json!({"kind": "CAT", "lives": 9}), &[]),
            (Direction::Request, json!({"kind": "CAT", "id": "1", "lives": 9}), &["propertyNames at "]),
            (Direction::Answer, json!({"kind": "CAT", "lives": 9}), &["required at "]),
            (Direction::Answer, json!({"kind": "CAT", "id": "1", "lives": 10}), &["maximum at /lives"]),
            (Direction::Answer, json!({"kind": "DOG", "id": "1"}), &["enum at /kind"]),
            (Direction::Answer, json!({"id": "1"}), &["required at "]),
            (Direction::Answer, json!({"kind": "CAT", "id": "1", "lifes": 9, "lives": 9}), &["propertyNames at "]),
        ] {
            assert_eq!(errors(direction, value.clone()), wrong, "{value}");
        }
    }
}
