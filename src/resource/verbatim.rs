//! A stored document as an answer carries it, copied rather than taken apart and put together again: a page of 200 users
//! is the largest answer there is.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::envelope::{Meta, envelope_of};
use crate::path::is_urn;
use crate::schema::{Attribute, COMMON_ATTRIBUTES, ResourceType, Returned, Schema};

/// Copies documents of one resource type.
#[derive(Debug)]
pub struct Verbatim<'a> {
    base: &'a str,
    resource_type: &'static ResourceType,
    /// Members that an answer does not simply show.
    hidden: Vec<&'static str>,
    /// Extensions that the site declares: a document may be older than their declaration.
    declared: &'static [&'static Schema],
}

impl<'a> Verbatim<'a> {
    /// For answers with every attribute that is returned by default. `base` is the base URL, without a slash at its end.
    #[must_use]
    pub fn new(
        base: &'a str,
        resource_type: &'static ResourceType,
        declared: &'static [&'static Schema],
    ) -> Self {
        let core = COMMON_ATTRIBUTES.iter().chain(resource_type.schema.attributes);
        let core = core.filter(|attribute| !is_shown(attribute)).map(|it| it.name);
        let extensions = resource_type.extensions.iter();
        let extensions = extensions.filter(|schema| !schema.attributes.iter().all(is_shown));
        Self {
            base,
            resource_type,
            hidden: core.chain(extensions.map(|schema| schema.id)).collect(),
            declared,
        }
    }

    /// The JSON text of the representation, `active` said as it is now; the same text that
    /// [`represent`](super::envelope::represent) leads to. `None` when the document cannot be copied: it is damaged, or has
    /// members that a document does not hold.
    #[must_use]
    pub fn representation(&self, document: &str, active: bool, id: &str, meta: &Meta) -> Option<String> {
        let Members(members) = serde_json::from_str(document).ok()?;
        let envelope = envelope_of(id, meta, self.base, self.resource_type);
        let mut text = String::with_capacity(document.len() + 512);
        text.push_str("{\"schemas\":[\"");
        text.push_str(self.resource_type.schema.id);
        for (name, _) in members.iter().filter(|(name, _)| is_urn(name)) {
            text.push_str("\",\"");
            text.push_str(name);
        }
        text.push_str("\"],\"id\":");
        text.push_str(&serde_json::to_string(id).ok()?);
        for (name, value) in members {
            if matches!(name, "schemas" | "id" | "meta") || self.hidden.contains(&name) || self.declares(name)
            {
                return None;
            }
            text.push_str(",\"");
            text.push_str(name);
            text.push_str("\":");
            text.push_str(match (name, active) {
                ("active", true) => "true",
                ("active", false) => "false",
                _ => value.get(),
            });
        }
        text.push_str(",\"meta\":");
        text.push_str(&serde_json::to_string(&envelope).ok()?);
        text.push('}');
        Some(text)
    }
}

impl Verbatim<'_> {
    fn declares(&self, name: &str) -> bool {
        self.declared
            .iter()
            .any(|schema| schema.id.eq_ignore_ascii_case(name))
    }
}

/// Whether an attribute and its parts are in every answer that excludes nothing.
fn is_shown(attribute: &Attribute) -> bool {
    matches!(attribute.returned, Returned::Always | Returned::Default)
        && attribute.sub_attributes.iter().all(is_shown)
}

/// Names and values as they are written. A name that is escaped cannot be borrowed, and fails.
struct Members<'a>(Vec<(&'a str, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::resource::envelope::represent;
    use crate::schema::USER;

    const META: Meta = Meta {
        created: 0,
        modified: 1_795_330_800_123,
        version: String::new(),
    };

    fn copied(document: &str, active: bool) -> Option<String> {
        Verbatim::new("https://example.com", &USER, &[]).representation(document, active, "a\"b", &META)
    }

    #[test]
    fn copy_is_what_represent_leads_to() {
        for document in [
            json!({}),
            json!({"userName": "Ada \"\\ \u{1f600}", "active": true}),
            json!({"urn:example:2.0:User": {"a": [1, 1.5, null]}, "name": {"givenName": "Ada"}, "active": true}),
        ] {
            let resource: Map<String, Value> = document.as_object().cloned().unwrap();
            let expected = Value::Object(represent(resource, "a\"b", &META, "https://example.com", &USER));
            assert_eq!(copied(&document.to_string(), true), Some(expected.to_string()));
        }
    }

    #[test]
    fn active_is_said_as_it_is_now() {
        let text = copied("{\"active\":true,\"title\":\"x\"}", false).unwrap();
        assert!(text.contains("\"active\":false,\"title\":\"x\""), "{text}");
    }

    #[test]
    fn damaged_or_strange_documents_are_not_copied() {
        for document in [
            "",
            "{",
            "[]",
            "{\"a\\u0062\":1}",
            "{\"id\":\"x\"}",
            "{\"meta\":{}}",
            "{} {}",
        ] {
            assert_eq!(copied(document, true), None, "{document}");
        }
    }
}
