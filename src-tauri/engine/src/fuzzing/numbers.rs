//! A typed number: an answer in E.164 that was certainly typed, or a reason.

use super::SEPARATOR;
use crate::phone::{is_placeholder, is_region, masked, read, region_of_branch, same_number};

/// Reads a number the way a branch does. The input is the country the owner set,
/// the branch's number, its zone, and what was typed.
///
/// # Panics
///
/// When a property does not hold.
pub fn number(input: &str) {
    let parts: Vec<&str> = input.splitn(4, SEPARATOR).collect();
    let [setting, branch_phone, zone, typed] = parts[..] else {
        return check(input, Some("RU"));
    };
    let region = region_of_branch((!setting.is_empty()).then_some(setting), branch_phone, zone);
    assert!(region.as_deref().is_none_or(is_region), "{region:?} is no country");
    if is_region(setting) {
        assert_eq!(region.as_deref(), Some(setting), "the owner's word counts first");
    }
    check(typed, region.as_deref());
    check(typed, Some(setting));
    check(typed, None);
}

fn check(typed: &str, region: Option<&str>) {
    let Ok(phone) = read(typed, region) else { return };
    let digits = phone.as_str().strip_prefix('+').expect("a plus");
    assert!((7..=15).contains(&digits.len()) && !digits.starts_with('0'), "{digits}");
    assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits}");
    assert_eq!(masked(&phone).chars().count(), 3);

    // What was typed ends as the answer does: nothing is dropped at the end, and nothing made up.
    let written: String = typed.chars().filter(char::is_ascii_digit).collect();
    let same = written.chars().rev().zip(digits.chars().rev()).take_while(|(a, b)| a == b).count();
    assert!(same >= 7 && written.len() <= digits.len() + 6, "{typed} became {digits}");
    if typed.trim_start().starts_with('+') {
        assert_eq!(written, digits, "an international number is taken as it is");
    }
    // Read again it is the same, wherever.
    for again in [region, None, Some("RU"), Some("US")] {
        assert_eq!(read(phone.as_str(), again).as_ref(), Ok(&phone), "read again in {again:?}");
    }
    assert!(same_number(&phone, typed, region), "the number read is the number written");
    let _ = is_placeholder(&phone);
    // Beside another number none is chosen.
    for joint in [" ", ", ", "/", "\n", " или ", ";", " +"] {
        let two = format!("{typed}{joint}{}", phone.as_str());
        assert!(read(&two, region).is_err(), "one of two was chosen in {two:?}");
        let twice = format!("{typed}{joint}{typed}");
        assert!(read(&twice, region).is_err(), "one of two was chosen in {twice:?}");
    }
    // Hidden digits are not filled in.
    assert!(read(&format!("{typed}***"), region).is_err());
}
