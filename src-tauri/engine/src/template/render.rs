//! Runs a translated template, within limits.

use std::io;

use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Template, UndefinedBehavior, filters};

use super::source::{GAP, MISSING};
use super::wording::{Context, VARIABLES, VISIT_VARIABLES};
use super::{MAX_MESSAGE_CHARS, TemplateError};

/// Steps a template may take; the built-in ones take a few dozen.
const FUEL: u64 = 20_000;
/// What a template may write before it is stopped; four bytes for each character allowed.
const MAX_BYTES: usize = 4 * MAX_MESSAGE_CHARS;

/// Of these, any one tells a client of all visits.
const OF_ALL_VISITS: &[&str] = &["when", "schedule", "visits"];

pub(super) fn render(source: &str, context: &Context) -> Result<String, TemplateError> {
    let environment = environment();
    let template = compile(&environment, source)?;
    let mut output = Bounded(Vec::new());
    template.render_captured_to(Serde(context), &mut output).map_err(|error| explain(&error))?;
    let rendered = String::from_utf8_lossy(&output.0);
    if rendered.contains(MISSING) {
        return Err(TemplateError::Missing { names: missing(&rendered) });
    }
    let text = finish(&rendered);
    match text.chars().count() {
        0 => Err(TemplateError::Empty),
        1..=MAX_MESSAGE_CHARS => Ok(text),
        _ => Err(TemplateError::TooLong),
    }
}

/// Refuses a variable that does not exist, by its name.
pub(super) fn check_names(source: &str) -> Result<(), TemplateError> {
    let environment = environment();
    let names = compile(&environment, source)?.undeclared_variables(false);
    // A set has no order; the answer should not change from call to call.
    let unknown = names.into_iter().filter(|name| !VARIABLES.contains(&name.as_str())).min();
    unknown.map_or(Ok(()), |name| Err(TemplateError::UnknownVariable { name, known: VARIABLES }))
}

/// Whether several visits would all be in the text.
pub(super) fn covers_all_visits(source: &str) -> Result<bool, TemplateError> {
    let environment = environment();
    let names = compile(&environment, source)?.undeclared_variables(false);
    Ok(OF_ALL_VISITS.iter().any(|name| names.contains(*name)))
}

fn compile<'env, 'source>(
    environment: &'env Environment<'source>,
    source: &'source str,
) -> Result<Template<'env, 'source>, TemplateError> {
    environment.template_from_str(source).map_err(|error| explain(&error))
}

fn environment<'source>() -> Environment<'source> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_formatter(|output, _, value| match value.kind() {
        ValueKind::String | ValueKind::Number => {
            output.write_fmt(format_args!("{value}")).map_err(Error::from)
        }
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        // A list prints itself as code.
        _ => Err(Error::new(ErrorKind::InvalidOperation, "this is no text; a list is read with {% for %}")),
    });
    environment.add_filter("upper", filters::upper);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("first", filters::first);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment
}

fn explain(error: &Error) -> TemplateError {
    let line = error.line().unwrap_or(1);
    match error.kind() {
        ErrorKind::OutOfFuel => TemplateError::TooMuchWork,
        ErrorKind::WriteFailure => TemplateError::TooLong,
        ErrorKind::UndefinedError => TemplateError::UnknownAttribute { line, known: VISIT_VARIABLES },
        kind => TemplateError::Syntax {
            line,
            message: error.detail().map_or_else(|| kind.to_string(), str::to_owned),
        },
    }
}

/// What required clauses lack, each name once.
fn missing(rendered: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in rendered.split(MISSING).skip(1).step_by(2) {
        if names.iter().all(|known| known != name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Takes out what dropped clauses leave behind.
fn finish(rendered: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in rendered.lines() {
        if line.contains(GAP) && line.chars().all(|c| c == GAP || c == ' ') {
            continue;
        }
        let line = without_gaps(line);
        // One empty line between two paragraphs is meant; more are left over.
        if !(line.is_empty() && lines.last().is_none_or(String::is_empty)) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

/// Where nothing was left between two spaces, one of them goes.
fn without_gaps(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut after_gap = false;
    for character in line.chars() {
        if character == GAP {
            after_gap = true;
            continue;
        }
        let doubled = after_gap && character == ' ' && (text.is_empty() || text.ends_with(' '));
        if !doubled {
            text.push(character);
            after_gap = false;
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// Stops a template that writes without end.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BYTES {
            return Err(io::Error::other("the message is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
