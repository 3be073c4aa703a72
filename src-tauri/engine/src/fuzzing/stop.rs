//! Whatever a client writes.

use crate::stop_word::StopWord;

/// Looks for the word that ends it in any text.
///
/// # Panics
///
/// When a property does not hold.
pub fn stop(text: &str) {
    let found = StopWord::of(text);
    // Signs around it, and what nobody sees, change nothing that is said in letters.
    if text.chars().any(char::is_alphabetic) {
        for around in ["!!! ", "\n\u{200b}", " 7 "] {
            assert_eq!(StopWord::of(&format!("{around}{text}{around}")), found, "{around:?} around {text:?}");
        }
    }
    // With something else beside it it is never obeyed, and with the word beside it never unseen.
    let more = StopWord::of(&format!("{text} холодильник"));
    assert_ne!(more, StopWord::Said, "{text:?} and something else");
    assert_ne!(StopWord::of(&format!("{text} стоп")), StopWord::Absent, "{text:?} and the word");
}
