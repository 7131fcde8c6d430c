//! Extensions of users that the administrator of a site declares.
//!
//! The tables of all attributes are `'static`, and so are those that a declaration becomes: each distinct declaration is made
//! into tables once in a process and stays. [`MAX_DECLARED_TABLE_BYTES`] bounds what that may take.

mod read;

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::{Attribute, AttributeType, GROUP, RESOURCE_TYPES, ResourceType, ResourceTypes, Schema, USER};
use crate::error::ScimError;
use crate::limits::MAX_DECLARED_TABLE_BYTES;

pub use read::Problem;
use read::{Declared, DeclaredAttribute, read};

/// Tables by the text of their declaration.
#[derive(Default)]
struct Made {
    tables: HashMap<&'static str, &'static ResourceTypes>,
    bytes: usize,
}

static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);

/// The resource types of a site with this declaration: a JSON array of `{"id", "name", "description", "attributes": [{"name",
/// "type", "multiValued", "caseExact", "description"}]}`, of which all but `id`, `attributes` and their `name` may be absent. An
/// empty text declares nothing.
///
/// Fails with 500 when the declaration is none, or when the process has no room for another one.
pub fn resource_types(declaration: &str) -> Result<&'static ResourceTypes, ScimError> {
    if declaration.is_empty() || declaration == "[]" {
        return Ok(&RESOURCE_TYPES);
    }
    // Whoever panicked with the lock has inserted a whole entry or none.
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(types) = made.tables.get(declaration) {
        return Ok(types);
    }
    let schemas = read(declaration).map_err(|problems| {
        let first = problems.first().map_or("", |problem| problem.message.as_str());
        ScimError::status(
            500,
            format!(
                "the schemas that this site declares cannot be read: {first}; correct them in its settings"
            ),
        )
    })?;
    if schemas.is_empty() {
        return Ok(&RESOURCE_TYPES);
    }
    let bytes = made.bytes + size(declaration, &schemas);
    if bytes > MAX_DECLARED_TABLE_BYTES {
        return Err(ScimError::status(
            500,
            "the declared schemas of this site were changed too often for one PHP process; restart PHP",
        ));
    }
    made.bytes = bytes;
    let types = leaked(schemas);
    made.tables.insert(text(declaration.to_owned()), types);
    Ok(types)
}

/// Everything that is wrong with a declaration, in its order.
#[must_use]
pub fn problems(declaration: &str) -> Vec<Problem> {
    match read(declaration) {
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    }
}

/// What the tables of a declaration take, in bytes, rounded up.
fn size(declaration: &str, schemas: &[Declared]) -> usize {
    let attributes: usize = schemas.iter().map(|schema| schema.attributes.len()).sum();
    let tables = attributes * size_of::<Attribute>()
        + schemas.len() * (size_of::<Schema>() + 2 * size_of::<&Schema>())
        + size_of::<ResourceType>()
        + size_of::<ResourceTypes>();
    // Once as the key, once in the tables, and where there is no description a name stands for it.
    3 * declaration.len() + tables + 1024
}

fn text(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn leaked(schemas: Vec<Declared>) -> &'static ResourceTypes {
    let declared: Vec<&'static Schema> = schemas
        .into_iter()
        .map(|schema| {
            let attributes: Vec<Attribute> = schema.attributes.into_iter().map(attribute).collect();
            &*Box::leak(Box::new(Schema {
                id: text(schema.id),
                name: text(schema.name),
                description: text(schema.description),
                attributes: Box::leak(attributes.into_boxed_slice()),
            }))
        })
        .collect();
    let extensions: Vec<&'static Schema> = USER.extensions.iter().chain(&declared).copied().collect();
    let user: &'static ResourceType = Box::leak(Box::new(ResourceType {
        name: USER.name,
        endpoint: USER.endpoint,
        description: USER.description,
        schema: USER.schema,
        extensions: Box::leak(extensions.into_boxed_slice()),
    }));
    Box::leak(Box::new(ResourceTypes {
        user,
        all: [user, &GROUP],
        declared: Box::leak(declared.into_boxed_slice()),
    }))
}

fn attribute(declared: DeclaredAttribute) -> Attribute {
    let mut attribute = Attribute::new(text(declared.name), declared.kind, text(declared.description));
    attribute.multi_valued = declared.multi_valued;
    attribute.case_exact = declared.case_exact;
    if declared.kind == AttributeType::Reference {
        attribute.reference_types = &["external", "uri"];
    }
    attribute
}
