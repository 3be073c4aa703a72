//! Reading ids of bookings from whatever a person has them in: a column, a
//! line, a JSON array.

use std::collections::BTreeSet;

use engine::booking::BookingId;

/// What is no id, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadToken {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) token: String,
}

/// Every id of the text, once, in ascending order. A single bad token and there
/// are none: half an import would look like a whole one.
pub(crate) fn read(text: &str) -> Result<Vec<BookingId>, BadToken> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Brackets and quotes mean something in JSON alone, so a text without them is never taken for it.
    let json = text.trim_start().starts_with('[');
    let mut ids = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let content = line.split('#').next().unwrap_or_default();
        for token in content.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')) {
            let word = if json { token.trim_matches(['[', ']']).trim_matches('"') } else { token };
            if word.is_empty() {
                continue;
            }
            let id = word.parse::<i64>().ok().filter(|id| *id > 0);
            ids.insert(
                id.ok_or_else(|| BadToken { line: index + 1, token: word.chars().take(40).collect() })?,
            );
        }
    }
    Ok(ids.into_iter().map(BookingId).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Result<Vec<i64>, BadToken> {
        read(text).map(|ids| ids.into_iter().map(|id| id.0).collect())
    }

    #[test]
    fn ids_come_in_any_of_the_usual_forms() {
        for text in [
            "1500\n1501\n1502\n",
            "1500, 1501,1502",
            "1500 1501\t1502",
            "1500;1501;1502\r\n",
            "\u{feff}# выгрузка бота\n1500 # первая\n\n1501\n1502\n1500\n",
            "[1500, 1501, 1502]",
            "[\"1500\", 1501, \"1502\"]",
            "[\n  1500,\n  1501,\n  1502\n]\n",
        ] {
            assert_eq!(ids(text), Ok(vec![1500, 1501, 1502]), "{text:?}");
        }
    }

    #[test]
    fn nothing_is_an_empty_import() {
        for text in ["", "\n", "# нет\n", "[]"] {
            assert_eq!(ids(text), Ok(vec![]), "{text:?}");
        }
    }

    #[test]
    fn a_bad_token_names_its_line() {
        let bad = |line, token: &str| Err(BadToken { line, token: token.to_owned() });
        assert_eq!(ids("1500\n15o1\n1502"), bad(2, "15o1"));
        assert_eq!(ids("1500\n\n-3"), bad(3, "-3"));
        assert_eq!(ids("0"), bad(1, "0"));
        assert_eq!(ids("1500 \"1501\""), bad(1, "\"1501\""));
        assert_eq!(ids("[1500,\n 1.5]"), bad(2, "1.5"));
        assert_eq!(ids("{\"id\": 1}"), bad(1, "{\"id\":"));
    }
}
