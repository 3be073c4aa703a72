#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| yclients::fuzzing::answers(input));
