//! What the engine needs of the store, and what the store answers: plain data.

use crate::attributes::Mapped;
use crate::filter::{Condition, Order};
use crate::mapping::{Account, Keys, Login};
use crate::resource::password::Password;
use crate::schema::{GROUP, ResourceType, USER};

/// Which collection of the store a need concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Users.
    User,
    /// Groups.
    Group,
}

impl Kind {
    /// The word for it in the contract with PHP, also the name of the resource type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The tables of its attributes that every site has; [`Config::resource_type`](super::Config::resource_type) has those
    /// that a site declares, too.
    #[must_use]
    pub fn resource_type(self) -> &'static ResourceType {
        match self {
            Self::User => &USER,
            Self::Group => &GROUP,
        }
    }
}

/// One thing to do for the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// Live records with a position above `after`, ascending by position, at most `limit`; or, with `before`, those with a
    /// position below it, descending.
    Select {
        /// Which collection.
        kind: Kind,
        /// What must be true of them; `None` selects everybody.
        condition: Option<Condition>,
        /// Position of the last record already seen, 0 at first.
        after: u64,
        /// Position of the first record already seen, when going backwards.
        before: Option<u64>,
        /// Most records to answer.
        limit: usize,
    },
    /// The number of live records, and `limit` of them from `offset` on.
    Page {
        /// Which collection.
        kind: Kind,
        /// What must be true of them; `None` for everybody.
        condition: Option<Condition>,
        /// Their order; `None` is ascending by position.
        order: Option<Order>,
        /// Records to pass over.
        offset: usize,
        /// Most records to answer; 0 asks only for the number.
        limit: usize,
    },
    /// The live records with these positions, in any order.
    Fetch {
        /// Which collection.
        kind: Kind,
        /// Positions.
        positions: Vec<u64>,
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
    /// A new group and its members, in one transaction.
    CreateGroup {
        /// SCIM id of the record.
        id: String,
        /// What to store.
        changes: Box<GroupChanges>,
    },
    /// A change of a group, in one transaction.
    UpdateGroup {
        /// SCIM id.
        id: String,
        /// The version that the change is based on; `None` when only single members come and go, which needs no earlier
        /// state and so never fails because another request was faster.
        version: Option<u64>,
        /// What to store.
        changes: Box<GroupChanges>,
    },
    /// An end of the record; of a user also of the account, as the site has chosen. Its memberships end with it.
    Delete {
        /// Which collection.
        kind: Kind,
        /// SCIM id.
        id: String,
        /// The version that must still be there; `None` for any.
        version: Option<u64>,
    },
    /// Members of a group, ascending by their number, at most `limit`.
    Members {
        /// SCIM id of the group.
        group: String,
        /// Number of the last member already seen, 0 at first.
        after: u64,
        /// Most members to answer.
        limit: usize,
        /// Only those of these SCIM ids that are members.
        only: Option<Vec<String>>,
    },
    /// The groups that these users or groups are direct members of.
    Memberships {
        /// SCIM ids.
        members: Vec<String>,
    },
    /// What the accounts of users should be: the store brings them in line, or only looks what that would change.
    Settle {
        /// The users, ascending by position.
        users: Vec<Settled>,
    },
}

impl Need {
    /// The word for it in the contract with PHP.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Select { .. } => "select",
            Self::Page { .. } => "page",
            Self::Fetch { .. } => "fetch",
            Self::Create { .. } | Self::CreateGroup { .. } => "create",
            Self::Update { .. } | Self::UpdateGroup { .. } => "update",
            Self::Delete { .. } => "delete",
            Self::Members { .. } => "members",
            Self::Memberships { .. } => "memberships",
            Self::Settle { .. } => "settle",
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
    /// Roles that the site's rules give, in their order; `None` when it has no rules.
    pub roles: Option<Vec<String>>,
    /// The account's password, where the client says something of it. It is nowhere else: not in the document, in no answer.
    pub password: Option<Password>,
    /// Mapped attributes: of a new user all, of a change those that it concerns.
    pub mapped: Vec<Mapped>,
}

