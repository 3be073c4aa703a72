//! `check`: whether everything the worker needs is there, a line each, and what
//! to do about what is not. It sends nothing and changes nothing, unless asked
//! with `--fix`. The file for support has its findings too.

pub(super) mod report;
mod yclients;

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use credentials::Keyring;
use engine::clock::ClockStanding;
use engine::db::{self, Db};
use engine::desk::{self, OwnerLock};
use engine::error::FaultCode;
use engine::monitor::unread_in;
use engine::outbox::Outbox;
use engine::ports::{GatewayState, Messenger as _, SecretName, Secrets};
use engine::settings::{self, Language, Proxy, Settings as ShopSettings, WhatsappSettings};
use engine::shop_mark::AccountMark;
use messaging::green_api::{GreenApi, MissingSetting, Settings};

use crate::failure::Failure;
use crate::output::complain;
use crate::runtime;
use crate::session::Session;
use crate::words::{self, check as say};
use crate::world::{self, Keys};
use report::{Line, Name, Report};
pub(super) use yclients::check_yclients;

pub(super) fn run(session: &mut Session, fix: bool) -> Result<(), Failure> {
    let language = session.language();
    let lines = look(session, fix, session.json, language)?;
    let failed = lines.iter().filter(|line| !line.ok).count();
    if session.json {
        session.out.json(&lines)?;
    } else if failed > 0 {
        complain(say::failed(failed, language));
    }
    if failed > 0 { Err(Failure::Reported) } else { Ok(()) }
}

/// The same in English, with nothing said and nothing mended.
pub(crate) fn for_support(session: &mut Session) -> Result<Vec<Line>, Failure> {
    look(session, false, true, Language::En)
}

fn look(session: &mut Session, fix: bool, quiet: bool, language: Language) -> Result<Vec<Line>, Failure> {
    let settings = session.settings();
    let (dir, computer) = (session.dir.clone(), Arc::clone(&session.computer));
    let progress = !quiet && io::stderr().is_terminal() && session.out.is_live();
    let mut report = Report { out: &mut session.out, json: quiet, language, lines: Vec::new(), progress };

    check_settings(&mut report, &dir, settings.as_ref())?;
    check_data(
        &mut report,
        &dir,
        settings.as_ref().map_or(ShopSettings::default().keep_days, |settings| settings.keep_days),
    )?;
    runtime::block_on(async {
        let keys = check_keyring(&mut report).await?;
        check_origin(&mut report, &dir, &keys).await?;
        if let Ok(settings) = &settings {
            let now = || computer.now();
            check_secrets(&mut report, &keys).await?;
            check_yclients(&mut report, settings, &keys, now).await?;
            let outbox = Db::open(&dir).ok().map(|db| Outbox::new(Arc::new(db)));
            check_gateway(&mut report, settings, &keys, outbox.as_ref(), fix).await?;
        }
        Ok(())
    })?;
    if let Ok(settings) = &settings {
        check_unread(&mut report, &dir, settings)?;
    }
    check_time(&mut report, &dir)?;
    check_incoming(&mut report, &dir)?;
    let name = &Name::new("worker", say::worker(language));
    if OwnerLock::is_held(&dir) {
        report.good(name, say::worker_runs(language))?;
    } else {
        report.look(name, say::worker_rests(language), say::start_worker(language))?;
    }
    Ok(report.lines)
}

fn check_settings(
    report: &mut Report<'_>,
    dir: &std::path::Path,
    settings: Result<&ShopSettings, &Failure>,
) -> Result<(), Failure> {
    let language = report.language;
    let name = &Name::new("settings", say::settings(language));
    match settings {
        Err(failure) => report.bad(name, words::failure(failure, language), say::correct_settings(language)),
        Ok(settings) if settings.branches.is_empty() => {
            let path = settings::file_path(dir);
            report.bad(name, say::no_branches(&path, language), say::add_branch(language))
        }
        Ok(settings) if !settings.enabled => {
            report.look(name, say::disabled(language), say::enable(language))
        }
        Ok(settings) => report.good(name, say::branches(settings.branches.len(), language)),
    }?;
    for broken in settings.map_or_else(|_| Vec::new(), ShopSettings::broken_templates) {
        let name = &Name::new("template", say::template(language));
        report.bad(
            name,
            say::broken_template(broken.branch, broken.line, language),
            say::mend_template(language),
        )?;
    }
    Ok(())
}

