//! Numbers that stand in for none: the field wants a number, and the desk has none.
//!
//! The message would go to whoever owns +7 999 999-99-99. But people also pay for
//! numbers that are easy to remember (+7 916 777-77-77, +7 916 123-45-67), and they
//! are clients. So it takes more than an easy ending; the number is filler from its
//! first digit on (the country's code aside):
//!
//! - one digit throughout: 9999999999;
//! - counting up or down, also behind the one digit with which the country's mobile
//!   numbers begin: 1234567890, 9876543210, 9 123456789, 5 01234567;
//! - seven zeros, or a counting seven, behind a code that is filler too, of one digit
//!   throughout or a digit and zeros: 900 0000000, 999 0000000, 999 1234567.
//!
//! Of these some are somebody's all the same (+7 777 777-77-77 is sold dearly, and so is
//! +7 912 345-67-89). They are read as numbers, and [`is_placeholder`] tells that a
//! person should look: it costs the owner of such a number a click, where a stranger
//! would get the visits of everybody who left none.

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use super::{Phone, Written, national};

/// What telephone exchanges count through.
const SUBSCRIBER: usize = 7;
/// Fewer of the same are the untouched beginning of a number, such as `+7`.
const MIN_OF_ONE_DIGIT: usize = 3;
/// Of a country.
const LONGEST_CODE: usize = 3;
/// A two-digit code of zeros or of one digit (90, 99) is like any other.
const MIN_CODE: usize = 3;

/// Whether it is a number that desks type where there is none, although it could be somebody's.
pub fn is_placeholder(phone: &Phone) -> bool {
    PHONE_NUMBER_UTIL.parse(phone.as_str(), None).is_ok_and(|number| is_filler(&national(&number)))
}

/// The same of a number without its country's code.
pub(super) fn is_filler(national: &str) -> bool {
    if is_of_one_digit(national) || counts(national) || national.get(1..).is_some_and(counts) {
        return true;
    }
    let Some((code, subscriber)) =
        national.len().checked_sub(SUBSCRIBER).and_then(|code| national.split_at_checked(code))
    else {
        return false;
    };
    let zeros = |digits: &str| digits.bytes().all(|digit| digit == b'0');
    let code_is_filler = is_of_one_digit(code) || code.get(1..).is_some_and(zeros);
    code_is_filler && (zeros(subscriber) || code.len() >= MIN_CODE && counts(subscriber))
}

/// The same of what is no number. Fewer digits than `fewest` may be the rest of one,
/// unless they are all the same.
pub(super) fn is_meant_as_none(written: &Written, region: Option<Region>, fewest: usize) -> bool {
    let Written { international, digits } = written;
    if is_of_one_digit(digits) {
        return digits.len() >= MIN_OF_ONE_DIGIT;
    }
    let own = region.and_then(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region));
    let is_code = |beginning: &str| {
        beginning.parse::<i32>().is_ok_and(|code| {
            let known = || PHONE_NUMBER_UTIL.get_region_for_country_code(code).is_some();
            own == Some(code) || *international && known()
        })
    };
    let leads_to_a_number = |beginning: &str| match beginning {
        "" => true,
        "0" | "8" | "80" if !international => true,
        beginning => is_code(beginning),
    };
    (0..=LONGEST_CODE).filter_map(|length| digits.split_at_checked(length)).any(|(beginning, rest)| {
        let whole = if *international { digits.len() } else { rest.len() };
        whole >= fewest && leads_to_a_number(beginning) && is_filler(rest)
    })
}

fn is_of_one_digit(digits: &str) -> bool {
    digits.bytes().all(|digit| Some(digit) == digits.bytes().next())
}

