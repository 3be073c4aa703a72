//! Settings, tokens and rights: what is wrong is named, with where to put it right.

use engine::error::FaultCode;
use engine::notification::State;
use engine::settings::Language;
use futures::future::join_all;
use scenarios::{COMPANY, Plan, Program, Shop};
use simulator::{Fault, FaultKind, Rights, Side, Target};
use tokio::test;

const ANNA: &str = "+79160000001";

fn answer(status: u16, body: &str) -> FaultKind {
    let content_type = "application/json".to_owned();
    FaultKind::Status { status, body: body.to_owned(), content_type, retry_after: None }
}

#[test]
async fn broken_settings_name_line_and_key_and_start_nothing() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let file = shop.dir().join("settings.toml");
    let broken = [
        ("enabled = true\nenabledd = false\n", "2", "enabledd"),
        ("\npoll_interval_ms = \"often\"\n", "2", "poll_interval_ms"),
        ("language = \"ru\"\n\n[whatsapp]\ninstance = \"1\"\n", "4", "instance"),
        ("notification_delay_ms = 99999999\n", "1", "notification_delay_ms"),
        ("enabled = true\n[yclients\n", "2", "settings.toml"),
        ("[yclients]\nbase_url = \"http://example.com/api/v1\"\n", "2", "base_url"),
    ];
    for (text, line, key) in broken {
        std::fs::write(&file, text).unwrap();
        for command in ["worker", "status", "poll", "check"] {
            let refused = program.run([command]).await;
            assert_eq!(refused.code, Some(1), "{refused:?}");
            let said = format!("{}{}", refused.out, refused.err);
            assert!(said.contains(key), "{command}: {said}");
            assert!(said.contains(line), "{command}: line {line}: {said}");
        }
    }
    assert!(shop.simulator.requests().is_empty(), "nothing was started");
    assert!(shop.outbox.desk().unwrap().owner.is_none());
}

#[test]
async fn settings_broken_at_work_change_nothing_and_good_ones_are_taken() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let good = std::fs::read_to_string(shop.dir().join("settings.toml")).unwrap();
    std::fs::write(shop.dir().join("settings.toml"), format!("nonsense = 1\n{good}")).unwrap();
    let first = shop.book("Анна", ANNA);
    shop.until_state(first, State::Read).await;
    std::fs::write(shop.dir().join("settings.toml"), format!("enabled = false\n{good}")).unwrap();
    shop.until("polls to end", |shop| {
        // What the account pushes is read all the same: a client may say "stop".
        let mut polls = shop.simulator.requests().into_iter().filter(|seen| seen.endpoint == "records");
        let last = polls.next_back().map(|seen| seen.at)?;
        (shop.simulator.now() - last > chrono::TimeDelta::milliseconds(1500)).then_some(())
    })
    .await;
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn check_says_that_everything_is_in_order() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let check = program.run(["check"]).await;
    check.succeeded();
    let lines = program.json(["check"]).await;
    let text = lines.to_string();
    assert!(text.contains("Барбершоп на Покровке"), "{text}");
    assert_eq!(shop.simulator.count("sendMessage"), 0, "it sends nothing");
}

#[test]
async fn a_wrong_token_is_named_with_where_to_get_the_right_one() {
    type Spoil = fn(&Shop);
    let wrong: [(Spoil, FaultCode, &str); 3] = [
        (|shop| shop.simulator.set_user_token("another"), FaultCode::YclientsUserToken, "YClients"),
        (
            |shop| {
                let message = "Не указан партнерский токен доступа";
                let body = format!(r#"{{"success":false,"data":null,"meta":{{"message":"{message}"}}}}"#);
                let refusal = answer(401, &body);
                shop.simulator.set_fault(Fault::always(Target::side(Side::Yclients), refusal));
            },
            FaultCode::YclientsPartnerToken,
            "developers.yclients.com",
        ),
        (
            |shop| shop.simulator.set_gateway_token("another"),
            FaultCode::GatewayToken,
            "console.green-api.com",
        ),
    ];
    join_all(wrong.map(async |(spoil, code, place)| {
        let shop = Shop::new(Plan::default()).await;
        spoil(&shop);
        let program = Program::of(&shop).await;
        let check = program.run(["check"]).await;
        assert_eq!(check.code, Some(1), "{check:?}");
        let words = engine::words::fault(code, Language::Ru);
        assert!(check.out.contains(words.what), "{code}: {}", check.out);
        assert!(check.out.contains(words.do_next) && words.do_next.contains(place), "{place}: {}", check.out);
    }))
    .await;
}

#[test]
async fn status_shows_a_refused_token_and_its_branch_stopped() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    shop.simulator.set_user_token("another");
    shop.until("the stop", |shop| shop.branch(COMPANY).stopped.then_some(())).await;
    let status = program.json(["status"]).await;
    let branch = &status["branches"][0];
    assert_eq!(branch["error"]["code"], "yclients_user_token", "{status}");
    assert_eq!(branch["stopped"], true);
    assert!(!branch["error"]["message"].as_str().unwrap().is_empty());
    let shown = program.run(["status"]).await;
    let words = engine::words::fault(FaultCode::YclientsUserToken, Language::Ru);
    assert!(shown.out.contains(words.what), "{}", shown.out);
    let poll = program.run(["poll"]).await;
    assert_eq!(poll.code, Some(1), "{poll:?}");
    shop.simulator.set_user_token(scenarios::USER_TOKEN);
    program.run(["poll"]).await.succeeded();
    assert!(program.json(["status"]).await["branches"][0]["error"].is_null());
    let done = worker.end_with("TERM").await;
    done.succeeded();
    assert_eq!(done.err.matches("code=yclients_user_token").count(), 1, "one alarm: {}", done.err);
}

