//! What the client pays for one line of a booking.
//!
//! A line has five prices, and `cost` is what the client pays. In 77 lines that a
//! live server showed it had the discount and what was paid with loyalty points
//! taken off already; `manual_cost` was the line's total before the points, and
//! `cost_to_pay` was equal to `cost` on every one, whether or not the client had
//! paid. What else either of them could mean elsewhere is not known, so a text is
//! made from them only where a server leaves `cost` out: `cost_to_pay`, then
//! `manual_cost`, then `first_cost` or `cost_per_unit` times `amount`, less
//! `discount` per cent.

use engine::booking::Flaw;
use serde_json::Value;

use super::fields::Fields;

#[derive(Debug, Default)]
pub(super) struct Prices {
    cost: Value,
    cost_to_pay: Value,
    manual_cost: Value,
    first_cost: Value,
    cost_per_unit: Value,
    discount: Value,
}

impl Prices {
    pub(super) fn read(line: &Fields<'_>) -> Result<Self, Flaw> {
        Ok(Self {
            cost: line.any("cost")?,
            cost_to_pay: line.any("cost_to_pay")?,
            manual_cost: line.any("manual_cost")?,
            first_cost: line.any("first_cost")?,
            cost_per_unit: line.any("cost_per_unit")?,
            discount: line.any("discount")?,
        })
    }

    /// In hundredths, rounded half up; 0 when no price can be read.
    pub(super) fn paid(&self, amount: i64) -> i64 {
        let final_price = [&self.cost, &self.cost_to_pay, &self.manual_cost].into_iter().find_map(hundredths);
        final_price.or_else(|| self.discounted(amount)).unwrap_or(0).max(0)
    }

    fn discounted(&self, amount: i64) -> Option<i64> {
        let full = match hundredths(&self.first_cost) {
            Some(first) => first,
            None => hundredths(&self.cost_per_unit)?.checked_mul(amount)?,
        };
        let discount = hundredths(&self.discount).unwrap_or(0).clamp(0, 10_000);
        let net = i128::from(full) * i128::from(10_000 - discount);
        i64::try_from((net + 5_000).div_euclid(10_000)).ok()
    }
}

/// A decimal as hundredths, from its digits: binary fractions would round 1.005 down.
fn hundredths(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().replace(',', "."),
        _ => return None,
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digit = |place: usize| fraction.as_bytes().get(place).map_or(0, |b| i64::from(b - b'0'));
    let up = i64::from(digit(2) >= 5);
    let amount = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(digit(0) * 10 + digit(1) + up)?;
    Some(sign * amount)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serde_json::value::RawValue;

    use super::*;

    fn paid(line: &Value, amount: i64) -> i64 {
        let raw = RawValue::from_string(line.to_string()).unwrap();
        Prices::read(&Fields::of(&raw).unwrap()).unwrap().paid(amount)
    }

    #[test]
    fn the_price_of_the_line_is_what_is_paid_after_discount_and_points() {
        let line = json!({ "cost": 1800, "cost_to_pay": 1800, "manual_cost": 1800, "cost_per_unit": 1000,
            "first_cost": 2000, "discount": 10, "amount": 2 });
        assert_eq!(paid(&line, 2), 180_000);
        // Three hundred of it in points, as a live server writes it.
        let line = json!({ "cost": 1700, "cost_to_pay": 1700, "manual_cost": 2000, "cost_per_unit": 2000,
            "first_cost": 2000, "discount": 0, "amount": 1 });
        assert_eq!(paid(&line, 1), 170_000);
        let line = json!({ "cost": 1700, "cost_to_pay": 0, "manual_cost": 2000, "first_cost": 2000 });
        assert_eq!(paid(&line, 1), 170_000, "whatever is still owed");
        assert_eq!(paid(&json!({ "cost": 0, "first_cost": 500 }), 1), 0, "free is a price");
    }

    #[test]
    fn hundredths_are_rounded_half_up_from_the_digits() {
        for (cost, expected) in [
            (json!(1.005), 101),
            (json!(1.004_999), 100),
            (json!("1234,5"), 123_450),
            (json!("1500.00"), 150_000),
            (json!(99.999), 10_000),
        ] {
            assert_eq!(paid(&json!({ "cost": cost }), 1), expected);
        }
    }

    #[test]
    fn without_a_final_price_the_discount_is_taken_off() {
        assert_eq!(paid(&json!({ "first_cost": 999, "discount": 15 }), 1), 84_915);
        assert_eq!(paid(&json!({ "cost_per_unit": 500.5, "discount": "10" }), 2), 90_090);
        assert_eq!(paid(&json!({ "cost_to_pay": 700 }), 1), 70_000);
        assert_eq!(paid(&json!({ "manual_cost": "650" }), 1), 65_000);
    }

    #[test]
    fn a_price_that_cannot_be_read_is_no_price() {
        for nothing in
            [json!({}), json!({ "cost": null }), json!({ "cost": "даром" }), json!({ "cost": 1e30 })]
        {
            assert_eq!(paid(&nothing, 1), 0);
        }
        assert_eq!(paid(&json!({ "cost": -5 }), 1), 0);
        assert_eq!(paid(&json!({ "cost_per_unit": i64::MAX / 100 }), i64::MAX), 0);
    }
}
