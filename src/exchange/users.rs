//! Changes of users, RFC 7644 §3.3, §3.5, §3.6.

use serde_json::Value;

use super::journal::Fact;
use super::need::{Changes, Kind, Record};
use super::request::{Config, Request};
use super::response::{Notice, Response};
use super::settle;
use super::single::{self, projection};
use super::store::Store;
use super::view::{View, current};
use crate::attributes;
use crate::error::{ScimError, quoted};
use crate::filter::{Column, Condition};
use crate::mapping::{self, Account, Keys, Login};
use crate::patch::PatchRequest;
use crate::resource::password::{self, Password};
use crate::resource::{Resource, declared, normalise, user, values};

/// `POST /Users`
pub(super) async fn create(request: &Request, config: &Config, store: &Store) -> Result<Response, ScimError> {
    let projection = projection(request, config, Kind::User)?;
    // RFC 7644 §3.3: an `id` that the client sends is ignored, the server assigns it.
    let mut resource = normalise::resource(request.object()?, config.types.user)?;
    let password = password::take(&mut resource);
    let password = settled(&mut resource, password, config)?;
    resource.entry("active").or_insert_with(|| Value::Bool(true));
    store.journal.about(Kind::User, &resource);
    let record = store_new(store, config, &resource, password).await?;
    let mut notices = shared_external_id(store, &resource, &record).await?;
    notices.extend(settle::broken(&config.roles, &record.id));
    let view = View { config, store };
    let mut response = single::answer(201, view, Kind::User, &record, &projection).await?;
    response.notices = notices;
    Ok(response)
}

/// Asks the store for a new user.
pub(super) async fn store_new(
    store: &Store,
    config: &Config,
    resource: &Resource,
    password: Option<Password>,
) -> Result<Record, ScimError> {
    let account = Account::of(resource);
    let mut wordpress: Vec<_> = account
        .fields()
        .map(|(name, value)| (name, Some(value.to_owned())))
        .into();
    wordpress.push(("userPrincipalName", Some(mapping::user_name(resource).to_owned())));
    wordpress.push(("aadObjectId", mapping::object_id(resource).map(str::to_owned)));
    let fact = Fact::of(password.as_ref());
    let record = store
        .create(
            config.new_id.clone(),
            Changes {
                roles: settle::roles_of_new(config, resource),
                password,
                mapped: attributes::all(resource, &config.mappings, config.types.user),
                ..changes(resource, state(resource), config, wordpress)
            },
            Login::of(resource),
        )
        .await?;
    store.journal.user_created(&record, resource, fact);
    Ok(record)
}

/// `PUT /Users/{id}`
pub(super) async fn replace(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
) -> Result<Response, ScimError> {
    let body = request.object()?;
    single::refuse_other_id(&body, id)?;
    let mut new = normalise::resource(body, config.types.user)?;
    let password = password::take(&mut new);
    let password = settled(&mut new, password, config)?;
    change(request, config, store, id, |before| {
        let mut user = new.clone();
        declared::keep_unlisted(before, &mut user, config.types.declared);
        // RFC 7644 §3.5.1 leaves it to the server what becomes of an attribute that the body does not mention. Templates of
        // clients (OneLogin) say nothing of `active`, and the account keeps its state: so does what is answered.
        if let (false, Some(active)) = (user.contains_key("active"), before.get("active")) {
            user.insert("active".into(), active.clone());
        }
        Ok(Changed {
            user,
            password: password.clone(),
            ignored: Vec::new(),
        })
    })
    .await
}

/// `PATCH /Users/{id}`
pub(super) async fn patch(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
) -> Result<Response, ScimError> {
    let operations = PatchRequest::parse(&request.object()?)?;
    change(request, config, store, id, |before| {
        let mut target = before.clone();
        target.insert("id".into(), Value::String(id.to_owned()));
        password::mark(&mut target);
        let mut patched = operations.apply(&target, config.types.user)?;
        patched.resource.shift_remove("id");
        let password = password::take_marked(&mut patched.resource);
        let password = settled(&mut patched.resource, password, config)?;
        Ok(Changed {
            user: patched.resource,
            password,
            ignored: patched.ignored,
        })
    })
    .await
}

/// A user after a change.
struct Changed {
    user: Resource,
    password: Option<Password>,
    /// What the change named and no schema knows.
    ignored: Vec<String>,
}

/// Checks a user that is to be stored; what of the password goes with it.
pub(super) fn settled(
    user: &mut Resource,
    password: Option<Password>,
    config: &Config,
) -> Result<Option<Password>, ScimError> {
    values::merge_equal(user, config.types.user);
    user::check(user)?;
    match password {
        Some(password) if !config.passwords_ignored => {
            password::check(&password)?;
            Ok(Some(password))
        }
        _ => Ok(None),
    }
}

