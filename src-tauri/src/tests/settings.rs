use engine::outbox::RequestKind;
use engine::settings::Proxy;

use super::Shop;
use crate::commands::settings::{bots_preview, save_settings, settings};
use crate::commands::template::{template_info, template_preview, test_message};
use crate::contract::{
    BotsPreview, BranchSettings, Delay, ErrorCode, Language, Manual, SettingsPatch, Theme,
};

fn branch(company_id: i64) -> BranchSettings {
    BranchSettings {
        company_id,
        title: "как угодно".to_owned(),
        integration_user_ids: vec![771],
        phone_region: "RU".to_owned(),
        notification_delay_ms: Some(Delay::Ms(45_000)),
        template: None,
        quiet_hours: Some(String::new()),
        min_lead_minutes: Some(30),
    }
}

#[test]
fn what_is_saved_is_in_the_file_with_its_comments_and_the_owner_is_told() {
    let shop = Shop::with("# моё\nlanguage = \"ru\"\n");
    let patch = SettingsPatch {
        poll_interval_ms: Some(30_000),
        notification_delay_ms: Some(Delay::Manual(Manual::Manual)),
        language: Some(Language::En),
        quiet_hours: Some("21:00-09:00".to_owned()),
        burst: Some(7),
        theme: Some(Theme::Dark),
        small_window: Some(false),
        put_branch: Some(branch(5)),
        ..SettingsPatch::default()
    };
    let saved = save_settings(&shop.session, &patch).unwrap();
    assert_eq!(saved, settings(&shop.session).unwrap());
    assert_eq!(
        (saved.poll_interval_ms, saved.notification_delay_ms),
        (30_000, Delay::Manual(Manual::Manual))
    );
    assert_eq!(
        (saved.theme, saved.small_window, saved.quiet_hours.as_str()),
        (Theme::Dark, false, "21:00-09:00")
    );
    assert_eq!((saved.burst, shop.read_file().burst), (7, 7));
    let expected = BranchSettings { title: String::new(), ..branch(5) };
    assert_eq!(saved.branches, [expected], "YClients says what it is called");
    assert!(shop.file().starts_with("# моё\n"));
    let asked = shop.session.outbox.asked().unwrap();
    assert_eq!(asked.iter().map(|request| request.kind).collect::<Vec<_>>(), [RequestKind::SettingsChanged]);
}

