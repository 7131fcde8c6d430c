//! Rules that give people roles of the site: by a group, by an app role of Entra ID, or by any filter.
//!
//! A rule is data of the site's administrator. One that no longer makes sense, because a schema it names is gone, matches
//! nobody: it must neither stop provisioning nor hand a role to everybody.

use serde_json::{Map, Value};

use crate::error::{ScimError, quoted};
use crate::filter::{Filter, fold};
use crate::limits::{MAX_ROLE_RULE_CHARS, MAX_ROLE_RULES};
use crate::schema::ResourceType;

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// `displayName` of a group, without case (RFC 7643 §4.2).
    Group,
    /// `externalId` of a group, with case: of Entra ID the group's object id.
    GroupExternalId,
    /// `value` of one of the user's `roles`, without case.
    AppRole,
    /// A filter of RFC 7644 §3.4.2.2 over the user, `groups` among its attributes.
    Filter,
}

impl RuleKind {
    /// Each with its word in the contract with PHP.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("group", Self::Group),
        ("groupExternalId", Self::GroupExternalId),
        ("appRole", Self::AppRole),
        ("filter", Self::Filter),
    ];
}

/// A rule as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// The role of the site that it gives; a word of the store, which the engine passes on.
    pub role: String,
    /// What it looks at.
    pub kind: RuleKind,
    /// What must be there.
    pub value: String,
}

/// A rule that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    role: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// Folded.
    Group(String),
    GroupExternalId(String),
    /// Folded.
    AppRole(String),
    Filter(Filter),
}

/// A group of a user, direct or by another group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupOfUser<'a> {
    /// `displayName`
    pub display: &'a str,
    /// `externalId`
    pub external_id: Option<&'a str>,
}

impl Rule {
    /// Reads a rule about users of this type. Fails with a sentence for the administrator who wrote it.
    pub fn parse(written: &RuleText, user: &'static ResourceType) -> Result<Self, ScimError> {
        let value = written.value.trim();
        if value.is_empty() {
            return Err(ScimError::invalid_value(match written.kind {
                RuleKind::Group => "the name of the group is missing",
                RuleKind::GroupExternalId => "the external id of the group is missing",
                RuleKind::AppRole => "the value of the app role is missing",
                RuleKind::Filter => "the filter is missing; write one such as department eq \"Editorial\"",
            }));
        }
        if value.chars().count() > MAX_ROLE_RULE_CHARS {
            return Err(ScimError::invalid_value(format!(
                "a rule has at most {MAX_ROLE_RULE_CHARS} characters; make two of it"
            )));
        }
        let test = match written.kind {
            RuleKind::Group => Test::Group(fold(value)),
            RuleKind::GroupExternalId => Test::GroupExternalId(value.to_owned()),
            RuleKind::AppRole => Test::AppRole(fold(value)),
            RuleKind::Filter => Test::Filter(filter(value, user)?),
        };
        Ok(Self {
            role: written.role.clone(),
            test,
        })
    }

    /// Whether it asks for the user's groups.
    #[must_use]
    pub fn looks_at_groups(&self) -> bool {
        match &self.test {
            Test::Group(_) | Test::GroupExternalId(_) => true,
            Test::AppRole(_) => false,
            Test::Filter(filter) => filter.mentions("groups"),
        }
    }

    fn matches(&self, user: &Map<String, Value>, groups: &[GroupOfUser<'_>]) -> bool {
        match &self.test {
            Test::Group(name) => groups.iter().any(|group| fold(group.display) == *name),
            Test::GroupExternalId(id) => groups.iter().any(|group| group.external_id == Some(id)),
            Test::AppRole(value) => user
                .get("roles")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|role| role.get("value")?.as_str())
                .any(|role| fold(role) == *value),
            Test::Filter(filter) => filter.matches(user),
        }
    }
}

/// A filter, or why it is none, with what to write instead where that can be said.
fn filter(text: &str, user: &'static ResourceType) -> Result<Filter, ScimError> {
    Filter::parse(text, user).map_err(|error| {
        let mut detail = error.detail.clone();
        if error.is_unknown_attribute() {
            detail.push_str(
                "; write an attribute of an extension behind its URN, such as urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"Editorial\"",
            );
        }
        ScimError::invalid_value(detail)
    })
}

/// All rules of a site, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoleRules {
    rules: Vec<Rule>,
    broken: Vec<String>,
}

impl RoleRules {
    /// Reads the rules of a site about users of this type. Those that cannot be understood, and those above the limit, match nobody.
    #[must_use]
    pub fn parse(texts: &[RuleText], user: &'static ResourceType) -> Self {
        let mut rules = Vec::new();
        let mut broken = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let parsed = if index < MAX_ROLE_RULES {
                Rule::parse(text, user)
            } else {
                Err(ScimError::invalid_value(format!(
                    "a site has at most {MAX_ROLE_RULES} rules"
                )))
            };
            match parsed {
                Ok(rule) => rules.push(rule),
                Err(error) => broken.push(format!(
                    "the rule {} for the role {} matches nobody: {}",
                    index + 1,
                    quoted(&text.role),
                    error.detail
                )),
            }
        }
        Self { rules, broken }
    }

    /// Whether the site has no rules; a broken one is one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.broken.is_empty()
    }

    /// Whether a rule asks for the user's groups.
    #[must_use]
    pub fn look_at_groups(&self) -> bool {
        self.rules.iter().any(Rule::looks_at_groups)
    }

    /// What is wrong with rules that match nobody, a line each.
    #[must_use]
    pub fn broken(&self) -> &[String] {
        &self.broken
    }

    /// The roles that the rules give to a user, in the order of the rules, each once. `user` is the complete representation,
    /// `groups` as far as a rule asks for them.
    #[must_use]
    pub fn granted(&self, user: &Map<String, Value>, groups: &[GroupOfUser<'_>]) -> Vec<String> {
        let mut granted: Vec<String> = Vec::new();
        for rule in &self.rules {
            if !granted.contains(&rule.role) && rule.matches(user, groups) {
                granted.push(rule.role.clone());
            }
        }
        granted
    }
}
