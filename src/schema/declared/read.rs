//! From the text of a declaration to what it declares, or what is wrong with it.

use serde_json::{Map, Value};

use super::super::{AttributeType, ENTERPRISE_USER, GROUP_SCHEMA, USER_SCHEMA, WPO365_USER};
use crate::error::quoted;
use crate::json::kind;
use crate::limits::{
    MAX_ATTRIBUTE_NAME_BYTES, MAX_DECLARATION_BYTES, MAX_DECLARED_ATTRIBUTES, MAX_DECLARED_SCHEMAS,
    MAX_DESCRIPTION_CHARS, MAX_URN_BYTES,
};
use crate::path::is_attribute_name;

/// What is wrong with a declaration, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// 0-based place of the schema; `None` for the declaration as a whole.
    pub schema: Option<usize>,
    /// 0-based place of the attribute in it; `None` for the schema as a whole.
    pub attribute: Option<usize>,
    /// One line for a person.
    pub message: String,
}

/// A schema as declared.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) attributes: Vec<DeclaredAttribute>,
}

#[derive(Clone, Debug)]
pub(super) struct DeclaredAttribute {
    pub(super) name: String,
    pub(super) kind: AttributeType,
    pub(super) multi_valued: bool,
    pub(super) case_exact: bool,
    pub(super) description: String,
}

/// What an attribute may be. Binary and complex values have no form that an administrator could fill in by hand.
const TYPES: [AttributeType; 6] = [
    AttributeType::String,
    AttributeType::Boolean,
    AttributeType::Integer,
    AttributeType::Decimal,
    AttributeType::DateTime,
    AttributeType::Reference,
];

/// URNs that begin so are the RFCs' own.
const RESERVED: [&str; 2] = ["urn:ietf:params:scim:schemas:core:", "urn:ietf:params:scim:api:"];

pub(super) fn read(declaration: &str) -> Result<Vec<Declared>, Vec<Problem>> {
    let whole = |message: String| {
        vec![Problem {
            schema: None,
            attribute: None,
            message,
        }]
    };
    if declaration.trim().is_empty() {
        return Ok(Vec::new());
    }
    if declaration.len() > MAX_DECLARATION_BYTES {
        return Err(whole(format!(
            "the declared schemas have {} bytes, at most {MAX_DECLARATION_BYTES} are possible",
            declaration.len()
        )));
    }
    let list = match serde_json::from_str(declaration) {
        Ok(Value::Array(list)) => list,
        Ok(other) => {
            return Err(whole(format!(
                "the declared schemas must be an array, not {}",
                kind(&other)
            )));
        }
        Err(error) => return Err(whole(format!("the declared schemas are not valid JSON: {error}"))),
    };
    if list.len() > MAX_DECLARED_SCHEMAS {
        return Err(whole(format!(
            "{} schemas are declared, at most {MAX_DECLARED_SCHEMAS} are possible",
            list.len()
        )));
    }
    let mut reader = Reader::default();
    for value in &list {
        reader.schema(value);
    }
    let attributes: usize = reader.schemas.iter().map(|schema| schema.attributes.len()).sum();
    if attributes > MAX_DECLARED_ATTRIBUTES {
        reader.problems.extend(whole(format!(
            "{attributes} attributes are declared, at most {MAX_DECLARED_ATTRIBUTES} are possible"
        )));
    }
    if reader.problems.is_empty() {
        Ok(reader.schemas)
    } else {
        Err(reader.problems)
    }
}

/// Reads schema by schema, and collects what is wrong with all of them.
#[derive(Default)]
struct Reader {
    schemas: Vec<Declared>,
    problems: Vec<Problem>,
    /// How many schemas were begun.
    count: usize,
}

impl Reader {
    fn report(&mut self, attribute: Option<usize>, message: String) {
        self.problems.push(Problem {
            schema: self.count.checked_sub(1),
            attribute,
            message,
        });
    }

