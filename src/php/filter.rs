//! `Scimpress\Filter` and `Scimpress\FilterError`

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::builders::ClassBuilder;
use ext_php_rs::exception::PhpException;
use ext_php_rs::prelude::*;
use ext_php_rs::zend::{ClassEntry, ce};
use serde_json::Value;

use super::FINAL;
use crate::error::ScimError;
use crate::path::member;
use crate::schema::{ResourceType, USER, declared};
use crate::{filter, json, resource};

/// Name of the class that [`error_class`] registers.
const ERROR_CLASS: &str = "Scimpress\\FilterError";

/// `Scimpress\FilterError`.
///
/// Built by hand, since the bindings' own classes put a Rust value behind each object and so lose what `\Exception` does
/// when one is made: file, line and trace.
pub(super) fn error_class() -> ClassBuilder {
    ClassBuilder::new(ERROR_CLASS)
        .extends((ce::exception, "\\Exception"))
        .docs(&[" A filter that cannot be read, or a resource that cannot be matched; the message names the position."])
        .registration(|_class, _arguments| {})
}

/// A filter over users or groups, RFC 7644 section 3.4.2.2.
#[php_class]
#[php(name = "Scimpress\\Filter")]
#[php(flags = FINAL)]
pub(crate) struct Filter {
    inner: filter::Filter,
    of: &'static ResourceType,
}

#[php_impl]
impl Filter {
    /// Reads a filter.
    ///
    /// @param string $filter   Such as `userName eq "ana@example.com"`.
    /// @param string $resource What it is about: `User` or `Group`.
    /// @param string|null $schemas The extensions of users that the site declares, as JSON text.
    ///
    /// @return Filter
    ///
    /// @throws FilterError when it is malformed or compares what cannot be compared.
    #[php(name = "parse", defaults(resource = USER.name))]
    pub(crate) fn parse(
        filter: BinarySlice<u8>,
        resource: String,
        schemas: Option<String>,
    ) -> PhpResult<Self> {
        let of = declared::resource_types(&schemas.unwrap_or_default())
            .map_err(scim)?
            .all
            .into_iter()
            .find(|it| it.name == resource)
            .ok_or_else(|| exception("a filter is about `User` or `Group`"))?;
        let text = std::str::from_utf8(&filter).map_err(|_| exception("the filter is not UTF-8"))?;
        let inner = filter::Filter::parse(text, of).map_err(|error| scim(error.into()))?;
        Ok(Self { inner, of })
    }

    /// Whether a user or a group matches.
    ///
    /// @param string $resource The resource as JSON text. As in a request, null, "" and [] mean that there is no value.
    ///
    /// @return bool
    ///
    /// @throws FilterError when the text is no such SCIM resource.
    #[php(name = "matches")]
    pub(crate) fn matches(&self, resource: BinarySlice<u8>) -> PhpResult<bool> {
        let object = json::object(&resource).map_err(scim)?;
        // Normalising leaves it out, since the engine derives it; here it is part of what is to be matched.
        let schemas = member(&object, "schemas").cloned();
        let mut representation = resource::normalise::representation(object, self.of).map_err(scim)?;
        if let Some(schemas @ Value::Array(_)) = schemas {
            representation.insert("schemas".into(), schemas);
        }
        Ok(self.inner.matches(&representation))
    }

    /// The filter in its canonical spelling.
    ///
    /// @return string
    #[php(name = "canonical")]
    pub(crate) fn canonical(&self) -> String {
        self.inner.to_string()
    }

    /// The filter in its canonical spelling.
    ///
    /// @return string
    #[php(name = "__toString")]
    pub(crate) fn to_text(&self) -> String {
        self.inner.to_string()
    }
}

fn scim(error: ScimError) -> PhpException {
    exception(&error.detail)
}

fn exception(message: &str) -> PhpException {
    // Looked up each time: a SAPI may shut the module down and start it again, which makes another class entry.
    let class = ClassEntry::try_find(ERROR_CLASS).unwrap_or_else(ce::exception);
    // PHP takes the message as a C string.
    PhpException::new(message.replace('\0', "\u{fffd}"), 0, class)
}
