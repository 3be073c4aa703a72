//! The word by which a client ends it: «Стоп».
//!
//! It is obeyed when a message says that and nothing else: with a "please", with a greeting, with what
//! is to stop ("stop the messages"), in whatever case, script and keyboard layout. A message that says
//! something beside it («остановите на стоп-кране») may mean anything, and is for a person to read.

/// What a message is, as far as that word goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopWord {
    /// The word itself.
    Said,
    /// It, or another wish of the kind, among other words.
    Contained,
    Absent,
}

/// The word. Two of them are what comes of typing it with the keyboard in the other language.
const WORDS: [&str; 10] = [
    "стоп",
    "stop",
    "отписаться",
    "отписка",
    "отпишите",
    "отпишитесь",
    "unsubscribe",
    "optout",
    "cnjg",
    "ыещз",
];

/// What does not change it: politeness, greetings, and what is to stop.
const BESIDE_IT: [&str; 54] = [
    "пожалуйста",
    "пожалуста",
    "пожалуйсто",
    "пожалста",
    "пжл",
    "пж",
    "плиз",
    "плз",
    "прошу",
    "спасибо",
    "спс",
    "please",
    "pls",
    "plz",
    "thanks",
    "thank",
    "you",
    "здравствуйте",
    "привет",
    "добрый",
    "день",
    "вечер",
    "утро",
    "доброе",
    "hello",
    "hi",
    "рассылка",
    "рассылку",
    "рассылки",
    "рассылке",
    "рассылок",
    "смс",
    "sms",
    "сообщения",
    "сообщений",
    "сообщение",
    "сообщениям",
    "уведомления",
    "уведомлений",
    "уведомление",
    "напоминания",
    "напоминаний",
    "messages",
    "message",
    "all",
    "все",
    "всё",
    "от",
    "меня",
    "me",
    "и",
    "the",
    "this",
    "from",
];

/// Wishes of the kind in other words: nobody but a person can tell what they end.
const WISHES: [&str; 9] = [
    "не пиш",
    "не присылай",
    "не отправляй",
    "не шлите",
    "не беспокой",
    "отпис",
    "отпиш",
    "больше не надо",
    "do not write",
];

/// A sign that stands for the word.
const SIGNS: [char; 3] = ['🛑', '⛔', '🚫'];

impl StopWord {
    /// What `text` is.
    pub fn of(text: &str) -> Self {
        let text = text.to_lowercase();
        let words = words(&text);
        let said = words.iter().filter(|word| is_word(word)).count();
        let other = |word: &String| !is_word(word) && !BESIDE_IT.contains(&word.as_str());
        if said > 0 && !words.iter().any(other) {
            return Self::Said;
        }
        let plain = words.join(" ");
        let signed = words.is_empty() && text.contains(SIGNS);
        if said > 0 || signed || WISHES.iter().any(|wish| plain.contains(wish)) {
            return Self::Contained;
        }
        Self::Absent
    }
}

/// The words of a text in small letters. One that is spelt letter by letter is one word.
fn words(text: &str) -> Vec<String> {
    // What cannot be seen parts no word: joiners, marks of direction, of emoji, of stress.
    let seen = text.chars().filter(|c| !is_unseen(*c)).collect::<String>();
    let mut words: Vec<String> = Vec::new();
    let mut spelt = String::new();
    for word in seen.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            spelt.push(letter);
            continue;
        }
        end_spelling(&mut spelt, &mut words);
        words.push(word.to_owned());
    }
    end_spelling(&mut spelt, &mut words);
    words
}

/// Letters that stood alone are one word, if that word is the one; else they stood alone.
fn end_spelling(spelt: &mut String, words: &mut Vec<String>) {
    let spelt = std::mem::take(spelt);
    if is_word(&spelt) {
        words.push(spelt);
    } else {
        words.extend(spelt.chars().map(String::from));
    }
}

const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The word itself, also with letters of the other script that look alike, and with letters held down.
fn is_word(word: &str) -> bool {
    let short = squeezed(word);
    let alike: String = short.chars().map(cyrillic).collect();
    WORDS.iter().any(|known| *known == word || *known == short || *known == alike)
}

/// Without letters that repeat the one before.
fn squeezed(word: &str) -> String {
    let mut short = String::with_capacity(word.len());
    for letter in word.chars() {
        if !short.ends_with(letter) {
            short.push(letter);
        }
    }
    short
}

/// The Cyrillic letter that a Latin one looks like.
const fn cyrillic(letter: char) -> char {
    match letter {
        'a' => 'а',
        'c' => 'с',
        'e' => 'е',
        'o' | '0' => 'о',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        'm' => 'м',
        'k' => 'к',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_obeyed_however_it_is_written() {
        for text in [
            "Стоп",
            "стоп",
            "СТОП!!!",
            "  «стоп». ",
            "стоп 🙏",
            "🛑 Стоп 🛑",
            "Stop",
            "STOP.",
            "stop?",
            "С Т О П",
            "с-т-о-п",
            "стоооооп",
            "Cтоп",
            "СТOП",
            "cnjg",
            "ыещз",
            "сто\u{200d}п",
            "сто\u{301}п",
            "\u{feff}Стоп",
            "Стоп\n",
            "стоп стоп стоп",
            "Стоп, пожалуйста",
            "пожалуйста, стоп",
            "Здравствуйте! Стоп, спасибо.",
            "Stop please",
            "STOP ALL",
            "Стоп рассылка",
            "Отписаться от рассылки",
            "отписаться",
            "Unsubscribe",
            "стоп1",
            "Стоп все сообщения",
        ] {
            assert_eq!(StopWord::of(text), StopWord::Said, "{text:?}");
        }
    }

    #[test]
    fn a_text_that_merely_contains_it_is_for_a_person() {
        for text in [
            "остановите на стоп-кране",
            "Не могу остановиться, стоп-кран сломан",
            "не стоп, я приду",
            "Стоп, не отменяйте запись!",
            "стоп, а во сколько?",
            "Не пишите мне больше",
            "отпишите мой номер отовсюду",
            "nonstop? stop it now",
            "🛑",
            "⛔️",
        ] {
            assert_eq!(StopWord::of(text), StopWord::Contained, "{text:?}");
        }
    }

    #[test]
    fn everything_else_is_nobody_s_business() {
        for text in [
            "",
            " ",
            "👍",
            "Да",
            "Спасибо, буду",
            "остановка на углу",
            "автостоп",
            "Стопка книг",
            "стопроцентно",
            "nonstop",
            "1",
            "пожалуйста",
            "все",
            "с п а с и б о",
            "Добрый день! Все в силе",
        ] {
            assert_eq!(StopWord::of(text), StopWord::Absent, "{text:?}");
        }
    }
}