/// By one, up or down, the nine beside the zero; at least as many as a subscriber's number has.
fn counts(digits: &str) -> bool {
    let step = |pair: &[u8]| (pair[1] + 10 - pair[0]) % 10;
    let by = |wanted| digits.as_bytes().windows(2).all(|pair| step(pair) == wanted);
    digits.len() >= SUBSCRIBER && (by(1) || by(9))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::{PhoneFault, read};

    #[test]
    fn what_desks_type_for_no_number_is_known_though_it_could_be_somebodys() {
        for (raw, region) in [
            ("+79999999999", "RU"),
            ("8 (999) 999-99-99", "RU"),
            ("9999999999", "RU"),
            ("+7 900 000 00 00", "RU"),
            ("8 999 000-00-00", "RU"),
            ("8 912 345 67 89", "RU"),
            ("8 901 234 56 78", "RU"),
            ("8 987 654 32 10", "RU"),
            ("8 999 123-45-67", "RU"),
            ("8 900 765-43-21", "RU"),
            ("+7 777 777 77 77", "KZ"),
            ("8 700 000 00 00", "KZ"),
            ("050 123 45 67", "UA"),
            ("+380 99 999 99 99", "RU"),
            ("99 999 99 99", "UZ"),
            ("90 123-45-67", "UZ"),
            ("55 555 5555", "KW"),
            ("5123 4567", "EE"),
            ("2000 0000", "LV"),
        ] {
            match read(raw, Some(region)) {
                Ok(phone) => assert!(is_placeholder(&phone), "{raw} in {region}"),
                Err(fault) => assert_eq!(fault, PhoneFault::Placeholder, "{raw} in {region}"),
            }
        }
    }

    #[test]
    fn a_placeholder_that_no_number_can_be_says_so() {
        for (raw, region) in [
            ("+70000000000", "RU"),
            ("+71111111111", "RU"),
            ("8 111 111 11 11", "RU"),
            ("+71234567890", "RU"),
            ("81234567890", "RU"),
            ("1234567890", "RU"),
            ("0123456789", "RU"),
            ("0000000000", "RU"),
            ("+00000000000", "RU"),
            ("80000000000", "RU"),
            ("88888888888", "RU"),
            ("8 800 000 00 00", "RU"),
            ("12345678", "KW"),
            ("000", "RU"),
            ("1111111", "RU"),
            ("+375 00 000 00 00", "RU"),
            ("80 00 0000000", "BY"),
            ("000000000", "UZ"),
            ("998 000000000", "UZ"),
            ("+998 12 345 67 89", "UZ"),
            ("11111111", "KW"),
            ("+1 111 111 1111", "US"),
        ] {
            assert_eq!(read(raw, Some(region)), Err(PhoneFault::Placeholder), "{raw} in {region}");
        }
        assert_eq!(read("9999999999999", None), Err(PhoneFault::Placeholder));
    }

    #[test]
    fn a_number_that_is_easy_to_remember_is_a_clients() {
        for (raw, region) in [
            ("+7 916 777-77-77", "RU"),
            ("+7 916 123-45-67", "RU"),
            ("+7 916 000-00-00", "RU"),
            ("+7 999 777-77-77", "RU"),
            ("+7 911 111-11-11", "RU"),
            ("+7 999 999-99-98", "RU"),
            ("+7 999 111-22-33", "RU"),
            ("+7 909 090-90-90", "RU"),
            ("+7 900 100-00-00", "RU"),
            ("+7 701 777-77-77", "KZ"),
            ("+7 700 700-07-00", "KZ"),
            ("+375 29 777-77-77", "BY"),
            ("+998 91 123-45-67", "UZ"),
            ("+998 99 777-77-77", "UZ"),
            ("+995 555 12-34-56", "GE"),
            ("+371 2777 7777", "LV"),
            ("+1 (212) 555-0123", "US"),
        ] {
            let phone = read(raw, Some(region)).unwrap_or_else(|fault| panic!("{raw}: {fault}"));
            assert!(!is_placeholder(&phone), "{raw}");
        }
    }

    #[test]
    fn what_is_merely_wrong_is_no_placeholder() {
        for (raw, region, fault) in [
            ("+7", "RU", PhoneFault::TooShort),
            ("77", "RU", PhoneFault::TooShort),
            ("123-45-67", "RU", PhoneFault::TooShort),
            ("7777771", "RU", PhoneFault::TooShort),
            ("12345678", "RU", PhoneFault::TooShort),
            // Half of 912 345-67-89.
            ("+7 912 345-67", "RU", PhoneFault::TooShort),
            ("891612345678", "RU", PhoneFault::Invalid),
            ("+7 8 916 123-45-67", "RU", PhoneFault::Invalid),
            ("8 495 000-00-00", "RU", PhoneFault::Landline),
            ("8 800 555 35 35", "RU", PhoneFault::TollFree),
            ("+7 *** *** 99 99", "RU", PhoneFault::Hidden),
            ("", "RU", PhoneFault::Missing),
        ] {
            assert_eq!(read(raw, Some(region)), Err(fault), "{raw} in {region}");
        }
    }
}
