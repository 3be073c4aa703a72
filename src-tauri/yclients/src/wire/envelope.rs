//! `{success, data, meta}`, read without touching what is inside `data`.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::lenient;

/// An answer's envelope. `data` and `meta` stay raw, so that one unreadable row
/// costs only itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Envelope<'a> {
    #[serde(deserialize_with = "lenient::flag")]
    pub(crate) success: Option<bool>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    meta: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Reads a body. The error says in a few words why it is no answer.
    pub(crate) fn parse(body: &'a str) -> Result<Self, String> {
        let body = body.trim_start_matches('\u{feff}').trim();
        if body.is_empty() {
            return Err("it is empty".into());
        }
        match body.as_bytes().first() {
            Some(b'<') => return Err("it is a web page".into()),
            Some(b'{') => {}
            // Also a bare list: the shape of a version that was not asked for.
            _ => return Err("it is not the JSON object that was asked for".into()),
        }
        serde_json::from_str(body).map_err(|error| format!("{:?} error in its JSON", error.classify()))
    }

    /// `data` as it stands; null and absent are errors, never "nothing there".
    pub(crate) fn data(&self) -> Result<&'a RawValue, String> {
        self.data.filter(|data| data.get() != "null").ok_or_else(|| "it has no data".into())
    }

    /// `data` as a list of raw rows.
    pub(crate) fn rows(&self) -> Result<Vec<&'a RawValue>, String> {
        let data = self.data()?.get();
        match data.as_bytes().first() {
            Some(b'[') => serde_json::from_str(data).map_err(|_| "its data cannot be read".into()),
            // PHP's empty list, sometimes.
            Some(b'{') if data.trim_matches(['{', '}']).trim().is_empty() => Ok(Vec::new()),
            // Also data inside data, as a broken gateway sends it: no list at all
            // must not read as an empty one.
            _ => Err("its data is not a list".into()),
        }
    }

    /// `meta.total_count`: how many rows there are on all pages.
    pub(crate) fn total_count(&self) -> Option<usize> {
        let meta: Value = serde_json::from_str(self.meta?.get()).ok()?;
        usize::try_from(lenient::to_int(meta.get("total_count")?)?).ok()
    }
}

/// What a refusal says: `meta.message`, else `errors.message`, else the bare text
/// that a loose server puts in their place. Nothing else of a body may be repeated.
pub(crate) fn message_of(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body.trim_start_matches('\u{feff}')).ok()?;
    ["/meta/message", "/errors/message", "/message", "/meta", "/errors"]
        .iter()
        .find_map(|place| body.pointer(place)?.as_str())
        .map(str::to_owned)
}

/// Whether a body is one of this server's refusals, and not a page of something in
/// between. The keys tell them apart; what they hold differs from one answer to the next.
pub(crate) fn is_refusal(body: &str) -> bool {
    let body: Option<Value> = serde_json::from_str(body.trim_start_matches('\u{feff}')).ok();
    body.is_some_and(|body| ["success", "meta", "errors"].iter().any(|key| body.get(key).is_some()))
}

/// Whether a body is this server's own word that something is not allowed: its whole envelope,
/// `{success: false, data: null, meta}` or `{errors: {message}, meta}`. Firewalls speak JSON
/// too, with a `success`, an `errors` or a `message` of theirs, and what they refuse passes.
pub(crate) fn is_own_refusal(body: &str) -> bool {
    let Ok(Value::Object(body)) = serde_json::from_str(body.trim_start_matches('\u{feff}')) else {
        return false;
    };
    let has_data = body.get("data").is_some_and(|data| !lenient::is_empty(data));
    let refuses = body.get("success").and_then(lenient::to_flag) == Some(false);
    let errs = body.get("errors").is_some_and(|errors| errors.get("message").is_some());
    body.contains_key("meta") && !has_data && (refuses || errs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_says_why() {
        assert_eq!(Envelope::parse(" ").unwrap_err(), "it is empty");
        assert_eq!(Envelope::parse("<!doctype html>").unwrap_err(), "it is a web page");
        assert_eq!(Envelope::parse("[1]").unwrap_err(), "it is not the JSON object that was asked for");
        assert_eq!(Envelope::parse(r#"{"data":[{"id":1"#).unwrap_err(), "Eof error in its JSON");
    }

    #[test]
    fn data_inside_data_is_an_error_and_not_an_empty_list() {
        let envelope = Envelope::parse(r#"{"success":true,"data":{"data":[{"id":1}]}}"#).unwrap();
        assert_eq!(envelope.rows().unwrap_err(), "its data is not a list");
        for nothing in [r#"{"success":true}"#, r#"{"success":true,"data":null}"#] {
            assert_eq!(Envelope::parse(nothing).unwrap().rows().unwrap_err(), "it has no data");
        }
    }

    #[test]
    fn an_empty_list_may_come_as_an_empty_object() {
        for empty in [r#"{"data":[]}"#, r#"{"data":{}}"#, r#"{"data":{ }}"#] {
            assert!(Envelope::parse(empty).unwrap().rows().unwrap().is_empty());
        }
    }

    #[test]
    fn the_total_may_be_a_string_or_missing() {
        let total = |body| Envelope::parse(body).unwrap().total_count();
        assert_eq!(total(r#"{"meta":{"page":1,"total_count":41}}"#), Some(41));
        assert_eq!(total(r#"{"meta":{"total_count":"41"}}"#), Some(41));
        for missing in [r#"{"meta":[]}"#, r#"{"meta":null}"#, "{}", r#"{"meta":{"total_count":-1}}"#] {
            assert_eq!(total(missing), None);
        }
    }

    #[test]
    fn a_refusal_of_its_own_is_told_from_a_firewall_s() {
        for own in [
            r#"{"success":false,"data":null,"meta":{"message":"Доступ запрещен."}}"#,
            "\u{feff}{\"success\":false,\"data\":null,\"meta\":{}}",
            r#"{"success":0,"data":[],"meta":[]}"#,
            r#"{"success":false,"meta":{"message":"Access denied."}}"#,
            r#"{"errors":{"code":403,"message":"Нет прав"},"meta":{"message":"Нет прав"}}"#,
        ] {
            assert!(is_own_refusal(own), "{own}");
        }
        for other in [
            "",
            "Forbidden",
            "<html><body>403 Forbidden</body></html>",
            "null",
            "[]",
            "{}",
            r#"{"message":"Forbidden"}"#,
            r#"{"error":"access_denied","meta":{}}"#,
            r#"{"success":false,"errors":[{"code":1020,"message":"Access denied"}],"messages":[]}"#,
            r#"{"success":true,"data":null,"meta":{"message":"Доступ запрещен."}}"#,
            r#"{"success":false,"data":{"ray":"8f1"},"meta":{}}"#,
            r#"{"success":false,"data":null,"meta":{"mess"#,
        ] {
            assert!(!is_own_refusal(other), "{other}");
        }
    }

    #[test]
    fn depth_without_end_is_walked_over_and_breaks_nothing() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let body = format!(r#"{{"success":true,"data":[{{"id":1,"x":{deep}}}],"more":{deep}}}"#);
        assert_eq!(Envelope::parse(&body).unwrap().rows().unwrap().len(), 1);
        assert_eq!(message_of(&body), None);
    }
}
