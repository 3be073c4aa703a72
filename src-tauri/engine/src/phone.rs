//! Reads the telephone numbers that staff type.
//!
//! A message to a wrong number tells a stranger who is where at what time, so
//! nothing is guessed: no digit is added or dropped, of two numbers none is
//! chosen, an extension is not cut off. What cannot be read for certain goes
//! back to a person with the reason.
//!
//! [`read`] is the only way from typed text to a [`Phone`].

mod placeholder;
#[cfg(test)]
mod tests;
mod zones;

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};
use serde::{Deserialize, Serialize};

pub use placeholder::is_placeholder;
pub use zones::region_of_zone;

/// With its country's code. Fewer are the rest of a hidden number, or half of one.
const MIN_DIGITS: usize = 10;
/// `8 10` before the longest number there is.
const MAX_DIGITS: usize = 18;
/// A stretch of digits that may be a number of its own.
const MIN_DIGITS_OF_A_SECOND: usize = 6;

/// A number that a message can be sent to, in E.164: `+79161234567`.
/// Prints itself masked, so that no log holds a client's number by accident.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// Why a text is no number to write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PhoneFault {
    #[error("there is no number")]
    Missing,
    /// YClients hides numbers from users without the right to see them.
    #[error("the number is hidden")]
    Hidden,
    #[error("the number has too few digits")]
    TooShort,
    /// Typed to get past the field. See [`is_placeholder`] for those that could be somebody's.
    #[error("the number stands in for none")]
    Placeholder,
    #[error("there are two numbers in one field")]
    TwoNumbers,
    #[error("the number holds more than a number")]
    Unreadable,
    /// Written as within a country, and nothing says which.
    #[error("the number's country is unknown")]
    CountryUnknown,
    #[error("no such number can exist")]
    Invalid,
    #[error("the number is a landline")]
    Landline,
    #[error("the number is a free hotline")]
    TollFree,
    /// Premium rate, pager, internet telephony and the like.
    #[error("the number is not a mobile one")]
    NotMobile,
}

/// A stored text that cannot be a [`Phone`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a telephone number in E.164")]
pub struct NotE164;

impl Phone {
    /// In E.164, with the plus.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// For what was stored. Looks at the shape alone: numbering plans change, and
/// what was right when it was written stays readable.
impl TryFrom<String> for Phone {
    type Error = NotE164;

    fn try_from(text: String) -> Result<Self, NotE164> {
        let digits = text.strip_prefix('+').ok_or(NotE164)?;
        let fits = (7..=15).contains(&digits.len()) && !digits.starts_with('0');
        if fits && digits.bytes().all(|byte| byte.is_ascii_digit()) { Ok(Self(text)) } else { Err(NotE164) }
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", masked(self))
    }
}

/// As people write it: `+7 916 123-45-67`. What is no number comes back as it is.
pub fn shown(e164: &str) -> String {
    match PHONE_NUMBER_UTIL.parse(e164, None) {
        Ok(number) if e164.starts_with('+') => {
            PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::International).into_owned()
        }
        _ => e164.to_owned(),
    }
}

/// For logs: the last two digits and nothing else.
pub fn masked(phone: &Phone) -> String {
    let digits = phone.as_str();
    format!("…{}", &digits[digits.len().saturating_sub(2)..])
}

/// The number a text holds.
///
/// `region` is the country (ISO 3166, `RU`) in which it was written down, for
/// numbers without a country code; see [`region_of_branch`]. As few digits as
/// Kuwait's eight are a number where the country's own are that short.
pub fn read(raw: &str, region: Option<&str>) -> Result<Phone, PhoneFault> {
    let text = without_invisible(raw);
    let written = Written::read(&text)?;
    let region = region.and_then(known_region);
    let number = parse(&written, region)?;
    mobile(&number).map_err(|fault| match fault {
        // No client has the hotline 8 800 000-00-00.
        _ if placeholder::is_filler(&national(&number)) => PhoneFault::Placeholder,
        fault => fault,
    })
}

/// Whether a text, such as the branch's own number as its owner typed it, holds this number.
pub fn same_number(phone: &Phone, raw: &str, region: Option<&str>) -> bool {
    let region = region.and_then(known_region);
    // Where several are listed, each of them; a plus begins another one.
    let listed = without_invisible(raw).replace('+', "\n+");
    listed
        .split(|c: char| !(c.is_ascii_digit() || c == '+' || is_punctuation(c)))
        .filter_map(|part| parse(&Written::read(part).ok()?, region).ok())
        .any(|number| phone.as_str().strip_prefix('+') == Some(international(&number).as_str()))
}

