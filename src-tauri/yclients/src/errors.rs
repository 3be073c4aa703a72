//! What a failed request means, by the status, by the words of the answer, and
//! by where in the connection it broke.
//!
//! Texts that leave this module are shown and logged: they carry no token, no
//! address, no number and no more of an answer than its own message.

use std::error::Error;
use std::time::Duration;

use engine::error::BookingsError;
use reqwest::StatusCode;

/// How much of a server's message is repeated.
const QUOTE: usize = 200;
/// Fewer are a time or a limit.
const DIGITS_OF_A_NUMBER: usize = 7;

/// What stands for 429 under other statuses, in small letters: the server's own sentence and
/// its kin, and what those say who stand in between.
const RATE_LIMIT_TEXTS: [&str; 8] = [
    "превышен лимит запрос",
    "превышено количество запрос",
    "превышено число запрос",
    "слишком много запрос",
    "слишком частые запрос",
    "too many requests",
    "rate limit",
    "being rate limited",
];

/// Whether the server asks for fewer requests, whatever the status says. `words` is what the
/// answer says: its message, or a whole page.
pub(crate) fn is_rate_limit(status: StatusCode, words: &str) -> bool {
    let speaks_of_it = || {
        let words = words.to_lowercase();
        RATE_LIMIT_TEXTS.iter().any(|text| words.contains(text))
    };
    status == StatusCode::TOO_MANY_REQUESTS || speaks_of_it()
}

/// How long it asks to be left alone: by the header, else by its sentence
/// («…через N секунд»). Never under a second, for the server says 0 and does not mean it.
pub(crate) fn asked_pause(header: Option<Duration>, body: &str) -> Option<Duration> {
    let spoken = || {
        let (_, after) = body.split_once("через ")?;
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().map(Duration::from_secs)
    };
    header.or_else(spoken).map(|pause| pause.max(Duration::from_secs(1)))
}

/// A status that is not a success. `message` is already fit to be shown. `is_own`: the answer is
/// YClients' own JSON, and not a page of a firewall, a proxy or a captive portal. Only the
/// server itself can refuse a token or a right; what stands in between passes.
pub(crate) fn refusal(
    status: StatusCode,
    message: String,
    retry_after: Option<Duration>,
    is_own: bool,
) -> BookingsError {
    match status.as_u16() {
        status @ (401 | 403 | 407) if !is_own => BookingsError::Intercepted { status, retry_after },
        401 if is_about_partner(&message) => BookingsError::PartnerToken(message),
        401 => BookingsError::UserToken(message),
        403 => BookingsError::Rights(message),
        404 => BookingsError::NotFound(message),
        429 => BookingsError::RateLimited { retry_after },
        // No redirect is followed, for tokens would travel with it. A proxy's
        // log-in page comes this way too.
        300..=399 => BookingsError::Unreadable(format!("a redirect elsewhere ({})", status.as_u16())),
        500.. => BookingsError::Server { status: status.as_u16(), retry_after },
        _ => BookingsError::Refused(message),
    }
}

/// «Не указан идентификатор партнера» and its kin. Every other 401 is about the
/// user: those tokens change with each password.
fn is_about_partner(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains("партн") || message.contains("partner")
}

/// Whether a 404 speaks of the branch rather than of the booking in it.
pub(crate) fn is_about_branch(message: &str) -> bool {
    let message = message.to_lowercase();
    ["компани", "филиал", "салон", "company", "branch", "location", "salon"]
        .iter()
        .any(|word| message.contains(word))
}

/// A server's message, fit to be shown: one line, at most [`QUOTE`] characters,
/// without anything that looks like an address or a number of a person.
pub(crate) fn quotable(message: &str) -> String {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    // A number may stand in one word or in several: `8 (916) 123 45 67`.
    let is_part = |word: &str| digits(word) > 0 && !word.contains(char::is_alphabetic);
    let words: Vec<&str> = message.split_whitespace().collect();
    let runs = words.chunk_by(|a, b| is_part(a) && is_part(b));
    let shown = runs.map(|run| {
        let count: usize = run.iter().map(|word| digits(word)).sum();
        if count >= DIGITS_OF_A_NUMBER || run.iter().any(|word| word.contains('@')) {
            &["…"][..]
        } else {
            run
        }
    });
    shown.flatten().copied().collect::<Vec<_>>().join(" ").chars().take(QUOTE).collect()
}

/// A request that got no answer.
pub(crate) fn no_answer(error: reqwest::Error) -> BookingsError {
    let error = error.without_url();
    if is_certificate_time(&error) {
        BookingsError::Certificate(causes(&error))
    } else {
        BookingsError::Offline(causes(&error))
    }
}

