//! The documents of the discovery endpoints (RFC 7644 §4), made from the tables that the engine enforces.

use serde_json::{Map, Value, json};

use super::{Attribute, AttributeType, Mutability, ResourceTypes, Schema};
use crate::limits::{DEFAULT_COUNT, MAX_BULK_OPERATIONS, MAX_COUNT};

const SCHEMA_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const RESOURCE_TYPE_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SERVICE_PROVIDER_CONFIG_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/// `/ServiceProviderConfig`, RFC 7643 §5.
#[must_use]
pub fn service_provider_config(
    base: &str,
    max_body_bytes: usize,
    change_password: bool,
) -> Map<String, Value> {
    object(json!({
        "schemas": [SERVICE_PROVIDER_CONFIG_SCHEMA],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": MAX_BULK_OPERATIONS, "maxPayloadSize": max_body_bytes},
        "filter": {"supported": true, "maxResults": MAX_COUNT},
        "changePassword": {"supported": change_password},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": MAX_COUNT,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Secret token",
            "description": "The token that the plugin's settings page made, sent as Authorization: Bearer",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base}/ServiceProviderConfig"),
        },
    }))
}

/// `/ResourceTypes`, RFC 7643 §6.
#[must_use]
pub fn resource_types(base: &str, types: &ResourceTypes) -> Vec<Map<String, Value>> {
    types
        .all
        .iter()
        .map(|resource_type| {
            let extensions: Vec<Value> = resource_type
                .extensions
                .iter()
                .map(|schema| json!({"schema": schema.id, "required": false}))
                .collect();
            object(json!({
                "schemas": [RESOURCE_TYPE_SCHEMA],
                "id": resource_type.name,
                "name": resource_type.name,
                "endpoint": resource_type.endpoint,
                "description": resource_type.description,
                "schema": resource_type.schema.id,
                "schemaExtensions": extensions,
                "meta": {
                    "resourceType": "ResourceType",
                    "location": format!("{base}/ResourceTypes/{}", resource_type.name),
                },
            }))
        })
        .collect()
}

/// `/Schemas`, RFC 7643 §7. A site that takes no passwords (`change_password`) has no such attribute.
#[must_use]
pub fn schemas(base: &str, types: &ResourceTypes, change_password: bool) -> Vec<Map<String, Value>> {
    let mut documents = Vec::new();
    for resource_type in types.all {
        documents.push(schema(resource_type.schema, base, change_password));
        documents.extend(
            resource_type
                .extensions
                .iter()
                .map(|extension| schema(extension, base, change_password)),
        );
    }
    documents
}

fn schema(schema: &Schema, base: &str, change_password: bool) -> Map<String, Value> {
    let attributes: Vec<Value> = schema
        .attributes
        .iter()
        .filter(|attribute| change_password || attribute.mutability != Mutability::WriteOnly)
        .map(attribute)
        .collect();
    object(json!({
        "schemas": [SCHEMA_SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": attributes,
        "meta": {
            "resourceType": "Schema",
            "location": format!("{base}/Schemas/{}", schema.id),
        },
    }))
}

fn attribute(attribute: &Attribute) -> Value {
    let mut output = object(json!({
        "name": attribute.name,
        "type": attribute.kind.name(),
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "mutability": attribute.mutability.name(),
        "returned": attribute.returned.name(),
    }));
    // RFC 7643 §7: `caseExact` and `uniqueness` say nothing about other types.
    if matches!(
        attribute.kind,
        AttributeType::String | AttributeType::Reference | AttributeType::Binary
    ) {
        output.insert("caseExact".into(), json!(attribute.case_exact));
        output.insert("uniqueness".into(), json!(attribute.uniqueness.name()));
    }
    if !attribute.canonical_values.is_empty() {
        output.insert("canonicalValues".into(), json!(attribute.canonical_values));
    }
    if !attribute.reference_types.is_empty() {
        output.insert("referenceTypes".into(), json!(attribute.reference_types));
    }
    if !attribute.sub_attributes.is_empty() {
        let parts: Vec<Value> = attribute.sub_attributes.iter().map(self::attribute).collect();
        output.insert("subAttributes".into(), Value::Array(parts));
    }
    Value::Object(output)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
