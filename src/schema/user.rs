//! The core User, RFC 7643 §4.1.

use super::{Attribute, AttributeType, ENTERPRISE_USER, ResourceType, Schema, WPO365_USER};

/// Users of the WordPress site.
pub static USER: ResourceType = ResourceType {
    name: "User",
    endpoint: "/Users",
    description: "User account of the WordPress site",
    schema: &USER_SCHEMA,
    extensions: &[&ENTERPRISE_USER, &WPO365_USER],
};

/// RFC 7643 §4.1
pub static USER_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "User account",
    attributes: &[
        Attribute::string(
            "userName",
            "Name that identifies the user to the service provider, compared without case",
        )
        .required()
        .unique(),
        Attribute::complex("name", &NAME, "Parts of the user's name"),
        Attribute::string("displayName", "Name shown to other users"),
        Attribute::string("nickName", "Casual name"),
        Attribute::reference("profileUrl", &["external"], "Page about the user"),
        Attribute::string("title", "Job title"),
        Attribute::string(
            "userType",
            "Relation to the organisation, such as employee or contractor",
        ),
        Attribute::string("preferredLanguage", "Preferred language, as in HTTP"),
        Attribute::string("locale", "Locale for dates, numbers and currency"),
        Attribute::string("timezone", "Time zone, such as Europe/Oslo"),
        Attribute::boolean("active", "Whether the user may sign in"),
        Attribute::string("password", "Password that the user signs in with on the site")
            .case_exact()
            .write_only(),
        Attribute::complex("emails", &EMAIL, "E-mail addresses").multi_valued(),
        Attribute::complex("phoneNumbers", &PHONE_NUMBER, "Phone numbers").multi_valued(),
        Attribute::complex("ims", &IM, "Instant messaging addresses").multi_valued(),
        Attribute::complex("photos", &PHOTO, "Photos of the user").multi_valued(),
        Attribute::complex("addresses", &ADDRESS, "Postal addresses").multi_valued(),
        Attribute::complex("groups", &GROUP, "Groups the user belongs to")
            .multi_valued()
            .read_only(),
        Attribute::complex("entitlements", &PLAIN_VALUE, "Entitlements").multi_valued(),
        Attribute::complex("roles", &ROLE, "Roles, such as app roles of Entra ID").multi_valued(),
        Attribute::complex("x509Certificates", &CERTIFICATE, "Certificates").multi_valued(),
    ],
};

const fn display() -> Attribute {
    Attribute::string("display", "Name of the value for a person")
}

const fn primary() -> Attribute {
    Attribute::boolean("primary", "Whether this is the preferred value")
}

const fn of_type(values: &'static [&'static str]) -> Attribute {
    Attribute::string("type", "What the value is used for").canonical_values(values)
}

static NAME: [Attribute; 6] = [
    Attribute::string("formatted", "Full name as shown"),
    Attribute::string("familyName", "Family name"),
    Attribute::string("givenName", "Given name"),
    Attribute::string("middleName", "Middle names"),
    Attribute::string("honorificPrefix", "Title before the name"),
    Attribute::string("honorificSuffix", "Suffix after the name"),
];

static EMAIL: [Attribute; 4] = [
    Attribute::string("value", "E-mail address"),
    display(),
    of_type(&["work", "home", "other"]),
    primary(),
];

static PHONE_NUMBER: [Attribute; 4] = [
    Attribute::string("value", "Phone number"),
    display(),
    of_type(&["work", "home", "mobile", "fax", "pager", "other"]),
    primary(),
];

static IM: [Attribute; 4] = [
    Attribute::string("value", "Address"),
    display(),
    of_type(&[
        "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo", "other",
    ]),
    primary(),
];

static PHOTO: [Attribute; 4] = [
    Attribute::reference("value", &["external"], "URL of the photo"),
    display(),
    of_type(&["photo", "thumbnail"]),
    primary(),
];

static ADDRESS: [Attribute; 8] = [
    Attribute::string("formatted", "Address as printed on an envelope"),
    Attribute::string("streetAddress", "Street and number"),
    Attribute::string("locality", "City"),
    Attribute::string("region", "State or region"),
    Attribute::string("postalCode", "Postal code"),
    Attribute::string("country", "Country"),
    of_type(&["work", "home", "other"]),
    primary(),
];

static GROUP: [Attribute; 4] = [
    Attribute::string("value", "Identifier of the group")
        .case_exact()
        .read_only(),
    Attribute::reference("$ref", &["Group"], "URI of the group").read_only(),
    Attribute::string("display", "Name of the group").read_only(),
    Attribute::string(
        "type",
        "Whether the membership is direct or through another group",
    )
    .canonical_values(&["direct", "indirect"])
    .read_only(),
];

static PLAIN_VALUE: [Attribute; 4] = [
    Attribute::string("value", "The value"),
    display(),
    of_type(&[]),
    primary(),
];

static ROLE: [Attribute; 5] = [
    Attribute::string("value", "The role"),
    display(),
    // AppRoleAssignmentsComplex of Entra ID names the role here, its other forms in `display`.
    Attribute::string("displayName", "Name of an app role of Entra ID"),
    of_type(&[]),
    primary(),
];

static CERTIFICATE: [Attribute; 4] = [
    Attribute::new("value", AttributeType::Binary, "DER certificate in base64").case_exact(),
    display(),
    of_type(&[]),
    primary(),
];
