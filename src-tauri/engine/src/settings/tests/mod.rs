//! What the file may say, and what is said about the rest.

mod edit;
mod whole;

use std::fs;

use insta::assert_snapshot;
use tempfile::TempDir;

use super::*;

/// The example of the documentation.
const EXAMPLE: &str = r#"enabled = true                        # the whole program
poll_interval_ms = 60000
notification_delay_ms = 30000         # 30 s
language = "ru"
quiet_hours = ""                      # off
min_lead_minutes = 15

# Where bookings come from.
[yclients]
base_url = "https://api.yclients.com/api/v1"
request_gap_ms = 1000

[whatsapp]
gateway = "green-api"
base_url = "https://1103.api.green-api.com"
instance_id = "1103000001"
send_gap_ms = 3000

# The first shop.
[[branches]]
company_id = 962302
integration_user_ids = [771]          # the bot
phone_region = "RU"
notification_delay_ms = 45000
"#;

fn dir_with(text: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(file_path(dir.path()), text).unwrap();
    dir
}

fn load(text: &str) -> Result<Settings, SettingsError> {
    Settings::load(dir_with(text).path(), &Environment::default())
}

/// The refusal without the path, which differs from run to run.
fn refusal(text: &str) -> String {
    let error = load(text).expect_err(text);
    let shown = error.to_string();
    let path = error.path.unwrap().display().to_string();
    shown.replace(&path, FILE_NAME)
}

#[test]
fn a_missing_file_and_an_empty_one_are_the_defaults() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Settings::load(dir.path(), &Environment::default()), Ok(Settings::default()));
    assert_eq!(load(""), Ok(Settings::default()));
    assert_eq!(load("\u{feff}# nothing yet\r\n"), Ok(Settings::default()));
}

#[test]
fn the_example_is_read_whole() {
    let settings = load(EXAMPLE).unwrap();
    let mut branch = BranchSettings::new(CompanyId(962_302));
    branch.integration_user_ids = vec![771];
    branch.phone_region = Some("RU".to_owned());
    branch.delay = Some(Delay::After(TimeDelta::seconds(45)));
    let mut expected = Settings { branches: vec![branch], ..Settings::default() };
    expected.whatsapp.base_url = "https://1103.api.green-api.com".to_owned();
    expected.whatsapp.instance_id = "1103000001".to_owned();
    assert_eq!(settings, expected);
}

#[test]
fn other_spellings_are_read_too() {
    let settings = load(
        "notification_delay_ms = \"manual\"\nyclients.base_url = \"http://127.0.0.1:8080/api/v1/\"\n\
         whatsapp = { instance_id = 1103000001, base_url = \"http://[::1]:9000\" }\n\
         branches = [{ company_id = 1, phone_region = \"kz\", quiet_hours = \"22:00-08:00\" }]",
    )
    .unwrap();
    assert_eq!(settings.delay, Delay::Manual);
    assert_eq!(settings.yclients.base_url, "http://127.0.0.1:8080/api/v1");
    assert_eq!(settings.whatsapp.instance_id, "1103000001");
    assert_eq!(settings.whatsapp.base_url, "http://[::1]:9000");
    assert_eq!(settings.branches[0].phone_region.as_deref(), Some("KZ"));
    assert!(load("[yclients]\nbase_url = \"http://localhost:1\"").is_ok());
}

#[test]
fn a_proxy_is_none_unless_it_is_asked_for_and_an_account_may_have_its_own_way() {
    assert_eq!(load("").unwrap().gateway_proxy(), &Proxy::None);
    let all = load("proxy = \"http://10.0.0.1:3128\"").unwrap();
    assert_eq!(all.gateway_proxy(), &Proxy::At("http://10.0.0.1:3128".to_owned()));
    let apart = load("proxy = \"system\"\n[whatsapp]\nproxy = \"none\"").unwrap();
    assert_eq!((&apart.proxy, apart.gateway_proxy()), (&Proxy::System, &Proxy::None));
    let wrong =
        load("enabled = true\n[whatsapp]\nproxy = \"http://anna:tayna@10.0.0.1\"").unwrap_err().to_string();
    assert!(wrong.contains("line 3: whatsapp.proxy must not hold") && !wrong.contains("tayna"), "{wrong}");
}

