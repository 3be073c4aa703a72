//! A computer set up from a file: everything is asked before anything is written,
//! and what is there is not lost.

use std::fs;
use std::path::{Path, PathBuf};

use engine::notification::{Reason, State};
use scenarios::{COMPANY, GATEWAY_TOKEN, PARTNER_TOKEN, Plan, Program, Session, Shop, USER_TOKEN};
use serde_json::Value;
use simulator::Rights;
use tempfile::TempDir;
use tokio::test;

const ANNA: &str = "+79160000001";

fn secrets() -> String {
    format!(
        "# the shop on Pokrovka\nyclients.partner-token={PARTNER_TOKEN}\n\
         yclients.user-token = {USER_TOKEN}\ngreen-api.token={GATEWAY_TOKEN}\n"
    )
}

/// A computer with a keyring on which nothing was set up, and the settings of a shop in a file.
struct Fresh {
    shop: Shop,
    program: Program,
    _session: Session,
    dir: TempDir,
    file: PathBuf,
}

impl Fresh {
    async fn new() -> Self {
        let shop = Shop::new(Plan::default()).await;
        let session = Session::start().await;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("salon.toml");
        let text = fs::read_to_string(shop.dir().join("settings.toml")).unwrap();
        fs::write(&file, format!("# from the office\n{text}")).unwrap();
        let program = Program::in_session(&dir.path().join("data"), &session);
        Self { shop, program, _session: session, dir, file }
    }

    async fn provision(&self, more: &[&str], input: &str) -> scenarios::Done {
        let mut arguments = vec!["provision", self.file.to_str().unwrap()];
        arguments.extend(more);
        match arguments[..] {
            [a, b] => self.program.run_with_input([a, b], input).await,
            [a, b, c] => self.program.run_with_input([a, b, c], input).await,
            [a, b, c, d] => self.program.run_with_input([a, b, c, d], input).await,
            _ => unreachable!("as many as the tests give"),
        }
    }

    fn settings(&self) -> Option<String> {
        fs::read_to_string(self.dir.path().join("data/settings.toml")).ok()
    }

    async fn stored(&self) -> usize {
        let Value::Array(rows) = self.program.json(["secret", "list"]).await else { panic!("no array") };
        rows.iter().filter(|row| row["set"] == true).count()
    }
}

fn kept(dir: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.to_string_lossy().contains("settings.toml.before-")).collect()
}

