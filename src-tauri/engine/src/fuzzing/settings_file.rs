//! `settings.toml`: refused with a line, or taken, written again and read the same.

use std::path::Path;

use chrono::TimeDelta;

use super::SEPARATOR;
use crate::booking::CompanyId;
use crate::settings::{
    BranchQuietHours, BranchSettings, Change, Delay, Language, Settings, SettingsError, edited, parse,
};

const COMMENT_BEFORE: &str = "# the owner's own words, at the top\n";
const COMMENT_AFTER: &str = "\n# the owner's own words, at the end\n";
/// What somebody may paste in the wrong place.
const TOKEN: &str = "d75b3a66374942c5b3c019c698abc2067e151558acbd451234";

/// Reads a file, writes what it says into it, and changes it. Behind a separator
/// may stand words for the changes: a template, a number of an instance.
///
/// # Panics
///
/// When a property does not hold.
pub fn settings(input: &str) {
    let mut parts = input.split(SEPARATOR);
    let text = parts.next().unwrap_or_default();
    let words: Vec<&str> = parts.collect();
    let path = Path::new("settings.toml");
    let read = parse(path, text);
    match &read {
        Err(error) => check_error(error, text),
        Ok(settings) => {
            check_taken(path, text, settings);
            check_comments(path, text, settings);
        }
    }
    check_changes(path, text, &words);
}

/// A refusal names a line that is there, and no token that was put in the wrong place.
fn check_error(error: &SettingsError, text: &str) {
    let lines = text.split('\n').count();
    assert!(error.line.is_none_or(|line| (1..=lines).contains(&line)), "{error} of {lines} lines");
    let shown = error.to_string();
    assert!(shown.len() < 4000, "{} bytes", shown.len());
    // As a value; the name of a key is told, for how else would it be found?
    if text.contains(&format!("\"{TOKEN}\"")) && text.matches(TOKEN).count() == 1 && error.key.is_some() {
        assert!(!shown.contains(TOKEN) || shown.contains("not a setting"), "{shown}");
    }
}

/// What was taken is within its bounds, and says the same when it is written down again.
fn check_taken(path: &Path, text: &str, settings: &Settings) {
    assert!(settings.poll_interval.as_millis() >= 100);
    assert!(is_in_bounds(settings.delay));
    for url in [&settings.yclients.base_url, &settings.whatsapp.base_url] {
        assert!(url.starts_with("https://") || is_loopback(url), "{url} is not for tokens");
    }
    assert!(settings.whatsapp.instance_id.bytes().all(|byte| byte.is_ascii_digit()));
    let mut companies: Vec<_> = settings.branches.iter().map(|branch| branch.company_id).collect();
    companies.sort();
    companies.dedup();
    assert_eq!(companies.len(), settings.branches.len(), "each branch once");

    let (untouched, same) = edited(path, text, &[]).expect("an edit that changes nothing");
    assert_eq!(&same, settings);
    assert_eq!(untouched.replace("\r\n", "\n"), text.replace("\r\n", "\n"), "an edit that changes nothing");

    let (after, again) = edited(path, text, &all_of(settings)).expect("its own values");
    assert_eq!(&again, settings, "written out it says something else:\n{after}");
    if !settings.broken_templates().is_empty() {
        // It is read where it stands, and `check` names the line. Nobody writes it anew.
        edited(path, "", &all_of(settings)).expect_err("a broken template is not written");
        return;
    }
    let (from_nothing, again) = edited(path, "", &all_of(settings)).expect("its own values in a new file");
    assert_eq!(&again, settings, "in a new file it says something else:\n{from_nothing}");
}

/// Every value that the screen can write.
fn all_of(settings: &Settings) -> Vec<Change> {
    let mut changes = vec![
        Change::Enabled(settings.enabled),
        Change::PollInterval(settings.poll_interval),
        Change::Delay(settings.delay),
        Change::Language(settings.language),
        Change::QuietHours(settings.quiet_hours),
        Change::MinLead(settings.min_lead),
        Change::Burst(settings.burst),
        Change::KeepDays(settings.keep_days),
        Change::Proxy(settings.proxy.clone()),
        Change::YclientsBaseUrl(settings.yclients.base_url.clone()),
        Change::RequestGap(settings.yclients.request_gap),
        Change::Gateway(settings.whatsapp.gateway),
        Change::WhatsappBaseUrl(settings.whatsapp.base_url.clone()),
        Change::InstanceId(settings.whatsapp.instance_id.clone()),
        Change::SendGap(settings.whatsapp.send_gap),
        Change::WhatsappProxy(settings.whatsapp.proxy.clone()),
    ];
    if settings.template.is_some() {
        changes.push(Change::Template(settings.template.clone()));
    }
    changes.extend(settings.branches.iter().cloned().map(Change::PutBranch));
    changes
}

