//! Signing in, the branches, and what a request must bring.

use serde_json::{Value, json};
use simulator::{AuthForm, Behaviour, Branch, Options, RateLimit, Rights, Simulator};

use crate::support::{BRANCH, http, start, start_with, yclients};

async fn with_headers(simulator: &Simulator, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let mut request = http().get(format!("{}{path}", simulator.yclients_url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

async fn sign_in(simulator: &Simulator, body: Value) -> (u16, Value) {
    let request = http()
        .post(format!("{}/auth", simulator.yclients_url()))
        .header("Accept", "application/vnd.yclients.v2+json")
        .header("Authorization", "Bearer partner")
        .json(&body);
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

const ACCEPT: (&str, &str) = ("Accept", "application/vnd.yclients.v2+json");

#[tokio::test]
async fn a_request_must_bring_both_tokens_to_the_letter() {
    let simulator = start().await;
    let path = format!("/records/{BRANCH}");
    let cases = [
        ("Bearer partner, User user", 200),
        ("Bearer partner,User user", 401),
        ("Bearer partner", 401),
        ("Bearer partner, User other", 401),
        ("Bearer other, User user", 401),
        ("User user", 401),
    ];
    for (authorization, expected) in cases {
        let (status, body) =
            with_headers(&simulator, &path, &[ACCEPT, ("Authorization", authorization)]).await;
        assert_eq!(status, expected, "{authorization}");
        if expected == 401 {
            assert_eq!(body["success"], false);
            assert!(body["meta"]["message"].is_string());
        }
    }
    assert_eq!(with_headers(&simulator, &path, &[ACCEPT]).await.0, 401);
}

#[tokio::test]
async fn a_request_without_accept_is_refused() {
    let simulator = start().await;
    let authorization = ("Authorization", "Bearer partner, User user");
    assert_eq!(with_headers(&simulator, &format!("/records/{BRANCH}"), &[authorization]).await.0, 400);
}

#[tokio::test]
async fn one_company_refuses_in_the_older_shape() {
    let simulator = start().await;
    let (status, body) = with_headers(&simulator, &format!("/company/{BRANCH}/"), &[ACCEPT]).await;
    assert_eq!((status, &body["errors"]["code"]), (401, &json!(401)));
    let (status, body) = yclients(&simulator, "/company/1/").await;
    assert_eq!((status, &body["errors"]["code"]), (404, &json!(404)));
}

#[tokio::test]
async fn the_branches_are_listed_and_shown_with_their_zone() {
    let simulator = start().await;
    let (_, list) = yclients(&simulator, "/companies?my=1").await;
    assert_eq!(list["data"][0]["timezone_name"], "Europe/Moscow");
    assert!(list["data"][0]["active"].is_string() && list["data"][0]["id"].is_string());
    for path in [format!("/company/{BRANCH}"), format!("/company/{BRANCH}/?my=1")] {
        let (status, one) = yclients(&simulator, &path).await;
        assert_eq!((status, &one["data"]["id"]), (200, &json!(BRANCH)));
        assert!(one["data"]["address"].as_str().is_some_and(|address| !address.is_empty()));
    }
}

#[tokio::test]
async fn a_branch_has_a_name_for_clients_and_the_sign_of_its_currency() {
    let almaty = Branch {
        public_title: Some("Борода".to_owned()),
        currency: "₸".to_owned(),
        ..Branch::new(31, chrono_tz::Asia::Almaty, "Борода (новая касса)", "")
    };
    let branches = vec![Branch::default(), almaty];
    let simulator = start_with(Options { branches, ..Options::default() }).await;
    for path in ["/company/31", "/companies?my=1"] {
        let (_, answer) = yclients(&simulator, path).await;
        let company = answer["data"].get(1).unwrap_or(&answer["data"]);
        assert_eq!(company["title"], "Борода (новая касса)");
        assert_eq!(
            (&company["public_title"], &company["currency_short_title"]),
            (&json!("Борода"), &json!("₸"))
        );
    }
    let (_, moscow) = yclients(&simulator, &format!("/company/{BRANCH}")).await;
    assert_eq!(moscow["data"]["public_title"], moscow["data"]["title"]);
    assert_eq!(moscow["data"]["currency_short_title"], "р");
}

#[tokio::test]
async fn users_come_in_the_newer_and_in_the_older_form() {
    let simulator = start().await;
    let (_, users) = yclients(&simulator, &format!("/company/{BRANCH}/users")).await;
    let users = users["data"].as_array().expect("users");
    assert!(users.iter().any(|user| user["name"].is_string()));
    assert!(users.iter().any(|user| user["firstname"].is_string() && user.get("name").is_none()));
}

#[tokio::test]
async fn rights_are_told_and_enforced() {
    let simulator = start().await;
    let (_, told) = yclients(&simulator, &format!("/user/permissions/{BRANCH}")).await;
    assert_eq!(told["data"]["timetable"]["timetable_access"], true);

    simulator
        .set_rights(BRANCH, Rights { users_access: false, timetable_access: false, ..Rights::default() });
    assert_eq!(yclients(&simulator, &format!("/company/{BRANCH}/users")).await.0, 403);
    assert_eq!(yclients(&simulator, &format!("/records/{BRANCH}")).await.0, 403);

    simulator.set_rights(BRANCH, Rights { access: false, ..Rights::default() });
    assert_eq!(yclients(&simulator, &format!("/company/{BRANCH}/")).await.0, 403);
    let (_, list) = yclients(&simulator, "/companies?my=1").await;
    assert_eq!(list["data"], json!([]));
}

#[tokio::test]
async fn a_changed_password_ends_the_old_token() {
    let simulator = start().await;
    simulator.set_user_token("newer");
    assert_eq!(yclients(&simulator, &format!("/records/{BRANCH}")).await.0, 401);
}

#[tokio::test]
async fn signing_in_answers_in_either_form() {
    let body = json!({ "login": "79990000001", "password": "password" });
    for (form, pointer) in [(AuthForm::Bare, "/user_token"), (AuthForm::Wrapped, "/data/user_token")] {
        let yclients = Behaviour { auth_form: form, ..Behaviour::default() };
        let simulator = start_with(Options { yclients, ..Options::default() }).await;
        let (status, answer) = sign_in(&simulator, body.clone()).await;
        assert_eq!((status, answer.pointer(pointer)), (201, Some(&json!("user"))));
    }
}

#[tokio::test]
async fn signing_in_may_take_a_code() {
    let yclients = Behaviour { two_factor: true, ..Behaviour::default() };
    let simulator = start_with(Options { yclients, ..Options::default() }).await;
    let mut body = json!({ "login": "79990000001", "password": "password" });
    let (status, first) = sign_in(&simulator, body.clone()).await;
    assert_eq!((status, &first["data"]["flow"]), (200, &json!("login")));

    body["2fa"] = json!({ "uuid": first["data"]["uuid"], "secret": "111111" });
    assert_eq!(sign_in(&simulator, body.clone()).await.0, 401);
    body["2fa"]["secret"] = json!("000000");
    assert_eq!(sign_in(&simulator, body).await.0, 201);
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let simulator = start().await;
    assert_eq!(sign_in(&simulator, json!({ "login": "79990000001", "password": "no" })).await.0, 401);
    assert_eq!(sign_in(&simulator, json!({ "login": "79990000001" })).await.0, 422);
}

#[tokio::test]
async fn the_servers_own_limit_answers_429() {
    let rate_limit = Some(RateLimit { per_second: 1000, per_minute: 2 });
    let yclients_ = Behaviour { rate_limit, ..Behaviour::default() };
    let simulator = start_with(Options { yclients: yclients_, ..Options::default() }).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(yclients(&simulator, "/companies?my=1").await.0);
    }
    assert_eq!(statuses, [200, 200, 429]);
}