/// Writes what `apply` makes of a user.
async fn change(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
    apply: impl Fn(&Resource) -> Result<Changed, ScimError>,
) -> Result<Response, ScimError> {
    let projection = projection(request, config, Kind::User)?;
    let view = View { config, store };
    let (record, notices) = single::change(request, store, Kind::User, id, async |record| {
        let before = current(&record, config)?;
        store.journal.about(Kind::User, &before);
        let Changed {
            user: after,
            password,
            ignored,
        } = apply(&before)?;
        let mut notices = ignored_attributes(&record.id, &ignored);
        // Whether a password is the present one only WordPress can tell, so one that is sent is always written.
        if after == before && password.is_none() {
            return Ok((record, notices));
        }
        // An account whose `active` is not mentioned, or removed, keeps its state: neither may let somebody in again.
        let active = state(&after).filter(|state| Some(*state) != state_of(&record));
        let (version, fact) = (record.version, Fact::of(password.as_ref()));
        let changes = Changes {
            roles: settle::roles_of_changed(view, &record, &after).await?,
            password,
            mapped: attributes::differences(&before, &after, &config.mappings, config.types.user),
            ..changes(&after, active, config, differences(&before, &after))
        };
        let updated = store.update(record.id, version, changes).await?;
        store
            .journal
            .user_updated((version, &updated), &before, &after, fact);
        notices.extend(settle::broken(&config.roles, &updated.id));
        if after.get("externalId") != before.get("externalId") {
            notices.extend(shared_external_id(store, &after, &updated).await?);
        }
        Ok((updated, notices))
    })
    .await?;
    let mut response = single::answer(200, view, Kind::User, &record, &projection).await?;
    response.notices = notices;
    Ok(response)
}

/// `active`, where the resource mentions it.
fn state(resource: &Resource) -> Option<bool> {
    resource.get("active").and_then(Value::as_bool)
}

/// Whether the account may sign in now.
fn state_of(record: &Record) -> Option<bool> {
    record.account.as_ref().map(|account| account.active)
}

fn changes(
    resource: &Resource,
    active: Option<bool>,
    config: &Config,
    wordpress: Vec<(&'static str, Option<String>)>,
) -> Changes {
    Changes {
        now: config.now,
        keys: Keys::of(resource),
        active,
        document: serde_json::to_string(resource).unwrap_or_default(),
        wordpress,
        roles: None,
        password: None,
        mapped: Vec::new(),
    }
}

/// Fields of the account that the change concerns; the others may hold what an administrator wrote.
fn differences(before: &Resource, after: &Resource) -> Vec<(&'static str, Option<String>)> {
    let (old, new) = (Account::of(before), Account::of(after));
    let mut fields: Vec<_> = old
        .fields()
        .into_iter()
        .zip(new.fields())
        .filter(|(old, new)| old != new)
        .map(|(_, (name, value))| (name, Some(value.to_owned())))
        .collect();
    let name = mapping::user_name(after);
    if mapping::user_name(before) != name {
        fields.push(("userPrincipalName", Some(name.to_owned())));
    }
    let object_id = mapping::object_id(after);
    if mapping::object_id(before) != object_id {
        fields.push(("aadObjectId", object_id.map(str::to_owned)));
    }
    fields
}

/// Entra's default source of externalId (`mailNickname`) is not unique, so two users may share one; matching by it would
/// find both, and the administrator should know (Entra quirk Q-39).
async fn shared_external_id(
    store: &Store,
    resource: &Resource,
    record: &Record,
) -> Result<Vec<Notice>, ScimError> {
    let Some(external_id) = resource.get("externalId").and_then(Value::as_str) else {
        return Ok(Vec::new());
    };
    let condition = Condition::equal(Column::ExternalId, external_id.to_owned());
    let (holders, _) = store.page(Kind::User, Some(condition), None, 0, 0).await?;
    if holders <= 1 {
        return Ok(Vec::new());
    }
    Ok(vec![Notice {
        code: "externalIdShared",
        detail:
            "several users have the same externalId; map externalId to objectId in Entra ID, which is unique"
                .to_owned(),
        resource: record.id.clone(),
    }])
}

/// What a PATCH named and no schema knows.
pub(super) fn ignored_attributes(id: &str, paths: &[String]) -> Vec<Notice> {
    paths
        .iter()
        .map(|path| Notice {
            code: "attributeIgnored",
            detail: format!(
                "{} is not an attribute of this resource and was ignored",
                quoted(path)
            ),
            resource: id.to_owned(),
        })
        .collect()
}
