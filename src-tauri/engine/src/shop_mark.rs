//! The mark of a shop on the account that it sends through.
//!
//! It is a hint to another installation, no proof: a missing one means nothing, and what is no
//! mark of this program's is left alone. It names the shop by a random id, and neither the
//! computer nor anybody.

/// How every mark begins.
const PREFIX: &str = "booking-monitor:";

/// What stands where a mark may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountMark {
    /// Nothing: one may be written.
    None,
    Ours,
    /// Another shop's, by its id.
    Another(String),
    /// Something that is no mark: another program's, and not to be touched.
    Foreign,
}

impl AccountMark {
    /// What `text` is to the shop with this id.
    pub fn read(text: &str, shop: &str) -> Self {
        let text = text.trim();
        match text.strip_prefix(PREFIX) {
            _ if text.is_empty() => Self::None,
            Some(id) if !shop.is_empty() && id == shop => Self::Ours,
            Some(id)
                if !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
            {
                Self::Another(id.to_owned())
            }
            _ => Self::Foreign,
        }
    }

    /// Whether this shop's may be written there unasked.
    pub const fn is_free(&self) -> bool {
        matches!(self, Self::None | Self::Ours)
    }
}

/// The mark of the shop with this id.
pub fn written(shop: &str) -> String {
    format!("{PREFIX}{shop}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mark_of_another_shop_is_one() {
        let shop = "00ff00ff00ff00ff";
        assert_eq!(AccountMark::read(&written(shop), shop), AccountMark::Ours);
        assert_eq!(AccountMark::read(" ", shop), AccountMark::None);
        assert_eq!(AccountMark::read(&written("ab12"), shop), AccountMark::Another("ab12".to_owned()));
        for foreign in ["Bearer abc", "booking-monitor", "booking-monitor:", "booking-monitor:the shop", "{}"]
        {
            assert_eq!(AccountMark::read(foreign, shop), AccountMark::Foreign, "{foreign}");
        }
        // A database that no desk worked on yet has no shop, and nothing is its own.
        assert_eq!(AccountMark::read(&written(""), ""), AccountMark::Foreign);
    }
}
