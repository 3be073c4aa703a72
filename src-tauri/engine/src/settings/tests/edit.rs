//! Changing the file keeps what its owner wrote.

use std::fs;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{EXAMPLE, dir_with, load};
use crate::settings::*;

fn edited(before: &str, changes: &[Change]) -> String {
    let dir = dir_with(before);
    SettingsFile::new(dir.path()).edit(changes).unwrap();
    fs::read_to_string(file_path(dir.path())).unwrap()
}

#[test]
fn an_edit_keeps_comments_and_order() {
    let mut branch = load(EXAMPLE).unwrap().branches.remove(0);
    branch.integration_user_ids = vec![771, 772];
    branch.delay = None;
    let after = edited(
        EXAMPLE,
        &[
            Change::Delay(Delay::Manual),
            Change::QuietHours("21:00-09:00".parse().ok()),
            Change::Template(Some("Ждём {{ when }}\nдо встречи".to_owned())),
            Change::RequestGap(Duration::from_millis(1500)),
            Change::PutBranch(branch),
            Change::PutBranch(BranchSettings {
                quiet_hours: Some(BranchQuietHours::Off),
                ..BranchSettings::new(CompanyId(5))
            }),
        ],
    );
    assert_snapshot!(after, @r#"
    enabled = true                        # the whole program
    poll_interval_ms = 60000
    notification_delay_ms = "manual"         # 30 s
    language = "ru"
    quiet_hours = "21:00-09:00"                      # off
    min_lead_minutes = 15
    template = """
    Ждём {{ when }}
    до встречи"""

    # Where bookings come from.
    [yclients]
    base_url = "https://api.yclients.com/api/v1"
    request_gap_ms = 1500

    [whatsapp]
    gateway = "green-api"
    base_url = "https://1103.api.green-api.com"
    instance_id = "1103000001"
    send_gap_ms = 3000

    # The first shop.
    [[branches]]
    company_id = 962302
    integration_user_ids = [771, 772]          # the bot
    phone_region = "RU"

    [[branches]]
    company_id = 5
    quiet_hours = ""
    "#);
    let after = edited(&after, &[Change::RemoveBranch(CompanyId(962_302)), Change::Template(None)]);
    assert_eq!(load(&after).unwrap().branches.len(), 1);
    assert!(after.contains("# Where bookings come from.") && !after.contains("template"));
    let after = edited(&after, &[Change::RemoveBranch(CompanyId(5)), Change::RemoveBranch(CompanyId(6))]);
    assert!(!after.contains("branches"), "{after}");
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let text = "poll_interval_ms = 60_000 # a minute\nwhatsapp . \"instance_id\" = \"7\"\ntemplate = \"\"\"\nЖдём {{ when }}\n\"\"\"\n";
    let dir = dir_with(text);
    let written = fs::metadata(file_path(dir.path())).unwrap().modified().unwrap();
    let file = SettingsFile::new(dir.path());
    file.edit(&[
        Change::PollInterval(Duration::from_mins(1)),
        Change::Template(Some("Ждём {{ when }}\n".to_owned())),
    ])
    .unwrap();
    assert_eq!(fs::read_to_string(file_path(dir.path())).unwrap(), text);
    assert_eq!(fs::metadata(file_path(dir.path())).unwrap().modified().unwrap(), written);
}

#[test]
fn a_first_edit_makes_the_file_for_this_user_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = SettingsFile::new(dir.path());
    let changes = [
        Change::Enabled(false),
        Change::PollInterval(Duration::from_secs(5)),
        Change::Language(Language::En),
        Change::MinLead(TimeDelta::minutes(20)),
        Change::YclientsBaseUrl("http://127.0.0.1:1/api/v1".to_owned()),
        Change::Gateway(Gateway::GreenApi),
        Change::WhatsappBaseUrl("https://1103.api.green-api.com".to_owned()),
        Change::InstanceId("1103000001".to_owned()),
        Change::SendGap(Duration::from_millis(3500)),
        Change::PutBranch(BranchSettings::new(CompanyId(1))),
        Change::PutBranch(BranchSettings {
            min_lead: Some(TimeDelta::minutes(5)),
            ..BranchSettings::new(CompanyId(2))
        }),
    ];
    let settings = file.edit(&changes).unwrap();
    assert_eq!(file.read(), Ok(settings.clone()));
    assert_eq!(settings.branches.len(), 2);
    assert_snapshot!(fs::read_to_string(file_path(dir.path())).unwrap(), @r#"
    enabled = false
    poll_interval_ms = 5000
    language = "en"
    min_lead_minutes = 20

    [yclients]
    base_url = "http://127.0.0.1:1/api/v1"

    [whatsapp]
    gateway = "green-api"
    base_url = "https://1103.api.green-api.com"
    instance_id = "1103000001"
    send_gap_ms = 3500

    [[branches]]
    company_id = 1

    [[branches]]
    company_id = 2
    min_lead_minutes = 5
    "#);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(file_path(dir.path())).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the file and its lock: {left:?}");
}

