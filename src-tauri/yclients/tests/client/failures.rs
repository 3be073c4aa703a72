use std::sync::Arc;
use std::time::Duration;

use engine::booking::{BookingId, CompanyId};
use engine::error::BookingsError;
use engine::ports::{BookingQuery, Bookings};
use engine::settings::Proxy;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wiremock::ResponseTemplate;
use yclients::{Client, Config, ConfigError, Flavour, Lane};

use crate::server::{PARTNER, USER, answering, client, config, gzip, html, json as answer, refusal, row};

const BRANCH: CompanyId = CompanyId(31);

async fn ask(client: &Client) -> BookingsError {
    let query = BookingQuery::VisitsFrom("2026-11-22".parse().unwrap());
    client.list(BRANCH, &query).await.unwrap_err()
}

async fn error_of(template: ResponseTemplate) -> BookingsError {
    ask(&client(&answering(template).await.uri())).await
}

/// A server that does with each connection what `behave` does.
async fn raw<F>(behave: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(behave(stream));
        }
    });
    format!("http://{address}")
}

async fn read_request(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    let _ = stream.read(&mut buffer).await;
}

#[tokio::test]
async fn each_refusal_has_its_own_error() {
    let partner = error_of(refusal(401, "Не указан идентификатор партнера")).await;
    assert!(matches!(partner, BookingsError::PartnerToken(_)));
    let user = error_of(refusal(401, "Необходима авторизация")).await;
    assert_eq!(user, BookingsError::UserToken("Необходима авторизация".into()));
    let rights = error_of(refusal(403, "Нет прав на управление компанией")).await;
    assert!(matches!(rights, BookingsError::Rights(_)));
    let unknown = json!({ "errors": { "code": 404, "message": "Не найдено" }, "meta": [] });
    assert_eq!(error_of(answer(404, &unknown)).await, BookingsError::NotFound("Не найдено".into()));
    let fields =
        json!({ "success": false, "meta": { "message": "Ошибка", "errors": [{ "phone": "+79160000001" }] } });
    assert_eq!(error_of(answer(422, &fields)).await, BookingsError::Refused("Ошибка".into()));
    assert_eq!(error_of(refusal(200, "Что-то не так")).await, BookingsError::Refused("Что-то не так".into()));
}

#[tokio::test]
async fn a_page_in_the_server_s_place_refuses_no_token_and_no_right() {
    for status in [401, 403] {
        let intercepted = BookingsError::Intercepted { status, retry_after: None };
        let foreign = json!({ "success": false, "errors": [{ "code": 1020 }], "messages": [] });
        for template in [
            html(status),
            ResponseTemplate::new(status),
            ResponseTemplate::new(status).set_body_string("Access denied"),
            answer(status, &json!({ "message": "Forbidden" })),
            answer(status, &foreign),
        ] {
            let server = answering(template).await;
            let client = client(&server.uri());
            assert_eq!(ask(&client).await, intercepted);
            assert_eq!(client.get(BRANCH, BookingId(7)).await.unwrap_err(), intercepted);
            assert_eq!(client.branch(BRANCH).await.unwrap_err(), intercepted);
            assert_eq!(client.users(BRANCH).await.unwrap_err(), intercepted);
            assert_eq!(client.companies().await.unwrap_err(), intercepted);
            assert_eq!(client.permissions(BRANCH).await.unwrap_err(), intercepted);
        }
    }
    let busy = html(403).insert_header("retry-after", "30");
    let pause = Some(Duration::from_secs(30));
    assert_eq!(error_of(busy).await, BookingsError::Intercepted { status: 403, retry_after: pause });
}

