//! The attributes that `/Schemas` announces, one by one, and resources with a value for each.

use serde_json::{Map, Value, json};

use super::client::{Reply, Site, patch_of};

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// An attribute, or a part of one, as `/Schemas` announces it.
pub(crate) struct Announced {
    pub(crate) schema: String,
    pub(crate) parent: Option<Value>,
    pub(crate) definition: Value,
}

impl Announced {
    pub(crate) fn name(&self) -> &str {
        self.definition["name"].as_str().unwrap()
    }

    pub(crate) fn is(&self, characteristic: &str, word: &str) -> bool {
        self.definition[characteristic] == word
    }

    /// Path with its URN.
    pub(crate) fn path(&self) -> String {
        match &self.parent {
            Some(parent) => format!(
                "{}:{}.{}",
                self.schema,
                parent["name"].as_str().unwrap(),
                self.name()
            ),
            None => format!("{}:{}", self.schema, self.name()),
        }
    }

    pub(crate) fn endpoint(&self) -> &'static str {
        if self.schema == GROUP { "/Groups" } else { "/Users" }
    }

    /// A resource that is in order but for this value of the attribute; `None` leaves the attribute out.
    pub(crate) fn resource(&self, value: Option<Value>) -> Value {
        let mut resource = if self.schema == GROUP {
            json!({"displayName": "Staff"})
        } else {
            json!({"userName": "ada@example.com"})
        };
        let mut member = |name: &str, value: Option<Value>| {
            let object = if self.schema == USER || self.schema == GROUP {
                resource.as_object_mut().unwrap()
            } else {
                let extension = resource
                    .as_object_mut()
                    .unwrap()
                    .entry(&self.schema)
                    .or_insert(json!({}));
                extension.as_object_mut().unwrap()
            };
            match value {
                Some(value) => object.insert(name.to_owned(), value),
                None => object.shift_remove(name),
            };
        };
        match &self.parent {
            None => member(self.name(), value),
            Some(parent) => {
                let mut parts = Map::new();
                if let Some(value) = value {
                    parts.insert(self.name().to_owned(), value);
                } else {
                    parts.insert("type".into(), json!("User"));
                }
                let element = Value::Object(parts);
                let many = parent["multiValued"] == true;
                let whole = if many { json!([element]) } else { element };
                member(parent["name"].as_str().unwrap(), Some(whole));
            }
        }
        resource
    }

    /// The attribute in an answer.
    pub(crate) fn read(&self, resource: &Value) -> Value {
        let object = if self.schema == USER || self.schema == GROUP {
            resource
        } else {
            &resource[&self.schema]
        };
        match &self.parent {
            None => object[self.name()].clone(),
            Some(parent) => {
                let whole = &object[parent["name"].as_str().unwrap()];
                let element = if whole.is_array() { &whole[0] } else { whole };
                element[self.name()].clone()
            }
        }
    }
}

/// All of them, parts included.
pub(crate) fn announced() -> Vec<Announced> {
    let mut all = Vec::new();
    for schema in Site::default().get("/Schemas").json()["Resources"]
        .as_array()
        .unwrap()
    {
        let urn = schema["id"].as_str().unwrap();
        for definition in schema["attributes"].as_array().unwrap() {
            for part in definition["subAttributes"].as_array().into_iter().flatten() {
                all.push(Announced {
                    schema: urn.to_owned(),
                    parent: Some(definition.clone()),
                    definition: part.clone(),
                });
            }
            all.push(Announced {
                schema: urn.to_owned(),
                parent: None,
                definition: definition.clone(),
            });
        }
    }
    assert!(all.len() > 80, "{}", all.len());
    all
}

/// Those with a characteristic; at least one, or the test would prove nothing.
pub(crate) fn with(characteristic: &str, value: impl Into<Value>) -> Vec<Announced> {
    let value = value.into();
    let mut found = announced();
    found.retain(|attribute| attribute.definition[characteristic] == value);
    assert!(
        !found.is_empty(),
        "nothing is announced with {characteristic} {value}"
    );
    found
}

/// A site with a user and a group that it is in, and the path of what has the attribute.
pub(crate) fn site(attribute: &Announced) -> (Site, String) {
    let mut site = Site::default();
    let user = site.create(&json!({"userName": "grace@example.com", "displayName": "Grace"}));
    let group = site.create_group("Crew", &[&user]);
    let id = if attribute.schema == GROUP { group } else { user };
    (site, format!("{}/{id}", attribute.endpoint()))
}

pub(crate) fn patch(site: &mut Site, path: &str, operation: &Value) -> Reply {
    site.send("PATCH", path, &[], Some(&patch_of(&json!([operation]))))
}

/// A value of the announced type.
pub(crate) fn sound(definition: &Value) -> Value {
    let one = match definition["type"].as_str().unwrap() {
        "complex" => {
            let part = &definition["subAttributes"][0];
            json!({part["name"].as_str().unwrap(): sound(part)})
        }
        "boolean" => json!(true),
        "binary" => json!("QUJD"),
        "reference" => json!("https://example.com/x"),
        // An address, where it must be one.
        _ => json!("x@example.com"),
    };
    if definition["multiValued"] == true {
        json!([one])
    } else {
        one
    }
}
