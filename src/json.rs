//! Request bodies: bytes to JSON, refusing what two readers could read differently.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::error::{ScimError, quoted};
use crate::limits::MAX_JSON_DEPTH;

/// The JSON object that a body holds.
///
/// `serde_json` alone keeps the last of two equal keys silently; a proxy or a log may have judged the first, so both are
/// refused. Fails with `invalidSyntax` when the body is not UTF-8, not JSON, not an object, nested deeper than
/// [`MAX_JSON_DEPTH`] or names a key twice.
pub fn object(body: &[u8]) -> Result<Map<String, Value>, ScimError> {
    let text = std::str::from_utf8(body).map_err(|error| {
        ScimError::invalid_syntax(format!(
            "the body is not UTF-8 from byte {} on",
            error.valid_up_to() + 1
        ))
    })?;
    if text.trim().is_empty() {
        return Err(ScimError::invalid_syntax(
            "the body is empty, a JSON object was expected",
        ));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Depth(MAX_JSON_DEPTH)
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| ScimError::invalid_syntax(format!("the body is not valid JSON: {error}")))?;
    match value {
        Value::Object(object) => Ok(object),
        other => Err(ScimError::invalid_syntax(format!(
            "the body is {}, a JSON object was expected",
            kind(&other)
        ))),
    }
}

/// The member of exactly this name. Along the few members that an object of a resource has, comparing lengths finds it
/// sooner than hashing the name; an object as large as its sender likes is not walked.
#[must_use]
pub fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    const FEW: usize = 24;
    if object.len() > FEW {
        return object.get(name);
    }
    object
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Members of a usual body, for which a map makes room at once instead of growing four times.
const USUAL_MEMBERS: usize = 14;

/// What a value is, for error texts.
#[must_use]
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Builds a value with at most this many levels of objects and arrays.
#[derive(Clone, Copy)]
struct Depth(usize);

impl Depth {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.0.checked_sub(1) {
            Some(rest) => Ok(Self(rest)),
            None => Err(E::custom(format_args!(
                "nested deeper than {MAX_JSON_DEPTH} levels"
            ))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.is_empty() && self.0 == MAX_JSON_DEPTH {
                object = Map::with_capacity(USUAL_MEMBERS);
            }
            match object.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(map.next_value_seed(inner)?);
                }
                Entry::Occupied(place) => {
                    return Err(A::Error::custom(format_args!(
                        "the key {} appears twice",
                        quoted(place.key())
                    )));
                }
            }
        }
        Ok(Value::Object(object))
    }
}