#[test]
fn a_value_that_is_not_allowed_is_refused_under_its_field_and_nothing_is_saved() {
    let shop = Shop::new();
    let before = shop.file();
    let refusals = [
        (SettingsPatch { poll_interval_ms: Some(4_999), ..SettingsPatch::default() }, "poll_interval_ms"),
        (SettingsPatch { poll_interval_ms: Some(-1), ..SettingsPatch::default() }, "poll_interval_ms"),
        (
            SettingsPatch { notification_delay_ms: Some(Delay::Ms(1_800_001)), ..SettingsPatch::default() },
            "notification_delay_ms",
        ),
        (
            SettingsPatch { notification_delay_ms: Some(Delay::Ms(i64::MAX)), ..SettingsPatch::default() },
            "notification_delay_ms",
        ),
        (SettingsPatch { quiet_hours: Some("поздно".to_owned()), ..SettingsPatch::default() }, "quiet_hours"),
        (SettingsPatch { min_lead_minutes: Some(i64::MAX), ..SettingsPatch::default() }, "min_lead_minutes"),
        (SettingsPatch { burst: Some(-1), ..SettingsPatch::default() }, "burst"),
        (SettingsPatch { burst: Some(10_001), ..SettingsPatch::default() }, "burst"),
        (
            SettingsPatch {
                yclients_base_url: Some("http://example.com".to_owned()),
                ..SettingsPatch::default()
            },
            "yclients_base_url",
        ),
        (
            SettingsPatch {
                whatsapp_base_url: Some("https://u:p@example.com".to_owned()),
                ..SettingsPatch::default()
            },
            "whatsapp_base_url",
        ),
        (SettingsPatch { instance_id: Some("abc".to_owned()), ..SettingsPatch::default() }, "instance_id"),
        (SettingsPatch { proxy: Some(String::new()), ..SettingsPatch::default() }, "proxy"),
        (SettingsPatch { proxy: Some("socks5://10.0.0.1".to_owned()), ..SettingsPatch::default() }, "proxy"),
        (
            SettingsPatch { whatsapp_proxy: Some(" ".to_owned()), ..SettingsPatch::default() },
            "whatsapp_proxy",
        ),
        (
            SettingsPatch {
                whatsapp_proxy: Some("http://anna:tayna@10.0.0.1:3128".to_owned()),
                ..SettingsPatch::default()
            },
            "whatsapp_proxy",
        ),
        (SettingsPatch { send_gap_ms: Some(-5), ..SettingsPatch::default() }, "send_gap_ms"),
        (
            SettingsPatch {
                put_branch: Some(BranchSettings { company_id: -1, ..branch(1) }),
                ..SettingsPatch::default()
            },
            "branches.company_id",
        ),
        (
            SettingsPatch {
                put_branch: Some(BranchSettings { phone_region: "Россия".to_owned(), ..branch(1) }),
                ..SettingsPatch::default()
            },
            "branches.phone_region",
        ),
        (
            SettingsPatch {
                put_branch: Some(BranchSettings { quiet_hours: Some("x".to_owned()), ..branch(1) }),
                ..SettingsPatch::default()
            },
            "branches.quiet_hours",
        ),
    ];
    for (patch, field) in refusals {
        // A good value beside a bad one is not saved either.
        let patch = SettingsPatch { small_window: Some(false), ..patch };
        let failure = save_settings(&shop.session, &patch).unwrap_err();
        assert_eq!((failure.code, failure.field.as_str()), (ErrorCode::Settings, field));
        assert!(failure.message.contains("действует прежнее"), "{field}: {}", failure.message);
    }
    let template =
        SettingsPatch { template: Some("Ждём {client}".to_owned()), ..SettingsPatch::default() };
    let failure = save_settings(&shop.session, &template).unwrap_err();
    assert_eq!((failure.code, failure.field.as_str()), (ErrorCode::Template, "template"));
    assert_eq!(shop.file(), before);
    assert_eq!(shop.session.outbox.asked().unwrap(), []);
}

#[test]
fn the_way_to_a_server_is_none_the_systems_or_an_address_and_an_account_may_have_its_own() {
    let shop = Shop::new();
    let shown = settings(&shop.session).unwrap();
    assert_eq!((shown.proxy.as_str(), shown.whatsapp_proxy.as_str()), ("none", ""));
    let own = SettingsPatch {
        proxy: Some("system".to_owned()),
        whatsapp_proxy: Some("http://10.0.0.1:3128/".to_owned()),
        ..SettingsPatch::default()
    };
    let shown = save_settings(&shop.session, &own).unwrap();
    assert_eq!((shown.proxy.as_str(), shown.whatsapp_proxy.as_str()), ("system", "http://10.0.0.1:3128"));
    let shared = SettingsPatch { whatsapp_proxy: Some(String::new()), ..SettingsPatch::default() };
    assert_eq!(save_settings(&shop.session, &shared).unwrap().whatsapp_proxy, "");
    let held = shop.read_file();
    assert_eq!((held.gateway_proxy(), held.whatsapp.proxy.as_ref()), (&Proxy::System, None));
}

