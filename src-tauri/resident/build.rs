//! Gathers the words that the program itself can write, for the file that goes to support; and gives the
//! Windows executable its version, icon and manifest.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

/// Whose strings may stand in the log and in an answer of `check`.
const SPEAK: [&str; 6] =
    ["src", "../credentials/src", "../engine/src", "../messaging/src", "../src", "../yclients/src"];
/// What is made up there is no word of the program's.
const MAKE_UP: [&str; 8] = ["tests", "fakes", "model", "fuzzing", "demo", "memory", "training", "built_in"];

fn main() {
    println!("cargo::rerun-if-changed=windows.manifest");
    println!("cargo::rerun-if-changed=../icons/icon.ico");
    let here = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let mut words = BTreeSet::new();
    for directory in SPEAK {
        println!("cargo::rerun-if-changed={directory}");
        gather(&Path::new(&here).join(directory), &mut words);
    }
    let words: Vec<String> = words.into_iter().collect();
    let out = env::var("OUT_DIR").unwrap_or_default();
    if let Err(error) = fs::write(Path::new(&out).join("vocabulary.txt"), words.join("\n")) {
        println!("cargo::error=the program's words: {error}");
    }
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "windows") {
        // The resource compiler works in a directory of its own.
        let mut resources = tauri_winres::WindowsResource::new();
        resources
            .set_icon(&format!("{here}/../icons/icon.ico"))
            .set_manifest_file(&format!("{here}/windows.manifest"))
            .set("ProductName", "Booking Monitor")
            .set("FileDescription", "Booking Monitor")
            .set("OriginalFilename", "booking-monitor.exe");
        if let Err(error) = resources.compile() {
            println!("cargo::error=the resources of the executable: {error}");
        }
    }
}

/// The words of every string in the sources below a directory, and the names of its modules.
fn gather(directory: &Path, words: &mut BTreeSet<String>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let Some(module) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if MAKE_UP.contains(&module) {
            continue;
        }
        words.insert(module.to_owned());
        if path.is_dir() {
            gather(&path, words);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            for string in strings(product) {
                let pieces = string.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
                words.extend(pieces.filter(|word| is_word(word)).map(str::to_owned));
            }
        }
    }
}

/// In Latin letters: nothing else is written into a log.
fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// What stands between quotes outside comments.
fn strings(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut letters = source.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '/' if letters.peek() == Some(&'/') => while letters.next().is_some_and(|next| next != '\n') {},
            // A quote of its own: '"'.
            '\'' if letters.peek() == Some(&'"') => {
                letters.next();
            }
            '"' => {
                let mut string = String::new();
                while let Some(next) = letters.next().filter(|next| *next != '"') {
                    match next {
                        // What is escaped divides words.
                        '\\' => {
                            letters.next();
                            string.push(' ');
                        }
                        other => string.push(other),
                    }
                }
                found.push(string);
            }
            _ => {}
        }
    }
    found
}