#[test]
fn what_could_not_be_loaded_is_not_written() {
    for (before, change) in [
        (EXAMPLE, Change::PollInterval(Duration::from_millis(5))),
        (EXAMPLE, Change::YclientsBaseUrl("http://api.yclients.com".to_owned())),
        (EXAMPLE, Change::Template(Some("{client}".to_owned()))),
        (EXAMPLE, Change::Delay(Delay::After(TimeDelta::hours(1)))),
        (EXAMPLE, Change::PutBranch(BranchSettings::new(CompanyId(-1)))),
        ("yclients = 5\n", Change::RequestGap(Duration::ZERO)),
        ("branches = [5]\n", Change::PutBranch(BranchSettings::new(CompanyId(1)))),
        ("enabled = perhaps\n", Change::Enabled(true)),
        ("unknown = 1\n", Change::Enabled(true)),
    ] {
        let dir = dir_with(before);
        let refused = SettingsFile::new(dir.path()).edit(std::slice::from_ref(&change));
        assert!(refused.is_err(), "{change:?}");
        assert_eq!(fs::read_to_string(file_path(dir.path())).unwrap(), before);
    }
}

#[test]
fn a_file_of_windows_keeps_its_line_ends_and_inline_branches_can_be_edited() {
    let after =
        edited("enabled = true\r\n# end\r\n", &[Change::Enabled(false), Change::MinLead(TimeDelta::zero())]);
    assert_eq!(after, "enabled = false\r\nmin_lead_minutes = 0\r\n# end\r\n");
    // The screen ends its lines in the same way; they are one line end all the same.
    let after = edited("enabled = true\r\n", &[Change::Template(Some("Ждём\r\n{{ when }}".to_owned()))]);
    assert_eq!(load(&after).unwrap().template.as_deref(), Some("Ждём\n{{ when }}"));
    assert!(!after.contains("\\r") && !after.contains("\r\r"), "{after:?}");
    let inline = "branches = [{ company_id = 1 }, { company_id = 2 }]\nyclients = { request_gap_ms = 1 }\n";
    let changes = [
        Change::RemoveBranch(CompanyId(1)),
        Change::PutBranch(BranchSettings::new(CompanyId(3))),
        Change::RequestGap(Duration::from_millis(2)),
    ];
    let settings = load(&edited(inline, &changes)).unwrap();
    let ids: Vec<_> = settings.branches.iter().map(|branch| branch.company_id.0).collect();
    assert_eq!(ids, [2, 3]);
    assert_eq!(settings.yclients.request_gap, Duration::from_millis(2));
    assert_eq!(load(&edited("branches = []\n", &changes)).unwrap().branches.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_failed_write_leaves_the_old_file_and_nothing_else() {
    let dir = dir_with(EXAMPLE);
    // A directory in the way of the temporary file.
    let blocked = file_path(dir.path()).with_extension("toml.new");
    fs::create_dir(&blocked).unwrap();
    let error = SettingsFile::new(dir.path()).edit(&[Change::Enabled(false)]).unwrap_err();
    assert!(error.message.contains("cannot be written"), "{error}");
    assert_eq!(fs::read_to_string(file_path(dir.path())).unwrap(), EXAMPLE);
    let missing = SettingsFile::new(&dir.path().join("nowhere")).edit(&[Change::Enabled(false)]).unwrap_err();
    assert!(missing.message.contains("cannot be locked"), "{missing}");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let dir = dir_with(EXAMPLE);
    let elsewhere = dir.path().join("elsewhere.toml");
    fs::rename(file_path(dir.path()), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, file_path(dir.path())).unwrap();
    SettingsFile::new(dir.path()).edit(&[Change::Enabled(false)]).unwrap();
    assert!(fs::symlink_metadata(file_path(dir.path())).unwrap().is_symlink());
    assert!(fs::read_to_string(elsewhere).unwrap().starts_with("enabled = false "));
}

#[test]
fn edits_at_the_same_time_are_all_kept() {
    let dir = dir_with(EXAMPLE);
    std::thread::scope(|scope| {
        for id in 1..=8 {
            let file = SettingsFile::new(dir.path());
            scope.spawn(move || file.edit(&[Change::PutBranch(BranchSettings::new(CompanyId(id)))]).unwrap());
        }
    });
    assert_eq!(SettingsFile::new(dir.path()).read().unwrap().branches.len(), 9);
}

prop_compose! {
    fn any_branch()(
        id in 1..20_i64,
        ids in prop::collection::vec(1..1000_i64, 0..3),
        region in prop::option::of(prop::sample::select(vec!["RU", "KZ"])),
        delay in prop::option::of(prop_oneof![Just(Delay::Manual), (0..1_800_000_i64).prop_map(|ms| Delay::After(TimeDelta::milliseconds(ms)))]),
        template in prop::option::of(prop::sample::select(vec!["", "Ждём {{ when }}", "\"a\"\n\\ {{ when }}\t"])),
        quiet in prop::option::of(prop::sample::select(vec!["", "21:00-09:00"])),
        lead in prop::option::of(0..600_i64),
    ) -> BranchSettings {
        let mut unique = Vec::new();
        for id in ids { if !unique.contains(&id) { unique.push(id); } }
        BranchSettings {
            company_id: CompanyId(id),
            integration_user_ids: unique,
            phone_region: region.map(str::to_owned),
            delay,
            template: template.map(str::to_owned),
            quiet_hours: quiet.map(|text| text.parse().map_or(BranchQuietHours::Off, BranchQuietHours::Between)),
            min_lead: lead.map(TimeDelta::minutes),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(branches in prop::collection::vec(any_branch(), 1..6)) {
        let dir = dir_with(EXAMPLE);
        let file = SettingsFile::new(dir.path());
        for branch in &branches {
            let settings = file.edit(&[Change::PutBranch(branch.clone())]).unwrap();
            let written = settings.branches.iter().find(|known| known.company_id == branch.company_id);
            prop_assert_eq!(written, Some(branch));
        }
        prop_assert!(fs::read_to_string(file_path(dir.path())).unwrap().starts_with("enabled = true                        # the whole program"));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}", keys in prop::collection::vec(prop::sample::select(vec![
        "[yclients]\n", "[[branches]]\n", "[whatsapp]\n", "company_id = 1\n", "base_url = \"", "https://", "\"\n",
        "poll_interval_ms = ", "5", "-", ".", "\n", "= {", "}", "[", "]", "'", "\"\"\"", "template = ", "\u{feff}",
    ]), 0..12)) {
        let _ = load(&text);
        let _ = load(&keys.concat());
        let dir = dir_with(&keys.concat());
        let _ = SettingsFile::new(dir.path()).edit(&[Change::Enabled(false), Change::PutBranch(BranchSettings::new(CompanyId(1))), Change::RequestGap(Duration::ZERO)]);
    }
}

