//! `Scimpress\Exchange`

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::{FINAL, convert};
use crate::exchange;

/// One SCIM request being answered. PHP asks for the next need, does it, brings the result, until nothing is needed.
///
/// A record is one user as the store holds it; times are milliseconds since 1970, `document` and `observed` JSON text.
///
/// @phpstan-type Account array{user_email: string, first_name: string, last_name: string, display_name: string, active: bool}
/// @phpstan-type Record array{position: int, id: string, version: int, created: int, modified: int, document: string, observed: string, wordpress: Account}
#[php_class]
#[php(name = "Scimpress\\Exchange")]
#[php(flags = FINAL)]
pub(crate) struct Exchange {
    inner: exchange::Exchange,
}

#[php_impl]
impl Exchange {
    /// Starts to answer an authenticated request.
    ///
    /// @param array{method: string, path: string, query: array<string>, headers: array<string, string>, body: string} $request
    ///        The path begins below the base URL and is decoded, header names are in lower case, the body is raw. Bytes
    ///        that are not UTF-8 are the client's fault, and answered so.
    /// @param array{base: string, now: int, newId: string} $config
    ///        Base URL without a slash at its end, the time in milliseconds since 1970, and the id for a resource that the
    ///        request may create.
    ///
    /// @throws \TypeError when an entry is missing or of another type.
    pub(crate) fn __construct(request: &ZendHashTable, config: &ZendHashTable) -> PhpResult<Self> {
        let request = convert::request(request)?;
        let config = convert::config(config)?;
        Ok(Self {
            inner: exchange::Exchange::new(request, config),
        })
    }

    /// What the engine needs next of the store, null when the answer is ready. Asked again without `resume()` in between,
    /// it repeats itself.
    ///
    /// @return array{need: 'select', by: 'id'|'userName'|'externalId'|'objectId'|'email'|null, value: ?string, after: int, limit: int}
    ///         |array{need: 'page', offset: int, limit: int}
    ///         |array{need: 'create', id: string, now: int, userName: string, externalId: ?string, objectId: ?string, email: ?string, active: bool, document: string, wordpress: array<string, ?string>, login: array{preferred: string, suffix: string}}
    ///         |array{need: 'update', id: string, version: int, now: int, userName: string, externalId: ?string, objectId: ?string, email: ?string, active: ?bool, document: string, wordpress: array<string, ?string>}
    ///         |array{need: 'delete', id: string}
    ///         |null
    #[php(name = "next")]
    pub(crate) fn next(&mut self) -> PhpResult<Option<ZBox<ZendHashTable>>> {
        self.inner.next().as_ref().map(convert::need).transpose()
    }

    /// Brings the result of the last need; without one, it is passed over.
    ///
    /// @param array{records: list<Record>}|array{total: int, records: list<Record>}|array{record: Record}|array{deleted: true}|array{error: string, detail: string} $answer
    ///
    /// @return void
    ///
    /// @throws \TypeError when it is none of these.
    #[php(name = "resume")]
    pub(crate) fn resume(&mut self, answer: &ZendHashTable) -> PhpResult<()> {
        self.inner.resume(convert::answer(answer)?);
        Ok(())
    }

    /// HTTP status code of the answer; 500 while something is still needed.
    ///
    /// @return int
    #[php(name = "status")]
    pub(crate) fn status(&self) -> i64 {
        i64::from(self.inner.response().status)
    }

    /// Header fields of the answer, complete.
    ///
    /// @return array<string, string>
    #[php(name = "headers")]
    pub(crate) fn headers(&self) -> PhpResult<ZBox<ZendHashTable>> {
        convert::headers(self.inner.response())
    }

    /// Body of the answer, to be sent as it is; empty for 204.
    ///
    /// @return string
    #[php(name = "body")]
    pub(crate) fn body(&self) -> &str {
        &self.inner.response().body
    }

    /// What the site's administrator should know; never personal data.
    ///
    /// @return list<array{code: string, detail: string, resource: string}>
    #[php(name = "notices")]
    pub(crate) fn notices(&self) -> PhpResult<ZBox<ZendHashTable>> {
        convert::notices(self.inner.response())
    }

    /// A finished exchange for a refusal that WordPress decides.
    ///
    /// @param int    $status HTTP status code, 400 to 599; 500 stands for any other.
    /// @param string $detail One line for a person.
    ///
    /// @return Exchange
    #[php(name = "refusal")]
    pub(crate) fn refusal(status: i64, detail: BinarySlice<u8>) -> Self {
        let status = u16::try_from(status).unwrap_or(500);
        Self {
            inner: exchange::Exchange::refusal(status, &String::from_utf8_lossy(&detail)),
        }
    }
}
