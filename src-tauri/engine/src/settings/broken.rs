//! Templates with a broken character (U+FFFD) of their own: every message made from one waits for a
//! person. None is saved; one that a file has already is named.

use std::path::Path;

use super::{Settings, SettingsError};
use crate::booking::CompanyId;
use crate::template;

/// A template, and where in it the character stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenTemplate<'a> {
    /// The branch whose own it is; None: the shop's.
    pub branch: Option<CompanyId>,
    /// Of the template, counted from 1.
    pub line: usize,
    text: &'a str,
}

impl Settings {
    /// Every template with a broken character in it.
    pub fn broken_templates(&self) -> Vec<BrokenTemplate<'_>> {
        let own = self.branches.iter().map(|branch| (Some(branch.company_id), branch.template.as_deref()));
        std::iter::once((None, self.template.as_deref()))
            .chain(own)
            .filter_map(|(branch, text)| {
                let text = text?;
                template::broken_line(text).map(|line| BrokenTemplate { branch, line, text })
            })
            .collect()
    }
}

/// Refuses a template that is broken and was not there before: who changes something else in a file
/// that has one is not kept from it.
pub(super) fn refuse_new(path: &Path, before: &Settings, after: &Settings) -> Result<(), SettingsError> {
    let there = before.broken_templates();
    let is_new = |broken: &BrokenTemplate<'_>| there.iter().all(|old| old.text != broken.text);
    let Some(BrokenTemplate { branch, line, .. }) = after.broken_templates().into_iter().find(is_new) else {
        return Ok(());
    };
    let key = if branch.is_some() { "branches.template" } else { "template" };
    let whose = branch.map(|company| format!(" (branch {company})")).unwrap_or_default();
    let error = template::TemplateError::BrokenCharacter { line };
    let message = format!("cannot be used{whose}: {error}");
    Err(SettingsError { key: Some(key.to_owned()), ..SettingsError::of_file(path, message) })
}