/// What a write of a group stores.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupChanges {
    /// Time of the change, in milliseconds since the Unix epoch.
    pub now: i64,
    /// Name, externalId and document; `None` leaves them as they are.
    pub attributes: Option<GroupAttributes>,
    /// Who comes and goes.
    pub members: MemberChanges,
}

/// Attributes of a group, without its members.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupAttributes {
    /// Case-folded displayName.
    pub display_name: String,
    /// displayName as sent.
    pub display: String,
    /// externalId as sent.
    pub external_id: Option<String>,
    /// The resource as JSON text.
    pub document: String,
}

/// Who comes and goes, by SCIM id. Coming twice and going without being there are no errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberChanges {
    /// Everybody goes who is not in `add`.
    pub clear: bool,
    /// Who comes.
    pub add: Vec<String>,
    /// Who goes.
    pub remove: Vec<String>,
}

impl MemberChanges {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.clear && self.add.is_empty() && self.remove.is_empty()
    }
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Number in the store's stable order.
    pub position: u64,
    /// SCIM id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Its display name; empty when it has none.
    pub display: String,
}

/// A membership as seen from the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// SCIM id of the member.
    pub member: String,
    /// SCIM id of the group.
    pub group: String,
    /// Display name of the group.
    pub display: String,
    /// `externalId` of the group.
    pub external_id: Option<String>,
}

/// What the rules and mappings of the site say about a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Number in the store's stable order.
    pub position: u64,
    /// SCIM id.
    pub id: String,
    /// Roles that the rules give, in their order; `None` when the site has no rules.
    pub roles: Option<Vec<String>>,
    /// Every attribute that the site maps.
    pub mapped: Vec<Mapped>,
}

/// A user or a group as the store holds it.
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
    /// Whether it may be a member of a group; where the store knows that it is not, its groups are not asked for.
    pub in_groups: bool,
    /// The account of a user.
    pub account: Option<AccountState>,
}

/// The WordPress account of a user.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountState {
    /// The account right after the last SCIM write.
    pub observed: Account,
    /// The account now.
    pub wordpress: Account,
    /// Whether it may sign in now.
    pub active: bool,
}

/// Why the store did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Another user has this userName.
    UserNameExists,
    /// Another group has this displayName.
    DisplayNameExists,
    /// A member is neither a user nor a group; the detail is its id.
    MemberUnknown,
    /// Another user has this object id.
    ObjectIdExists,
    /// Another account has this e-mail address.
    EmailExists,
    /// An account that SCIM does not manage has this login.
    LoginExists,
    /// Several accounts fit a new user; the detail names by what.
    Ambiguous,
    /// The account that fits a new user has another object id; the detail names by what it fits.
    AnotherPerson,
    /// The account may manage the site, or its administrator has put it under protection.
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
            "display_name_exists" => Self::DisplayNameExists,
            "member_unknown" => Self::MemberUnknown,
            "object_id_exists" => Self::ObjectIdExists,
            "email_exists" => Self::EmailExists,
            "login_exists" => Self::LoginExists,
            "ambiguous" => Self::Ambiguous,
            "another_person" => Self::AnotherPerson,
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
    /// To [`Need::Select`] and [`Need::Fetch`].
    Records(Vec<Record>),
    /// To [`Need::Page`].
    Page {
        /// Number of live records of which the condition is true.
        total: usize,
        /// The page.
        records: Vec<Record>,
    },
    /// To [`Need::Create`] and [`Need::Update`]: the record afterwards.
    Record(Box<Record>),
    /// To [`Need::Delete`].
    Deleted,
    /// To [`Need::Delete`], with what is gone.
    Gone {
        /// The resource as JSON text.
        document: String,
    },
    /// To [`Need::Members`].
    Members(Vec<Member>),
    /// To [`Need::Memberships`].
    Memberships(Vec<Membership>),
    /// To [`Need::Settle`].
    Settled,
    /// It was not done, and nothing was changed.
    Error {
        /// Why.
        error: StoreError,
        /// WordPress's own words, for [`StoreError::Refused`]; the words that other errors are completed with.
        detail: String,
    },
}
