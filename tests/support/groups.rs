//! Groups and memberships of the store in memory.

use std::collections::{HashMap, HashSet};

use scimpress::exchange::{GroupAttributes, GroupChanges, Kind, Member, Membership, Record, StoreError};
use scimpress::filter::{Column, Condition, Order};

use super::condition::{Cell, compare, holds};
use super::store::Refused;

/// Groups of a site, and who is in them.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Groups {
    pub(crate) rows: Vec<GroupRow>,
    pub(crate) links: Vec<Link>,
    positions: u64,
}

/// A group without its members.
#[derive(Clone, PartialEq)]
pub(crate) struct GroupRow {
    pub(crate) record: Record,
    attributes: GroupAttributes,
}

/// A membership.
#[derive(Clone, PartialEq)]
pub(crate) struct Link {
    position: u64,
    pub(crate) group: String,
    pub(crate) member: String,
}

impl Groups {
    pub(crate) fn select(&self, condition: Option<&Condition>, order: Option<Order>) -> Vec<Record> {
        let selected =
            |row: &&GroupRow| condition.is_none_or(|it| holds(it, &|column| self.cell(row, column)));
        let mut rows: Vec<&GroupRow> = self.rows.iter().filter(selected).collect();
        if let Some(order) = order {
            rows.sort_by(|left, right| {
                let (left, right) = (self.cell(left, order.column), self.cell(right, order.column));
                compare(order, &left, &right)
            });
        }
        rows.into_iter().map(|row| row.record.clone()).collect()
    }

    fn cell<'a>(&'a self, row: &'a GroupRow, column: Column) -> Cell<'a> {
        match column {
            Column::Position => Cell::Number(row.record.position.try_into().unwrap()),
            Column::Id => Cell::Text(Some(&row.record.id)),
            Column::DisplayName => Cell::Text(Some(&row.attributes.display_name)),
            Column::ExternalId => Cell::Text(row.attributes.external_id.as_deref()),
            Column::Created => Cell::Number(row.record.created),
            Column::Modified => Cell::Number(row.record.modified),
            Column::Member => {
                let links = self.links.iter().filter(|link| link.group == row.record.id);
                Cell::Texts(links.map(|link| link.member.as_str()).collect())
            }
            _ => panic!("groups have no column {}", column.name()),
        }
    }

    /// The groups that somebody is a direct member of.
    pub(crate) fn of(&self, member: &str) -> Vec<&str> {
        let links = self.links.iter().filter(|link| link.member == member);
        links.map(|link| link.group.as_str()).collect()
    }

    pub(crate) fn create(
        &mut self,
        id: &str,
        changes: &GroupChanges,
        users: &HashSet<&str>,
    ) -> Result<Record, Refused> {
        let attributes = changes.attributes.clone().unwrap();
        self.require_sound(id, changes, users)?;
        self.positions += 1;
        let record = Record {
            position: self.positions,
            id: id.to_owned(),
            version: 1,
            created: changes.now,
            modified: changes.now,
            document: attributes.document.clone(),
            in_groups: true,
            account: None,
        };
        self.rows.push(GroupRow {
            record: record.clone(),
            attributes,
        });
        self.link(id, &changes.members.add);
        Ok(record)
    }

