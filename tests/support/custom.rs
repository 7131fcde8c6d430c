//! A site with a schema of its own, as the tests of declared schemas have it.

use serde_json::{Value, json};

use super::client::Site;

/// URN of the declared schema.
pub(crate) const CUSTOM: &str = "urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User";

/// The schema with an attribute of each type.
pub(crate) fn schema() -> Value {
    json!({
        "id": CUSTOM,
        "name": "Custom",
        "description": "What the site adds",
        "attributes": [
            {"name": "tag", "description": "Label"},
            {"name": "code", "caseExact": true},
            {"name": "level", "type": "integer"},
            {"name": "ratio", "type": "decimal"},
            {"name": "trained", "type": "boolean"},
            {"name": "since", "type": "dateTime"},
            {"name": "page", "type": "reference"},
            {"name": "skills", "multiValued": true},
        ],
    })
}

/// A site that declares it.
pub(crate) fn site() -> Site {
    let mut site = Site::default();
    site.declaration = json!([schema()]).to_string();
    site
}