/// What the running program found out about this computer's clock, where that is worth a line.
fn check_time(report: &mut Report<'_>, dir: &std::path::Path) -> Result<(), Failure> {
    let language = report.language;
    let Ok(told) = Db::open(dir).and_then(|db| Outbox::new(Arc::new(db)).clock()) else { return Ok(()) };
    let name = &Name::new("time", say::time(language));
    match (told.fault(), told.standing) {
        (Some(fault), _) => report.fault(name, fault, &told.detail),
        (None, ClockStanding::Alone) => {
            report.look(name, say::time_alone(language), say::set_clock(language))
        }
        (None, _) => Ok(()),
    }
}

/// Bookings that came and cannot be read, as the running program found them.
fn check_unread(
    report: &mut Report<'_>,
    dir: &std::path::Path,
    settings: &ShopSettings,
) -> Result<(), Failure> {
    let language = report.language;
    let Ok(db) = Db::open(dir) else { return Ok(()) };
    for branch in &settings.branches {
        let company = branch.company_id;
        let Ok(unread) = db.read(|connection| unread_in(connection, company)) else { return Ok(()) };
        let Some((id, flaw)) = unread.first() else { continue };
        let name = &Name::new(format!("bookings.{company}"), say::unread_of(company.0, language));
        let first = engine::words::unreadable::unread(*id, flaw, language);
        let found = format!("{} {first}", words::status::unread(unread.len(), language));
        report.look(name, found, say::find_unread(language))?;
    }
    Ok(())
}

/// What came in and stands before a person, where anything does.
fn check_incoming(report: &mut Report<'_>, dir: &std::path::Path) -> Result<(), Failure> {
    let language = report.language;
    let Ok(outbox) = Db::open(dir).map(|db| Outbox::new(Arc::new(db))) else { return Ok(()) };
    let (stops, aside) = (outbox.stop_wishes_count()?, outbox.aside()?);
    let name = &Name::new("incoming", words::stops::incoming(language));
    if stops > 0 {
        report.look(name, words::stops::undecided(stops, language), words::stops::decide(language))?;
    }
    if !aside.is_empty() {
        report.look(name, words::stops::aside(&aside, language), words::stops::keep_aside(language))?;
    }
    Ok(())
}

fn check_data(report: &mut Report<'_>, dir: &std::path::Path, keep_days: i64) -> Result<(), Failure> {
    let language = report.language;
    let name = &Name::new("data_directory", say::data_dir(language));
    if let Err(error) = db::make_private(dir) {
        return report.fault(name, error.code(), &error.to_string());
    }
    match (db::try_writing(dir), db::network_share(dir)) {
        (Err(error), _) => report.fault(name, error.code(), &error.to_string())?,
        (Ok(()), Some(share)) => {
            report.bad(
                name,
                say::on_a_share(&dir.display().to_string(), &share, language),
                say::move_here(language),
            )?;
        }
        (Ok(()), None) => report.good(name, dir.display().to_string())?,
    }
    let name = &Name::new("database", say::database_name(language));
    report.begin(name);
    let found = Db::open(dir).and_then(|db| {
        db.quick_check()?;
        let size = db.size();
        Ok((size, Outbox::new(Arc::new(db)).let_go_so_far()?.let_go))
    });
    match found {
        Ok((size, gone)) => report.good(name, say::database(size, keep_days, gone, language)),
        Err(error) => report.fault(name, error.code(), &error.to_string()),
    }
}