    fn schema(&mut self, value: &Value) {
        self.count += 1;
        let Value::Object(object) = value else {
            self.report(None, format!("a schema must be an object, not {}", kind(value)));
            return;
        };
        self.require_members(object, &["id", "name", "description", "attributes"], None);
        let id = self.string(object, "id", None);
        if let Some(message) = urn_problem(&id, &self.schemas) {
            self.report(None, message);
        }
        let name = self.described(object, "name", None);
        let description = self.described(object, "description", None);
        let mut attributes = Vec::new();
        match object.get("attributes") {
            Some(Value::Array(list)) if !list.is_empty() => {
                for (index, value) in list.iter().enumerate() {
                    if let Some(attribute) = self.attribute(value, index, &attributes) {
                        attributes.push(attribute);
                    }
                }
            }
            _ => self.report(
                None,
                format!("the schema {} needs at least one attribute", quoted(&id)),
            ),
        }
        let name = if name.is_empty() { last_name(&id) } else { name };
        let description = or_else(description, &name);
        self.schemas.push(Declared {
            id,
            name,
            description,
            attributes,
        });
    }

    fn attribute(
        &mut self,
        value: &Value,
        index: usize,
        others: &[DeclaredAttribute],
    ) -> Option<DeclaredAttribute> {
        let at = Some(index);
        let Value::Object(object) = value else {
            self.report(at, format!("an attribute must be an object, not {}", kind(value)));
            return None;
        };
        self.require_members(
            object,
            &["name", "type", "multiValued", "caseExact", "description"],
            at,
        );
        let name = self.string(object, "name", at);
        if let Some(message) = name_problem(&name, others) {
            self.report(at, message);
        }
        let type_name = match object.get("type") {
            None => "string".to_owned(),
            Some(_) => self.string(object, "type", at),
        };
        let kind = TYPES.into_iter().find(|kind| kind.name() == type_name);
        if kind.is_none() {
            let known: Vec<&str> = TYPES.iter().map(|kind| kind.name()).collect();
            self.report(
                at,
                format!(
                    "the type of an attribute must be one of {}, not {}",
                    known.join(", "),
                    quoted(&type_name)
                ),
            );
        }
        let kind = kind.unwrap_or(AttributeType::String);
        Some(DeclaredAttribute {
            multi_valued: self.boolean(object, "multiValued", at).unwrap_or(false),
            // RFC 7643 §2.3.7: references compare with case.
            case_exact: self
                .boolean(object, "caseExact", at)
                .unwrap_or(kind == AttributeType::Reference),
            description: or_else(self.described(object, "description", at), &name),
            name,
            kind,
        })
    }

    fn require_members(&mut self, object: &Map<String, Value>, known: &[&str], at: Option<usize>) {
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            self.report(
                at,
                format!(
                    "{} cannot be declared, only {} can",
                    quoted(name),
                    known.join(", ")
                ),
            );
        }
    }

    fn string(&mut self, object: &Map<String, Value>, name: &str, at: Option<usize>) -> String {
        match object.get(name) {
            Some(Value::String(text)) => text.trim().to_owned(),
            None | Some(Value::Null) => String::new(),
            Some(other) => {
                self.report(at, format!("'{name}' must be a string, not {}", kind(other)));
                String::new()
            }
        }
    }

    /// A text for persons.
    fn described(&mut self, object: &Map<String, Value>, name: &str, at: Option<usize>) -> String {
        let text = self.string(object, name, at);
        let length = text.chars().count();
        if length > MAX_DESCRIPTION_CHARS {
            self.report(
                at,
                format!("'{name}' has {length} characters, at most {MAX_DESCRIPTION_CHARS} are possible"),
            );
        }
        if text.chars().any(char::is_control) {
            self.report(at, format!("'{name}' holds control characters"));
        }
        text
    }

    fn boolean(&mut self, object: &Map<String, Value>, name: &str, at: Option<usize>) -> Option<bool> {
        match object.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::Bool(value)) => Some(*value),
            Some(other) => {
                self.report(at, format!("'{name}' must be true or false, not {}", kind(other)));
                None
            }
        }
    }
}

