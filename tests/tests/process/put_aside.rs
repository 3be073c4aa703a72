//! What the gateway pushed and nobody can read is counted until a person has seen it, and kept as it came.

use scenarios::{Plan, Program, Shop};
use serde_json::{Value, json};
use tokio::test;

const NAME: &str = "Евпраксия";

async fn pushed(shop: &Shop, body: Value) {
    shop.simulator.push_notification(body);
    shop.until("it to be taken", |shop| (shop.simulator.notifications_waiting() == 0).then_some(())).await;
}

#[test]
async fn a_person_who_has_seen_it_is_told_of_it_no_more() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    assert!(program.run(["aside"]).await.out.contains("Отложенного нет"));
    let worker = program.worker().await;
    shop.baseline().await;
    for odd in [1, 2] {
        let body = json!({ "typeWebhook": "outgoingMessageStatus", "status": odd, "chatId": NAME });
        pushed(&shop, body).await;
    }
    for command in ["status", "check"] {
        let done = program.run([command]).await;
        assert!(done.out.contains("booking-monitor aside"), "{command}: {}", done.out);
    }
    let rows = program.json(["aside"]).await;
    let kinds: Vec<_> = rows.as_array().unwrap().iter().map(|row| (&row["kind"], &row["why"])).collect();
    assert_eq!(kinds, [(&json!("outgoingMessageStatus"), &json!("unreadable")); 2]);
    let shown = program.run(["aside"]).await.out;
    assert!(!format!("{rows}{shown}").contains(NAME), "its content is shown nowhere");

    let first = rows[0]["id"].to_string();
    assert_eq!(program.json(["aside", "dismiss", &first]).await, json!({ "dismissed": 1 }));
    program.run(["aside", "dismiss", &first]).await.refused("booking-monitor aside");
    assert_eq!(program.json(["status"]).await["aside"][0]["count"], 1);
    assert!(program.run(["aside", "dismiss"]).await.out.contains("хранится месяц"));
    assert_eq!(program.json(["aside"]).await, json!([]));
    assert_eq!(program.json(["status"]).await["aside"], json!([]));
    assert!(!program.run(["check"]).await.out.contains("booking-monitor aside"));
    assert_eq!(program.json(["aside", "dismiss"]).await, json!({ "dismissed": 0 }));

    // The next one is news again.
    pushed(&shop, json!({ "typeWebhook": "outgoingMessageStatus", "status": 3 })).await;
    assert_eq!(program.json(["status"]).await["aside"][0]["count"], 1);
    worker.end_with("TERM").await.succeeded();
    let kept = shop.outbox.db().read(|connection| {
        let kept = "SELECT count(*) FROM aside WHERE content LIKE '%' || ?1 || '%'";
        let acts = "SELECT count(*) FROM events WHERE what = 'aside_seen' AND actor = ?1";
        let count = |sql: &str, word: &str| connection.query_row(sql, [word], |row| row.get::<_, i64>(0));
        Ok::<_, engine::db::StorageError>((count(kept, NAME)?, count(acts, "anna")?))
    });
    assert_eq!(kept.unwrap(), (2, 2));
}
