//! What the engine needs of the store, and what the store answers: plain data.

use crate::mapping::{Account, Keys, Login};

/// A column by which records are selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// SCIM id.
    Id,
    /// Case-folded userName.
    UserName,
    /// externalId.
    ExternalId,
    /// Case-folded object id of Entra ID.
    ObjectId,
    /// Case-folded e-mail address; also accounts with that `user_email`.
    Email,
}

impl By {
    /// The word for it in the contract with PHP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::UserName => "userName",
            Self::ExternalId => "externalId",
            Self::ObjectId => "objectId",
            Self::Email => "email",
        }
    }
}

/// One thing to do for the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// Live records with a position above `after`, ascending by position, at most `limit`.
    Select {
        /// Column and value; `None` selects everybody.
        by: Option<(By, String)>,
        /// Position of the last record already seen, 0 at first.
        after: u64,
        /// Most records to answer.
        limit: usize,
    },
    /// The number of live records, and `limit` of them from `offset` on, ascending by position.
    Page {
        /// Records to pass over.
        offset: usize,
        /// Most records to answer; 0 asks only for the number.
        limit: usize,
    },
    /// A new account and its record, in one transaction.
    Create {
        /// SCIM id of the record.
        id: String,
        /// What to store.
        changes: Box<Changes>,
        /// What to call the account.
        login: Login,
    },
    /// A change of an account and its record, in one transaction, if the record still has this version.
    Update {
        /// SCIM id.
        id: String,
        /// The version that the change is based on.
        version: u64,
        /// What to store; of the account's fields only those that differ.
        changes: Box<Changes>,
    },
    /// An end of the record, and of the account as the site has chosen.
    Delete {
        /// SCIM id.
        id: String,
    },
}

impl Need {
    /// The word for it in the contract with PHP.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Select { .. } => "select",
            Self::Page { .. } => "page",
            Self::Create { .. } => "create",
            Self::Update { .. } => "update",
            Self::Delete { .. } => "delete",
        }
    }
}

/// What a write stores.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// Time of the change, in milliseconds since the Unix epoch.
    pub now: i64,
    /// Columns of the record.
    pub keys: Keys,
    /// Whether the account may sign in from now on; `None` leaves it as it is, for somebody may have changed it on the site
    /// since it was read.
    pub active: Option<bool>,
    /// The resource as JSON text.
    pub document: String,
    /// Fields of the WordPress account to set, by their WordPress names; `None` removes the user meta.
    pub wordpress: Vec<(&'static str, Option<String>)>,
}

/// A user as the store holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Number in the store's stable order.
    pub position: u64,
    /// SCIM id.
    pub id: String,
    /// Counts the writes.
    pub version: u64,
    /// Milliseconds since the Unix epoch.
    pub created: i64,
    /// Milliseconds since the Unix epoch.
    pub modified: i64,
    /// The resource as JSON text.
    pub document: String,
    /// The account right after the last SCIM write.
    pub observed: Account,
    /// The account now.
    pub wordpress: Account,
    /// Whether the account may sign in now.
    pub active: bool,
}

/// Why the store did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Another user has this userName.
    UserNameExists,
    /// Another user has this object id.
    ObjectIdExists,
    /// Another account has this e-mail address.
    EmailExists,
    /// An account that SCIM does not manage has this login.
    LoginExists,
    /// The account may manage the site.
    Protected,
    /// The record has another version by now.
    Stale,
    /// No such record.
    NotFound,
    /// WordPress does not accept the values.
    Refused,
    /// Content would be lost and no one is chosen to take it over.
    NoReassignTarget,
    /// A lock did not clear.
    Busy,
    /// Anything else.
    Failed,
}

impl StoreError {
    /// From the word in the contract with PHP; unknown words mean [`StoreError::Failed`].
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "user_name_exists" => Self::UserNameExists,
            "object_id_exists" => Self::ObjectIdExists,
            "email_exists" => Self::EmailExists,
            "login_exists" => Self::LoginExists,
            "protected" => Self::Protected,
            "stale" => Self::Stale,
            "not_found" => Self::NotFound,
            "refused" => Self::Refused,
            "no_reassign_target" => Self::NoReassignTarget,
            "busy" => Self::Busy,
            _ => Self::Failed,
        }
    }
}

/// What the store brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To [`Need::Select`].
    Records(Vec<Record>),
    /// To [`Need::Page`].
    Page {
        /// Number of live records.
        total: usize,
        /// The page.
        records: Vec<Record>,
    },
    /// To [`Need::Create`] and [`Need::Update`]: the record afterwards.
    Record(Box<Record>),
    /// To [`Need::Delete`].
    Deleted,
    /// It was not done, and nothing was changed.
    Error {
        /// Why.
        error: StoreError,
        /// WordPress's own words, for [`StoreError::Refused`].
        detail: String,
    },
}
