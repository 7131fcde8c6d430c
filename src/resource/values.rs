//! Values of multi-valued attributes that say the same.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Resource;
use crate::schema::ResourceType;

/// Makes one of values with the same `type` and `value`: RFC 7643 §2.4 would have no such pair returned twice. What the
/// later one says of its other parts counts. Values without a `value`, such as addresses, are left alone.
pub fn merge_equal(resource: &mut Resource, resource_type: &'static ResourceType) {
    for attribute in resource_type.schema.attributes {
        if attribute.multi_valued
            && let Some(Value::Array(elements)) = resource.get_mut(attribute.name)
            && elements.len() > 1
        {
            merge(elements);
        }
    }
}

fn merge(elements: &mut Vec<Value>) {
    let mut places: HashMap<(String, String), usize> = HashMap::with_capacity(elements.len());
    let mut merged: Vec<Value> = Vec::with_capacity(elements.len());
    for element in std::mem::take(elements) {
        let place = element
            .as_object()
            .and_then(pair)
            .map(|pair| *places.entry(pair).or_insert(merged.len()));
        match (place.and_then(|place| merged.get_mut(place)), element) {
            (Some(Value::Object(present)), Value::Object(later)) => present.extend(later),
            (_, element) => merged.push(element),
        }
    }
    *elements = merged;
}

fn pair(element: &Map<String, Value>) -> Option<(String, String)> {
    let text = |name: &str| element.get(name).and_then(Value::as_str);
    Some((
        text("type").unwrap_or_default().to_owned(),
        text("value")?.to_owned(),
    ))
}
