//! The process that sends hosts no web page and no toolkit.

use std::fs;

use object::Endianness;
use object::elf::{DT_NEEDED, FileHeader64};
use object::read::elf::FileHeader as _;
use scenarios::Program;

/// The libraries an executable asks the loader for.
fn needed(file: &[u8]) -> Vec<String> {
    let header = FileHeader64::<Endianness>::parse(file).unwrap();
    let endian = header.endian().unwrap();
    let sections = header.sections(endian, file).unwrap();
    let table = sections.dynamic_table(endian, file).unwrap();
    let needed = (&table).into_iter().filter(|entry| entry.tag == DT_NEEDED);
    needed.map(|entry| String::from_utf8(table.string(entry).unwrap().to_vec()).unwrap()).collect()
}

#[test]
fn it_links_no_web_view_and_no_toolkit() {
    let program = Program::without_keyring(std::path::Path::new("/nonexistent"));
    let needed = needed(&fs::read(program.executable()).unwrap());
    assert!(needed.iter().any(|name| name.starts_with("libc.so")), "{needed:?}");
    // What C and Rust programs need, and nothing else.
    let plain = ["libc.so", "libm.so", "libgcc_s.so", "libdl.so", "libpthread.so", "librt.so", "ld-linux"];
    let others: Vec<_> =
        needed.iter().filter(|name| !plain.iter().any(|plain| name.starts_with(plain))).collect();
    assert!(others.is_empty(), "{others:?}");
}
