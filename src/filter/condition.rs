//! What a store can decide about its records by their columns: the compiled form of a filter, and plain data.

use crate::path::AttributePath;
use crate::schema::{Uniqueness, WPO365_USER};

/// A column of the store, or what it can look up as fast as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Number in the store's stable order.
    Position,
    /// `id`, as it is.
    Id,
    /// `userName`, folded.
    UserName,
    /// `displayName` of a group, folded.
    DisplayName,
    /// `externalId`, as it is; several resources may share one.
    ExternalId,
    /// `objectId` of the wpo365 extension, folded.
    ObjectId,
    /// What [`super::email_key`] says, or the account's `user_email`: both, for either may be newer. Only equality.
    Email,
    /// `active`: whether the account may sign in now, where the document has the attribute. Only presence and equality.
    Active,
    /// `meta.created`, milliseconds since the Unix epoch.
    Created,
    /// `meta.lastModified`, milliseconds since the Unix epoch.
    Modified,
    /// `members.value` of a group: it has a member with this SCIM id. Only equality.
    Member,
    /// `groups` of a user: it is a member of a group. Only presence.
    Groups,
}

/// How a column compares with a text or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The same, byte for byte.
    Eq,
    /// Contains it.
    Co,
    /// Begins with it.
    Sw,
    /// Ends with it.
    Ew,
    /// Greater, by code point.
    Gt,
    /// Greater or the same.
    Ge,
    /// Less.
    Lt,
    /// Less or the same.
    Le,
}

/// What is asked of a column. What is absent has no value to compare: only [`Condition::Not`] finds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// It has a value.
    Present,
    /// Compared with a text that is not empty; after `eq`, `co`, `sw` and `ew` one without control characters.
    Text(Relation, String),
    /// Compared with a number; `co`, `sw` and `ew` do not occur.
    Number(Relation, i64),
    /// It is this.
    Boolean(bool),
}

/// A condition on records. It is true or false of each, never unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// All of them; of none: always true.
    And(Vec<Self>),
    /// One of them; of none: never true.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A column passes a test.
    Is(Column, Test),
}

/// A filter as far as the store can decide it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// True of every match, and maybe of others; `None` is true of everybody.
    pub condition: Option<Condition>,
    /// Whether it is true of the matches alone.
    pub exact: bool,
}

/// An order that the store can sort by: absent values come last ascending and first descending, equal ones by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// What to sort by; texts by code point.
    pub column: Column,
    /// The greatest first.
    pub descending: bool,
}

impl Column {
    /// The word for it in the contract with PHP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Id => "id",
            Self::UserName => "userName",
            Self::DisplayName => "displayName",
            Self::ExternalId => "externalId",
            Self::ObjectId => "objectId",
            Self::Email => "email",
            Self::Active => "active",
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Member => "member",
            Self::Groups => "groups",
        }
    }

    /// The column that holds an attribute with one value, and nothing but that attribute.
    pub(crate) fn of(path: &AttributePath) -> Option<Self> {
        let AttributePath::Declared {
            extension,
            attribute,
            sub_attribute,
        } = path
        else {
            return None;
        };
        let extension = extension.map(|schema| schema.id);
        let part = sub_attribute.map(|part| part.name);
        match (extension, attribute.name, part) {
            (None, "id", None) => Some(Self::Id),
            (None, "userName", None) => Some(Self::UserName),
            // WordPress owns the name of a user, so the store holds only that of groups.
            (None, "displayName", None) if attribute.uniqueness == Uniqueness::Server => {
                Some(Self::DisplayName)
            }
            (None, "externalId", None) => Some(Self::ExternalId),
            (None, "active", None) => Some(Self::Active),
            (None, "meta", Some("created")) => Some(Self::Created),
            (None, "meta", Some("lastModified")) => Some(Self::Modified),
            (Some(urn), "objectId", None) if urn == WPO365_USER.id => Some(Self::ObjectId),
            _ => None,
        }
    }

    /// Whether the values are numbers.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Position | Self::Created | Self::Modified)
    }
}

impl Relation {
    /// The word for it in the contract with PHP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }
}

impl Condition {
    /// True of everybody.
    #[must_use]
    pub fn always() -> Self {
        Self::And(Vec::new())
    }

    /// True of nobody.
    #[must_use]
    pub fn never() -> Self {
        Self::Or(Vec::new())
    }

    /// The contrary.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// A column has a value.
    #[must_use]
    pub fn present(column: Column) -> Self {
        Self::Is(column, Test::Present)
    }

    /// A text column is compared with `text`, folded as the column is.
    ///
    /// No column holds an empty text, and those that are looked up by equality or by a part hold no control characters
    /// ([`crate::resource::user::check`]): what would find nothing is not asked of the database, some of which stumble
    /// over a NUL.
    #[must_use]
    pub fn text(column: Column, relation: Relation, text: String) -> Self {
        use Relation::{Co, Eq, Ew, Ge, Gt, Le, Lt, Sw};
        match relation {
            Co | Sw | Ew | Gt | Ge if text.is_empty() => Self::present(column),
            Eq | Lt | Le if text.is_empty() => Self::never(),
            Eq | Co | Sw | Ew if text.contains(char::is_control) => Self::never(),
            _ => Self::Is(column, Test::Text(relation, text)),
        }
    }

    /// A text column equals `text`, folded as the column is.
    #[must_use]
    pub fn equal(column: Column, text: String) -> Self {
        Self::text(column, Relation::Eq, text)
    }

    /// Whether an index finds all records of which it is true, and they are few.
    #[must_use]
    pub fn is_look_up(&self) -> bool {
        match self {
            Self::And(members) => members.iter().any(Self::is_look_up),
            Self::Or(members) => members.iter().all(Self::is_look_up),
            Self::Not(_) => false,
            Self::Is(_, test) => matches!(test, Test::Text(Relation::Eq, _)),
        }
    }
}

/// Both, where there are both.
#[must_use]
pub fn both(left: Option<Condition>, right: Condition) -> Condition {
    match left {
        Some(left) => Condition::And(vec![left, right]),
        None => right,
    }
}