#[test]
async fn missing_rights_and_an_unlinked_phone_are_lines_of_check() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    shop.simulator.set_rights(COMPANY, Rights { phones_access: false, ..Rights::default() });
    shop.simulator.set_gateway_state("notAuthorized");
    shop.simulator.set_gateway_setting("outgoingWebhook", "no".into());
    let check = program.run(["check"]).await;
    assert_eq!(check.code, Some(1));
    for word in ["елефон", "outgoingWebhook"] {
        assert!(check.out.contains(word), "{word}: {}", check.out);
    }
}

#[test]
async fn the_three_environment_variables_win_over_the_file() {
    let shop = Shop::new(Plan { poll_interval_ms: 3_600_000, ..Plan::with_window(1_800_000) }).await;
    let program = Program::of(&shop).await;
    let off = program.clone().with("BOOKING_MONITOR_ENABLED", "false").worker().await;
    off.end_with("TERM").await.succeeded();
    assert_eq!(shop.simulator.count("records"), 0, "switched off it asks for nothing");

    let quick = program
        .clone()
        .with("BOOKING_MONITOR_ENABLED", "true")
        .with("BOOKING_MONITOR_INTERVAL", "100")
        .with("BOOKING_NOTIFICATION_DELAY", "200");
    let worker = quick.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    let refused = program.with("BOOKING_NOTIFICATION_DELAY", "soon").run(["worker"]).await;
    refused.refused("BOOKING_NOTIFICATION_DELAY");
}

#[test]
async fn manual_keeps_every_message_for_a_person() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await.with("BOOKING_NOTIFICATION_DELAY", "manual");
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    let row = shop.until_state(booking, State::Waiting).await;
    shop.polls_later(5).await;
    assert!(shop.told().is_empty());
    program.run(["queue", "send", &row.id.0.to_string()]).await.succeeded();
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn no_answer_of_a_server_stops_the_worker() {
    let kinds = vec![
        answer(500, ""),
        answer(404, "<html></html>"),
        answer(204, ""),
        answer(302, ""),
        FaultKind::Html,
        FaultKind::SuccessFalse { message: "нет".to_owned() },
        FaultKind::StatusFalse { reason: "no".to_owned() },
        FaultKind::TruncatedJson,
        FaultKind::EmptyBody,
        FaultKind::HugeBody { megabytes: 10 },
        FaultKind::DeepJson { depth: 200_000 },
        FaultKind::CutBefore,
        FaultKind::CutAfter,
        FaultKind::CutAnswer { bytes: 40 },
        FaultKind::TooManyRequests { with_status: true, retry_after: Some("1".to_owned()) },
        FaultKind::TooManyRequests { with_status: false, retry_after: None },
        FaultKind::SamePage,
        FaultKind::ChangedAfterUtc,
        FaultKind::ChangedAfterBlind { bookings: Vec::new() },
    ];
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let mut worker = program.worker().await;
    shop.baseline().await;
    for kind in kinds {
        // Everything but the sending itself, whose outcome would then be for a person.
        for endpoint in ["records", "record", "getStateInstance", "receiveNotification", "deleteNotification"]
        {
            let target = Target { endpoint: Some(endpoint.to_owned()), ..Target::default() };
            shop.simulator.set_fault(Fault::times(2, target, kind.clone()));
        }
        shop.book("Анна", ANNA);
        shop.until("the fault to be met", |shop| {
            let left = shop.simulator.summary().faults;
            left.iter().all(|armed| armed.fault.target.endpoint.as_deref() != Some("records")).then_some(())
        })
        .await;
        assert!(worker.is_running(), "{kind:?}");
        shop.simulator.clear_faults();
        program.run(["poll"]).await.succeeded();
    }
    shop.until_quiet().await;
    let last = shop.book("Ольга", "+79160000002");
    shop.until_state(last, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    let states: Vec<_> = shop.rows().iter().map(|row| row.state).collect();
    assert!(states.iter().all(|state| state.is_sent()), "{}", shop.picture());
}
