//! From what an author writes to what the template engine reads.
//!
//! Clauses become conditions, and everything a message does not need is
//! refused: without calls, assignments and arithmetic nothing in a template can
//! grow faster than the text itself.

use super::{MAX_MESSAGE_CHARS, TemplateError};

/// Stands where a clause or a tag produced nothing, until the line it leaves
/// empty is taken out. Never part of a message: [`super::plain`] lets it through
/// in no value and this module in no template.
pub(super) const GAP: char = '\u{e000}';

/// Of clauses; more is no text any more.
const MAX_NESTING: usize = 8;

/// Stands around each name that a required clause lacks. Never part of a message either.
pub(super) const MISSING: char = '\u{e001}';

const BLOCKS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor"];
const OPERATORS: &[&str] = &["if", "elif", "else", "and", "or", "not", "in", "is"];

/// A clause that is still open: its text so far and what must not be empty.
struct Clause {
    line: usize,
    text: String,
    conditions: Vec<String>,
    /// Without one of them there is to be no message.
    required: bool,
}

/// The engine's source for an author's text, with the same lines.
pub(super) fn translate(template: &str) -> Result<String, TemplateError> {
    let template = template.replace("\r\n", "\n");
    if template.chars().count() > MAX_MESSAGE_CHARS {
        return Err(TemplateError::TooLong);
    }
    let mut reader = Reader { rest: &template, line: 1 };
    let mut text = String::with_capacity(template.len() * 2);
    let mut open: Vec<Clause> = Vec::new();
    while let Some(piece) = reader.next_piece()? {
        let line = piece.line;
        match piece.kind {
            Kind::Text(literal) => current(&mut text, &mut open).push(literal),
            Kind::Expression(inner) => {
                let expression = expression(inner, line)?;
                if let Some(clause) = open.last_mut() {
                    clause.conditions.push(format!("({expression})"));
                }
                let out = current(&mut text, &mut open);
                out.push_str("{{");
                out.push_str(inner);
                out.push_str("}}");
            }
            Kind::Block(inner) => {
                // Its variables may belong to a loop that the clause begins before.
                if !open.is_empty() {
                    return Err(TemplateError::Clause {
                        line,
                        problem: "holds a {% %} tag; it may hold text and variables",
                    });
                }
                block(inner, line)?;
                text.push_str("{%");
                text.push_str(inner);
                text.push_str("%}");
                text.push(GAP);
            }
            Kind::Comment(lines) => {
                let out = current(&mut text, &mut open);
                out.push_str("{#");
                out.extend(std::iter::repeat_n('\n', lines));
                out.push_str("#}");
                out.push(GAP);
            }
            Kind::ClauseOpens => {
                if open.len() >= MAX_NESTING {
                    return Err(TemplateError::Clause { line, problem: "is too deep in others" });
                }
                let required = reader.skip("!");
                open.push(Clause { line, text: String::new(), conditions: Vec::new(), required });
            }
            Kind::ClauseCloses => {
                let clause =
                    open.pop().ok_or(TemplateError::Clause { line, problem: "ends without a beginning" })?;
                let condition = clause.conditions.join(" and ");
                if condition.is_empty() {
                    return Err(TemplateError::Clause { line: clause.line, problem: "holds no variable" });
                }
                let out = current(&mut text, &mut open);
                out.extend(["{% if ", &condition, " %}", &clause.text, "{% else %}"]);
                out.push(GAP);
                for condition in clause.conditions.iter().filter(|_| clause.required) {
                    let name = name_in(condition);
                    out.extend(["{% if not ", condition, " %}"]);
                    out.extend([MISSING.to_string().as_str(), name, MISSING.to_string().as_str()]);
                    out.push_str("{% endif %}");
                }
                out.push_str("{% endif %}");
            }
        }
    }
    match open.pop() {
        Some(clause) => Err(TemplateError::Clause { line: clause.line, problem: "has no end" }),
        None => Ok(text),
    }
}

/// The variable a condition begins with: `address` of `(address|upper)`.
fn name_in(condition: &str) -> &str {
    let bare = condition.trim_start_matches('(').trim_start();
    let end = bare.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
    &bare[..end.unwrap_or(bare.len())]
}

fn current<'a>(text: &'a mut String, open: &'a mut [Clause]) -> &'a mut String {
    match open.last_mut() {
        Some(clause) => &mut clause.text,
        None => text,
    }
}

