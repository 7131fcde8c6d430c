//! The store of the plugin, in memory: it does what the engine needs as the contract says, and can be made to misbehave.

use std::collections::{BTreeMap, HashMap, HashSet};

use scimpress::attributes::Text;
use scimpress::exchange::{AccountState, Answer, Changes, Kind, Need, Record, StoreError};
use scimpress::filter::{Column, Condition, Order, fold};
use scimpress::mapping::{Account, Keys, Login};

use super::condition::{Cell, compare, holds};
use super::groups::Groups;

/// Sees every need before the store does it; may change the store, and may answer in its place.
pub(crate) type Interference = Box<dyn FnMut(&Need, &mut Memory) -> Option<Answer>>;

/// Users and groups of a site.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) rows: Vec<Row>,
    pub(crate) groups: Groups,
    /// Logins of accounts that SCIM does not manage.
    pub(crate) foreign_logins: HashSet<String>,
    /// Whether names and addresses are trimmed as WordPress does it, so that `observed` differs from the document.
    pub(crate) sanitises: bool,
    pub(crate) interference: Option<Interference>,
    /// Every need there was.
    pub(crate) needs: Vec<Need>,
    /// Accounts as the engine has last read them.
    seen: HashMap<String, Account>,
    positions: u64,
}

/// A linked user.
#[derive(Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) record: Record,
    pub(crate) keys: Keys,
    pub(crate) login: String,
    pub(crate) user_principal_name: Option<String>,
    pub(crate) aad_object_id: Option<String>,
    /// What the account is signed in with; `None` when nobody knows it.
    pub(crate) password: Option<String>,
    /// Mapped attributes by their target.
    pub(crate) mapped: BTreeMap<String, Text>,
}

impl Row {
    pub(crate) fn account(&mut self) -> &mut AccountState {
        self.record.account.as_mut().unwrap()
    }

    fn wordpress(&self) -> &Account {
        &self.record.account.as_ref().unwrap().wordpress
    }
}

/// Why the store does not do it, and the words to it.
pub(crate) struct Refused(pub(crate) StoreError, pub(crate) String);

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self(error, String::new())
    }
}

impl Memory {
    /// Does what the engine needs.
    pub(crate) fn perform(&mut self, need: &Need) -> Answer {
        self.needs.push(need.clone());
        if let Some(mut interference) = self.interference.take() {
            let answer = interference(need, self);
            self.interference = Some(interference);
            if let Some(answer) = answer {
                return answer;
            }
        }
        let answer = self.answer(need);
        if let Answer::Records(records) | Answer::Page { records, .. } = &answer {
            for record in records {
                if let Some(account) = &record.account {
                    self.seen.insert(record.id.clone(), account.wordpress.clone());
                }
            }
        }
        answer
    }

    fn answer(&mut self, need: &Need) -> Answer {
        self.done(need)
            .unwrap_or_else(|Refused(error, detail)| Answer::Error { error, detail })
    }

    fn done(&mut self, need: &Need) -> Result<Answer, Refused> {
        Ok(match need {
            Need::Select {
                kind,
                condition,
                after,
                before,
                limit,
            } => {
                let mut found = self.select(*kind, condition.as_ref(), None);
                match before {
                    None => found.retain(|record| record.position > *after),
                    Some(before) => {
                        found.retain(|record| record.position < *before);
                        found.reverse();
                    }
                }
                found.truncate(*limit);
                Answer::Records(found)
            }
            Need::Page {
                kind,
                condition,
                order,
                offset,
                limit,
            } => {
                let all = self.select(*kind, condition.as_ref(), *order);
                Answer::Page {
                    total: all.len(),
                    records: all.into_iter().skip(*offset).take(*limit).collect(),
                }
            }
            Need::Fetch { kind, positions } => {
                let mut found = self.select(*kind, None, None);
                found.retain(|record| positions.contains(&record.position));
                // The contract promises no order.
                found.reverse();
                Answer::Records(found)
            }
            Need::Create { id, changes, login } => self.create(id, changes, login)?,
            Need::Update { id, version, changes } => self.update(id, *version, changes)?,
            Need::CreateGroup { id, changes } => {
                let users = self.rows.iter().map(|row| row.record.id.as_str()).collect();
                Answer::Record(Box::new(self.groups.create(id, changes, &users)?))
            }
            Need::UpdateGroup { id, version, changes } => {
                let users = self.rows.iter().map(|row| row.record.id.as_str()).collect();
                Answer::Record(Box::new(self.groups.update(id, *version, changes, &users)?))
            }
            Need::Delete { kind, id, version } => {
                self.delete(*kind, id, *version)?;
                Answer::Deleted
            }
            Need::Members {
                group,
                after,
                limit,
                only,
            } => {
                let names = self
                    .rows
                    .iter()
                    .map(|row| (row.record.id.as_str(), row.wordpress().display_name.as_str()))
                    .collect();
                Answer::Members(
                    self.groups
                        .members(group, *after, *limit, only.as_deref(), &names),
                )
            }
            Need::Memberships { members } => Answer::Memberships(self.groups.memberships(members)),
            // What becomes of an account is the plugin's.
            Need::Settle { .. } => Answer::Settled,
        })
    }

