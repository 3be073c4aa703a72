//! Every fate of a message, and which of the four outcomes it is.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::DateTime;
use engine::clock::{Clock, Moment};
use engine::error::MessengerError as Error;
use engine::ports::{Messenger, Permit, SendOutcome};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::gateway::{Fate, Gateway, PHONE, TOKEN, answer, answer_with, client, impatient};

async fn send(gateway: &Gateway) -> SendOutcome {
    gateway.client().send(PHONE, "Пётр, вы записаны", &Permit::endless()).await
}

async fn fate(fate: Fate) -> SendOutcome {
    send(&Gateway::with(fate).await).await
}

#[track_caller]
fn not_sent(outcome: SendOutcome) -> Error {
    match outcome {
        SendOutcome::NotSent { error, .. } => error,
        other => panic!("not certain enough: {other:?}"),
    }
}

#[track_caller]
fn rejected(outcome: SendOutcome) -> String {
    match outcome {
        SendOutcome::Rejected { error: Error::Refused(why) } => why,
        other => panic!("not rejected: {other:?}"),
    }
}

#[track_caller]
fn until_a_person_acts(outcome: SendOutcome) -> Error {
    match outcome {
        SendOutcome::Rejected { error } => error,
        other => panic!("it would be tried again: {other:?}"),
    }
}

#[track_caller]
fn ambiguous(outcome: SendOutcome) -> String {
    match outcome {
        SendOutcome::Ambiguous { why } => why,
        other => panic!("too certain: {other:?}"),
    }
}

