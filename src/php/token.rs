//! `Scimpress\Token`

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::FINAL;
use super::input::{self, type_error};
use crate::token;

/// A secret token of a SCIM client, known only by its digest.
#[php_class]
#[php(name = "Scimpress\\Token")]
#[php(flags = FINAL)]
pub(crate) struct Token {
    inner: token::Token,
}

#[php_impl]
impl Token {
    /// Reads the value of an Authorization header, `Bearer` and a token.
    ///
    /// @param string $authorization Value of the header.
    ///
    /// @return Token|null Null when it is not a bearer token.
    #[php(name = "parse")]
    pub(crate) fn parse(authorization: BinarySlice<u8>) -> Option<Self> {
        token::Token::parse(&authorization).map(|inner| Self { inner })
    }

    /// The token of a secret, to store its digest.
    ///
    /// @param string $secret 16 to 4096 visible ASCII characters.
    ///
    /// @return Token|null Null when the secret cannot be sent as a bearer token.
    #[php(name = "fromSecret")]
    pub(crate) fn from_secret(secret: BinarySlice<u8>) -> Option<Self> {
        token::Token::from_secret(&secret).map(|inner| Self { inner })
    }

    /// Lower-case hexadecimal SHA-256 of the secret, 64 characters.
    ///
    /// @return string
    #[php(name = "digest")]
    pub(crate) fn digest(&self) -> String {
        self.inner.digest()
    }

    /// Which of the stored digests is this token's; all are compared in constant time.
    ///
    /// @param list<string> $digests Lower-case hexadecimal digests.
    ///
    /// @return int|null Position in the list, null when none matches.
    ///
    /// @throws \TypeError when an entry is no string.
    #[php(name = "matches")]
    pub(crate) fn matches(&self, digests: &ZendHashTable) -> PhpResult<Option<i64>> {
        let digests = input::values(digests)
            .map(|digest| {
                input::bytes(digest).ok_or_else(|| type_error("digests must be a list of strings".into()))
            })
            .collect::<PhpResult<Vec<_>>>()?;
        Ok(self
            .inner
            .matches(&digests)
            .and_then(|index| i64::try_from(index).ok()))
    }
}