    fn delete(&mut self, kind: Kind, id: &str, version: Option<u64>) -> Result<(), Refused> {
        let found = self.select(kind, Some(&Condition::equal(Column::Id, id.to_owned())), None);
        let record = found.first().ok_or(StoreError::NotFound)?;
        if version.is_some_and(|version| version != record.version) {
            return Err(StoreError::Stale.into());
        }
        match kind {
            Kind::User => self.rows.retain(|row| row.record.id != id),
            Kind::Group => self.groups.rows.retain(|row| row.record.id != id),
        }
        self.groups.forget(id);
        Ok(())
    }

    /// All that is there, to be compared.
    pub(crate) fn state(&self) -> (Vec<Row>, Groups) {
        (self.rows.clone(), self.groups.clone())
    }

    /// The user as an administrator finds it in WordPress.
    pub(crate) fn account(&mut self, id: &str) -> &mut Account {
        let row = self.rows.iter_mut().find(|row| row.record.id == id).unwrap();
        &mut row.account().wordpress
    }

    pub(crate) fn row(&self, id: &str) -> &Row {
        self.rows.iter().find(|row| row.record.id == id).unwrap()
    }

    /// Answers the needs of this name, as often as said, with an error.
    pub(crate) fn refuse(&mut self, name: &'static str, times: usize, error: StoreError) {
        let mut left = times;
        self.interference = Some(Box::new(move |need, _| {
            if need.name() != name || left == 0 {
                return None;
            }
            left -= 1;
            Some(refusal(error))
        }));
    }

    /// The needs that changed something, or were to.
    pub(crate) fn writes(&self) -> usize {
        let writes = |need: &&Need| matches!(need.name(), "create" | "update" | "delete");
        self.needs.iter().filter(writes).count()
    }

    /// Records of a kind by their position, or in an order.
    fn select(&self, kind: Kind, condition: Option<&Condition>, order: Option<Order>) -> Vec<Record> {
        if kind == Kind::Group {
            return self.groups.select(condition, order);
        }
        let selected = |row: &&Row| condition.is_none_or(|it| holds(it, &|column| self.cell(row, column)));
        let mut rows: Vec<&Row> = self.rows.iter().filter(selected).collect();
        if let Some(order) = order {
            rows.sort_by(|left, right| {
                let (left, right) = (self.cell(left, order.column), self.cell(right, order.column));
                compare(order, &left, &right)
            });
        }
        rows.into_iter().map(|row| row.record.clone()).collect()
    }

    fn cell<'a>(&'a self, row: &'a Row, column: Column) -> Cell<'a> {
        let account = row.record.account.as_ref().unwrap();
        match column {
            Column::Position => Cell::Number(row.record.position.try_into().unwrap()),
            Column::Id => Cell::Text(Some(&row.record.id)),
            Column::UserName => Cell::Text(Some(&row.keys.user_name)),
            Column::ExternalId => Cell::Text(row.keys.external_id.as_deref()),
            Column::ObjectId => Cell::Text(row.keys.object_id.as_deref()),
            Column::Email => {
                // As a database that ignores case would compare the account's.
                let own = row.keys.email.clone().into_iter();
                Cell::Owned(own.chain([fold(&account.wordpress.user_email)]).collect())
            }
            Column::Active => {
                let document: serde_json::Value = serde_json::from_str(&row.record.document).unwrap();
                Cell::Boolean(document.get("active").map(|_| account.active))
            }
            Column::Created => Cell::Number(row.record.created),
            Column::Modified => Cell::Number(row.record.modified),
            Column::Groups => Cell::Texts(self.groups.of(&row.record.id)),
            Column::DisplayName | Column::Member => panic!("users have no column {}", column.name()),
        }
    }

