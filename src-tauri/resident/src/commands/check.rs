//! `check`: whether everything the worker needs is there, a line each, and what
//! to do about what is not. It sends nothing and changes nothing, unless asked
//! with `--fix`.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use credentials::Keyring;
use engine::booking::CompanyId;
use engine::db::{self, Db};
use engine::desk::OwnerLock;
use engine::ports::{Bookings as _, BookingsError, GatewayState, Messenger as _, SecretName, Secrets};
use engine::settings::{self, Language, Settings};
use messaging::green_api::GreenApi;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Out, Tone, complain, pad, paint};
use crate::runtime;
use crate::session::Session;
use crate::words::{self, check as say};
use crate::world::{self, Keys};

/// As wide as the longest name.
const NAME: usize = 22;
/// A clock that differs by more than this misses windows and lead times.
const CLOCK_OFF: TimeDelta = TimeDelta::seconds(60);

/// What is looked at: for programs, and for people.
#[derive(Debug, Clone, Serialize)]
struct Name {
    #[serde(rename = "name")]
    key: String,
    #[serde(skip)]
    label: String,
}

impl Name {
    fn new(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self { key: key.into(), label: label.into() }
    }
}

/// One line of the answer.
#[derive(Debug, Serialize)]
struct Line {
    #[serde(flatten)]
    name: Name,
    ok: bool,
    /// In order, and still worth a look.
    warning: bool,
    message: String,
    /// What to do; empty when nothing needs doing.
    advice: String,
}

/// Lines as they become known.
struct Report<'a> {
    out: &'a mut Out,
    json: bool,
    language: Language,
    lines: Vec<Line>,
    /// A person waits at a terminal.
    progress: bool,
}

