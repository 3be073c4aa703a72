#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| messaging::green_api::fuzzing::answers(input));
