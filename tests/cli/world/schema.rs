//! Published JSON Schemas.

use serde_json::Value;

/// Returns a published schema, strict about fields that it does not have.
pub(crate) fn schema(text: &str) -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(text).expect("JSON");
    close(&mut schema);
    jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&schema).expect("a schema")
}

/// Forbids additional properties in every object of a schema.
fn close(schema: &mut Value) {
    if let Value::Object(fields) = schema {
        if fields.contains_key("properties") {
            fields.entry("additionalProperties").or_insert(false.into());
        }
        fields.values_mut().for_each(close);
    } else if let Value::Array(items) = schema {
        items.iter_mut().for_each(close);
    }
}
