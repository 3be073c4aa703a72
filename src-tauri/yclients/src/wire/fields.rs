//! An object's fields, each read by itself: so it can be told which one is wrong, and one
//! that stands there twice is found wherever it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use engine::booking::{Flaw, FlawKind};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::lenient;

/// What a field may be read as.
type Read<T> = Result<T, Flaw>;

#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    said: BTreeMap<String, &'a RawValue>,
    /// Which of two holds nobody knows: one may be the visit that is cancelled.
    twice: BTreeSet<String>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Fields::default();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    if fields.said.insert(name.clone(), value).is_some() {
                        fields.twice.insert(name);
                    }
                }
                Ok(fields)
            }
        }
        from.deserialize_map(Pairs)
    }
}

impl<'a> Fields<'a> {
    /// The fields of an object; None when it is something else.
    pub(super) fn of(raw: &'a RawValue) -> Option<Self> {
        raw.get().starts_with('{').then(|| serde_json::from_str(raw.get()).ok()).flatten()
    }

    fn raw(&self, name: &str) -> Read<Option<&'a RawValue>> {
        if self.twice.contains(name) {
            return Err(Flaw::new(FlawKind::Twice, name));
        }
        Ok(self.said.get(name).copied())
    }

    /// Absent, null and empty in any way: None.
    fn value(&self, name: &str) -> Read<Option<Value>> {
        let Some(raw) = self.raw(name)? else { return Ok(None) };
        let value: Value = serde_json::from_str(raw.get()).map_err(|_| Flaw::new(FlawKind::TooDeep, name))?;
        Ok(Some(value).filter(|value| !lenient::is_empty(value)))
    }

    fn read<T>(&self, name: &str, kind: FlawKind, read: impl Fn(&Value) -> Option<T>) -> Read<Option<T>> {
        let Some(value) = self.value(name)? else { return Ok(None) };
        read(&value).map(Some).ok_or_else(|| Flaw::new(kind, name))
    }

    pub(super) fn int(&self, name: &str) -> Read<Option<i64>> {
        self.read(name, FlawKind::NoNumber, lenient::to_int)
    }

    pub(super) fn flag(&self, name: &str) -> Read<Option<bool>> {
        self.read(name, FlawKind::NoFlag, lenient::to_flag)
    }

    /// A flag that may also be a count: anything but zero is yes, and what is neither says nothing.
    pub(super) fn some_or_none(&self, name: &str) -> Read<bool> {
        Ok(self.value(name)?.is_some_and(|value| lenient::is_some(&value)))
    }

    /// Text that only names something: what is no text says nothing.
    pub(super) fn text(&self, name: &str) -> Read<String> {
        Ok(self.value(name)?.as_ref().map(lenient::to_text).unwrap_or_default())
    }

    /// Text that decides something: a number to write to, a time. What is no text is a flaw.
    pub(super) fn said(&self, name: &str) -> Read<String> {
        let text = |value: &Value| {
            matches!(value, Value::String(_) | Value::Number(_)).then(|| lenient::to_text(value))
        };
        Ok(self.read(name, FlawKind::NoText, text)?.unwrap_or_default())
    }

    /// As it came, for whoever knows what it means.
    pub(super) fn any(&self, name: &str) -> Read<Value> {
        Ok(self.value(name)?.unwrap_or_default())
    }

    /// An object, or one of the forms in which it is missing.
    pub(super) fn object(&self, name: &str) -> Read<Option<Self>> {
        let Some(raw) = self.raw(name)? else { return Ok(None) };
        if let Some(fields) = Self::of(raw) {
            return Ok(Some(fields).filter(|fields| !fields.said.is_empty()));
        }
        match self.value(name)? {
            None | Some(Value::Bool(false)) => Ok(None),
            Some(_) => Err(Flaw::new(FlawKind::NoObject, name)),
        }
    }

    /// A list of objects. PHP sends one with gaps in its numbering as an object.
    pub(super) fn list(&self, name: &str) -> Read<Vec<Self>> {
        let Some(raw) = self.raw(name)? else { return Ok(Vec::new()) };
        let no_list = || Flaw::new(FlawKind::NoList, name);
        let items: Vec<&RawValue> = match Self::of(raw) {
            Some(fields)
                if fields.twice.is_empty() && fields.said.keys().all(|key| key.parse::<u64>().is_ok()) =>
            {
                fields.said.into_values().collect()
            }
            None if raw.get().starts_with('[') => serde_json::from_str(raw.get()).map_err(|_| no_list())?,
            None if self.value(name)?.is_none() => Vec::new(),
            Some(_) | None => return Err(no_list()),
        };
        items.into_iter().map(|item| Self::of(item).ok_or_else(no_list)).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with<T>(value: &Value, look: impl FnOnce(Fields<'_>) -> T) -> T {
        let raw = RawValue::from_string(value.to_string()).unwrap();
        look(Fields::of(&raw).unwrap())
    }

    #[test]
    fn a_number_may_be_a_string_or_a_float_and_is_no_flag() {
        let number = |value: Value| with(&json!({ "n": value }), |fields| fields.int("n"));
        for five in [json!(5), json!("5"), json!(" 5 "), json!(5.0), json!("5.00")] {
            assert_eq!(number(five), Ok(Some(5)));
        }
        assert_eq!(number(json!("-1")), Ok(Some(-1)));
        for none in [json!(true), json!(false), json!("true"), json!(5.5), json!("5a"), json!([5])] {
            assert_eq!(number(none), Err(Flaw::new(FlawKind::NoNumber, "n")));
        }
    }

    #[test]
    fn a_flag_may_be_a_number_or_a_word() {
        let flag = |value: Value| with(&json!({ "f": value }), |fields| fields.flag("f"));
        for yes in [json!(true), json!(1), json!("1"), json!("true")] {
            assert_eq!(flag(yes), Ok(Some(true)));
        }
        for no in [json!(false), json!(0), json!("0"), json!("false")] {
            assert_eq!(flag(no), Ok(Some(false)));
        }
        for neither in [json!(7), json!("Иван"), json!(-1), json!([1])] {
            assert_eq!(flag(neither), Err(Flaw::new(FlawKind::NoFlag, "f")));
        }
    }

    #[test]
    fn what_is_empty_in_any_way_was_not_said() {
        for nothing in [json!(null), json!(""), json!(" "), json!([]), json!({})] {
            with(&json!({ "x": nothing }), |fields| {
                assert_eq!((fields.int("x"), fields.flag("x")), (Ok(None), Ok(None)));
                assert_eq!((fields.text("x"), fields.said("x")), (Ok(String::new()), Ok(String::new())));
                assert!(fields.object("x").unwrap().is_none() && fields.list("x").unwrap().is_empty());
            });
        }
        with(&json!({}), |fields| assert_eq!(fields.int("x"), Ok(None)));
    }

    #[test]
    fn a_list_with_gaps_in_its_numbering_is_a_list() {
        let ids = with(&json!({ "list": { "0": { "id": 1 }, "2": { "id": "2" } } }), |fields| {
            fields.list("list").unwrap().iter().map(|item| item.int("id").unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(ids, [Some(1), Some(2)]);
        for bad in [json!(["Иван"]), json!({ "name": "Иван" }), json!("Иван"), json!([[]])] {
            let read = with(&json!({ "list": bad }), |fields| fields.list("list").map(drop));
            assert_eq!(read, Err(Flaw::new(FlawKind::NoList, "list")));
        }
    }

    #[test]
    fn a_field_that_stands_there_twice_is_found_where_it_is_read() {
        let raw = RawValue::from_string(r#"{"id":1,"id":1,"x":2,"x":3,"y":4}"#.to_owned()).unwrap();
        let fields = Fields::of(&raw).unwrap();
        assert_eq!(fields.int("id"), Err(Flaw::new(FlawKind::Twice, "id")));
        assert_eq!(fields.int("y"), Ok(Some(4)), "nobody reads x");
        let escaped = RawValue::from_string(r#"{"online":true,"\u006fnline":false}"#.to_owned()).unwrap();
        assert_eq!(Fields::of(&escaped).unwrap().flag("online"), Err(Flaw::new(FlawKind::Twice, "online")));
    }

    #[test]
    fn text_that_decides_is_no_list_and_no_flag() {
        for bad in [json!(true), json!(["+79161234567"]), json!({ "number": 1 })] {
            let said = with(&json!({ "phone": bad }), |fields| fields.said("phone"));
            assert_eq!(said, Err(Flaw::new(FlawKind::NoText, "phone")));
        }
        let said = |value: Value| with(&json!({ "phone": value }), |fields| fields.said("phone").unwrap());
        assert_eq!(said(json!(79_161_234_567_u64)), "79161234567");
        assert_eq!(said(json!(79_161_234_567.0)), "79161234567", "no zero is added to a number");
    }
}
