//! The Enterprise User, RFC 7643 §4.3.

use super::{Attribute, Schema};

/// Extension of [`super::USER`] for people of an organisation.
pub static ENTERPRISE_USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "Place of the user in the organisation",
    attributes: &[
        Attribute::string("employeeNumber", "Number that the organisation assigned"),
        Attribute::string("costCenter", "Cost centre"),
        Attribute::string("organization", "Organisation"),
        Attribute::string("division", "Division"),
        Attribute::string("department", "Department"),
        Attribute::complex("manager", &MANAGER, "The user's manager"),
    ],
};

static MANAGER: [Attribute; 3] = [
    Attribute::string("value", "Identifier of the manager").case_exact(),
    Attribute::reference("$ref", &["User"], "URI of the manager"),
    Attribute::string("displayName", "Display name of the manager").read_only(),
];
