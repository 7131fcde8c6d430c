//! The schema tables of RFC 7643: what an attribute is, and which ones a resource has.
//!
//! One table serves validation, filters, PATCH, projection and the discovery endpoints.

pub mod declared;
pub mod discovery;
mod enterprise;
mod group;
mod user;
mod wpo365;

pub use enterprise::ENTERPRISE_USER;
pub use group::{GROUP, GROUP_SCHEMA};
pub use user::{USER, USER_SCHEMA};
pub use wpo365::WPO365_USER;

use crate::limits::MAX_VALUES;

/// RFC 7643 §2.3: the data type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeType {
    /// §2.3.1
    String,
    /// §2.3.2
    Boolean,
    /// §2.3.3
    Decimal,
    /// §2.3.4
    Integer,
    /// §2.3.5, `xsd:dateTime`
    DateTime,
    /// §2.3.6, base64
    Binary,
    /// §2.3.7
    Reference,
    /// §2.3.8
    Complex,
}

impl AttributeType {
    /// The word of RFC 7643 §7.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::DateTime => "dateTime",
            Self::Binary => "binary",
            Self::Reference => "reference",
            Self::Complex => "complex",
        }
    }
}

/// RFC 7643 §7 `mutability`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// Only the server sets it.
    ReadOnly,
    /// The client may set it at any time.
    ReadWrite,
    /// The client sets it once, with the value it is a part of.
    Immutable,
    /// The client may set it at any time, and nobody reads it.
    WriteOnly,
}

impl Mutability {
    /// The word of RFC 7643 §7.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "readOnly",
            Self::ReadWrite => "readWrite",
            Self::Immutable => "immutable",
            Self::WriteOnly => "writeOnly",
        }
    }
}

/// RFC 7643 §7 `returned`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// In every answer, whatever the client excludes.
    Always,
    /// In no answer, and not to be found out by filters either.
    Never,
    /// Unless the client excludes it, or asks for others only.
    Default,
    /// When the client asks for it.
    Request,
}

impl Returned {
    /// The word of RFC 7643 §7.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
            Self::Default => "default",
            Self::Request => "request",
        }
    }
}

/// RFC 7643 §7 `uniqueness`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// Two resources may have the same value.
    None,
    /// One resource of this endpoint has the value.
    Server,
}

impl Uniqueness {
    /// The word of RFC 7643 §7.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Server => "server",
        }
    }
}

/// An attribute definition, RFC 7643 §7.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Name in the case that answers use; comparison ignores case (RFC 7643 §2.1).
    pub name: &'static str,
    /// Data type.
    pub kind: AttributeType,
    /// Whether it holds an array.
    pub multi_valued: bool,
    /// For a person.
    pub description: &'static str,
    /// Whether a resource must have it.
    pub required: bool,
    /// Whether strings compare with case.
    pub case_exact: bool,
    /// Who may set it.
    pub mutability: Mutability,
    /// When it is answered.
    pub returned: Returned,
    /// Whether two resources may share a value.
    pub uniqueness: Uniqueness,
    /// Usual values; others are accepted.
    pub canonical_values: &'static [&'static str],
    /// What a reference may point at.
    pub reference_types: &'static [&'static str],
    /// Parts of a complex attribute.
    pub sub_attributes: &'static [Attribute],
    /// Most values of a multi-valued attribute.
    pub max_values: usize,
}

impl Attribute {
    /// An optional, single-valued, read-write attribute without case, returned by default.
    const fn new(name: &'static str, kind: AttributeType, description: &'static str) -> Self {
        Self {
            name,
            kind,
            multi_valued: false,
            description,
            required: false,
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            canonical_values: &[],
            reference_types: &[],
            sub_attributes: &[],
            max_values: MAX_VALUES,
        }
    }

    const fn string(name: &'static str, description: &'static str) -> Self {
        Self::new(name, AttributeType::String, description)
    }

    const fn boolean(name: &'static str, description: &'static str) -> Self {
        Self::new(name, AttributeType::Boolean, description)
    }

