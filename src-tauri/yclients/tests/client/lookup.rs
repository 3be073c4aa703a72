use engine::booking::{BookingId, BranchFacts, CompanyId};
use engine::error::BookingsError;
use engine::ports::{Bookings, Lookup};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::server::{answering, client, html, json as answer, refusal, row};

const BRANCH: CompanyId = CompanyId(31);

async fn get(template: ResponseTemplate) -> Result<Lookup, BookingsError> {
    let server = answering(template).await;
    let found = client(&server.uri()).get(BRANCH, BookingId(7)).await;
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1, "a look-up is one request");
    assert_eq!(requests[0].url.path(), "/api/v1/record/31/7");
    found
}

#[tokio::test]
async fn a_booking_is_found_by_its_number() {
    let body = json!({ "success": true, "data": row(7), "meta": [] });
    let Ok(Lookup::Found(booking)) = get(answer(200, &body)).await else { panic!("not found") };
    assert_eq!((booking.id, booking.company), (BookingId(7), BRANCH));
}

#[tokio::test]
async fn a_deleted_booking_may_still_be_there() {
    let body = json!({ "success": true, "data": { "id": 7, "deleted": true }, "meta": [] });
    assert!(matches!(get(answer(200, &body)).await, Ok(Lookup::Found(booking)) if booking.deleted));
}

#[tokio::test]
async fn the_servers_own_not_found_means_gone() {
    assert_eq!(get(refusal(404, "Не найдено")).await, Ok(Lookup::Gone));
    let other_form = json!({ "errors": { "code": 404, "message": "Не найдено" }, "meta": {} });
    assert_eq!(get(answer(404, &other_form)).await, Ok(Lookup::Gone));
    let silent = json!({ "success": false, "data": null, "meta": [] });
    assert_eq!(get(answer(404, &silent)).await, Ok(Lookup::Gone));
}

#[tokio::test]
async fn the_servers_own_not_found_is_known_in_every_loose_form() {
    for body in [
        json!({ "data": null, "meta": { "message": "Не найдено" } }),
        json!({ "success": 0, "data": null }),
        json!({ "success": "false" }),
        json!({ "success": null, "meta": [] }),
        json!({ "data": [], "meta": "Не найдено" }),
    ] {
        assert_eq!(get(answer(404, &body)).await, Ok(Lookup::Gone), "{body}");
    }
}

#[tokio::test]
async fn a_not_found_about_the_branch_is_no_cancellation_in_any_loose_form() {
    for body in [
        json!({ "data": null, "meta": { "message": "Филиал не найден" } }),
        json!({ "success": 0, "meta": "Компания не найдена" }),
        json!({ "success": 0, "message": "Location not found" }),
    ] {
        assert!(matches!(get(answer(404, &body)).await, Err(BookingsError::NotFound(_))), "{body}");
    }
}

#[tokio::test]
async fn a_not_found_about_anything_else_is_no_cancellation() {
    for template in
        [refusal(404, "Компания не найдена"), html(404), ResponseTemplate::new(404), answer(404, &json!({}))]
    {
        assert!(matches!(get(template).await, Err(BookingsError::NotFound(_))));
    }
    let limit = get(refusal(404, "Превышен лимит запросов")).await;
    assert!(matches!(limit, Err(BookingsError::RateLimited { .. })));
}

#[tokio::test]
async fn an_answer_without_the_booking_is_no_answer() {
    for data in [json!(null), json!([]), json!({}), json!({ "id": 8 }), json!({ "id": 7, "company_id": 32 })]
    {
        let body = json!({ "success": true, "data": data, "meta": [] });
        assert!(matches!(get(answer(200, &body)).await, Err(BookingsError::Unreadable(_))), "{data}");
    }
}

#[tokio::test]
async fn a_branch_tells_its_facts_and_the_servers_clock() {
    let data = json!({ "id": 31, "title": "Барбершоп", "city": "Казань", "address": "Баумана, 1", "phone": "",
        "phones": ["+78430000000"], "timezone_name": "Europe/Moscow", "currency_short_title": "₸", "coordinate_lat": "55.7" });
    let server = answering(answer(200, &json!({ "success": true, "data": data, "meta": [] }))).await;
    let branch = client(&server.uri()).branch(BRANCH).await.unwrap();
    assert_eq!(
        branch.facts,
        BranchFacts {
            title: "Барбершоп".into(),
            address: "Баумана, 1".into(),
            city: "Казань".into(),
            phone: "+78430000000".into(),
            time_zone: "Europe/Moscow".into(),
            currency: "₸".into(),
        }
    );
    assert_eq!(branch.server_time.unwrap().to_rfc3339(), "2026-11-22T09:00:00+00:00");
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!((request.url.path(), request.url.query()), ("/api/v1/company/31/", Some("my=1")));
}

async fn facts(company: Value) -> BranchFacts {
    let server = answering(answer(200, &json!({ "success": true, "data": company, "meta": [] }))).await;
    client(&server.uri()).branch(BRANCH).await.unwrap().facts
}

#[tokio::test]
async fn a_branch_is_called_by_the_name_meant_for_clients() {
    let inside = "Барбершоп (новая касса)";
    let title =
        async |public: Value| facts(json!({ "id": 31, "title": inside, "public_title": public })).await.title;
    assert_eq!(title(json!("Барбершоп")).await, "Барбершоп");
    for nothing in [json!(""), json!("  "), json!(null), json!([]), json!({ "ru": "Барбершоп" })] {
        assert_eq!(title(nothing.clone()).await, inside, "{nothing}");
    }
    assert_eq!(facts(json!({ "id": 31, "title": inside })).await.title, inside);
}

#[tokio::test]
async fn the_sign_of_the_currency_is_read_or_there_is_none() {
    let sign = async |value: Value| facts(json!({ "id": 31, "currency_short_title": value })).await.currency;
    for known in ["р", "руб.", "₽", "$", "so'm", "бел. руб."] {
        assert_eq!(sign(json!(known)).await, known);
    }
    assert_eq!(sign(json!(" ₸ ")).await, "₸");
    // Behind a price a number would be a part of it.
    let code = json!("643");
    for nothing in [json!(null), json!({ "id": 1 }), json!([]), json!(643), code, json!("р".repeat(17))] {
        assert_eq!(sign(nothing.clone()).await, "", "{nothing}");
    }
    assert_eq!(facts(json!({ "id": 31 })).await.currency, "");
}

#[tokio::test]
async fn a_branch_that_is_not_there_is_an_error() {
    let server = answering(refusal(404, "Не найдено")).await;
    assert_eq!(client(&server.uri()).branch(BRANCH).await, Err(BookingsError::NotFound("Не найдено".into())));
}