#[test]
fn a_broken_file_is_told_and_the_settings_hold() {
    let shop = Shop::with("language = \"en\"\npoll_interval_ms = 30000\n");
    assert_eq!(settings(&shop.session).unwrap().file_error, "");
    std::fs::write(engine::settings::file_path(shop.dir.path()), "poll_interval_ms = 1").unwrap();
    let shown = settings(&shop.session).unwrap();
    assert_eq!(shown.poll_interval_ms, 30_000);
    assert!(shown.file_error.contains("5 seconds to a day"), "{}", shown.file_error);
    let desk = crate::commands::acts::desk(&shop.session).unwrap();
    assert!(desk.faults.iter().any(|fault| fault.subject == "settings" && fault.detail.contains("line 1")));
}

#[test]
fn a_branch_goes_with_all_that_was_said_of_it() {
    let shop = Shop::new();
    save_settings(&shop.session, &SettingsPatch { remove_branch: Some(962_302), ..SettingsPatch::default() })
        .unwrap();
    assert_eq!(shop.read_file().branches, []);
}

#[test]
fn a_template_is_shown_on_the_latest_booking_else_on_an_invented_one() {
    let shop = Shop::new();
    let own = "Ждём вас, {{ client }}, {{ when }}. {{ services }}";
    let invented = template_preview(&shop.session, own, Some(962_302)).unwrap();
    assert!(invented.about.is_empty() && invented.text.starts_with("Ждём вас"));
    shop.enqueue(1);
    let real = template_preview(&shop.session, own, Some(962_302)).unwrap();
    assert_eq!(real.about, "Ирина · 24.11 12:00");
    assert!(real.text.contains("Ирина") && real.text.contains("Борода"), "{}", real.text);
    let built_in = template_preview(&shop.session, "", Some(962_302)).unwrap();
    assert!(built_in.text.contains("Вы записаны"), "{}", built_in.text);
    let failure = template_preview(&shop.session, "{{ клиент }}", None).unwrap_err();
    assert_eq!(failure.code, ErrorCode::Template);
    assert!(template_info(&shop.session).built_in.contains("{{ when }}"));
}

#[test]
fn a_test_message_goes_into_the_queue_like_every_other() {
    let shop = Shop::new();
    let row = test_message(&shop.session, "8 916 123-45-67").unwrap();
    assert_eq!((row.kind, row.phone.as_str(), row.window_ms), ("test", "+79161234567", 0));
    let failure = test_message(&shop.session, "позвоните мне").unwrap_err();
    assert_eq!((failure.code, failure.field.as_str()), (ErrorCode::Phone, "phone"));
    let failure = test_message(&Shop::with("").session, "+79161234567").unwrap_err();
    assert_eq!((failure.code, failure.field.as_str()), (ErrorCode::NotSetUp, "instance_id"));
}

#[test]
fn a_tick_at_a_bot_s_user_says_before_it_is_saved_how_many_messages_it_touches() {
    let shop = Shop::new();
    shop.enqueue(1);
    let before = shop.file();
    let touched = |users: &[i64]| bots_preview(&shop.session, 962_302, users).unwrap();
    assert_eq!(touched(&[501]), BotsPreview { withdrawn: 1, ..BotsPreview::default() });
    assert_eq!(touched(&[502]), BotsPreview::default(), "another user made none");
    assert_eq!(bots_preview(&shop.session, 1, &[501]).unwrap(), BotsPreview::default(), "no branch of ours");
    assert_eq!((shop.file(), shop.session.outbox.asked().unwrap()), (before, Vec::new()), "nothing is saved");

    let ticked = BranchSettings { integration_user_ids: vec![501], ..branch(962_302) };
    save_settings(&shop.session, &SettingsPatch { put_branch: Some(ticked), ..SettingsPatch::default() })
        .unwrap();
    shop.sql(
        "UPDATE booking_notifications SET state = 'skipped', reason = 'bot', judged = 1, finished_at = 1",
    );
    let touched = |users: &[i64]| bots_preview(&shop.session, 962_302, users).unwrap();
    assert_eq!(touched(&[]), BotsPreview { back: 1, leaving: 1, ..BotsPreview::default() });
    assert_eq!(touched(&[501, 502]), BotsPreview::default());
}
