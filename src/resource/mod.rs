//! Resources as JSON objects with the names, types and shapes of the schema tables.

pub mod declared;
pub mod envelope;
pub mod group;
pub mod list;
pub mod normalise;
pub mod password;
pub mod project;
pub mod sort;
pub mod user;
pub mod values;
pub mod verbatim;

use serde_json::{Map, Value};

/// A resource whose keys are the canonical names of its schemas: core attributes bare, an extension's under its URN.
pub type Resource = Map<String, Value>;