    /// RFC 7643 §2.3.7: references compare with case.
    const fn reference(
        name: &'static str,
        types: &'static [&'static str],
        description: &'static str,
    ) -> Self {
        let mut attribute = Self::new(name, AttributeType::Reference, description);
        attribute.reference_types = types;
        attribute.case_exact = true;
        attribute
    }

    const fn complex(name: &'static str, parts: &'static [Attribute], description: &'static str) -> Self {
        let mut attribute = Self::new(name, AttributeType::Complex, description);
        attribute.sub_attributes = parts;
        attribute
    }

    const fn multi_valued(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    const fn max_values(mut self, limit: usize) -> Self {
        self.max_values = limit;
        self
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn case_exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    const fn read_only(mut self) -> Self {
        self.mutability = Mutability::ReadOnly;
        self
    }

    const fn immutable(mut self) -> Self {
        self.mutability = Mutability::Immutable;
        self
    }

    const fn always_returned(mut self) -> Self {
        self.returned = Returned::Always;
        self
    }

    /// RFC 7643 §7: what is `writeOnly` is usually never returned.
    const fn write_only(mut self) -> Self {
        self.mutability = Mutability::WriteOnly;
        self.returned = Returned::Never;
        self
    }

    const fn unique(mut self) -> Self {
        self.uniqueness = Uniqueness::Server;
        self
    }

    const fn canonical_values(mut self, values: &'static [&'static str]) -> Self {
        self.canonical_values = values;
        self
    }

    /// The part of a complex attribute with this name, in any case.
    #[must_use]
    pub fn sub_attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(self.sub_attributes, name)
    }

    /// Whether only the server sets it.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.mutability == Mutability::ReadOnly
    }
}

/// The attribute with this name, in any case.
#[must_use]
pub fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// A schema, RFC 7643 §7.
#[derive(Debug, PartialEq, Eq)]
pub struct Schema {
    /// URN.
    pub id: &'static str,
    /// Short name.
    pub name: &'static str,
    /// For a person.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

impl Schema {
    /// The attribute with this name, in any case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(self.attributes, name)
    }
}

/// A resource type, RFC 7643 §6.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// Name, also `meta.resourceType`.
    pub name: &'static str,
    /// Path below the base URL, with its slash.
    pub endpoint: &'static str,
    /// For a person.
    pub description: &'static str,
    /// The core schema.
    pub schema: &'static Schema,
    /// Schemas that extend it; all optional.
    pub extensions: &'static [&'static Schema],
}

/// The resource types of a site.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceTypes {
    /// Users, with the extensions that the site declares.
    pub user: &'static ResourceType,
    /// All of them.
    pub all: [&'static ResourceType; 2],
    /// The extensions of users that the site declares.
    pub declared: &'static [&'static Schema],
}

/// Those of a site that declares nothing.
pub static RESOURCE_TYPES: ResourceTypes = ResourceTypes {
    user: &USER,
    all: [&USER, &GROUP],
    declared: &[],
};

/// RFC 7643 §3.1: attributes that every resource has and no schema lists.
pub static COMMON_ATTRIBUTES: [Attribute; 3] = [
    Attribute::string("id", "Identifier that the service provider assigned")
        .case_exact()
        .read_only()
        .unique()
        .always_returned(),
    Attribute::string("externalId", "Identifier that the client assigned").case_exact(),
    Attribute::complex("meta", &META, "Metadata of the resource").read_only(),
];

static META: [Attribute; 5] = [
    Attribute::string("resourceType", "Name of the resource type")
        .case_exact()
        .read_only(),
    Attribute::new(
        "created",
        AttributeType::DateTime,
        "When the resource was created",
    )
    .read_only(),
    Attribute::new(
        "lastModified",
        AttributeType::DateTime,
        "When the resource was last changed",
    )
    .read_only(),
    Attribute::reference("location", &["uri"], "URI of the resource").read_only(),
    Attribute::string("version", "Entity tag of the resource")
        .case_exact()
        .read_only(),
];

impl ResourceType {
    /// The common or core attribute with this name, in any case.
    #[must_use]
    pub fn core_attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(&COMMON_ATTRIBUTES, name).or_else(|| self.schema.attribute(name))
    }

    /// The extension with this URN, in any case.
    #[must_use]
    pub fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.extensions
            .iter()
            .copied()
            .find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }
}
