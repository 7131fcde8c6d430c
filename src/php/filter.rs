//! `Scimpress\Filter` and `Scimpress\FilterError`

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::exception::PhpException;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::zend::ce;

use crate::error::ScimError;
use crate::schema::USER;
use crate::{filter, json, resource};

/// A filter that cannot be read, or a resource that cannot be matched; the message names the position.
#[php_class]
#[php(name = "Scimpress\\FilterError")]
#[php(extends(ce = ce::exception, stub = "\\Exception"))]
#[derive(Default)]
pub(crate) struct FilterError;

/// A filter over users, RFC 7644 section 3.4.2.2.
#[php_class]
#[php(name = "Scimpress\\Filter")]
#[php(flags = ClassFlags::Final)]
pub(crate) struct Filter {
    inner: filter::Filter,
}

#[php_impl]
impl Filter {
    /// Reads a filter.
    ///
    /// @param string $filter such as `userName eq "ana@example.com"`.
    ///
    /// @return Filter
    ///
    /// @throws FilterError when it is malformed or compares what cannot be compared.
    #[php(name = "parse")]
    pub(crate) fn parse(filter: BinarySlice<u8>) -> PhpResult<Self> {
        let text = std::str::from_utf8(&filter).map_err(|_| exception("the filter is not UTF-8".into()))?;
        let inner = filter::Filter::parse(text, &USER).map_err(|error| scim(error.into()))?;
        Ok(Self { inner })
    }

    /// Whether a user matches.
    ///
    /// @param string $resource the user as JSON text.
    ///
    /// @return bool
    ///
    /// @throws FilterError when the text is no SCIM user.
    #[php(name = "matches")]
    pub(crate) fn matches(&self, resource: BinarySlice<u8>) -> PhpResult<bool> {
        let object = json::object(&resource).map_err(scim)?;
        let user = resource::normalise::representation(&object, &USER).map_err(scim)?;
        Ok(self.inner.matches(&user))
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
    exception(error.detail)
}

fn exception(message: String) -> PhpException {
    PhpException::from_class::<FilterError>(message)
}
