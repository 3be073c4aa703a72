//! Russian.

/// The form of a noun that goes with a number: `1 визит, 2 визита, 5 визитов`.
pub const fn plural<'a>(n: u64, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
    match (n % 10, n % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}