    fn create(&mut self, id: &str, changes: &Changes, login: &Login) -> Result<Answer, Refused> {
        if self.foreign_logins.contains(&login.preferred) {
            return Err(StoreError::LoginExists.into());
        }
        self.require_unique(None, changes)?;
        let taken = self.rows.iter().any(|row| row.login == login.preferred);
        self.positions += 1;
        let mut row = Row {
            record: Record {
                position: self.positions,
                id: id.to_owned(),
                version: 0,
                created: changes.now,
                modified: changes.now,
                document: String::new(),
                in_groups: true,
                account: Some(AccountState {
                    observed: Account::default(),
                    wordpress: Account::default(),
                    active: true,
                }),
            },
            keys: changes.keys.clone(),
            login: if taken {
                format!("{}-{}", login.preferred, login.suffix)
            } else {
                login.preferred.clone()
            },
            user_principal_name: None,
            aad_object_id: None,
            password: None,
            mapped: BTreeMap::new(),
        };
        self.write(&mut row, changes);
        let record = row.record.clone();
        self.rows.push(row);
        Ok(Answer::Record(Box::new(record)))
    }

    fn update(&mut self, id: &str, version: u64, changes: &Changes) -> Result<Answer, Refused> {
        let index = self
            .rows
            .iter()
            .position(|row| row.record.id == id)
            .ok_or(StoreError::NotFound)?;
        let mut row = self.rows[index].clone();
        if row.record.version != version {
            return Err(StoreError::Stale.into());
        }
        self.require_unique(Some(id), changes)?;
        self.write(&mut row, changes);
        let record = row.record.clone();
        self.rows[index] = row;
        Ok(Answer::Record(Box::new(record)))
    }

    fn require_unique(&self, own: Option<&str>, changes: &Changes) -> Result<(), StoreError> {
        let email = changes
            .wordpress
            .iter()
            .find_map(|(name, value)| (*name == "user_email").then_some(value.as_deref()))
            .flatten()
            .filter(|email| !email.is_empty())
            .map(fold);
        for row in self.rows.iter().filter(|row| Some(row.record.id.as_str()) != own) {
            if row.keys.user_name == changes.keys.user_name {
                return Err(StoreError::UserNameExists);
            }
            if changes.keys.object_id.is_some() && row.keys.object_id == changes.keys.object_id {
                return Err(StoreError::ObjectIdExists);
            }
            if email.as_ref() == Some(&fold(&row.wordpress().user_email)) {
                return Err(StoreError::EmailExists);
            }
        }
        Ok(())
    }

    fn write(&self, row: &mut Row, changes: &Changes) {
        row.record.version += 1;
        row.record.modified = changes.now;
        row.record.document.clone_from(&changes.document);
        let seen = self.seen.get(&row.record.id);
        let record = row.record.account.as_mut().unwrap();
        if let Some(active) = changes.active {
            record.active = active;
        }
        for (name, value) in &changes.wordpress {
            let text = value.clone().unwrap_or_default();
            let stored = if self.sanitises {
                text.trim().to_owned()
            } else {
                text
            };
            match *name {
                "user_email" => record.wordpress.user_email = stored,
                "first_name" => record.wordpress.first_name = stored,
                "last_name" => record.wordpress.last_name = stored,
                "display_name" => record.wordpress.display_name = stored,
                "userPrincipalName" => row.user_principal_name.clone_from(value),
                "aadObjectId" => row.aad_object_id.clone_from(value),
                other => panic!("the contract knows no field '{other}'"),
            }
        }
        record.observed = record.wordpress.clone();
        // Only what was written counts as observed: what an administrator changed since the engine read it is not in the
        // document yet, and must go on looking changed.
        let written = |name: &str| changes.wordpress.iter().any(|(field, _)| *field == name);
        if let Some(seen) = seen {
            if !written("user_email") {
                record.observed.user_email.clone_from(&seen.user_email);
            }
            if !written("first_name") {
                record.observed.first_name.clone_from(&seen.first_name);
            }
            if !written("last_name") {
                record.observed.last_name.clone_from(&seen.last_name);
            }
            if !written("display_name") {
                record.observed.display_name.clone_from(&seen.display_name);
            }
        }
        row.keys = changes.keys.clone();
        for mapped in &changes.mapped {
            match &mapped.value {
                Some(value) => row.mapped.insert(mapped.rule.target.clone(), value.clone()),
                None => row.mapped.remove(&mapped.rule.target),
            };
        }
        if let Some(password) = &changes.password {
            row.password = password.as_str().map(str::to_owned);
        }
    }
}

/// An error answer as the store gives it.
pub(crate) fn refusal(error: StoreError) -> Answer {
    Answer::Error {
        error,
        detail: String::new(),
    }
}
