use super::*;
use crate::settings::{Environment, file_path};

/// Everything that anybody's words may stand in holds this.
const PLANTED: &str = "Ромашкина Mark +79161234567 tayna";

fn all(sections: &[Section]) -> String {
    let lines = sections.iter().flat_map(|section| section.lines.iter().map(String::as_str));
    lines.collect::<Vec<_>>().join("\n")
}

/// Puts the words into each text column of each table that takes them.
fn plant(directory: &Path) -> usize {
    let db = Db::open(directory).unwrap();
    let mut planted = 0;
    db.write(|tx| {
        tx.execute_batch(
            "INSERT INTO booking_monitor_state (company_id, failures) VALUES (962302, 7);
             INSERT INTO booking_notifications (kind, company_id, state, starts_at, enqueued_at, due_at)
             VALUES ('confirmation', 962302, 'waiting', 1, 1795000000000, 1);
             INSERT INTO send_attempts (notification_id, revision, instance, phone, text, started_at)
             VALUES (1, 1, '', '', '', 1795000000000);
             INSERT INTO gateway_events (received_at, instance, kind) VALUES (1, '', 'echo');
             INSERT INTO aside (received_at, instance, kind, why, content) VALUES (1, '', '', 'error', '');
             INSERT INTO requests (asked_at, kind) VALUES (1, 'poll');
             INSERT INTO unreadable_bookings VALUES (962302, '1', '', 1, 1);
             INSERT INTO users (company_id, user_id, name) VALUES (962302, 1, '');",
        )?;
        let mut columns = tx.prepare(
            "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' AND c.type = 'TEXT' AND m.name <> 'events'",
        )?;
        let columns: Vec<(String, String)> =
            columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        for (table, column) in columns {
            // What a CHECK forbids stays as it is.
            planted += tx
                .execute(&format!("UPDATE OR IGNORE {table} SET {column} = ?1"), [PLANTED])
                .unwrap_or_default();
        }
        Ok::<_, StorageError>(())
    })
    .unwrap();
    planted
}

#[test]
fn counts_states_and_times_are_said_and_no_word_that_anybody_wrote() {
    let directory = tempfile::tempdir().unwrap();
    assert!(plant(directory.path()) > 30);
    let said = all(&of_database(directory.path()));
    for word in PLANTED.split(' ') {
        assert!(!said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("cannot be read"), "{said}");
    for fact in
        ["its tables are as this version has them", "company_id=962302", "failures=7", "state=waiting"]
    {
        assert!(said.contains(fact), "{fact}: {said}");
    }
    assert!(said.contains("reason=other") && said.contains("first_at=2026-11-18T"), "{said}");
    assert!(names(directory.path()).contains("Mark"), "what is said elsewhere leaves it out too");
}

#[test]
fn another_schema_is_named_and_the_file_stays_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(all(&of_database(directory.path())), "there is none");
    let path = directory.path().join(db::FILE_NAME);
    std::fs::write(&path, "Ромашкина ".repeat(1000)).unwrap();
    assert_eq!(all(&of_database(directory.path())), "it cannot be opened: storage_corrupt");
    std::fs::remove_file(&path).unwrap();

    Db::open(directory.path()).unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("CREATE TABLE romashkina (a); DROP INDEX requests_open;").unwrap();
    let said = all(&of_database(directory.path()));
    assert!(said.contains("missing or changed [requests_open], 1 unknown"), "{said}");
    raw.execute_batch("DROP TABLE aside; PRAGMA user_version = 1").unwrap();
    let said = all(&of_database(directory.path()));
    assert!(said.contains("schema 1, this version has") && said.contains("not compared"), "{said}");
    assert!(said.contains("cannot be read"), "{said}");
    let version: i64 = raw.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
}

#[test]
fn settings_are_said_without_texts_addresses_and_numbers_of_accounts() {
    let directory = tempfile::tempdir().unwrap();
    let text = "template = \"Ромашкина, ждём {{ client }}\"\nproxy = \"http://tayna.example:3128\"
quiet_hours = \"21:00-09:00\"\n[yclients]\nbase_url = \"https://tayna.example/tayna\"
[whatsapp]\nbase_url = \"https://1103.api.green-api.com\"\ninstance_id = \"1103000001\"
[[branches]]\ncompany_id = 962302\ntemplate = \"Ромашкина\"\nintegration_user_ids = [7, 8]\n";
    std::fs::write(file_path(directory.path()), text).unwrap();
    let settings = Settings::load(directory.path(), &Environment::default()).unwrap();
    let said = all(&[of_settings(&settings)]);
    for word in ["Ромашкина", "tayna", "1103", "{{"] {
        assert!(!said.contains(word), "{word}: {said}");
    }
    for fact in ["quiet hours 21:00-09:00", "proxy an address", "yclients another", "own, 9 characters"] {
        assert!(said.contains(fact), "{fact}: {said}");
    }
}
