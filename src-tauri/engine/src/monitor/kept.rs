//! What is kept of a booking that must name nobody any more: a print, by which a change is still
//! noticed, and by which nothing that stayed the same reads as changed.

use crate::hash;

/// Why it names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is older than what is kept. Should it really change, it is a booking like any other.
    LetGo,
    /// Its client was forgotten: it is never filled again.
    Forgotten,
}

impl Kept {
    const fn mark(self) -> char {
        match self {
            Self::LetGo => '#',
            Self::Forgotten => '!',
        }
    }

    /// In place of the snapshot.
    pub(crate) fn print(self, snapshot: &str) -> String {
        let bare =
            snapshot.strip_prefix(|first| first == Self::LetGo.mark() || first == Self::Forgotten.mark());
        // Half a hash is more than enough to tell one state of one booking from the next.
        let print = bare.map_or_else(|| hash::of(snapshot)[..32].to_owned(), str::to_owned);
        format!("{}{print}", self.mark())
    }

    /// How a kept text is kept; None: as a whole.
    pub(crate) fn of(kept: &str) -> Option<Self> {
        [Self::LetGo, Self::Forgotten].into_iter().find(|how| kept.starts_with(how.mark()))
    }
}

/// Whether a booking is as what is kept of it says.
pub(crate) fn is_as(kept: &str, snapshot: &str) -> bool {
    match Kept::of(kept) {
        Some(how) => how.print(snapshot) == kept,
        None => kept == snapshot,
    }
}