/// The number to write to, if a message reaches it.
fn mobile(number: &PhoneNumber) -> Result<Phone, PhoneFault> {
    // The way out of the country does not make up for what is missing behind it.
    if international(number).len() < MIN_DIGITS {
        return Err(PhoneFault::TooShort);
    }
    match PHONE_NUMBER_UTIL.get_number_type(number) {
        PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile => {}
        PhoneNumberType::FixedLine => return Err(PhoneFault::Landline),
        PhoneNumberType::TollFree => return Err(PhoneFault::TollFree),
        _ => return Err(PhoneFault::NotMobile),
    }
    Phone::try_from(format!("+{}", international(number))).map_err(|NotE164| PhoneFault::Invalid)
}

/// The digits of one number, and whether a plus stood before them.
struct Written {
    international: bool,
    digits: String,
}

impl Written {
    /// Takes a text that is one number and nothing else.
    fn read(text: &str) -> Result<Self, PhoneFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneFault::Missing);
        }
        if text.contains(['*', '•', '●', '…']) {
            return Err(PhoneFault::Hidden);
        }
        if holds_two_numbers(text) {
            return Err(PhoneFault::TwoNumbers);
        }
        let mut written = Self { international: false, digits: String::new() };
        for character in text.chars() {
            match character {
                '0'..='9' => written.digits.push(character),
                // Once, ahead of every digit.
                '+' if !written.international && written.digits.is_empty() => written.international = true,
                _ if is_punctuation(character) => {}
                _ => return Err(PhoneFault::Unreadable),
            }
        }
        if written.digits.is_empty() { Err(PhoneFault::Missing) } else { Ok(written) }
    }
}

/// What stands between the digits of one number.
fn is_punctuation(character: char) -> bool {
    character == ' ' || matches!(character, '(' | ')' | '-' | '.' | '‐' | '‑' | '–' | '—' | '−')
}

fn holds_two_numbers(text: &str) -> bool {
    let mut stretches = Vec::new();
    for character in text.chars() {
        match character {
            '0'..='9' => match stretches.last_mut() {
                Some(count) => *count += 1,
                None => stretches.push(1_usize),
            },
            _ if is_punctuation(character) => {}
            _ => stretches.push(0),
        }
    }
    let long = stretches.iter().filter(|count| **count >= MIN_DIGITS_OF_A_SECOND).count();
    // Two whole numbers with nothing but spaces between them.
    long >= 2 || stretches.iter().any(|count| *count >= 2 * MIN_DIGITS)
}

/// Marks that come along when a number is copied from an address book. They
/// are not seen, so they are not part of what was typed.
fn without_invisible(raw: &str) -> String {
    let invisible = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}');
    let visible = raw.chars().filter(|c| !invisible(c));
    // Between two lines there may be two numbers; other white space is a space.
    visible.map(|c| if c.is_whitespace() && c != '\n' && c != '\r' { ' ' } else { c }).collect()
}

fn parse(written: &Written, region: Option<Region>) -> Result<PhoneNumber, PhoneFault> {
    let digits = &written.digits;
    let abroad = || valid(&format!("+{digits}"), None).filter(|number| international(number) == *digits);
    if written.international {
        return abroad().ok_or_else(|| fault(written, region));
    }
    if let Some(number) = region.and_then(|region| at_home(digits, region)) {
        // Germany's landlines are of any length: `4915123456789` may be one without
        // its zero, and is somebody's mobile number without its plus.
        let is_mobile = |number: &PhoneNumber| mobile(number).is_ok();
        let code = number.country_code;
        let own = |abroad: &PhoneNumber| abroad.country_code == code && is_mobile(abroad);
        return Ok(abroad().filter(|abroad| !is_mobile(&number) && own(abroad)).unwrap_or(number));
    }
    // `375291234567` in a Russian branch: the country code without its plus. But
    // eight and ten digits is how Russia and Kazakhstan write their own numbers,
    // and as a country code it would make a stranger in Vietnam out of Moscow's 495.
    let national_with_eight = digits.len() == 11 && digits.starts_with('8');
    if digits.len() >= 11
        && !national_with_eight
        && !region.is_some_and(|region| are_two(digits, region))
        && let Some(number) = abroad()
    {
        return Ok(number);
    }
    Err(fault(written, region))
}