#[test]
fn the_window_s_settings_are_read_and_written_like_the_others() {
    let settings = load("[window]\ntheme = \"dark\"\nsmall_window = false\nnames_in_banners = true").unwrap();
    let expected = WindowSettings { theme: Theme::Dark, small_window: false, names_in_banners: true };
    assert_eq!(settings.window, expected);
    assert!(refusal("[window]\ntheme = \"pink\"").contains("\"system\", \"light\" or \"dark\""));
    let dir = dir_with("[window]\ntheme = \"dark\" # at night\n");
    let changes = [Change::Theme(Theme::Light), Change::SmallWindow(false), Change::NamesInBanners(true)];
    let saved = SettingsFile::new(dir.path()).edit(&changes).unwrap();
    assert_eq!(saved.window, WindowSettings { theme: Theme::Light, ..expected });
    let text = std::fs::read_to_string(file_path(dir.path())).unwrap();
    assert!(text.starts_with("[window]\ntheme = \"light\" # at night\n"), "{text}");
}

#[test]
fn every_refusal_names_line_key_and_what_is_allowed() {
    let refusals: Vec<_> = [
        "# one\npol_interval_ms = 5",
        "[yclients]\nbase = \"x\"",
        "[[branches]]\ncompany_id = 1\ncompany = 2",
        "\n[green-api]\ntoken = \"secret\"",
        "poll_interval_ms = 99",
        "poll_interval_ms = \"60000\"",
        "poll_interval_ms = 60000.0",
        "poll_interval_ms = 99999999999",
        "poll_interval_ms = -1",
        "enabled = \"yes\"",
        "notification_delay_ms = 1800001",
        "notification_delay_ms = \"never\"",
        "language = \"de\"",
        "quiet_hours = \"21-9\"",
        "quiet_hours = \"09:00-09:00\"",
        "min_lead_minutes = -1",
        "template = \"Привет, {client}\"",
        "template = 5",
        "yclients = 5",
        "branches = 5",
        "branches = [5]",
        "[branches]\ncompany_id = 1",
        "[yclients]\nbase_url = \"http://api.yclients.com\"",
        "[yclients]\nbase_url = \"http://127.0.0.1@evil.example\"",
        "[yclients]\nbase_url = \"http://127.0.0.1.evil.example\"",
        "[yclients]\nbase_url = \"ftp://localhost\"",
        "[yclients]\nbase_url = \"https://api.example/?token=secret\"",
        "[yclients]\nbase_url = \"api.yclients.com\"",
        "[yclients]\nrequest_gap_ms = -1",
        "[whatsapp]\ngateway = \"waha\"",
        "[whatsapp]\ninstance_id = \"1/../2\"",
        "[whatsapp]\ninstance_id = -5",
        "[[branches]]\nphone_region = \"RU\"",
        "[[branches]]\ncompany_id = 0",
        "[[branches]]\ncompany_id = 1\n\n[[branches]]\ncompany_id = 1",
        "[[branches]]\ncompany_id = 1\nphone_region = \"Russia\"",
        "[[branches]]\ncompany_id = 1\nintegration_user_ids = 771",
        "[[branches]]\ncompany_id = 1\nintegration_user_ids = [\n  1,\n  \"2\",\n]",
        "enabled = true\nenabled = false",
        "enabled = true\nlanguage = ru",
        "enabled = true\nfoo",
        "[yclients\n",
    ]
    .iter()
    .map(|text| refusal(text))
    .collect();
    assert_snapshot!(refusals.join("\n"), @r##"
    settings.toml, line 2: pol_interval_ms is not a setting; here may be enabled, poll_interval_ms, notification_delay_ms, language, quiet_hours, min_lead_minutes, burst, keep_days, template, proxy, yclients, whatsapp, window, branches
    settings.toml, line 2: yclients.base is not a setting; here may be base_url, request_gap_ms
    settings.toml, line 3: branches.company is not a setting; here may be company_id, integration_user_ids, phone_region, notification_delay_ms, template, quiet_hours, min_lead_minutes
    settings.toml, line 2: green-api is not a setting; here may be enabled, poll_interval_ms, notification_delay_ms, language, quiet_hours, min_lead_minutes, burst, keep_days, template, proxy, yclients, whatsapp, window, branches
    settings.toml, line 1: poll_interval_ms must be a whole number from 100 to 86400000 (milliseconds), not 99
    settings.toml, line 1: poll_interval_ms must be a whole number from 100 to 86400000 (milliseconds), without quotes
    settings.toml, line 1: poll_interval_ms must be a whole number from 100 to 86400000 (milliseconds), without quotes
    settings.toml, line 1: poll_interval_ms must be a whole number from 100 to 86400000 (milliseconds), not 99999999999
    settings.toml, line 1: poll_interval_ms must be a whole number from 100 to 86400000 (milliseconds), not -1
    settings.toml, line 1: enabled must be true or false, without quotes
    settings.toml, line 1: notification_delay_ms must be a whole number from 0 to 1800000 (milliseconds; 30 minutes), or "manual": every message waits for a person
    settings.toml, line 1: notification_delay_ms must be a whole number from 0 to 1800000 (milliseconds; 30 minutes), or "manual": every message waits for a person
    settings.toml, line 1: language must be "ru" or "en"
    settings.toml, line 1: quiet_hours must be two times such as "21:00-09:00", or empty for none
    settings.toml, line 1: quiet_hours must begin and end at different times; leave it empty for no quiet hours
    settings.toml, line 1: min_lead_minutes must be a whole number from 0 to 10080 (minutes), not -1
    settings.toml, line 1: template cannot be used: line 1: a variable is written with two braces, {{ client }}; single braces are not allowed
    settings.toml, line 1: template must be a text in quotes
    settings.toml, line 1: yclients must be a table: [yclients]
    settings.toml, line 1: branches must be tables: [[branches]]
    settings.toml, line 1: branches must be tables: [[branches]]
    settings.toml, line 1: branches must be tables: [[branches]]
    settings.toml, line 2: yclients.base_url must begin with https://; plain http is only for this computer itself
    settings.toml, line 2: yclients.base_url must not hold a name or password; secrets belong in the keyring
    settings.toml, line 2: yclients.base_url must begin with https://; plain http is only for this computer itself
    settings.toml, line 2: yclients.base_url must begin with https://
    settings.toml, line 2: yclients.base_url must end with its path, without "?" and "#"
    settings.toml, line 2: yclients.base_url must be an address such as "https://api.yclients.com/api/v1"
    settings.toml, line 2: yclients.request_gap_ms must be a whole number from 0 to 600000 (milliseconds), not -1
    settings.toml, line 2: whatsapp.gateway must be "green-api"
    settings.toml, line 2: whatsapp.instance_id must be the instance's number, digits only
    settings.toml, line 2: whatsapp.instance_id must be the instance's number
    settings.toml, line 1: branches.company_id is missing; every branch needs it
    settings.toml, line 2: branches.company_id must be a whole number from 1 up (the branch's id), not 0
    settings.toml, line 5: branches.company_id 1 is there twice
    settings.toml, line 3: branches.phone_region must be a country's two letters, such as "RU" or "KZ"
    settings.toml, line 3: branches.integration_user_ids must be a list of user ids, such as [771, 772]
    settings.toml, line 3: branches.integration_user_ids must be a list of user ids, such as [771, 772]
    settings.toml, line 2: enabled is not TOML: duplicate key
    settings.toml, line 2: language is not TOML: string values must be quoted, expected literal string
    settings.toml, line 2, column 4: is not TOML: key with no value, expected `=`
    settings.toml, line 1, column 10: is not TOML: unclosed table, expected `]`
    "##);
}

#[test]
fn an_instance_is_a_number_as_text_or_without_quotes() {
    for text in ["\"1103000001\"", "1103000001", "\" 1103000001 \""] {
        let settings = load(&format!("[whatsapp]\ninstance_id = {text}")).unwrap();
        assert_eq!(settings.whatsapp.instance_id, "1103000001");
    }
    assert!(load("[whatsapp]\ninstance_id = \"\"").is_ok(), "not set yet");
    for text in ["\"waInstance1103000001\"", "\"1103-1\"", "\"1103_1\"", "\"١\"", "1.5", "true"] {
        let error = load(&format!("[whatsapp]\ninstance_id = {text}")).unwrap_err();
        assert_eq!((error.line, error.key.as_deref()), (Some(2), Some("whatsapp.instance_id")), "{text}");
    }
}

#[test]
fn broken_syntax_names_its_line_and_its_key() {
    for (text, line, key) in [
        ("# one\npoll_interval_ms = 60 seconds", 2, "poll_interval_ms"),
        ("language = \"ru\nenabled = true", 1, "language"),
        ("[whatsapp]\r\ninstance_id = 1103x\r\n", 2, "instance_id"),
        ("[yclients]\n  base_url =\n", 2, "base_url"),
        ("yclients.base_url = here", 1, "yclients.base_url"),
    ] {
        let error = load(text).unwrap_err();
        assert_eq!((error.line, error.key.as_deref()), (Some(line), Some(key)), "{text}: {error}");
    }
}

#[test]
fn a_value_that_may_be_a_secret_is_never_repeated() {
    for text in [
        "[yclients]\nhunter2==",
        "language = hunter2",
        "template = \"\"\"\nhunter2 = \\q\n\"\"\"",
        "[green-api]\ntoken = \"hunter2\"",
        "[yclients]\nbase_url = \"https://user:hunter2@api.example\"",
        "[whatsapp]\ninstance_id = \"hunter2!\"",
    ] {
        let error = load(text).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn what_is_no_text_is_refused_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(file_path(dir.path()), b"enabled = true\n# \xcf\xf0\xe8\n").unwrap();
    let error = Settings::load(dir.path(), &Environment::default()).unwrap_err();
    assert_eq!((error.line, error.column), (Some(2), Some(3)));
    fs::write(file_path(dir.path()), vec![b'#'; 2 << 20]).unwrap();
    assert!(Settings::load(dir.path(), &Environment::default()).is_err());
    fs::remove_file(file_path(dir.path())).unwrap();
    fs::create_dir(file_path(dir.path())).unwrap();
    assert!(Settings::load(dir.path(), &Environment::default()).is_err());
}

#[test]
fn a_branch_has_its_own_word_or_the_general_one() {
    let settings = load(
        r#"
quiet_hours = "21:00-09:00"
template = "Ждём {{ when }}"
min_lead_minutes = 30

[[branches]]
company_id = 1

[[branches]]
company_id = 2
quiet_hours = ""
template = ""
min_lead_minutes = 0
notification_delay_ms = 0
phone_region = ""

[[branches]]
company_id = 3
quiet_hours = "13:00-14:00"
template = "Приходите {{ when }}"
notification_delay_ms = "manual"
integration_user_ids = [7, 7, 8]
"#,
    )
    .unwrap();
    let policy = |id| settings.for_branch(CompanyId(id)).unwrap();
    assert_eq!(
        policy(1),
        BranchPolicy {
            delay: Delay::After(TimeDelta::seconds(30)),
            template: Some("Ждём {{ when }}"),
            quiet_hours: settings.quiet_hours,
            min_lead: TimeDelta::minutes(30),
            integration_user_ids: &[],
            phone_region: None,
        }
    );
    assert_eq!(policy(2).template, None);
    assert_eq!(policy(2).quiet_hours, None);
    assert_eq!(policy(2).min_lead, TimeDelta::zero());
    assert_eq!(policy(2).delay, Delay::After(TimeDelta::zero()));
    assert_eq!(policy(3).quiet_hours, "13:00-14:00".parse().ok());
    assert_eq!(policy(3).delay, Delay::Manual);
    assert_eq!(policy(3).integration_user_ids, [7, 8]);
    assert_eq!(settings.for_branch(CompanyId(4)), None);
}

#[test]
fn the_environment_wins_over_the_file() {
    let dir = dir_with(EXAMPLE);
    let with = |enabled: &str, interval: &str, delay: &str| {
        let some = |text: &str| Some(text.to_owned());
        let environment =
            Environment { enabled: some(enabled), interval: some(interval), delay: some(delay) };
        Settings::load(dir.path(), &environment)
    };
    for (word, meant) in [("TRUE", true), ("1", true), ("yes", true), ("on", true)] {
        assert_eq!(with(word, "", "").unwrap().enabled, meant);
    }
    for word in ["false", "0", "No", "off"] {
        assert!(!with(word, "", "").unwrap().enabled);
    }
    let settings = with("", "250", "0").unwrap();
    assert_eq!(settings.poll_interval, Duration::from_millis(250));
    assert_eq!(settings.delay, Delay::After(TimeDelta::zero()));
    // The branch said 45 s.
    let policy = settings.for_branch(CompanyId(962_302)).unwrap();
    assert_eq!(policy.delay, Delay::After(TimeDelta::zero()));
    assert_eq!(with("", "", " Manual ").unwrap().delay, Delay::Manual);
    // Empty is as good as not there.
    assert_eq!(with("", " ", "").unwrap(), load(EXAMPLE).unwrap());

    assert_snapshot!(with("maybe", "", "").unwrap_err().to_string(), @"BOOKING_MONITOR_ENABLED must be true, false, 1, 0, yes, no, on or off");
    assert_snapshot!(with("", "99", "").unwrap_err().to_string(), @"BOOKING_MONITOR_INTERVAL must be a whole number of milliseconds from 100 to 86400000");
    assert_snapshot!(with("", "1m", "").unwrap_err().to_string(), @"BOOKING_MONITOR_INTERVAL must be a whole number of milliseconds from 100 to 86400000");
    assert_snapshot!(with("", "", "30s").unwrap_err().to_string(), @"BOOKING_NOTIFICATION_DELAY must be a whole number of milliseconds from 0 to 1800000 (30 minutes), or manual");
    assert_snapshot!(with("", "", "-1").unwrap_err().to_string(), @"BOOKING_NOTIFICATION_DELAY must be a whole number of milliseconds from 0 to 1800000 (30 minutes), or manual");
}
