#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| leadtap::storage::fuzzing::record(input));
