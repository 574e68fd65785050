#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| leadtap::instagram::fuzzing::callback(input));