impl Report<'_> {
    /// Shows what is being asked.
    fn begin(&self, name: &Name) {
        if self.progress {
            let mut terminal = io::stderr();
            let _ = write!(terminal, "\r\x1b[2K… {}", name.label);
            let _ = terminal.flush();
        }
    }

    fn good(&mut self, name: &Name, message: impl Into<String>) -> Result<(), Failure> {
        self.add(Line {
            name: name.clone(),
            ok: true,
            warning: false,
            message: message.into(),
            advice: String::new(),
        })
    }

    fn look(
        &mut self,
        name: &Name,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Result<(), Failure> {
        self.add(Line {
            name: name.clone(),
            ok: true,
            warning: true,
            message: message.into(),
            advice: advice.into(),
        })
    }

    fn bad(
        &mut self,
        name: &Name,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Result<(), Failure> {
        self.add(Line {
            name: name.clone(),
            ok: false,
            warning: false,
            message: message.into(),
            advice: advice.into(),
        })
    }

    /// A fault with the engine's own words for it, and the small print.
    fn fault(&mut self, name: &Name, code: engine::error::FaultCode, detail: &str) -> Result<(), Failure> {
        let words = engine::words::fault(code, self.language);
        self.bad(name, format!("{} ({detail})", words.what), words.do_next)
    }

    fn add(&mut self, line: Line) -> Result<(), Failure> {
        if self.progress {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
        if !self.json {
            let (mark, tone) = match (line.ok, line.warning) {
                (true, false) => ("✓", Tone::Good),
                (true, true) => ("!", Tone::Attention),
                (false, _) => ("✗", Tone::Bad),
            };
            self.out.line(format!(
                "{} {}  {}",
                paint(tone, mark),
                pad(&line.name.label, NAME),
                line.message
            ))?;
            if !line.advice.is_empty() {
                self.out.line(format!("{}→ {}", " ".repeat(NAME + 4), line.advice))?;
            }
        }
        self.lines.push(line);
        Ok(())
    }
}

pub(super) fn run(session: &mut Session, fix: bool) -> Result<(), Failure> {
    let language = session.language();
    let settings = session.settings();
    let (dir, clock, json) = (session.dir.clone(), Arc::clone(&session.clock), session.json);
    let progress = !json && io::stderr().is_terminal() && session.out.is_live();
    let mut report = Report { out: &mut session.out, json, language, lines: Vec::new(), progress };

    check_settings(&mut report, &dir, settings.as_ref())?;
    check_data(&mut report, &dir)?;
    runtime::block_on(async {
        let keys = check_keyring(&mut report).await?;
        if let Ok(settings) = &settings {
            let now = || engine::clock::Clock::now(clock.as_ref());
            check_secrets(&mut report, &keys).await?;
            check_yclients(&mut report, settings, &keys, now).await?;
            check_gateway(&mut report, settings, &keys, fix).await?;
        }
        Ok(())
    })?;
    let name = &Name::new("worker", say::worker(language));
    if OwnerLock::is_held(&dir) {
        report.good(name, say::worker_runs(language))?;
    } else {
        report.look(name, say::worker_rests(language), say::start_worker(language))?;
    }

    let lines = report.lines;
    let failed = lines.iter().filter(|line| !line.ok).count();
    if json {
        session.out.json(&lines)?;
    } else if failed > 0 {
        complain(say::failed(failed, language));
    }
    if failed > 0 { Err(Failure::Reported) } else { Ok(()) }
}

fn check_settings(
    report: &mut Report<'_>,
    dir: &std::path::Path,
    settings: Result<&Settings, &Failure>,
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
    }
}

fn check_data(report: &mut Report<'_>, dir: &std::path::Path) -> Result<(), Failure> {
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
    let name = &Name::new("database", say::database(language));
    report.begin(name);
    match Db::open(dir).and_then(|db| db.quick_check()) {
        Ok(()) => report.good(name, say::database_sound(language)),
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

async fn check_yclients(
    report: &mut Report<'_>,
    settings: &Settings,
    keys: &Keys,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<(), Failure> {
    // What is wrong with keyring and secrets was said in lines of its own.
    let client = match world::yclients(settings, keys).await {
        Ok(client) => client,
        Err(BookingsError::SecretMissing(_) | BookingsError::Secrets(_)) => return Ok(()),
        Err(error) => {
            return report.fault(&Name::new("yclients", "YClients"), error.code(), &error.to_string());
        }
    };
    let mut server_time = None;
    for branch in &settings.branches {
        let company = branch.company_id;
        let name = Name::new(format!("yclients.{company}"), format!("YClients {company}"));
        report.begin(&name);
        match client.branch(company).await {
            Err(error) => report.fault(&name, error.code(), &error.to_string())?,
            Ok(answer) => {
                server_time = answer.server_time.map(|time| (time, now())).or(server_time);
                let facts = &answer.facts;
                if facts.time_zone.parse::<chrono_tz::Tz>().is_err() {
                    let code = engine::error::FaultCode::TimeZoneUnknown;
                    report.fault(&name, code, &format!("{:?}", facts.time_zone))?;
                } else {
                    report.good(&name, format!("{} · {}", facts.title, facts.time_zone))?;
                }
                check_rights(report, &client, company, &branch.integration_user_ids).await?;
            }
        }
    }
    let name = &Name::new("clock", say::clock(report.language));
    match server_time {
        None => Ok(()),
        Some((theirs, ours)) if (ours - theirs).abs() > CLOCK_OFF => {
            let language = report.language;
            let off = (ours - theirs).num_seconds();
            report.bad(name, say::clock_off(off, language), say::set_clock(language))
        }
        Some(_) => report.good(name, say::clock_right(report.language)),
    }
}

async fn check_rights(
    report: &mut Report<'_>,
    client: &yclients::Client,
    company: CompanyId,
    bots: &[i64],
) -> Result<(), Failure> {
    let language = report.language;
    let name = Name::new(format!("rights.{company}"), say::rights(company.0, language));
    report.begin(&name);
    match client.permissions(company).await {
        Err(error) => report.fault(&name, error.code(), &error.to_string())?,
        Ok(permissions) => {
            let missing = permissions.missing();
            if missing.is_empty() {
                report.good(&name, say::rights_suffice(language))?;
            }
            for right in missing {
                report.bad(&name, say::right_missing(right, language), say::grant(language))?;
            }
        }
    }
    // Only the list of who is the bot needs them; the monitor reads bookings without.
    let name = Name::new(format!("users.{company}"), say::users(company.0, language));
    report.begin(&name);
    match client.users(company).await {
        Err(error) if is_about_tokens(&error) => report.fault(&name, error.code(), &error.to_string()),
        Err(error) => {
            let message = format!("{} ({error})", say::users_hidden(language));
            report.look(&name, message, say::users_matter(language))
        }
        Ok(users) => {
            let strangers: Vec<String> = bots
                .iter()
                .filter(|id| users.iter().all(|user| user.id != **id))
                .map(i64::to_string)
                .collect();
            if strangers.is_empty() {
                report.good(&name, say::users_known(users.len(), bots.len(), language))
            } else {
                report.look(
                    &name,
                    say::bot_unknown(&strangers.join(", "), language),
                    say::correct_bots(language),
                )
            }
        }
    }
}

/// Whether an error of the users list is one of every other request too.
const fn is_about_tokens(error: &BookingsError) -> bool {
    matches!(
        error,
        BookingsError::PartnerToken(_)
            | BookingsError::UserToken(_)
            | BookingsError::SecretMissing(_)
            | BookingsError::Secrets(_)
    )
}

async fn check_gateway(
    report: &mut Report<'_>,
    settings: &Settings,
    keys: &Keys,
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
    let gateway = match world::gateway(settings, keys).await {
        Ok(gateway) => gateway,
        Err(MessengerError::SecretMissing(_) | MessengerError::Secrets(_)) => return Ok(()),
        Err(error) => return report.fault(&name, error.code(), &error.to_string()),
    };
    report.begin(&name);
    match gateway.state().await {
        Err(error) => return report.fault(&name, error.code(), &error.to_string()),
        Ok(GatewayState::Authorised) => report.good(&name, say::linked(language))?,
        Ok(state) => report.bad(&name, say::gateway_state(&state, language), say::link(language))?,
    }
    check_notifications(report, &gateway, fix).await
}

async fn check_notifications(report: &mut Report<'_>, gateway: &GreenApi, fix: bool) -> Result<(), Failure> {
    let language = report.language;
    let name = &Name::new("notifications", say::notifications(language));
    report.begin(name);
    let missing = match gateway.missing_settings().await {
        Ok(missing) => missing,
        Err(error) => return report.fault(name, error.code(), &error.to_string()),
    };
    if missing.is_empty() {
        return report.good(name, say::notifications_on(language));
    }
    let off: Vec<&str> = missing.iter().map(|setting| say::missing_setting(*setting, language)).collect();
    let off = off.join(", ");
    if !fix {
        let (message, advice) = (say::notifications_off(&off, language), say::run_fix(language));
        return if missing.iter().any(|setting| setting.is_needed()) {
            report.bad(name, message, advice)
        } else {
            report.look(name, message, advice)
        };
    }
    match gateway.apply_settings().await {
        Ok(()) => report.look(name, say::fixed(&off, language), say::restarting(language)),
        Err(error) => report.fault(name, error.code(), &error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_token_makes_the_users_list_a_fault() {
        let text = String::new;
        assert!(is_about_tokens(&BookingsError::PartnerToken(text())));
        assert!(is_about_tokens(&BookingsError::UserToken(text())));
        for error in [
            BookingsError::Offline(text()),
            BookingsError::Rights(text()),
            BookingsError::NotFound(text()),
            BookingsError::Refused(text()),
            BookingsError::Unreadable(text()),
            BookingsError::RateLimited { retry_after: None },
            BookingsError::Server { status: 500, retry_after: None },
        ] {
            assert!(!is_about_tokens(&error), "the monitor reads bookings without it: {error}");
        }
    }
}