/// Every message made from it would wait for a person.
#[test]
fn a_template_with_a_broken_character_is_not_saved_and_one_that_is_there_is_named() {
    let broken = || "Ждём {{ when }}\nСтриж\u{fffd}а".to_owned();
    let own = BranchSettings { template: Some(broken()), ..BranchSettings::new(CompanyId(5)) };
    for change in [Change::Template(Some(broken())), Change::PutBranch(own)] {
        let dir = dir_with(EXAMPLE);
        let error = SettingsFile::new(dir.path()).edit(&[change]).unwrap_err();
        assert!(error.to_string().contains("line 2: a character is broken"), "{error}");
        assert_eq!(fs::read_to_string(file_path(dir.path())).unwrap(), EXAMPLE);
    }
    let held = "template = \"\"\"Ждём {{ when }}\nСтриж\u{fffd}а\"\"\"\n\n[[branches]]\ncompany_id = 5\n";
    let settings = load(held).unwrap();
    let named: Vec<_> = settings.broken_templates().iter().map(|it| (it.branch, it.line)).collect();
    assert_eq!(named, [(None, 2)]);
    // What it has already keeps nobody from changing something else.
    assert!(edited(held, &[Change::Enabled(false)]).contains("enabled = false"));
    let dir = dir_with(held);
    let error = WholeFile::read(&file_path(dir.path())).unwrap_err();
    assert!(error.to_string().contains("line 2: a character is broken"), "{error}");
}

#[test]
fn a_template_with_more_returns_than_line_ends_is_written_as_it_is_read() {
    let dir = dir_with("enabled = true\n");
    let template = "Ждём {{ when }}\r\r\nДо встречи\r\n".to_owned();
    let saved = SettingsFile::new(dir.path()).edit(&[Change::Template(Some(template))]).unwrap();
    assert_eq!(saved.template.as_deref(), Some("Ждём {{ when }}\nДо встречи\n"));
    let read = load(&fs::read_to_string(file_path(dir.path())).unwrap()).unwrap();
    assert_eq!(read.template, saved.template);
}
