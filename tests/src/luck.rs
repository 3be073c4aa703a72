//! What the campaigns share: a seed that can be given.

/// `SEED`, or a new one.
pub fn seed() -> u64 {
    std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random)
}