    pub(crate) fn update(
        &mut self,
        id: &str,
        version: Option<u64>,
        changes: &GroupChanges,
        users: &HashSet<&str>,
    ) -> Result<Record, Refused> {
        let row = self.rows.iter().find(|row| row.record.id == id);
        let row = row.ok_or(StoreError::NotFound)?;
        if version.is_some_and(|version| version != row.record.version) {
            return Err(StoreError::Stale.into());
        }
        self.require_sound(id, changes, users)?;
        let members = &changes.members;
        let (add, remove): (HashSet<&String>, HashSet<&String>) =
            (members.add.iter().collect(), members.remove.iter().collect());
        let before = self.links.len();
        self.links.retain(|link| {
            let goes = (members.clear && !add.contains(&link.member)) || remove.contains(&link.member);
            link.group != id || !goes
        });
        let went = before != self.links.len();
        let came = self.link(id, &members.add);
        let row = self.rows.iter_mut().find(|row| row.record.id == id).unwrap();
        let differ = changes.attributes.as_ref().filter(|it| **it != row.attributes);
        let is_change = went || came || differ.is_some();
        if let Some(attributes) = differ {
            row.attributes = attributes.clone();
            row.record.document.clone_from(&attributes.document);
        }
        if is_change {
            row.record.version += 1;
            row.record.modified = changes.now;
        }
        Ok(row.record.clone())
    }

    /// Whether anybody joined.
    fn link(&mut self, group: &str, members: &[String]) -> bool {
        let own = self.links.iter().filter(|link| link.group == group);
        let mut there: HashSet<String> = own.map(|link| link.member.clone()).collect();
        let before = self.links.len();
        for member in members {
            if there.insert(member.clone()) {
                self.positions += 1;
                self.links.push(Link {
                    position: self.positions,
                    group: group.to_owned(),
                    member: member.clone(),
                });
            }
        }
        before != self.links.len()
    }

    fn require_sound(&self, id: &str, changes: &GroupChanges, users: &HashSet<&str>) -> Result<(), Refused> {
        if let Some(attributes) = &changes.attributes {
            let name = &attributes.display_name;
            let mut others = self.rows.iter().filter(|row| row.record.id != id);
            if others.any(|row| row.attributes.display_name == *name) {
                return Err(StoreError::DisplayNameExists.into());
            }
        }
        let groups: HashSet<&str> = self.rows.iter().map(|row| row.record.id.as_str()).collect();
        for member in &changes.members.add {
            if member == id {
                let words = "a group cannot be a member of itself";
                return Err(Refused(StoreError::Refused, words.to_owned()));
            }
            if !users.contains(member.as_str()) && !groups.contains(member.as_str()) {
                return Err(Refused(StoreError::MemberUnknown, member.clone()));
            }
        }
        Ok(())
    }

    /// Ends the memberships of a user or group, and in it. The groups that lose a member count that as a change.
    pub(crate) fn forget(&mut self, id: &str) {
        for row in &mut self.rows {
            let is_member = |link: &Link| link.member == id && link.group == row.record.id;
            if self.links.iter().any(is_member) {
                row.record.version += 1;
            }
        }
        self.links.retain(|link| link.member != id && link.group != id);
    }

    pub(crate) fn members(
        &self,
        group: &str,
        after: u64,
        limit: usize,
        only: Option<&[String]>,
        users: &HashMap<&str, &str>,
    ) -> Vec<Member> {
        let wanted = |link: &&Link| {
            link.group == group
                && link.position > after
                && only.is_none_or(|only| only.contains(&link.member))
        };
        let member = |link: &Link| {
            let group = self.rows.iter().find(|row| row.record.id == link.member);
            let (kind, display) = match group {
                Some(group) => (Kind::Group, group.attributes.display.clone()),
                None => (Kind::User, users[link.member.as_str()].to_owned()),
            };
            Member {
                position: link.position,
                id: link.member.clone(),
                kind,
                display,
            }
        };
        self.links.iter().filter(wanted).take(limit).map(member).collect()
    }

    pub(crate) fn memberships(&self, members: &[String]) -> Vec<Membership> {
        let links = self.links.iter().filter(|link| members.contains(&link.member));
        let membership = |link: &Link| {
            let group = self.rows.iter().find(|row| row.record.id == link.group);
            Membership {
                member: link.member.clone(),
                group: link.group.clone(),
                display: group.unwrap().attributes.display.clone(),
                external_id: group.unwrap().attributes.external_id.clone(),
            }
        };
        links.map(membership).collect()
    }
}