#[tokio::test]
async fn a_rate_limit_is_known_by_status_or_by_words() {
    let words = "Превышен лимит запросов, попробуйте повторить запрос через 0 секунд.";
    let second = Some(Duration::from_secs(1));
    for status in [200, 400, 403, 429, 503] {
        assert_eq!(
            error_of(refusal(status, words)).await,
            BookingsError::RateLimited { retry_after: second }
        );
    }
    // As PHP writes letters, and as others than the server say it.
    let escaped = r#"{"success":false,"meta":{"message":"\u041f\u0440\u0435\u0432\u044b\u0448\u0435\u043d \u043b\u0438\u043c\u0438\u0442 \u0437\u0430\u043f\u0440\u043e\u0441\u043e\u0432"}}"#;
    for words in [escaped, "<html><title>You are being rate limited</title></html>", "Too many requests"] {
        let said = ResponseTemplate::new(403).set_body_string(words);
        assert_eq!(error_of(said).await, BookingsError::RateLimited { retry_after: None });
    }
    let header = ResponseTemplate::new(429).insert_header("retry-after", "17");
    let pause = Some(Duration::from_secs(17));
    assert_eq!(error_of(header).await, BookingsError::RateLimited { retry_after: pause });
    let date = ResponseTemplate::new(429)
        .insert_header("date", "Sun, 22 Nov 2026 09:00:00 GMT")
        .insert_header("retry-after", "Sun, 22 Nov 2026 09:00:17 GMT");
    assert_eq!(error_of(date).await, BookingsError::RateLimited { retry_after: pause });
    assert_eq!(error_of(ResponseTemplate::new(429)).await, BookingsError::RateLimited { retry_after: None });
}

#[tokio::test]
async fn a_comment_about_limits_is_no_limit() {
    let mut booking = row(7);
    booking["comment"] = json!("Превышен лимит запросов");
    let server = answering(answer(200, &json!({ "success": true, "data": booking, "meta": [] }))).await;
    assert!(client(&server.uri()).get(BRANCH, BookingId(7)).await.is_ok());
}

#[tokio::test]
async fn a_rate_limit_holds_everyone_who_shares_the_pace() {
    let server = answering(ResponseTemplate::new(429)).await;
    let first = client(&server.uri());
    let second = client(&server.uri()).sharing(first.pace());
    assert!(Arc::ptr_eq(&first.pace(), &second.pace()));
    ask(&first).await;
    let at_once = tokio::time::timeout(Duration::ZERO, second.pace().turn(Lane::Urgent)).await;
    assert!(at_once.is_err(), "nobody may ask now");
}

#[tokio::test]
async fn a_server_out_of_order_is_called_so_whatever_it_sends() {
    assert_eq!(error_of(html(502)).await, BookingsError::Server { status: 502, retry_after: None });
    let busy = html(503).insert_header("retry-after", "30");
    let pause = Some(Duration::from_secs(30));
    assert_eq!(error_of(busy).await, BookingsError::Server { status: 503, retry_after: pause });
}

#[tokio::test]
async fn an_answer_that_is_none_is_unreadable_and_never_an_empty_list() {
    for template in [
        html(200),
        ResponseTemplate::new(200),
        ResponseTemplate::new(200).set_body_string("null"),
        ResponseTemplate::new(200).set_body_string(r#"{"success":true,"data":[{"id":1"#),
        ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:1/login"),
    ] {
        let error = error_of(template).await;
        assert!(matches!(error, BookingsError::Unreadable(_)), "{error}");
    }
}

#[tokio::test]
async fn an_answer_cut_short_is_unreadable_and_no_answer_is_offline() {
    let cut = raw(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"success\":true").await;
    })
    .await;
    assert!(matches!(ask(&client(&cut)).await, BookingsError::Unreadable(_)));

    let silent = raw(|mut stream| async move { read_request(&mut stream).await }).await;
    assert!(matches!(ask(&client(&silent)).await, BookingsError::Offline(_)));

    let refused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert!(matches!(ask(&client(&format!("http://{refused}"))).await, BookingsError::Offline(_)));

    let slow = raw(|mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let impatient = Config { request_timeout: Duration::from_millis(200), ..config(&slow) };
    let impatient = Client::new(&impatient, PARTNER.into(), USER.into()).unwrap();
    assert!(matches!(ask(&impatient).await, BookingsError::Offline(_)));
}

#[tokio::test]
async fn a_refusal_cut_short_is_no_word_of_the_server_s() {
    let cut = raw(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 900\r\n\r\n{\"succ").await;
    })
    .await;
    let intercepted = BookingsError::Intercepted { status: 403, retry_after: None };
    assert_eq!(ask(&client(&cut)).await, intercepted);
}

