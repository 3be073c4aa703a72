//! Reading values as live servers send them: numbers as strings, flags as
//! numbers, `[]` where an object belongs.
//!
//! Absent, null and empty mean "not said". A value that is there and cannot be
//! read is an error, for guessing at a flag would decide whom we write to. Error
//! texts name no value: values are personal.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Null, "", [] and {}: what an empty field may look like.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A whole number: 5, 5.0, "5". A yes is none, or it would be user 1.
pub(crate) fn to_int(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(&number.to_string())),
        Value::String(text) => whole(text.trim()),
        _ => None,
    }
}

/// "5" and "5.0", but not "5.5".
fn whole(text: &str) -> Option<i64> {
    let digits = match text.split_once('.') {
        Some((digits, zeros)) if zeros.bytes().all(|b| b == b'0') => digits,
        Some(_) => return None,
        None => text,
    };
    digits.parse().ok()
}

pub(crate) fn to_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => match to_int(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
    }
}

/// Text, or a number where text belongs (a phone). Everything else says nothing.
pub(crate) fn to_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        // `79161234567.0` is no number with a zero more.
        Value::Number(number) => to_int(value).map_or_else(|| number.to_string(), |whole| whole.to_string()),
        _ => String::new(),
    }
}

pub(crate) fn int<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let value = Value::deserialize(from)?;
    if is_empty(&value) {
        return Ok(None);
    }
    to_int(&value).map(Some).ok_or_else(|| D::Error::custom("a whole number was expected"))
}

pub(crate) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    let value = Value::deserialize(from)?;
    if is_empty(&value) {
        return Ok(None);
    }
    to_flag(&value).map(Some).ok_or_else(|| D::Error::custom("a yes or no was expected"))
}

/// A flag that may also be a count (`sms_now`): anything but zero is yes.
pub(crate) fn is_some(value: &Value) -> bool {
    to_flag(value).unwrap_or_else(|| to_int(value).is_some_and(|count| count != 0))
}

pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(to_text(&Value::deserialize(from)?))
}

/// Kept as it came, to be read by the one who knows what it means.
pub(crate) fn any<'de, D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
    Value::deserialize(from)
}

/// An object, or one of the forms in which it is missing.
pub(crate) fn object<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Value::deserialize(from)?;
    if is_empty(&value) || value == Value::Bool(false) {
        return Ok(None);
    }
    if !value.is_object() {
        return Err(D::Error::custom("an object was expected"));
    }
    T::deserialize(value).map(Some).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Sample {
        #[serde(deserialize_with = "int")]
        number: Option<i64>,
        #[serde(deserialize_with = "flag")]
        flag: Option<bool>,
        #[serde(deserialize_with = "text")]
        text: String,
        #[serde(deserialize_with = "object")]
        item: Option<Item>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Item {
        #[serde(deserialize_with = "int")]
        id: Option<i64>,
    }

    fn read(value: Value) -> Result<Sample, serde_json::Error> {
        Sample::deserialize(value)
    }

    #[test]
    fn a_number_may_be_a_string_or_a_float_and_is_no_flag() {
        for five in [json!(5), json!("5"), json!(" 5 "), json!(5.0), json!("5.00")] {
            assert_eq!(read(json!({ "number": five })).unwrap().number, Some(5));
        }
        assert_eq!(read(json!({ "number": "-1" })).unwrap().number, Some(-1));
        assert!(read(json!({ "number": true })).is_err());
    }

    #[test]
    fn what_is_empty_in_any_way_was_not_said() {
        for nothing in [json!(null), json!(""), json!([]), json!({})] {
            let all = json!({ "number": nothing, "flag": nothing, "text": nothing, "item": nothing });
            assert_eq!(read(all).unwrap(), Sample::default());
        }
    }

    #[test]
    fn a_number_in_place_of_a_text_keeps_its_digits() {
        assert_eq!(to_text(&json!(79_161_234_567_u64)), "79161234567");
        assert_eq!(to_text(&json!(79_161_234_567.0)), "79161234567");
        assert_eq!(to_text(&json!(1.5)), "1.5");
        assert_eq!(to_text(&json!(true)), "");
    }

    #[test]
    fn what_is_there_and_means_nothing_is_an_error_that_repeats_no_value() {
        for bad in [
            json!({ "number": "Иван" }),
            json!({ "number": 5.5 }),
            json!({ "flag": 7 }),
            json!({ "flag": "Иван" }),
            json!({ "item": "Иван" }),
        ] {
            let error = read(bad).unwrap_err().to_string();
            assert!(error.contains("expected") && !error.contains("Иван"), "{error}");
        }
    }
}
