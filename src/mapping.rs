//! SCIM attributes that WordPress has a place of its own for.
//!
//! WordPress may store a value differently from what was sent (it trims, strips and shortens), and an administrator may
//! edit it. So the store keeps what WordPress held right after the last SCIM write ([`Account`] as *observed*): as long
//! as WordPress still says the same, the client's own spelling is returned unchanged; where it says something else, an
//! administrator edited it and WordPress's value is returned.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::filter::{email_key, fold};
use crate::limits::MAX_DISPLAY_NAME_CHARS;
use crate::resource::Resource;
use crate::schema::{ENTERPRISE_USER, WPO365_USER};
use crate::token::hex;

/// The fields of a WordPress account that SCIM attributes map to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// `user_email`; empty when the person has no mailbox.
    pub user_email: String,
    /// `first_name` meta.
    pub first_name: String,
    /// `last_name` meta.
    pub last_name: String,
    /// `display_name`.
    pub display_name: String,
}

/// Columns of the store by which users are found, already in comparable form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Case-folded `userName`.
    pub user_name: String,
    /// `externalId` as sent.
    pub external_id: Option<String>,
    /// Case-folded `objectId`.
    pub object_id: Option<String>,
    /// What finds the user by an e-mail address, see [`email_key`].
    pub email: Option<String>,
}

/// What to call a new account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// `user_login` if WordPress takes it.
    pub preferred: String,
    /// Eight hexadecimal digits, always the same for one userName, to tell shortened or taken logins apart.
    pub suffix: String,
}

impl Account {
    /// What WordPress should hold for this resource.
    #[must_use]
    pub fn of(resource: &Resource) -> Self {
        let name = |part: &str| text(resource.get("name").and_then(|name| name.get(part)));
        Self {
            user_email: account_address(resource).to_owned(),
            first_name: name("givenName").to_owned(),
            last_name: name("familyName").to_owned(),
            display_name: display_name(resource)
                .chars()
                .take(MAX_DISPLAY_NAME_CHARS)
                .collect(),
        }
    }

    /// Reads the JSON text that the store kept; what is missing counts as empty.
    #[must_use]
    pub fn from_json(text: &str) -> Self {
        let fields: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        let field = |name: &str| self::text(fields.get(name)).to_owned();
        Self {
            user_email: field("user_email"),
            first_name: field("first_name"),
            last_name: field("last_name"),
            display_name: field("display_name"),
        }
    }

    /// Name and value of each field, under its WordPress name.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, &str); 4] {
        [
            ("user_email", &self.user_email),
            ("first_name", &self.first_name),
            ("last_name", &self.last_name),
            ("display_name", &self.display_name),
        ]
    }
}

impl Keys {
    /// The columns of this resource.
    #[must_use]
    pub fn of(resource: &Resource) -> Self {
        Self {
            user_name: fold(user_name(resource)),
            external_id: resource
                .get("externalId")
                .and_then(Value::as_str)
                .map(str::to_owned),
            object_id: object_id(resource).map(fold),
            email: email_key(resource),
        }
    }
}

impl Login {
    /// From the userName, which for people of an organisation is their address. A guest's is mangled
    /// (`ana_fabrikam.com#EXT#@corp.onmicrosoft.com`), so their e-mail is taken, or the address that the mangling hides.
    #[must_use]
    pub fn of(resource: &Resource) -> Self {
        let user_name = user_name(resource);
        let preferred = match split_guest(user_name) {
            None => user_name.to_owned(),
            Some(mangled) => {
                let email = Account::of(resource).user_email;
                if email.is_empty() {
                    match mangled.rsplit_once('_') {
                        Some((local, domain)) => format!("{local}@{domain}"),
                        None => mangled.to_owned(),
                    }
                } else {
                    email
                }
            }
        };
        let digest = hex(&Sha256::digest(fold(user_name).as_bytes()));
        Self {
            preferred,
            suffix: digest.chars().take(8).collect(),
        }
    }
}

/// The part of a guest's user principal name before `#EXT#`.
fn split_guest(user_name: &str) -> Option<&str> {
    let at = user_name.to_ascii_uppercase().find("#EXT#")?;
    user_name.get(..at)
}

/// `userName`, as sent.
#[must_use]
pub fn user_name(resource: &Resource) -> &str {
    text(resource.get("userName"))
}

