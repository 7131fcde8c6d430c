//! The core Group, RFC 7643 §4.2.

use crate::limits::MAX_MEMBERS;

use super::{Attribute, ResourceType, Schema};

/// Groups that the client keeps. What a membership means on the site is the site's to decide.
pub static GROUP: ResourceType = ResourceType {
    name: "Group",
    endpoint: "/Groups",
    description: "Group of users of the WordPress site",
    schema: &GROUP_SCHEMA,
    extensions: &[],
};

/// RFC 7643 §4.2. `displayName` is unique, for Entra matches groups by it.
pub static GROUP_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "Group",
    attributes: &[
        Attribute::string("displayName", "Name of the group, compared without case")
            .required()
            .unique(),
        Attribute::complex("members", &MEMBER, "Users and groups in the group")
            .multi_valued()
            .max_values(MAX_MEMBERS),
    ],
};

static MEMBER: [Attribute; 4] = [
    Attribute::string("value", "Identifier of the member")
        .required()
        .case_exact()
        .immutable(),
    Attribute::reference("$ref", &["User", "Group"], "URI of the member").immutable(),
    Attribute::string("type", "Resource type of the member")
        .canonical_values(&["User", "Group"])
        .immutable(),
    Attribute::string("display", "Name of the member").read_only(),
];
