//! The extension that carries the Entra object id, as WPO365 named it: a site that moves keeps its attribute mapping.

use super::{Attribute, Schema};

/// Extension of [`super::USER`] that ties an account to its Entra ID object.
pub static WPO365_USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User",
    name: "Wpo365User",
    description: "Identity of the user in Microsoft Entra ID",
    attributes: &[Attribute::string(
        "objectId",
        "Object id in Microsoft Entra ID, by which a Microsoft sign-in finds the user",
    )
    .unique()],
};
