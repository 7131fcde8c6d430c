//! Bearer tokens, RFC 6750: reading the header, digesting, comparing.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::limits::{MAX_TOKEN_BYTES, MIN_TOKEN_BYTES};

/// The digest of a secret token. The secret itself is not kept.
///
/// A token has the entropy of a key, so one SHA-256 is enough: there is nothing to guess that stretching would slow down.
#[derive(Clone, Debug)]
pub struct Token {
    digest: [u8; 32],
}

impl Token {
    /// Reads the value of an `Authorization` header, `Bearer` and one token. The scheme ignores case (RFC 7235 §2.1).
    /// `None` when it is of another scheme, has no scheme, or isn't a token (RFC 6750 §2.1 `b64token`).
    #[must_use]
    pub fn parse(authorization: &[u8]) -> Option<Self> {
        let text = authorization.trim_ascii();
        let (scheme, rest) = text.split_at_checked(6)?;
        if !scheme.eq_ignore_ascii_case(b"bearer") || !rest.first()?.is_ascii_whitespace() {
            return None;
        }
        let secret = rest.trim_ascii();
        is_b64token(secret).then(|| Self::digest_of(secret))
    }

    /// A secret that is to become a token. `None` when it could not be sent as one, or its length is not within
    /// [`MIN_TOKEN_BYTES`] and [`MAX_TOKEN_BYTES`].
    #[must_use]
    pub fn from_secret(secret: &[u8]) -> Option<Self> {
        let fits = (MIN_TOKEN_BYTES..=MAX_TOKEN_BYTES).contains(&secret.len());
        (fits && is_b64token(secret)).then(|| Self::digest_of(secret))
    }

    fn digest_of(secret: &[u8]) -> Self {
        Self {
            digest: Sha256::digest(secret).into(),
        }
    }

    /// Lower-case hexadecimal SHA-256 of the secret.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&self.digest)
    }

    /// Index of the stored digest (lower-case hexadecimal SHA-256) that equals this token's.
    ///
    /// All of them are compared in constant time, so the answer's delay tells neither how much of a digest agreed nor which
    /// one. An entry that isn't such a digest never matches.
    #[must_use]
    pub fn matches<T: AsRef<[u8]>>(&self, digests: &[T]) -> Option<usize> {
        let own = self.digest();
        let mut found = Choice::from(0);
        let mut position = 0_u64;
        for (index, digest) in (0_u64..).zip(digests) {
            let equal = own.as_bytes().ct_eq(digest.as_ref());
            position.conditional_assign(&index, equal & !found);
            found |= equal;
        }
        if bool::from(found) {
            usize::try_from(position).ok()
        } else {
            None
        }
    }
}

/// RFC 6750 §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`. Administrators type tokens by
/// hand and clients send what was typed, so every visible ASCII character is let through.
fn is_b64token(secret: &[u8]) -> bool {
    !secret.is_empty() && secret.iter().all(u8::is_ascii_graphic)
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .map(char::from)
        .collect()
}