async fn check_keyring(report: &mut Report<'_>) -> Result<Keys, Failure> {
    let name = &Name::new("keyring", say::keyring(report.language));
    report.begin(name);
    let keys = Keyring::open().await.map(|keyring| Arc::new(keyring) as Arc<dyn Secrets>);
    match &keys {
        Ok(_) => report.good(name, say::keyring_keeps(report.language))?,
        Err(error) => report.fault(name, error.code(), &error.to_string())?,
    }
    Ok(keys)
}

/// Whether it is the database that worked here last.
async fn check_origin(report: &mut Report<'_>, dir: &std::path::Path, keys: &Keys) -> Result<(), Failure> {
    let language = report.language;
    let name = &Name::new("origin", say::origin(language));
    // What is wrong with file and keyring was said in lines of its own.
    let Ok(db) = Db::open(dir) else { return Ok(()) };
    let found = desk::doubt(&Outbox::new(Arc::new(db)), &world::place(keys, dir)).await;
    match found {
        Ok(None) => report.good(name, say::origin_known(language)),
        Ok(Some(doubt)) => {
            let words = engine::words::fault(doubt.code(), language);
            report.bad(name, format!("{} {}", words.what, words.means), words.do_next)
        }
        Err(_) => Ok(()),
    }
}

async fn check_secrets(report: &mut Report<'_>, keys: &Keys) -> Result<(), Failure> {
    let Ok(keyring) = keys else { return Ok(()) };
    for secret in SecretName::ALL {
        let name = &Name::new(secret.as_str(), secret.as_str());
        report.begin(name);
        match keyring.get(secret).await {
            Ok(Some(_)) => report.good(name, say::stored(report.language))?,
            Ok(None) => {
                let language = report.language;
                report.bad(name, say::not_stored(language), words::secret::where_from(secret, language))?;
            }
            Err(error) => report.fault(name, error.code(), &error.to_string())?,
        }
    }
    Ok(())
}

pub(super) async fn check_gateway(
    report: &mut Report<'_>,
    settings: &ShopSettings,
    keys: &Keys,
    outbox: Option<&Outbox>,
    fix: bool,
) -> Result<(), Failure> {
    use engine::ports::MessengerError;
    let language = report.language;
    if settings.whatsapp.instance_id.trim().is_empty() {
        return report.bad(
            &Name::new("gateway", "WhatsApp"),
            say::no_instance(language),
            say::set_instance(language),
        );
    }
    let name = Name::new("gateway", format!("WhatsApp {}", settings.whatsapp.instance_id.trim()));
    let gateway = match world::gateway(settings, keys, None).await {
        Ok(gateway) => gateway,
        Err(MessengerError::SecretMissing(_) | MessengerError::Secrets(_)) => return Ok(()),
        Err(error) => return report.fault(&name, error.code(), &error.to_string()),
    };
    report.begin(&name);
    match gateway.state().await {
        Err(error)
            if error.code() == FaultCode::GatewayOffline
                && is_reached_by_the_system(settings, keys).await =>
        {
            return report.bad(&name, error.to_string(), say::take_the_systems_proxy_there(language));
        }
        Err(error) => return report.fault(&name, error.code(), &error.to_string()),
        Ok(GatewayState::Authorised) => report.good(&name, say::linked(language))?,
        Ok(state) => {
            report.bad(&name, say::gateway_state(&state, language), say::link(language))?;
            check_queue(report, &gateway).await?;
        }
    }
    check_shop(report, &gateway, outbox).await?;
    check_notifications(report, &gateway, outbox, fix).await
}

/// Whether an answer comes through the system's proxy, where none came straight.
async fn is_reached_by_the_system(settings: &ShopSettings, keys: &Keys) -> bool {
    if *settings.gateway_proxy() != Proxy::None {
        return false;
    }
    let whatsapp = WhatsappSettings { proxy: Some(Proxy::System), ..settings.whatsapp.clone() };
    let other = ShopSettings { whatsapp, ..settings.clone() };
    match world::gateway(&other, keys, None).await {
        Ok(gateway) => {
            !matches!(gateway.state().await, Err(error) if error.code() == FaultCode::GatewayOffline)
        }
        Err(_) => false,
    }
}

