//! Scimpress: the SCIM 2.0 engine of a WordPress plugin, and its PHP extension.
//!
//! Everything but the room `php` is plain Rust without I/O, clock, randomness or global state. `exchange` is the front
//! door: a request's bytes go in, the needs it has of a store come out, and in the end the answer's bytes.
//! RFC 7643 (schema) and RFC 7644 (protocol) are cited where the code obeys them.

pub mod assemble;
pub mod attributes;
pub mod datetime;
pub mod error;
pub mod exchange;
pub mod filter;
pub mod json;
pub mod limits;
pub mod mapping;
pub mod patch;
pub mod path;
pub mod quirks;
pub mod received;
pub mod redact;
pub mod resource;
pub mod roles;
pub mod schema;
pub mod token;
pub mod value_path;

#[cfg(feature = "php")]
mod php;

/// Version of the engine and of the extension.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
