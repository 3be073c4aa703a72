#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| engine::fuzzing::stop(&String::from_utf8_lossy(input)));