#[tokio::test]
async fn a_message_that_got_an_id_is_accepted() {
    let gateway = Gateway::answering(200, r#"{"idMessage":"3EB0C767D097B7C7C030","extra":[]}"#).await;
    assert_eq!(send(&gateway).await, SendOutcome::Accepted { id: "3EB0C767D097B7C7C030".into() });
    let (line, body) = gateway.request();
    assert_eq!(line, format!("POST /waInstance1103000001/sendMessage/{TOKEN}"));
    let expected =
        json!({ "chatId": "79161234567@c.us", "message": "Пётр, вы записаны", "linkPreview": false });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn every_message_has_a_connection_of_its_own() {
    let gateway = Gateway::answering(200, r#"{"idMessage":"A"}"#).await;
    let client = gateway.client();
    for _ in 0..3 {
        assert!(matches!(client.send(PHONE, "text", &Permit::endless()).await, SendOutcome::Accepted { .. }));
    }
    assert_eq!((gateway.requests().len(), gateway.connections()), (3, 3));
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let outcome = client(&format!("http://{free}")).send(PHONE, "text", &Permit::endless()).await;
    assert!(matches!(not_sent(outcome), Error::Offline(_)));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_sent_nothing() {
    let outcome = client("https://gateway.invalid").send(PHONE, "text", &Permit::endless()).await;
    assert!(matches!(not_sent(outcome), Error::Offline(_)));
}

#[tokio::test]
async fn a_failed_handshake_sent_nothing() {
    let gateway = Gateway::with(Fate::CloseUnread).await;
    let outcome =
        client(&gateway.address.replace("http", "https")).send(PHONE, "text", &Permit::endless()).await;
    assert!(matches!(not_sent(outcome), Error::Offline(_)));
}

#[tokio::test]
async fn a_handshake_that_never_ends_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let (outcome, stream) =
        tokio::join!(async { impatient(&address).send(PHONE, "text", &Permit::endless()).await }, async {
            listener.accept().await.unwrap()
        });
    assert!(matches!(not_sent(outcome), Error::Offline(_)));
    drop(stream);
}

/// A full queue of connections nobody accepts: Linux drops the next handshake.
#[cfg(target_os = "linux")]
async fn full_queue() -> (String, (TcpListener, Vec<tokio::net::TcpStream>)) {
    use tokio::net::{TcpSocket, TcpStream};

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(150), TcpStream::connect(address)).await
    {
        waiting.push(stream);
        assert!(waiting.len() < 64, "the queue never fills");
    }
    (format!("http://{address}"), (listener, waiting))
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_never_stands_sent_nothing() {
    let (address, _queue) = full_queue().await;
    let outcome = impatient(&address).send(PHONE, "text", &Permit::endless()).await;
    assert!(matches!(not_sent(outcome), Error::Offline(_)));
}

#[tokio::test(start_paused = true)]
async fn a_message_waits_four_seconds_for_its_handshake_however_patient_look_ups_are() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let begun = Instant::now();
    let (outcome, _stream) = tokio::join!(
        async { client(&address).send(PHONE, "text", &Permit::endless()).await },
        listener.accept()
    );
    assert!(matches!(not_sent(outcome), Error::Offline(_)));
    assert!((4000..4100).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn a_message_waits_four_seconds_for_its_connection_however_patient_look_ups_are() {
    let (address, _queue) = full_queue().await;
    let begun = Instant::now();
    let outcome = client(&address).send(PHONE, "text", &Permit::endless()).await;
    assert!(matches!(not_sent(outcome), Error::Offline(_)));
    assert!((4000..4100).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
}

/// A computer that can sleep.
#[derive(Default)]
struct Computer(Mutex<Duration>);

impl Computer {
    fn sleep(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Computer {
    fn moment(&self) -> Moment {
        let boot = *self.0.lock().unwrap();
        Moment { wall: DateTime::UNIX_EPOCH, monotonic: Duration::ZERO, boot }
    }
}

/// What comes of a message that has five seconds, and what the gateway reads of it, if the
/// computer sleeps for so long while the connection is made.
async fn asleep_while_it_connects(asleep: Duration) -> (SendOutcome, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let computer = Arc::new(Computer::default());
    let permit = Permit::new(computer.clone(), computer.moment(), Duration::from_secs(5));
    assert!(permit.holds());
    tokio::join!(client.send(PHONE, "text", &permit), async {
        // Asked for in this very turn of the runtime, the connection stands in a later one.
        computer.sleep(asleep);
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut read = vec![0; 4096];
        let length = connection.read(&mut read).await.unwrap();
        if length > 0 {
            let body = r#"{"idMessage":"A"}"#;
            let answer = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
        String::from_utf8(read[..length].to_vec()).unwrap()
    })
}

#[tokio::test]
async fn asleep_while_it_connects_not_a_byte_is_written() {
    for asleep in [Duration::from_millis(5001), Duration::from_hours(3)] {
        let (outcome, read) = asleep_while_it_connects(asleep).await;
        assert_eq!(not_sent(outcome), Error::Overslept);
        assert_eq!(read, "", "it connected, and closed");
    }
}

#[tokio::test]
async fn what_connects_in_time_is_written() {
    let (outcome, read) = asleep_while_it_connects(Duration::from_secs(5)).await;
    assert_eq!(outcome, SendOutcome::Accepted { id: "A".into() });
    assert!(read.starts_with("POST "), "{read}");
}

#[tokio::test]
async fn a_connection_closed_before_anything_was_read_is_ambiguous() {
    // The request may lie in the gateway's buffer: from here nobody can tell.
    ambiguous(fate(Fate::CloseUnread).await);
}

#[tokio::test]
async fn a_connection_lost_after_the_request_is_ambiguous() {
    for lost in [
        Fate::CloseRead,
        Fate::Reset,
        Fate::Broken("HTTP/1.1 200 OK\r\ncont"),
        Fate::Broken("HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{\"idMess"),
        // Even an id counts only in an answer that came whole.
        Fate::Broken("HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"idMessage\":\"A\"}"),
        Fate::Broken("no HTTP at all\r\n\r\n"),
    ] {
        let gateway = Gateway::with(lost).await;
        ambiguous(send(&gateway).await);
        assert_eq!(gateway.requests().len(), 1, "it is never sent twice");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_ambiguous() {
    let gateway = Gateway::with(Fate::Silence).await;
    ambiguous(impatient(&gateway.address).send(PHONE, "text", &Permit::endless()).await);
    assert_eq!(gateway.requests().len(), 1, "it is never sent twice");
}

#[tokio::test]
async fn a_success_that_says_nothing_is_ambiguous() {
    for body in [
        "",
        "null",
        "{}",
        "OK",
        "<html></html>",
        r#"{"idMessage":""}"#,
        r#"{"idMessage":null}"#,
        r#"{"idMessage":"A","status":false}"#,
        r#"[{"idMessage":"A"}]"#,
    ] {
        ambiguous(fate(answer(200, body)).await);
    }
    ambiguous(fate(answer(204, "")).await);
}

#[tokio::test]
async fn a_server_out_of_order_is_ambiguous() {
    for status in [499, 500, 502, 503, 504] {
        assert_eq!(ambiguous(fate(answer(status, "<html></html>")).await), format!("HTTP {status}"));
    }
}

#[tokio::test]
async fn a_status_nobody_documents_is_ambiguous() {
    for status in [301, 307, 402, 405, 408, 409, 413, 418, 422, 451, 467] {
        ambiguous(fate(answer(status, "{}")).await);
    }
}

#[tokio::test]
async fn an_instance_that_cannot_send_has_not_sent() {
    for (text, error) in [
        ("instance in starting process try later", Error::Starting),
        ("instance is starting or not authorized", Error::NotAuthorised),
        ("instance account not authorized", Error::NotAuthorised),
    ] {
        assert_eq!(not_sent(fate(answer(400, text)).await), error);
        let json = json!({ "statusCode": 400, "path": format!("/x/{TOKEN}"), "message": text });
        assert_eq!(not_sent(fate(answer(400, &json.to_string())).await), error);
        let inside = json!({ "status": false, "reason": text });
        assert_eq!(not_sent(fate(answer(200, &inside.to_string())).await), error);
    }
}

#[tokio::test]
async fn what_only_a_person_can_mend_is_rejected_and_not_tried_again() {
    for text in ["Instance account is expired. Renew your instance", "Instance is deleted"] {
        assert!(matches!(until_a_person_acts(fate(answer(400, text)).await), Error::Expired(_)));
    }
    let suspended = r#"{"message":"Your account is suspended"}"#;
    assert_eq!(until_a_person_acts(fate(answer(403, suspended)).await), Error::Suspended);
    let quota = r#"{"correspondentsStatus":{"status":"CORRESPONDENTS_QUOTE_EXCEEDED"}}"#;
    assert_eq!(until_a_person_acts(fate(answer(466, quota)).await), Error::Quota);
    let inside = r#"{"status":false,"reason":"QUOTE_EXCEEDED"}"#;
    assert_eq!(until_a_person_acts(fate(answer(200, inside)).await), Error::Quota);
}

#[tokio::test]
async fn a_wrong_setup_has_not_sent() {
    assert_eq!(not_sent(fate(answer(401, "")).await), Error::Token);
    assert_eq!(not_sent(fate(answer(403, "")).await), Error::Instance { status: 403 });
    assert_eq!(not_sent(fate(answer(404, "<html>404</html>")).await), Error::Instance { status: 404 });
}

#[tokio::test]
async fn a_limit_has_not_sent() {
    let limited = fate(answer(429, "")).await;
    assert_eq!(
        limited,
        SendOutcome::NotSent { retry_after: None, error: Error::RateLimited { retry_after: None } }
    );
    let pause = Some(Duration::from_secs(3));
    assert_eq!(
        fate(answer_with(429, "retry-after: 3\r\n", "")).await,
        SendOutcome::NotSent { retry_after: pause, error: Error::RateLimited { retry_after: pause } }
    );
    assert_eq!(not_sent(fate(answer(469, "User get contact info limit reached")).await), Error::CheckLimit);
}

#[tokio::test]
async fn a_refused_message_is_rejected() {
    let validation = json!({ "statusCode": 400, "path": format!("/x/{TOKEN}"),
        "message": "Validation failed. Details: 'chatId' is required" });
    assert_eq!(
        rejected(fate(answer(400, &validation.to_string())).await),
        "Validation failed. Details: 'chatId' is required"
    );
    assert_eq!(rejected(fate(answer(400, "bad request data")).await), "bad request data");
    rejected(fate(answer(400, "")).await);
    rejected(fate(answer(400, "<html></html>")).await);
}

#[tokio::test]
async fn a_success_that_says_false_for_no_documented_reason_is_ambiguous() {
    for inside in [
        r#"{"status":false}"#,
        r#"{"status":false,"reason":""}"#,
        r#"{"status":false,"reason":7}"#,
        r#"{"status":false,"reason":"no such chat"}"#,
        r#"{"status":false,"reason":"internal error"}"#,
    ] {
        ambiguous(fate(answer(200, inside)).await);
    }
}

#[tokio::test]
async fn a_number_that_is_none_is_rejected_without_a_request() {
    let gateway = Gateway::answering(200, r#"{"idMessage":"A"}"#).await;
    for phone in ["", "79161234567", "+7 916", "+7916123456x"] {
        rejected(gateway.client().send(phone, "text", &Permit::endless()).await);
    }
    assert_eq!(gateway.connections(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Gateway::answering(200, r#"{"idMessage":"A"}"#).await;
    let location = format!("location: {}\r\n", elsewhere.address);
    ambiguous(fate(answer_with(307, &location, "")).await);
    assert_eq!(elsewhere.connections(), 0);
}