/// RFC 7643 §7: everything has a description.
fn or_else(description: String, name: &str) -> String {
    if description.is_empty() {
        name.to_owned()
    } else {
        description
    }
}

/// What a schema without a name is called: `CustomExtension` of `urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User`.
fn last_name(id: &str) -> String {
    let is_name = |part: &&str| !matches!(*part, "2.0" | "User");
    id.rsplit(':').find(is_name).unwrap_or(id).to_owned()
}

/// What is wrong with the URN of a schema (RFC 8141 §2), less of which is allowed here: one name is written in filters, paths
/// and addresses.
fn urn_problem(id: &str, others: &[Declared]) -> Option<String> {
    const EXAMPLE: &str = "urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User";
    if id.is_empty() {
        return Some(format!("a schema needs a URN such as '{EXAMPLE}'"));
    }
    if id.len() > MAX_URN_BYTES {
        return Some(format!(
            "the URN {} has {} bytes, at most {MAX_URN_BYTES} are possible",
            quoted(id),
            id.len()
        ));
    }
    let parts: Vec<&str> = id.split(':').collect();
    let is_part = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
    };
    let namespace = parts.get(1).copied().unwrap_or_default();
    let is_urn = parts.first().is_some_and(|part| part.eq_ignore_ascii_case("urn"))
        && parts.len() > 2
        && parts.iter().all(is_part)
        && (2..=32).contains(&namespace.len())
        && !namespace.starts_with('-')
        && !namespace.ends_with('-')
        && !namespace.contains(['.', '_'])
        && !namespace.eq_ignore_ascii_case("urn");
    if !is_urn {
        return Some(format!(
            "{} is not a URN such as '{EXAMPLE}': letters, digits, '-', '.' and '_' between colons",
            quoted(id)
        ));
    }
    let begins_with = |start: &str| {
        id.get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    if RESERVED.into_iter().any(begins_with) {
        return Some(format!("{} is a URN of SCIM itself", quoted(id)));
    }
    let own = [&USER_SCHEMA, &GROUP_SCHEMA, &ENTERPRISE_USER, &WPO365_USER].map(|schema| schema.id);
    if own.iter().any(|own| overlap(own, id)) {
        return Some(format!(
            "{} is declared already, by the plugin itself",
            quoted(id)
        ));
    }
    let other = others.iter().find(|other| overlap(&other.id, id))?;
    Some(if other.id.eq_ignore_ascii_case(id) {
        format!("the schema {} is declared twice", quoted(id))
    } else {
        format!(
            "of {} and {} one begins like the other, so that a path could mean both",
            quoted(&other.id),
            quoted(id)
        )
    })
}

/// Whether a name of one schema could be read as a name of the other, too.
fn overlap(left: &str, right: &str) -> bool {
    let (left, right) = (left.to_ascii_lowercase(), right.to_ascii_lowercase());
    let begins = |long: &str, short: &str| {
        long.strip_prefix(short)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    begins(&left, &right) || begins(&right, &left)
}

/// RFC 7643 §2.1
fn name_problem(name: &str, others: &[DeclaredAttribute]) -> Option<String> {
    if name.is_empty() {
        return Some("an attribute needs a name".to_owned());
    }
    if !is_attribute_name(name) || name.starts_with('$') {
        return Some(format!(
            "{} is not a name of an attribute: a letter, then letters, digits, '-' and '_'",
            quoted(name)
        ));
    }
    if name.len() > MAX_ATTRIBUTE_NAME_BYTES {
        return Some(format!(
            "the name {} has {} characters, at most {MAX_ATTRIBUTE_NAME_BYTES} are possible",
            quoted(name),
            name.len()
        ));
    }
    others
        .iter()
        .any(|other| other.name.eq_ignore_ascii_case(name))
        .then(|| format!("the attribute {} is declared twice", quoted(name)))
}
