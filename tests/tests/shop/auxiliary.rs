//! Questions beside the main job: what they bring, or do not bring, keeps no message back for good.

use engine::clock::Clock as _;
use engine::notification::{Reason, State};
use futures::future::join_all;
use scenarios::{Plan, Shop};
use simulator::{Fault, FaultKind, NumberPlan, Outcome, Target};
use tokio::test;

const ANNA: &str = "+79160000001";

fn status(status: u16, body: &str) -> FaultKind {
    let content_type = "application/json".to_owned();
    FaultKind::Status { status, body: body.to_owned(), content_type, retry_after: None }
}

#[test]
async fn a_check_of_the_number_that_is_broken_lets_the_message_go() {
    let broken = [
        status(400, r#"{"statusCode":400,"message":"check phone number timeout limit exceeded"}"#),
        status(400, r#"{"statusCode":400,"message":"Validation failed. Details: 'phoneNumber' is wrong"}"#),
        status(403, ""),
        status(404, "<html>nginx</html>"),
        status(429, ""),
        status(466, r#"{"invokeStatus":{"method":"checkWhatsapp","used":100,"total":100}}"#),
        status(469, "User get contact info limit reached"),
        status(499, ""),
        status(500, "Internal Server Error"),
        status(502, "<html>Bad Gateway</html>"),
        status(200, "{}"),
        status(200, r#"{"existsWhatsapp":"false"}"#),
        status(200, r#"{"existsWhatsapp":null}"#),
        status(200, r#"{"status":false,"reason":"check phone number timeout limit exceeded"}"#),
        FaultKind::Html,
        FaultKind::EmptyBody,
        FaultKind::TruncatedJson,
        FaultKind::CutBefore,
        FaultKind::CutAfter,
        FaultKind::Hang,
    ];
    join_all(broken.map(async |kind| {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        shop.simulator.set_fault(Fault::always(Target::gateway("checkWhatsapp"), kind.clone()));
        let booking = shop.book("Анна", ANNA);
        shop.until_state(booking, State::Read).await;
        shop.until_quiet().await;
        desk.close().await;
        assert_eq!(shop.told(), [ANNA], "{kind:?}");
        assert!(shop.alarms.codes().is_empty(), "{kind:?}: {:?}", shop.alarms.codes());
    }))
    .await;
}

#[test]
async fn a_no_is_overruled_by_a_person_and_the_delivery_tells_the_truth() {
    for (outcome, end) in [
        (Outcome::NoAccount, (State::Undelivered, Reason::NoWhatsapp)),
        // The account was wrong about the number.
        (Outcome::Read, (State::Read, Reason::None)),
    ] {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        shop.simulator.set_number(ANNA, NumberPlan { on_whatsapp: false, lid: false, outcome });
        let booking = shop.book("Анна", ANNA);
        let row = shop.until_state(booking, State::Failed).await;
        assert_eq!(row.reason, Reason::NoWhatsapp);
        assert!(shop.told().is_empty());
        shop.person().send_now(row.id, shop.clock.now()).unwrap();
        shop.until_state(booking, end.0).await;
        shop.until_quiet().await;
        desk.close().await;
        assert_eq!(shop.told(), [ANNA], "{outcome:?}");
        assert_eq!(shop.fate(booking), end, "{outcome:?}");
    }
}
