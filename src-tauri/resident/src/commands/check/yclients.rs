//! The lines about YClients: branches, rights, users, and the clock beside its.

use chrono::{DateTime, TimeDelta, Utc};
use engine::booking::CompanyId;
use engine::ports::{Bookings as _, BookingsError};
use engine::settings::{Proxy, Settings};

use super::report::{Name, Report};
use crate::failure::Failure;
use crate::words::check as say;
use crate::world::{self, Keys};

/// A clock that differs by more than this misses windows and lead times.
const CLOCK_OFF: TimeDelta = TimeDelta::seconds(60);

pub(in crate::commands) async fn check_yclients(
    report: &mut Report<'_>,
    settings: &Settings,
    keys: &Keys,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<(), Failure> {
    // What is wrong with keyring and secrets was said in lines of its own.
    let client = match world::yclients(settings, keys, None).await {
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
            Err(error @ BookingsError::Offline(_))
                if is_reached_by_the_system(settings, keys, company).await =>
            {
                report.bad(&name, error.to_string(), say::take_the_systems_proxy(report.language))?;
            }
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

/// Whether an answer comes through the system's proxy, where none came straight. Whatever it says: that
/// it comes is what was missing.
async fn is_reached_by_the_system(settings: &Settings, keys: &Keys, company: CompanyId) -> bool {
    if settings.proxy != Proxy::None {
        return false;
    }
    let other = Settings { proxy: Proxy::System, ..settings.clone() };
    match world::yclients(&other, keys, None).await {
        Ok(client) => !matches!(client.branch(company).await, Err(BookingsError::Offline(_))),
        Err(_) => false,
    }
}

async fn check_rights(
    report: &mut Report<'_>,
    client: &::yclients::Client,
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
