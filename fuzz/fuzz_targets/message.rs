#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| leadtap::grpc::fuzzing::message(input));
