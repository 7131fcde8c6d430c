//! What the tests of the engine share: tables of cases, a store in memory, a client.
//!
//! Every test crate takes the part of it that it needs.

pub(crate) mod announced;
pub(crate) mod answer;
pub(crate) mod arbitrary;
pub(crate) mod bulk;
pub(crate) mod client;
pub(crate) mod condition;
pub(crate) mod crowd;
pub(crate) mod custom;
pub(crate) mod diff;
pub(crate) mod groups;
pub(crate) mod proofs;
pub(crate) mod recorded;
pub(crate) mod refusal;
pub(crate) mod scene;
pub(crate) mod store;
pub(crate) mod table;
