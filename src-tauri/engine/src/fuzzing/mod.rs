//! What people type, in every form: settings, templates, numbers.
//!
//! For the fuzzer in `fuzz/`, and for the tests below, which replay its corpus.
//! Every input is text, so that a find can be read and a seed written by hand.
#![allow(clippy::panic, clippy::expect_used, reason = "a property that does not hold is a panic")]

mod numbers;
mod settings_file;
mod stop;
mod texts;

pub use numbers::number;
pub use settings_file::settings;
pub use stop::stop;
pub use texts::message;

/// What stands between the parts of an input.
const SEPARATOR: char = '\u{1e}';

#[cfg(test)]
mod tests {
    fn replay(target: &str, run: impl Fn(&str)) {
        let corpus = format!("{}/../../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
        let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(inputs.len() > 10, "the corpus is there");
        for input in inputs {
            eprintln!("{}", input.display());
            run(&String::from_utf8_lossy(&std::fs::read(&input).unwrap()));
        }
    }

    #[test]
    fn the_corpus_of_settings_holds() {
        replay("settings_file", super::settings);
    }

    #[test]
    fn the_corpus_of_messages_holds() {
        replay("message_template", super::message);
    }

    #[test]
    fn the_corpus_of_what_clients_write_holds() {
        replay("client_words", super::stop);
    }

    #[test]
    fn the_corpus_of_numbers_holds() {
        replay("phone_number", super::number);
    }
}