/// Object id in Entra ID, as sent.
#[must_use]
pub fn object_id(resource: &Resource) -> Option<&str> {
    resource.get(WPO365_USER.id)?.get("objectId")?.as_str()
}

/// What the user's manager is referred to by: the id of a user, or whatever the client knows him by until he comes.
#[must_use]
pub fn manager(resource: &Resource) -> Option<&str> {
    resource
        .get(ENTERPRISE_USER.id)?
        .get("manager")?
        .get("value")?
        .as_str()
}

/// The resource as it is now: the stored document, with what WordPress says where somebody edited it there.
#[must_use]
pub fn overlay(mut document: Resource, observed: &Account, now: &Account, active: bool) -> Resource {
    if now.first_name != observed.first_name {
        set_part(&mut document, "name", "givenName", &now.first_name);
    }
    if now.last_name != observed.last_name {
        set_part(&mut document, "name", "familyName", &now.last_name);
    }
    if now.display_name != observed.display_name {
        let formatted = document
            .get("name")
            .is_some_and(|name| name.get("formatted").is_some());
        if formatted && !document.contains_key("displayName") {
            set_part(&mut document, "name", "formatted", &now.display_name);
        } else if now.display_name.is_empty() {
            document.shift_remove("displayName");
        } else {
            document.insert("displayName".into(), json!(now.display_name));
        }
    }
    if now.user_email != observed.user_email {
        set_email(&mut document, &now.user_email);
    }
    // RFC 7643 §2.5: where the client removed `active` it is unassigned, whatever the account's state.
    if let Some(state) = document.get_mut("active") {
        *state = json!(active);
    }
    document
}

/// `displayName`, else `name.formatted`, else the names joined, else the userName.
fn display_name(resource: &Resource) -> String {
    let name = |part: &str| text(resource.get("name").and_then(|name| name.get(part)));
    let joined = [name("givenName"), name("familyName")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    [
        text(resource.get("displayName")),
        name("formatted"),
        &joined,
        user_name(resource),
    ]
    .into_iter()
    .find(|name| !name.is_empty())
    .unwrap_or_default()
    .to_owned()
}

/// The account's e-mail address; empty when the person has no mailbox.
#[must_use]
pub fn account_address(resource: &Resource) -> &str {
    text(account_email(resource).and_then(|email| email.get("value")))
}

/// Which e-mail is the account's: the first of type `work`, else the primary one, else the first.
fn account_email(resource: &Resource) -> Option<&Value> {
    let emails = resource.get("emails")?.as_array()?;
    emails.get(account_email_index(emails)?)
}

fn account_email_index(emails: &[Value]) -> Option<usize> {
    let has_value = |email: &Value| email.get("value").is_some();
    let work = |email: &Value| text(email.get("type")).eq_ignore_ascii_case("work");
    emails
        .iter()
        .position(|email| has_value(email) && work(email))
        .or_else(|| {
            emails
                .iter()
                .position(|email| has_value(email) && is_primary(email))
        })
        .or_else(|| emails.iter().position(has_value))
}

fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

fn set_email(document: &mut Resource, address: &str) {
    let mut emails = match document.shift_remove("emails") {
        Some(Value::Array(emails)) => emails,
        _ => Vec::new(),
    };
    match account_email_index(&emails) {
        Some(index) if address.is_empty() => {
            emails.remove(index);
        }
        Some(index) => {
            if let Some(Value::Object(email)) = emails.get_mut(index) {
                email.insert("value".into(), json!(address));
            }
        }
        None if address.is_empty() => {}
        // RFC 7643 §2.4: at most one value is primary, and one without an address may be it already.
        None if emails.iter().any(is_primary) => emails.push(json!({"value": address, "type": "work"})),
        None => emails.push(json!({"value": address, "type": "work", "primary": true})),
    }
    if !emails.is_empty() {
        document.insert("emails".into(), Value::Array(emails));
    }
}

fn set_part(document: &mut Resource, attribute: &str, part: &str, value: &str) {
    let mut parts = match document.shift_remove(attribute) {
        Some(Value::Object(parts)) => parts,
        _ => Map::new(),
    };
    if value.is_empty() {
        parts.shift_remove(part);
    } else {
        parts.insert(part.to_owned(), json!(value));
    }
    if !parts.is_empty() {
        document.insert(attribute.to_owned(), Value::Object(parts));
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}
