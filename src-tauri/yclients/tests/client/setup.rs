use std::time::Duration;

use engine::booking::CompanyId;
use engine::error::BookingsError;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use yclients::{Auth, LoginStep, MissingRight, User};

use crate::server::{answering, client, config, html, json as answer, refusal};

const BRANCH: CompanyId = CompanyId(31);

#[tokio::test]
async fn branches_are_listed_once_each() {
    let data = json!([
        { "id": "31", "title": "Первый", "active": "1", "timezone_name": "Europe/Moscow" },
        { "id": 32, "title": "Второй", "active": 0 },
        { "title": "без номера" },
    ]);
    let server = answering(answer(200, &json!({ "success": true, "data": data, "meta": [] }))).await;
    let companies = client(&server.uri()).companies().await.unwrap();
    let seen: Vec<_> = companies.iter().map(|c| (c.id.0, c.facts.title.as_str(), c.active)).collect();
    assert_eq!(seen, [(31, "Первый", true), (32, "Второй", false)]);
}

#[tokio::test]
async fn users_have_a_name_in_either_form() {
    let data = json!([
        { "id": 5, "name": "Администратор" },
        { "id": "6", "firstname": "Бот", "login": "bot" },
        { "id": 7, "login": "+7" },
        { "id": 8 },
    ]);
    let server =
        answering(answer(200, &json!({ "success": true, "data": data, "meta": { "count": 4 } }))).await;
    let users = client(&server.uri()).users(BRANCH).await.unwrap();
    let expected = [(5, "Администратор"), (6, "Бот"), (7, "+7"), (8, "")];
    assert_eq!(users, expected.map(|(id, name)| User { id, name: name.into() }));

    let server = answering(refusal(403, "Доступ запрещен.")).await;
    let refused = client(&server.uri()).users(BRANCH).await;
    assert_eq!(refused, Err(BookingsError::Rights("Доступ запрещен.".into())));
}

async fn missing(timetable: Value) -> Vec<MissingRight> {
    let data = json!({ "timetable": timetable, "record_form": {} });
    let server = answering(answer(200, &json!({ "success": true, "data": data, "meta": [] }))).await;
    client(&server.uri()).permissions(BRANCH).await.unwrap().missing()
}

#[tokio::test]
async fn the_rights_that_are_missing_are_named() {
    let all = json!({ "timetable_access": true, "master_id": 0, "timetable_phones_access": 1 });
    assert_eq!(missing(all).await, []);
    let none = json!({ "timetable_access": false, "master_id": "44", "position_id": 3, "timetable_phones_access": 0 });
    assert_eq!(
        missing(none).await,
        [
            MissingRight::Timetable,
            MissingRight::AllStaff { only: 44 },
            MissingRight::AllPositions { only: 3 },
            MissingRight::Phones,
        ]
    );
    assert_eq!(missing(json!({ "other": 1 })).await, [], "what was not said is not called missing");
}

async fn login(status: u16, body: &Value) -> Result<LoginStep, BookingsError> {
    let server = answering(answer(status, body)).await;
    let auth = Auth::new(&config(&server.uri()), "partner".into()).unwrap();
    let step = auth.login("owner@example.com", &SecretString::from("пароль-123")).await;
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.headers["authorization"], "Bearer partner");
    assert_eq!(request.url.path(), "/api/v1/auth");
    step
}

#[tokio::test]
async fn a_login_brings_the_token_in_either_form() {
    let user = json!({ "id": 5, "user_token": "u-77", "login": "owner@example.com" });
    for body in [user.clone(), json!({ "success": true, "data": user, "meta": [] })] {
        let Ok(LoginStep::Token(token)) = login(201, &body).await else { panic!("no token") };
        assert_eq!(token.expose_secret(), "u-77");
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_given() {
    let data = json!({ "uuid": "a-b", "flow": "login", "refresh_ttl_sec": 60, "attempts_left": "3",
        "transport": { "type": "email", "recipient": "o***@example.com" } });
    let step = login(200, &json!({ "success": true, "data": data, "meta": [] })).await.unwrap();
    assert_eq!(format!("{step:?}"), "SecondFactor");
    let LoginStep::SecondFactor { uuid, recipient, attempts_left, ttl } = step else { panic!("no code") };
    assert_eq!((uuid.as_str(), recipient.as_str()), ("a-b", "o***@example.com"));
    assert_eq!((attempts_left, ttl), (Some(3), Some(Duration::from_mins(1))));

    let server = answering(answer(201, &json!({ "user_token": "u-78" }))).await;
    let auth = Auth::new(&config(&server.uri()), "partner".into()).unwrap();
    let step = auth.login_with_code("o", &SecretString::from("p"), "a-b", " 123456 ").await;
    assert!(matches!(step, Ok(LoginStep::Token(_))));
    let body: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(body, json!({ "login": "o", "password": "p", "2fa": { "uuid": "a-b", "secret": "123456" } }));
}

#[tokio::test]
async fn a_wrong_password_is_not_called_a_bad_token_and_is_not_repeated() {
    let refusal = |message: &str| json!({ "success": false, "data": null, "meta": { "message": message } });
    let wrong = login(401, &refusal("Неверный пароль пароль-123 для owner@example.com")).await.unwrap_err();
    assert_eq!(wrong, BookingsError::Refused("Неверный пароль … для …".into()));
    for status in [200, 400, 402, 403, 404, 422] {
        let other = login(status, &refusal("Пароль пароль-123 устарел")).await.unwrap_err();
        assert!(other.to_string().ends_with("Пароль … устарел"), "{status}: {other}");
    }
    let partner = login(401, &refusal("Не указан идентификатор партнера")).await.unwrap_err();
    assert!(matches!(partner, BookingsError::PartnerToken(_)));
    let neither = login(201, &json!({ "success": true, "data": {}, "meta": [] })).await.unwrap_err();
    assert!(matches!(neither, BookingsError::Unreadable(_)));
}

#[tokio::test]
async fn a_partner_is_tried_by_signing_in_as_nobody() {
    let tried = async |answered| {
        let server = answering(answered).await;
        Auth::new(&config(&server.uri()), "partner".into()).unwrap().try_partner().await
    };
    for known in [refusal(422, "Поле обязательно для заполнения"), refusal(401, "Неверный логин или пароль")]
    {
        assert_eq!(tried(known).await, Ok(()), "it complains of whoever signs in");
    }
    for stranger in ["Необходима авторизация", "Не указан идентификатор партнера"]
    {
        let answer = tried(refusal(401, stranger)).await;
        assert_eq!(answer, Err(BookingsError::PartnerToken(stranger.into())));
    }
    // A page in between says nothing of the partner, neither good nor bad.
    for page in [html(400), html(401), html(403), html(405), html(407)] {
        let answer = tried(page).await;
        assert!(
            matches!(&answer, Err(error) if !matches!(error, BookingsError::PartnerToken(_))),
            "{answer:?}"
        );
    }
    let answer = tried(refusal(500, "")).await;
    assert!(matches!(answer, Err(BookingsError::Server { .. })), "{answer:?}");
}