#[tokio::test]
async fn an_answer_without_end_is_left() {
    let endless = raw(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        let chunk = [b"10000\r\n".as_slice(), vec![b' '; 0x10000].as_slice(), b"\r\n"].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    let error = ask(&client(&endless)).await;
    assert_eq!(error, BookingsError::Unreadable("it is larger than 8 MB".into()));
}

#[tokio::test]
async fn a_compressed_answer_is_read_and_one_that_unfolds_without_end_is_left() {
    let body = json!({ "success": true, "data": row(7), "meta": [] });
    let server = answering(gzip(body.to_string().as_bytes())).await;
    assert!(client(&server.uri()).get(BRANCH, BookingId(7)).await.is_ok());

    let error = error_of(gzip(&vec![b' '; 40 << 20])).await;
    assert_eq!(error, BookingsError::Unreadable("it is larger than 8 MB".into()));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = answering(answer(200, &json!({ "success": true, "data": [], "meta": [] }))).await;
    let server = answering(ResponseTemplate::new(307).insert_header("location", elsewhere.uri())).await;
    ask(&client(&server.uri())).await;
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn no_token_is_in_any_error_or_debug_output() {
    let echo = format!("Токен {PARTNER} и {USER} не подходят");
    let mut texts = vec![format!("{:?}", client("http://127.0.0.1:1"))];
    for status in [200, 400, 401, 403, 404, 422, 500] {
        let error = error_of(refusal(status, &echo)).await;
        texts.push(format!("{error} {error:?}"));
    }
    let error = ask(&client("http://127.0.0.1:1")).await;
    texts.push(format!("{error} {error:?}"));
    for text in texts {
        assert!(!text.contains(PARTNER) && !text.contains(USER), "{text}");
    }
}

#[test]
fn a_client_that_would_be_unsafe_or_useless_is_not_built() {
    let build = |config: &Config, user: &str| Client::new(config, PARTNER.into(), user.into()).map(drop);
    let plain = Config::new("http://api.yclients.com/api/v1");
    assert_eq!(build(&plain, USER), Err(ConfigError::PlainHttp));
    let good = Config::new("https://api.yclients.com/api/v1");
    assert_eq!(build(&good, USER), Ok(()));
    assert_eq!(build(&good, " "), Err(ConfigError::Token));
    assert_eq!(build(&good, "a\nb"), Err(ConfigError::Token));
    for pem in ["", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----"] {
        let odd = Config { extra_root: Some(pem.into()), ..good.clone() };
        assert!(matches!(build(&odd, USER), Err(ConfigError::Certificate(_))), "{pem}");
    }
}

#[tokio::test]
async fn altegio_is_spoken_to_in_its_own_media_type() {
    let server = answering(ResponseTemplate::new(500)).await;
    let config = Config { flavour: Some(Flavour::Altegio), ..config(&server.uri()) };
    ask(&Client::new(&config, PARTNER.into(), USER.into()).unwrap()).await;
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.headers["accept"], "application/vnd.api.v2+json");
}

#[tokio::test]
async fn what_is_asked_goes_through_the_proxy_that_is_set_and_no_token_is_shown_to_it() {
    let (heard, mut requests) = tokio::sync::mpsc::unbounded_channel();
    let proxy = raw(move |mut stream| {
        let heard = heard.clone();
        async move {
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer).await.unwrap_or(0);
            let _ = heard.send(String::from_utf8_lossy(&buffer[..length]).into_owned());
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
        }
    })
    .await;
    let config = Config { proxy: Proxy::At(proxy), ..Config::new("https://yclients.invalid/api/v1") };
    let error = ask(&Client::new(&config, PARTNER.into(), USER.into()).unwrap()).await;
    // It is the proxy that refuses: neither a token nor a right is in question.
    assert!(matches!(error, BookingsError::Offline(_)), "{error:?}");
    let asked = requests.recv().await.unwrap();
    assert!(asked.starts_with("CONNECT yclients.invalid:443"), "{asked}");
    assert!(!asked.contains(PARTNER) && !asked.contains(USER));
}