#[test]
async fn a_fresh_computer_is_set_up_by_one_command_and_the_second_time_nothing_changes() {
    let fresh = Fresh::new().await;
    let tried = fresh.provision(&["--dry-run"], &secrets()).await;
    tried.succeeded();
    assert!(tried.out.contains("Барбершоп на Покровке · Europe/Moscow"), "{tried:?}");
    assert_eq!((fresh.settings(), fresh.stored().await), (None, 0), "only tried");

    let done = fresh.provision(&[], &secrets()).await;
    done.succeeded();
    assert!(done.out.contains("Барбершоп на Покровке · Europe/Moscow"), "{done:?}");
    assert!(fresh.settings().unwrap().starts_with("# from the office"), "its comments are the owner's too");
    assert_eq!(fresh.stored().await, 3);
    for text in [&done.out, &done.err, &fresh.settings().unwrap()] {
        assert!(!text.contains(PARTNER_TOKEN) && !text.contains(USER_TOKEN) && !text.contains(GATEWAY_TOKEN));
    }
    fresh.program.run(["check"]).await.succeeded();

    for input in [secrets(), String::new()] {
        let again = fresh.provision(&[], &input).await;
        again.succeeded();
        assert!(again.out.contains("ничего не изменено"), "{again:?}");
    }
    assert!(kept(&fresh.dir.path().join("data")).is_empty());

    let worker = fresh.program.worker().await;
    for _ in 0..400 {
        if !fresh.program.json(["status"]).await["branches"][0]["baseline_at"].is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    fresh.shop.book("Анна", ANNA);
    fresh.shop.until_told(1).await;
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn a_mistake_in_the_file_is_named_and_nothing_is_asked_or_written() {
    let fresh = Fresh::new().await;
    let good = fs::read_to_string(&fresh.file).unwrap();
    let wrong = [
        (good.replacen("poll_interval_ms", "poll_interval", 1), "poll_interval "),
        (format!("yclients_user_token = \"abc\"\n{good}"), "yclients_user_token похож на секрет"),
        (good.replacen("send_gap_ms = 0", "api_token = \"abc\"", 1), "whatsapp.api_token похож на секрет"),
        (format!("# {GATEWAY_TOKEN}\n{good}"), "здесь записан секрет"),
        (format!("[yclients\n{good}"), "is not TOML"),
        (
            good.replacen("[[branches]]", "[[branches]]\ncompany_id = 1\n[[branches]]", 1).replacen(
                "company_id = 1",
                &format!("company_id = {COMPANY}"),
                1,
            ),
            "twice",
        ),
        (good.split("[[branches]]").next().unwrap().to_owned(), "Филиалов в настройках нет"),
    ];
    for (text, said) in wrong {
        fs::write(&fresh.file, &text).unwrap();
        let refused = fresh.provision(&[], &secrets()).await;
        refused.refused(said);
        assert!(!refused.err.contains("abc") && !refused.err.contains(GATEWAY_TOKEN), "{refused:?}");
    }
    assert_eq!((fresh.settings(), fresh.stored().await), (None, 0));
    assert!(fresh.shop.simulator.requests().is_empty(), "no server was asked");
}

#[test]
async fn what_the_servers_do_not_accept_is_not_stored() {
    let fresh = Fresh::new().await;
    let spoilt = |name: &str| {
        let lines = secrets();
        let another = format!("{name}=another-token-of-this-kind");
        let lines = lines.lines().map(|line| if line.starts_with(name) { &another } else { line });
        lines.collect::<Vec<_>>().join("\n")
    };
    let refused = "Ничего не сохранено";
    for name in ["yclients.user-token", "green-api.token"] {
        let done = fresh.provision(&[], &spoilt(name)).await;
        assert_eq!(done.code, Some(1), "{name}: {done:?}");
        assert!(done.err.contains(refused) && done.out.contains('✗'), "{name}: {done:?}");
    }
    fresh.provision(&[], "green-api.token=abc\nnonsense\n").await.refused("Строка 2");
    fresh
        .provision(&[], "green-api.token=abcdefgh\n")
        .await
        .refused("yclients.partner-token, yclients.user-token");
    let good = fs::read_to_string(&fresh.file).unwrap();
    fs::write(&fresh.file, good.replace(&COMPANY.to_string(), "404")).unwrap();
    let done = fresh.provision(&[], &secrets()).await;
    assert!(done.code == Some(1) && done.err.contains(refused), "a branch that is none: {done:?}");
    assert_eq!((fresh.settings(), fresh.stored().await), (None, 0));

    // What is mended without the program is told, and no obstacle.
    fs::write(&fresh.file, good).unwrap();
    fresh.shop.simulator.set_rights(COMPANY, Rights { phones_access: false, ..Rights::default() });
    fresh.shop.simulator.set_gateway_state("notAuthorized");
    let done = fresh.provision(&[], &secrets()).await;
    done.succeeded();
    assert!(done.out.contains("елефон") && done.out.contains("осталось исправить"), "{done:?}");
    assert_eq!(fresh.stored().await, 3);
}

#[test]
async fn other_settings_under_a_queue_lose_nothing_and_send_nothing_by_themselves() {
    let shop = Shop::new(Plan::with_window(600_000)).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    let row = shop.until_state(booking, State::Queued).await;
    let path = shop.dir().join("settings.toml");
    let before = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("# the owner's own words\n{before}")).unwrap();

    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("salon.toml");
    let file = file.to_str().unwrap();
    program.run(["provision", "--export", file]).await.succeeded();
    program.run(["provision", "--export", file]).await.refused("уже есть");
    let exported = fs::read_to_string(file).unwrap();
    assert!(exported.contains("# 962302 — Барбершоп на Покровке"), "{exported}");
    let again = program.json(["provision", file]).await;
    assert_eq!((&again["written"], &again["settings"]), (&false.into(), &"unchanged".into()), "{again}");

    // Another delay alone touches nothing that is queued.
    fs::write(file, exported.replace("600000", "500000")).unwrap();
    let changed = program.json(["provision", file]).await;
    assert_eq!((&changed["written"], &changed["settings"]), (&true.into(), &"changed".into()), "{changed}");
    let now = fs::read_to_string(&path).unwrap();
    assert!(now.contains("# the owner's own words") && now.contains("500000"), "{now}");
    let kept = kept(shop.dir());
    assert_eq!(kept.len(), 1);
    assert!(fs::read_to_string(&kept[0]).unwrap().contains("600000"));
    shop.polls_later(3).await;
    assert_eq!((shop.about(booking).state, shop.about(booking).due_at), (State::Queued, row.due_at));

    // Without its branch the row waits for a person, and nobody is told.
    let other = exported.replace(&COMPANY.to_string(), "5");
    fs::write(file, &other).unwrap();
    let refused = program.run(["provision", file]).await;
    assert_eq!(refused.code, Some(1), "it is no branch of this user: {refused:?}");
    assert_eq!(shop.about(booking).state, State::Queued);
    worker.end_with("TERM").await.succeeded();
    assert!(shop.told().is_empty());
}

#[test]
async fn another_account_at_the_gateway_makes_what_is_queued_wait() {
    let shop = Shop::new(Plan::with_window(600_000)).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Queued).await;
    let other = Shop::new({
        let mut plan = Plan::default();
        plan.options.instance_id = "1103000002".to_owned();
        plan
    })
    .await;
    let file = other.dir().join("salon.toml");
    let text = fs::read_to_string(shop.dir().join("settings.toml")).unwrap();
    let (from, to) = (shop.simulator.green_api_url(), other.simulator.green_api_url());
    fs::write(&file, text.replace(&from, &to).replace("1103000001", "1103000002")).unwrap();
    program.run(["provision", file.to_str().unwrap()]).await.succeeded();
    shop.until("a person to be asked", |shop| {
        (shop.fate(booking) == (State::Waiting, Reason::SettingsChanged)).then_some(())
    })
    .await;
    assert!(shop.branch(COMPANY).baseline_at.is_some(), "the baseline stays");
    worker.end_with("TERM").await.succeeded();
    assert!(shop.told().is_empty() && other.told().is_empty());
}