/// Comments around what is changed stay.
fn check_comments(path: &Path, text: &str, settings: &Settings) {
    let commented = format!("{COMMENT_BEFORE}{text}{COMMENT_AFTER}");
    // At the end of an unfinished line it would say something else; a BOM belongs to the first byte.
    if parse(path, &commented).as_ref() != Ok(settings) {
        return;
    }
    let mut changes = all_of(settings);
    changes.push(Change::Enabled(!settings.enabled));
    changes.push(Change::PutBranch(BranchSettings::new(CompanyId(4711))));
    let (after, _) = edited(path, &commented, &changes).expect("its own values");
    let after = after.replace("\r\n", "\n");
    for comment in [COMMENT_BEFORE.trim(), COMMENT_AFTER.trim()] {
        assert!(after.contains(comment), "a comment is lost:\n{after}");
    }
}

/// Whatever is written: it says what was asked, or it is refused; never an unreadable file.
fn check_changes(path: &Path, text: &str, words: &[&str]) {
    let word = |index: usize| words.get(index).copied().unwrap_or("{{ when }}").to_owned();
    let branch = BranchSettings {
        integration_user_ids: vec![7, 8],
        phone_region: Some("KZ".to_owned()),
        delay: Some(Delay::Manual),
        template: Some(word(1)),
        quiet_hours: Some(BranchQuietHours::Off),
        min_lead: Some(TimeDelta::minutes(3)),
        ..BranchSettings::new(CompanyId(4712))
    };
    let changes = [
        Change::Enabled(false),
        Change::Delay(Delay::Manual),
        Change::Language(Language::En),
        Change::Template(Some(word(0))),
        Change::Template(None),
        Change::InstanceId(word(2)),
        Change::YclientsBaseUrl(word(3)),
        Change::PutBranch(branch),
        Change::RemoveBranch(CompanyId(4712)),
    ];
    let readable = parse(path, text).is_ok();
    let mut text = text.to_owned();
    for change in &changes {
        let Ok((after, settings)) = edited(path, &text, std::slice::from_ref(change)) else {
            let own = matches!(
                change,
                Change::Template(Some(_))
                    | Change::InstanceId(_)
                    | Change::YclientsBaseUrl(_)
                    | Change::PutBranch(_)
            );
            assert!(own || !readable, "{change:?} is refused in\n{text}");
            continue;
        };
        assert_eq!(parse(path, &after).as_ref(), Ok(&settings), "{change:?}");
        match change {
            Change::Enabled(on) => assert_eq!(settings.enabled, *on),
            Change::Delay(delay) => assert_eq!(settings.delay, *delay),
            Change::Language(language) => assert_eq!(settings.language, *language),
            Change::Template(None) => assert_eq!(settings.template, None),
            Change::Template(Some(template)) if !template.trim().is_empty() => {
                let mut lines = template.to_owned();
                while lines.contains("\r\n") {
                    lines = lines.replace("\r\n", "\n");
                }
                assert_eq!(settings.template.as_deref(), Some(lines.trim_end_matches('\r')));
            }
            Change::PutBranch(branch) => {
                assert!(settings.branches.iter().any(|known| known.company_id == branch.company_id));
            }
            Change::RemoveBranch(company) => {
                assert!(settings.branches.iter().all(|known| known.company_id != *company));
            }
            _ => {}
        }
        text = after;
    }
}

fn is_in_bounds(delay: Delay) -> bool {
    match delay {
        Delay::Manual => true,
        Delay::After(delay) => (TimeDelta::zero()..=TimeDelta::minutes(30)).contains(&delay),
    }
}

fn is_loopback(url: &str) -> bool {
    ["http://localhost", "http://127.", "http://[::1]"].iter().any(|start| url.starts_with(start))
}