struct Piece<'a> {
    line: usize,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Text(char),
    /// Between `{{` and `}}`.
    Expression(&'a str),
    /// Between `{%` and `%}`.
    Block(&'a str),
    /// How many line ends the comment holds.
    Comment(usize),
    ClauseOpens,
    ClauseCloses,
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    fn next_piece(&mut self) -> Result<Option<Piece<'a>>, TemplateError> {
        let line = self.line;
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        let kind = if self.skip("[[") {
            Kind::ClauseOpens
        } else if self.skip("]]") {
            Kind::ClauseCloses
        } else if self.skip("{{") {
            Kind::Expression(self.until("}}", true)?)
        } else if self.skip("{%") {
            Kind::Block(self.until("%}", true)?)
        } else if self.skip("{#") {
            Kind::Comment(self.until("#}", false)?.matches('\n').count())
        } else {
            self.advance(first.len_utf8());
            match first {
                '{' | '}' => return Err(TemplateError::SingleBrace { line }),
                '\t' => Kind::Text(' '),
                GAP | MISSING => {
                    return Err(TemplateError::NotAllowed {
                        line,
                        what: "an unprintable character".to_owned(),
                    });
                }
                _ if first.is_control() && first != '\n' => {
                    return Err(TemplateError::NotAllowed {
                        line,
                        what: "an unprintable character".to_owned(),
                    });
                }
                _ => Kind::Text(first),
            }
        };
        Ok(Some(Piece { line, kind }))
    }

    fn advance(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn skip(&mut self, mark: &str) -> bool {
        let found = self.rest.starts_with(mark);
        if found {
            self.advance(mark.len());
        }
        found
    }

    /// What stands before `end`, which may occur in quotes where `quotes` count.
    fn until(&mut self, end: &str, quotes: bool) -> Result<&'a str, TemplateError> {
        let line = self.line;
        let mut quote = None;
        for (at, character) in self.rest.char_indices() {
            match quote {
                Some(open) if character == open => quote = None,
                None if self.rest[at..].starts_with(end) => {
                    let inner = self.advance(at);
                    self.advance(end.len());
                    return Ok(inner);
                }
                None if quotes && matches!(character, '"' | '\'') => quote = Some(character),
                _ => {}
            }
        }
        Err(TemplateError::Syntax { line, message: format!("\"{end}\" is missing") })
    }
}

/// The expression without the dashes that eat white space around it.
fn expression(inner: &str, line: usize) -> Result<&str, TemplateError> {
    let expression = without_dashes(inner);
    check_tokens(expression, line)?;
    if expression.is_empty() {
        return Err(TemplateError::Syntax {
            line,
            message: "there is no variable between the braces".to_owned(),
        });
    }
    Ok(expression)
}

fn block(inner: &str, line: usize) -> Result<(), TemplateError> {
    let body = without_dashes(inner);
    let name: String = body.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if !BLOCKS.contains(&name.as_str()) {
        return Err(TemplateError::NotAllowed { line, what: format!("{{% {name} %}}") });
    }
    check_tokens(body, line)
}

fn without_dashes(inner: &str) -> &str {
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    inner.strip_suffix('-').unwrap_or(inner).trim()
}

/// Lets through names, texts, numbers, comparisons and filters.
fn check_tokens(code: &str, line: usize) -> Result<(), TemplateError> {
    let refuse = |what: &str| Err(TemplateError::NotAllowed { line, what: what.to_owned() });
    let mut rest = code;
    // The names before the present place, the nearest last.
    let mut before = "";
    let mut after_value = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => {
                let end = rest[1..].find(first).map(|at| at + 2);
                let text = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
                // A backslash could hide the closing quote from us; the rest would be read by clients.
                if text.contains(['\\', '{', '}', GAP]) || text.contains(char::is_control) {
                    return refuse("a backslash, a brace or an unprintable character in a quoted text");
                }
                text.len()
            }
            _ if first.is_alphanumeric() || first == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            ' ' | '\n' | '(' | ')' | '[' | ']' | '.' | ',' | '|' | '=' | '!' | '<' | '>' => 1,
            _ => return refuse(&format!("\"{first}\"")),
        };
        let token = &rest[..length];
        match token {
            " " | "\n" => {}
            // A call: the engine's own functions are absent, but loops and methods can be called.
            "(" if after_value => return refuse("a call"),
            "recursive" => return refuse("a recursive loop"),
            _ => {
                let is_name = first.is_alphabetic() || first == '_';
                let takes_arguments = before == "|" || before == "is" || OPERATORS.contains(&token);
                after_value = token == ")"
                    || token == "]"
                    || first == '"'
                    || first == '\''
                    || (is_name && !takes_arguments);
                before = token;
            }
        }
        rest = &rest[length..];
    }
    Ok(())
}