/// An answer that broke off.
pub(crate) fn broken_off(error: reqwest::Error) -> BookingsError {
    let error = error.without_url();
    if error.is_timeout() {
        BookingsError::Offline(causes(&error))
    } else {
        BookingsError::Unreadable(format!("it broke off: {}", causes(&error)))
    }
}

/// The error and what caused it, in one line.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

/// Whether the certificate was refused because of the date: the computer's clock
/// is wrong far more often than a server's certificate is old.
pub(crate) fn is_certificate_time(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
            return matches!(why, Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. });
        }
        // An io::Error passes its content's source on, not its content.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16) -> StatusCode {
        StatusCode::from_u16(code).unwrap()
    }

    #[test]
    fn a_401_tells_which_token_is_at_fault() {
        let of = |text: &str| refusal(status(401), text.into(), None, true);
        assert!(matches!(of("Не указан идентификатор партнера"), BookingsError::PartnerToken(_)));
        assert!(matches!(of("Unknown partner"), BookingsError::PartnerToken(_)));
        assert!(matches!(of("Необходима авторизация"), BookingsError::UserToken(_)));
        assert!(matches!(of(""), BookingsError::UserToken(_)));
    }

    #[test]
    fn every_status_has_its_meaning() {
        let of = |code| refusal(status(code), "нет".into(), None, true);
        assert!(matches!(of(403), BookingsError::Rights(_)));
        assert!(matches!(of(404), BookingsError::NotFound(_)));
        assert!(matches!(of(429), BookingsError::RateLimited { .. }));
        assert!(matches!(of(302), BookingsError::Unreadable(_)));
        assert!(matches!(of(400), BookingsError::Refused(_)));
        assert!(matches!(of(422), BookingsError::Refused(_)));
        assert!(matches!(of(502), BookingsError::Server { status: 502, .. }));
    }

    #[test]
    fn what_stands_in_between_refuses_nothing_for_good() {
        let pause = Some(Duration::from_secs(20));
        for code in [401, 403, 407] {
            let of = refusal(status(code), "нет".into(), pause, false);
            assert_eq!(of, BookingsError::Intercepted { status: code, retry_after: pause });
            assert!(!of.needs_a_person());
        }
    }

    #[test]
    fn a_limit_is_told_in_more_than_one_sentence() {
        for words in [
            "Превышен лимит запросов",
            "ПРЕВЫШЕН ЛИМИТ ЗАПРОСОВ!",
            "Слишком много запросов",
            "Too Many Requests",
            "API rate limit exceeded",
            "<title>You are being rate limited</title>",
        ] {
            assert!(is_rate_limit(status(403), words), "{words}");
        }
        for words in ["", "Доступ запрещен.", "<html>Forbidden</html>", "Нет прав на управление компанией"]
        {
            assert!(!is_rate_limit(status(403), words), "{words}");
        }
        assert!(is_rate_limit(status(429), ""));
    }

    #[test]
    fn the_pause_is_read_from_header_or_sentence_and_is_never_under_a_second() {
        let second = Duration::from_secs(1);
        let sentence = "Превышен лимит запросов, повторите через 7 секунд";
        assert_eq!(asked_pause(Some(second * 9), sentence), Some(second * 9));
        assert_eq!(asked_pause(None, sentence), Some(second * 7));
        assert_eq!(asked_pause(None, "Превышен лимит запросов, через 0 секунд"), Some(second));
        assert_eq!(asked_pause(Some(Duration::ZERO), ""), Some(second));
        assert_eq!(asked_pause(None, "Превышен лимит запросов"), None);
    }

    #[test]
    fn a_quoted_message_is_short_and_names_nobody() {
        assert_eq!(
            quotable("Пользователь\n+79161234567 (ivan@example.com) не найден"),
            "Пользователь … … не найден"
        );
        assert_eq!(quotable("Клиент +7 916 123 45 67, 3 записи"), "Клиент … записи");
        assert_eq!(quotable(&"я".repeat(500)).chars().count(), QUOTE);
    }

    #[test]
    fn only_the_date_of_a_certificate_blames_the_clock() {
        let tls = |why| std::io::Error::other(rustls::Error::InvalidCertificate(why));
        assert!(is_certificate_time(&tls(rustls::CertificateError::Expired)));
        assert!(is_certificate_time(&tls(rustls::CertificateError::NotValidYet)));
        assert!(!is_certificate_time(&tls(rustls::CertificateError::UnknownIssuer)));
        assert!(!is_certificate_time(&std::io::Error::other("refused")));
    }
}
