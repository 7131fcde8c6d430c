//! The grammar of RFC 7644 figure 1, by recursive descent.
//!
//! ```text
//! or      = and *("or" and)
//! and     = unary *("and" unary)
//! unary   = term / ["not"] "(" or ")"
//! term    = attrPath test / attrPath "[" or "]" ["." part test]
//! test    = "pr" / operator value
//! ```

use serde_json::Number;

use super::ast::{Expression, Part, Term};
use super::bind::{self, Literal, RawTest};
use super::lexer::Lexer;
use super::token::{Lexeme, Operator, Token};
use super::{FilterError, ValueFilter};
use crate::limits::{MAX_FILTER_DEPTH, MAX_FILTER_TERMS};
use crate::path::{AttributePath, PathError, is_attribute_name};
use crate::schema::Attribute;

/// Tokens with one of look-ahead, and what has been spent of the limits.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    depth: usize,
    terms: usize,
}

/// What stands between `and`, `or` and `not`: a term of a filter, or one inside brackets.
pub(super) trait Atom: Sized {
    /// What names are looked up in.
    type Scope: Copy;

    fn parse(parser: &mut Parser<'_>, scope: Self::Scope) -> Result<Self, FilterError>;
}

impl<'a> Parser<'a> {
    /// A parser of `text` from the byte `start` on.
    pub(super) fn new(text: &'a str, start: usize) -> Result<Self, FilterError> {
        let mut lexer = Lexer::new(text, start);
        let token = lexer.next()?;
        Ok(Self {
            lexer,
            token,
            depth: 0,
            terms: 0,
        })
    }

    /// An expression as far as it goes.
    pub(super) fn expression<T: Atom>(&mut self, scope: T::Scope) -> Result<Expression<T>, FilterError> {
        let first = self.conjunction(scope)?;
        let mut rest = Vec::new();
        while self.token.is("or") {
            self.advance()?;
            rest.push(self.conjunction(scope)?);
        }
        Ok(Expression::or(first, rest))
    }

    fn conjunction<T: Atom>(&mut self, scope: T::Scope) -> Result<Expression<T>, FilterError> {
        let first = self.unary(scope)?;
        let mut rest = Vec::new();
        while self.token.is("and") {
            self.advance()?;
            rest.push(self.unary(scope)?);
        }
        Ok(Expression::and(first, rest))
    }

    fn unary<T: Atom>(&mut self, scope: T::Scope) -> Result<Expression<T>, FilterError> {
        if self.token.is("not") {
            self.advance()?;
            if self.token.lexeme != Lexeme::OpenGroup {
                return Err(self.expected("expected '(' after `not`"));
            }
            return Ok(Expression::Not(Box::new(self.group(scope)?)));
        }
        if self.token.lexeme == Lexeme::OpenGroup {
            return self.group(scope);
        }
        Ok(Expression::Term(T::parse(self, scope)?))
    }

    fn group<T: Atom>(&mut self, scope: T::Scope) -> Result<Expression<T>, FilterError> {
        self.descend()?;
        let expression = self.expression(scope)?;
        self.ascend(Lexeme::CloseGroup, "expected `and`, `or` or ')'")?;
        Ok(expression)
    }

    /// `"[" valFilter "]" [subAttr]`. A part sticks to its bracket, as in the grammar.
    pub(super) fn brackets(
        &mut self,
        attribute: &'static Attribute,
    ) -> Result<(ValueFilter, Option<&'static Attribute>), FilterError> {
        self.descend()?;
        let filter = ValueFilter::new(self.expression::<Part>(attribute)?);
        let end = self.token.start + 1;
        self.ascend(Lexeme::CloseBracket, "expected `and`, `or` or ']'")?;
        let name = self.token.word().and_then(|word| word.strip_prefix('.'));
        match name {
            Some(name) if self.token.start == end => {
                let part = self.part(name, attribute)?;
                self.advance()?;
                Ok((filter, Some(part)))
            }
            _ => Ok((filter, None)),
        }
    }

    /// The part of `attribute` that the token names.
    fn part(&self, name: &str, attribute: &'static Attribute) -> Result<&'static Attribute, FilterError> {
        attribute.sub_attribute(name).ok_or_else(|| {
            let error = if is_attribute_name(name) {
                PathError::Unknown(format!("{}.{name}", attribute.name))
            } else {
                PathError::Syntax(name.to_owned())
            };
            FilterError::path(self.lexer.text(), self.token.start, &error)
        })
    }

    /// `"pr" / compareOp SP compValue`
    fn test(&mut self) -> Result<RawTest<'a>, FilterError> {
        self.terms += 1;
        if self.terms > MAX_FILTER_TERMS {
            let what = format!("more than {MAX_FILTER_TERMS} comparisons");
            return Err(self.error(&what));
        }
        if self.token.is("pr") {
            self.advance()?;
            return Ok(RawTest::Present);
        }
        let operator = self
            .token
            .word()
            .and_then(Operator::parse)
            .ok_or_else(|| self.expected("expected a comparison operator"))?;
        let operator_token = self.advance()?;
        let literal = self.literal()?;
        let literal_token = self.advance()?;
        Ok(RawTest::Compare {
            operator,
            operator_token,
            literal,
            literal_token,
        })
    }

