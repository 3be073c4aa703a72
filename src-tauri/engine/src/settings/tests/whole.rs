//! A whole file at once: what it may hold, what putting it in place keeps, and back.

use std::fs;

use chrono::TimeZone as _;

use super::{EXAMPLE, dir_with, load};
use crate::settings::*;

fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap()
}

fn read(text: &str) -> Result<WholeFile, WholeError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("salon.toml");
    fs::write(&path, text).unwrap();
    WholeFile::read(&path)
}

#[test]
fn a_place_for_a_secret_is_named_by_line_and_key_and_its_value_is_not() {
    for (text, line, key) in [
        ("language = \"ru\"\nyclients_token = \"abc\"\n", 2, "yclients_token"),
        ("[whatsapp]\n\"apiTokenInstance\" = \"abc\"\n", 2, "whatsapp.apiTokenInstance"),
        ("yclients = { password = \"abc\" }\n", 1, "yclients.password"),
        ("\n[[branches]]\ncompany_id = 1\nsecret = \"abc\"\n", 4, "branches.secret"),
        ("branches = [{ company_id = 1, \"пароль\" = \"abc\" }]\n", 1, "branches.пароль"),
    ] {
        let error = read(text).unwrap_err();
        let WholeError::Secret { line: found, key: named, .. } = &error else { panic!("{text}: {error}") };
        assert_eq!((*found, named.as_str()), (line, key), "{text}");
        assert!(!error.to_string().contains("abc"), "{error}");
    }
}

#[test]
fn any_other_mistake_names_file_and_line() {
    let error = read("language = \"ru\"\nenabledd = false\n").unwrap_err().to_string();
    assert!(error.contains("salon.toml, line 2: enabledd"), "{error}");
    let missing = WholeFile::read(std::path::Path::new("/nowhere/salon.toml")).unwrap_err().to_string();
    assert!(missing.contains("/nowhere/salon.toml"), "no file is not an empty one: {missing}");
}

#[test]
fn put_in_place_it_changes_what_differs_and_keeps_comments_and_the_old_file() {
    let dir = dir_with(EXAMPLE);
    let file = SettingsFile::new(dir.path());
    let same =
        read(&format!("# another order, other words\n{}", EXAMPLE.replace("60000", "60_000"))).unwrap();
    assert_eq!(file.compare(&same).unwrap(), Put::Unchanged);
    assert_eq!(file.put(&same, now()).unwrap(), Put::Unchanged);

    let other = read(
        "language = \"en\"\n[whatsapp]\nbase_url = \"https://1103.api.green-api.com\"\ninstance_id = \"1103000002\"\n\
         [[branches]]\ncompany_id = 5\n",
    )
    .unwrap();
    assert_eq!(file.compare(&other).unwrap(), Put::Changed { kept_as: None });
    let Put::Changed { kept_as: Some(kept) } = file.put(&other, now()).unwrap() else { panic!("not kept") };
    assert_eq!(fs::read_to_string(kept).unwrap(), EXAMPLE);
    assert_eq!(file.read().unwrap(), other.settings);
    let text = fs::read_to_string(file_path(dir.path())).unwrap();
    assert!(text.contains("# Where bookings come from."), "{text}");
    assert_eq!(file.put(&other, now()).unwrap(), Put::Unchanged);
}

#[test]
fn none_and_one_that_cannot_be_understood_give_way_to_the_whole_text() {
    let whole = read(&format!("# from the office\n{EXAMPLE}")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = SettingsFile::new(dir.path());
    assert_eq!(file.put(&whole, now()).unwrap(), Put::New);
    assert_eq!(fs::read_to_string(file_path(dir.path())).unwrap(), whole.text);

    let dir = dir_with("[yclients\n");
    let file = SettingsFile::new(dir.path());
    let Put::Changed { kept_as: Some(kept) } = file.put(&whole, now()).unwrap() else { panic!("not kept") };
    assert_eq!(fs::read_to_string(kept).unwrap(), "[yclients\n");
    assert_eq!(fs::read_to_string(file_path(dir.path())).unwrap(), whole.text);
}

#[test]
fn what_is_exported_says_the_same_when_it_is_read() {
    let mut rich = load(EXAMPLE).unwrap();
    rich.template = Some(
        "Ждём {{ when }}\n[[!Адрес: {{ address }}]]\n[[branches {{ address }}]]\nдо \"встречи\"".to_owned(),
    );
    rich.quiet_hours = "21:00-09:00".parse().ok();
    rich.delay = Delay::Manual;
    rich.window.theme = Theme::Dark;
    rich.branches.push(BranchSettings {
        quiet_hours: Some(BranchQuietHours::Off),
        template: Some(String::new()),
        min_lead: Some(chrono::TimeDelta::minutes(5)),
        ..BranchSettings::new(CompanyId(5))
    });
    for settings in [rich, load(EXAMPLE).unwrap(), Settings::default()] {
        let title = |company: CompanyId| format!("Shop\n{company} = 1");
        let text = exported(&settings, "Without secrets.\nOf one shop.", title).unwrap();
        assert!(text.starts_with("# Without secrets.\n# Of one shop.\n"), "{text}");
        assert_eq!(read(&text).unwrap().settings, settings, "{text}");
    }
}
