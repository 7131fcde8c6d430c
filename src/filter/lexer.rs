//! Cuts a filter into tokens. Quoted strings are tokens, so brackets and blanks inside them mean nothing.

use super::FilterError;
use super::token::{Lexeme, Token};

/// A cursor over the text. Every delimiter is ASCII, so a cut never falls inside a character.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, position: usize) -> Self {
        Self { text, position }
    }

    /// The whole text, for error positions.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The next token. Fails on a string without end.
    pub(super) fn next(&mut self) -> Result<Token<'a>, FilterError> {
        let rest = self.text.get(self.position..).unwrap_or_default();
        let blanks = rest.bytes().take_while(|byte| is_blank(*byte)).count();
        let start = self.position + blanks;
        let rest_trimmed = rest.get(blanks..).unwrap_or_default();
        let (lexeme, length) = match rest_trimmed.as_bytes().first() {
            None => (Lexeme::End, 0),
            Some(b'(') => (Lexeme::OpenGroup, 1),
            Some(b')') => (Lexeme::CloseGroup, 1),
            Some(b'[') => (Lexeme::OpenBracket, 1),
            Some(b']') => (Lexeme::CloseBracket, 1),
            Some(b'"') => {
                let string = string(rest_trimmed).ok_or_else(|| {
                    FilterError::new(
                        self.text,
                        start,
                        "expected a closing quote for the string that begins",
                        None,
                    )
                })?;
                (Lexeme::String(string), string.len())
            }
            Some(_) => {
                let word = word(rest_trimmed);
                (Lexeme::Word(word), word.len())
            }
        };
        self.position = start + length;
        Ok(Token { lexeme, start })
    }
}

/// The grammar has single spaces; clients also send what their editor made of them.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn word(text: &str) -> &str {
    let is_end = |byte: u8| is_blank(byte) || matches!(byte, b'(' | b')' | b'[' | b']' | b'"');
    let end = text.bytes().position(is_end);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The JSON string that `text` begins with, RFC 8259 §7. Its content is checked when it is decoded.
fn string(text: &str) -> Option<&str> {
    let mut end = 1;
    loop {
        let rest = text.get(end..)?;
        let quote = rest.find('"')?;
        let backslashes = rest
            .get(..quote)?
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'\\')
            .count();
        end += quote + 1;
        // Of an odd number the last escapes the quote.
        if backslashes % 2 == 0 {
            return text.get(..end);
        }
    }
}
