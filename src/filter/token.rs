//! Tokens of the filter grammar, RFC 7644 figure 1.

use super::FilterError;
use crate::error::quoted;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lexeme<'a> {
    /// A run without blanks, quotes and brackets: a path, an operator, a keyword, a number, `.value` after a bracket.
    Word(&'a str),
    /// A JSON string, with its quotes.
    String(&'a str),
    /// `(`
    OpenGroup,
    /// `)`
    CloseGroup,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// The end of the text.
    End,
}

/// A token and the byte it begins at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) lexeme: Lexeme<'a>,
    pub(super) start: usize,
}

impl<'a> Token<'a> {
    /// The word, when this is one.
    pub(super) fn word(&self) -> Option<&'a str> {
        match self.lexeme {
            Lexeme::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether this is the word, in any case.
    pub(super) fn is(&self, keyword: &str) -> bool {
        self.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword))
    }

    /// The token as an error names it.
    fn found(&self) -> String {
        match self.lexeme {
            Lexeme::Word(text) | Lexeme::String(text) => quoted(text),
            Lexeme::OpenGroup => quoted("("),
            Lexeme::CloseGroup => quoted(")"),
            Lexeme::OpenBracket => quoted("["),
            Lexeme::CloseBracket => quoted("]"),
            Lexeme::End => "the end".to_owned(),
        }
    }

    /// The error that something else should stand here.
    pub(super) fn expected(&self, text: &str, what: &str) -> FilterError {
        FilterError::new(text, self.start, what, Some(&self.found()))
    }
}

/// `compareOp` without `pr`, RFC 7644 table 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Lt,
    Ge,
    Le,
}

impl Operator {
    const ALL: [Self; 9] = [
        Self::Eq,
        Self::Ne,
        Self::Co,
        Self::Sw,
        Self::Ew,
        Self::Gt,
        Self::Lt,
        Self::Ge,
        Self::Le,
    ];

    /// The operator of this name, in any case: RFC 7644 §3.4.2.2, Entra quirk Q-10.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operator| operator.name().eq_ignore_ascii_case(word))
    }

    /// The name that the RFC prints.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Lt => "lt",
            Self::Ge => "ge",
            Self::Le => "le",
        }
    }
}