    /// `compValue`, and a word without quotes (Entra quirk Q-28) for the binder to judge.
    fn literal(&self) -> Result<Literal<'a>, FilterError> {
        match self.token.lexeme {
            Lexeme::String(json) => string(json)
                .map(Literal::String)
                .ok_or_else(|| self.expected("expected a valid JSON string")),
            Lexeme::Word(word) => {
                let is = |name: &str| word.eq_ignore_ascii_case(name);
                if is("and") || is("or") || is("not") {
                    Err(self.expected("expected a value"))
                } else if is("true") || is("false") {
                    Ok(Literal::Boolean(is("true")))
                } else if is("null") {
                    Ok(Literal::Null)
                } else {
                    Ok(number(word).map_or(Literal::Word(word), Literal::Number))
                }
            }
            _ => Err(self.expected("expected a value")),
        }
    }

    /// Fails unless the text is used up.
    pub(super) fn end(&self, what: &str) -> Result<(), FilterError> {
        match self.token.lexeme {
            Lexeme::End => Ok(()),
            _ => Err(self.expected(what)),
        }
    }

    fn name(&self) -> Result<(&'a str, usize), FilterError> {
        let Some(word) = self.token.word() else {
            return Err(self.expected("expected an attribute name"));
        };
        Ok((word, self.token.start))
    }

    fn descend(&mut self) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > MAX_FILTER_DEPTH {
            let what = format!("brackets nested deeper than {MAX_FILTER_DEPTH}");
            return Err(self.error(&what));
        }
        self.advance()?;
        Ok(())
    }

    fn ascend(&mut self, close: Lexeme<'_>, what: &str) -> Result<(), FilterError> {
        if self.token.lexeme != close {
            return Err(self.expected(what));
        }
        self.depth -= 1;
        self.advance()?;
        Ok(())
    }

    /// Goes on, and returns the token that was current.
    fn advance(&mut self) -> Result<Token<'a>, FilterError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn expected(&self, what: &str) -> FilterError {
        self.token.expected(self.lexer.text(), what)
    }

    fn error(&self, what: &str) -> FilterError {
        FilterError::new(self.lexer.text(), self.token.start, what, None)
    }
}

impl Atom for Term {
    type Scope = bind::Scope;

    fn parse(parser: &mut Parser<'_>, scope: Self::Scope) -> Result<Self, FilterError> {
        let source = parser.lexer.text();
        let (name, start) = parser.name()?;
        let path = bind::path(name, scope).map_err(|e| FilterError::path(source, start, &e))?;
        parser.advance()?;
        if parser.token.lexeme != Lexeme::OpenBracket {
            let test = parser.test()?;
            return bind::attribute(source, start, path, test);
        }
        let attribute = complex(source, start, &path)?;
        match parser.brackets(attribute)? {
            (filter, None) => Ok(Self::Selection {
                path,
                filter,
                part: None,
            }),
            (filter, Some(part)) => {
                let test = parser.test()?;
                Ok(Self::Selection {
                    path,
                    filter,
                    part: Some(bind::part(source, part, test)?),
                })
            }
        }
    }
}

impl Atom for Part {
    type Scope = &'static Attribute;

    fn parse(parser: &mut Parser<'_>, scope: Self::Scope) -> Result<Self, FilterError> {
        let source = parser.lexer.text();
        let (name, _) = parser.name()?;
        let attribute = parser.part(name, scope)?;
        parser.advance()?;
        let test = parser.test()?;
        bind::part(source, attribute, test)
    }
}

/// The complex attribute of a value path that begins at the byte `start` of `source`.
pub(super) fn complex(
    source: &str,
    start: usize,
    path: &AttributePath,
) -> Result<&'static Attribute, FilterError> {
    match path {
        AttributePath::Declared {
            attribute,
            sub_attribute: None,
            ..
        } if !attribute.sub_attributes.is_empty() => Ok(attribute),
        AttributePath::Undeclared { .. } => {
            let error = PathError::Unknown(path.to_string());
            Err(FilterError::path(source, start, &error))
        }
        _ => {
            let name = crate::error::quoted(&path.to_string());
            let what = format!("{name} has no parts to select by in brackets,");
            Err(FilterError::new(source, start, &what, None))
        }
    }
}

/// The content of a JSON string with its quotes. Most hold nothing to be decoded.
fn string(json: &str) -> Option<String> {
    let content = json.strip_prefix('"')?.strip_suffix('"')?;
    // Counted to the end in any case: a loop without an exit works on many bytes at once.
    let special = |byte: &u8| *byte == b'\\' || *byte < b' ';
    let is_plain = content.bytes().filter(special).count() == 0;
    if is_plain {
        return Some(content.to_owned());
    }
    serde_json::from_str(json).ok()
}

/// A JSON number. `str::parse` reads the nearest double, so that a printed number is read as the same one again.
fn number(word: &str) -> Option<Number> {
    let number: Number = serde_json::from_str(word).ok()?;
    if number.is_f64() {
        return Number::from_f64(word.parse().ok()?);
    }
    Some(number)
}