/// Whether another Booking Monitor writes for the shop: by the account's mark, or by what was seen since.
async fn check_shop(
    report: &mut Report<'_>,
    gateway: &GreenApi,
    outbox: Option<&Outbox>,
) -> Result<(), Failure> {
    let language = report.language;
    let name = &Name::new("shop", say::shop(language));
    let seen = outbox.and_then(|outbox| outbox.desk().ok()?.rival);
    // A hint that cannot be read is none.
    let text = gateway.shop_mark().await.ok().flatten().unwrap_or_default();
    let marked = match outbox {
        Some(outbox) => outbox.other_shop(&text)?.is_some(),
        None => matches!(AccountMark::read(&text, ""), AccountMark::Another(_)),
    };
    if seen.is_none() && !marked {
        return Ok(());
    }
    let words = engine::words::fault(FaultCode::AnotherMonitor, language);
    report.bad(name, format!("{} {}", words.what, words.means), say::take_over(language))
}

/// What lies in the gateway leaves the moment a phone is linked, and from a new
/// number it looks like spam: that is the time to say so.
async fn check_queue(report: &mut Report<'_>, gateway: &GreenApi) -> Result<(), Failure> {
    let language = report.language;
    let name = &Name::new("gateway_queue", say::gateway_queue(language));
    report.begin(name);
    match gateway.queued().await {
        // A gateway that is not linked need not answer this, and what is wrong with it was said.
        Err(_) => Ok(()),
        Ok(lying) if lying.is_empty() => Ok(()),
        Ok(lying) => report.look(name, say::lying(lying.len(), language), say::clear_queue(language)),
    }
}

async fn check_notifications(
    report: &mut Report<'_>,
    gateway: &GreenApi,
    outbox: Option<&Outbox>,
    fix: bool,
) -> Result<(), Failure> {
    let language = report.language;
    let name = &Name::new("notifications", say::notifications(language));
    report.begin(name);
    let found = match gateway.settings().await {
        Ok(found) => found,
        Err(error) => return report.fault(name, error.code(), &error.to_string()),
    };
    check_account(report, &found)?;
    let missing = found.missing;
    if missing.is_empty() {
        return report.good(name, say::notifications_on(language));
    }
    let off = listed(&missing, language);
    if !fix {
        let (message, advice) = (say::notifications_off(&off, language), say::run_fix(language));
        return if missing.iter().any(|setting| setting.is_needed()) {
            report.bad(name, message, advice)
        } else {
            report.look(name, message, advice)
        };
    }
    let shop = outbox.map(Outbox::shop_or_new).transpose()?.unwrap_or_default();
    if let Err(error) = gateway.apply_settings_for(&shop, false).await {
        return report.fault(name, error.code(), &error.to_string());
    }
    // That they are saved is believed when they are read back: a gateway may say so and keep nothing.
    match gateway.missing_settings().await {
        Ok(still) if still.is_empty() => {
            report.look(name, say::fixed(&off, language), say::restarting(language))
        }
        Ok(still) => {
            let still = listed(&still, language);
            report.bad(name, say::not_kept(&still, language), say::set_by_hand(language))
        }
        Err(_) => report.bad(name, say::not_read_back(&off, language), say::check_again(language)),
    }
}

fn listed(settings: &[MissingSetting], language: Language) -> String {
    let names: Vec<&str> = settings.iter().map(|one| say::missing_setting(*one, language)).collect();
    names.join(", ")
}

/// What no `--fix` mends: an account of another channel, and a pause that makes messages late.
fn check_account(report: &mut Report<'_>, found: &Settings) -> Result<(), Failure> {
    let language = report.language;
    if !found.other_channel.is_empty() {
        report.bad(
            &Name::new("channel", say::channel(language)),
            say::other_channel(&found.other_channel, language),
            say::take_whatsapp_instance(language),
        )?;
    }
    match found.send_delay {
        Some(delay) if found.is_slow() => report.look(
            &Name::new("send_delay", say::send_delay(language)),
            say::slow(delay.as_secs(), language),
            say::shorten_delay(language),
        ),
        _ => Ok(()),
    }
}