/// Why the digits are no number.
fn fault(written: &Written, region: Option<Region>) -> PhoneFault {
    let digits = &written.digits;
    let country = region.filter(|_| !written.international);
    let fewest = country.map_or(MIN_DIGITS, |region| usual_length(region).min(MIN_DIGITS));
    if placeholder::is_meant_as_none(written, region, fewest) {
        PhoneFault::Placeholder
    } else if digits.len() < fewest {
        PhoneFault::TooShort
    } else if country.is_some_and(|region| are_two(digits, region)) {
        PhoneFault::TwoNumbers
    } else if digits.len() > MAX_DIGITS {
        PhoneFault::Unreadable
    } else if region.is_none() && !written.international {
        PhoneFault::CountryUnknown
    } else {
        PhoneFault::Invalid
    }
}

/// The digits as a number of the country itself, written without its plus.
fn at_home(digits: &str, region: Region) -> Option<PhoneNumber> {
    valid(digits, Some(region)).filter(|number| is_only_prefixed(digits, number))
}

/// Two short numbers of the country with nothing but a space between them. Together
/// they may be one of another country.
fn are_two(digits: &str, region: Region) -> bool {
    let one = |part| at_home(part, region).is_some_and(|number| mobile(&number).is_ok());
    let ends = MIN_DIGITS_OF_A_SECOND..=digits.len().saturating_sub(MIN_DIGITS_OF_A_SECOND);
    ends.into_iter().any(|end| one(&digits[..end]) && one(&digits[end..]))
}

/// How many digits the country's mobile numbers have without its code.
fn usual_length(region: Region) -> usize {
    PHONE_NUMBER_UTIL
        .get_example_number_for_type_and_region(region, PhoneNumberType::Mobile)
        .map_or(MIN_DIGITS, |example| national(&example).len())
}

fn valid(text: &str, region: Option<Region>) -> Option<PhoneNumber> {
    let number = PHONE_NUMBER_UTIL.parse(text, region).ok()?;
    (PHONE_NUMBER_UTIL.is_valid_number(&number) && number.extension.is_none()).then_some(number)
}

/// Country code and number, without the plus.
fn international(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).trim_start_matches('+').to_owned()
}

/// The number without its country's code.
fn national(number: &PhoneNumber) -> String {
    rlibphonenumber::get_national_significant_number_owned(number)
}

/// Whether the library took nothing from the digits but what leads to a number:
/// the trunk prefix, the country code, or the way out of the country. It is
/// willing to mend more, such as both a code and a trunk prefix (`7 8 916 …`).
fn is_only_prefixed(digits: &str, number: &PhoneNumber) -> bool {
    let national = national(number);
    let code = number.country_code.to_string();
    digits.strip_suffix(national.as_str()).is_some_and(|prefix| prefix == code || !prefix.starts_with(&code))
}

/// Whether it is a country with a numbering plan, by its ISO 3166 code in capitals.
pub fn is_region(code: &str) -> bool {
    known_region(code).is_some()
}

fn known_region(code: &str) -> Option<Region> {
    let capitals = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let region = Region::from_code(code).ok().filter(|_| capitals)?;
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| region)
}

/// The country in which a branch writes down numbers: what its owner set, else
/// where the branch's own number belongs, else where its time zone is.
pub fn region_of_branch(setting: Option<&str>, branch_phone: &str, zone: &str) -> Option<String> {
    if let Some(code) = setting.filter(|code| is_region(code)) {
        return Some(code.to_owned());
    }
    let of_zone = region_of_zone(zone);
    let of_phone = || {
        // A landline is as good here as a mobile number.
        let written = Written::read(&without_invisible(branch_phone)).ok()?;
        let number = parse(&written, of_zone.and_then(known_region)).ok()?;
        let region = PHONE_NUMBER_UTIL.get_region_for_number(&number)?;
        // Hotlines of the whole world belong to no country.
        Some(region.to_string()).filter(|code| is_region(code))
    };
    of_phone().or_else(|| of_zone.map(str::to_owned))
}
