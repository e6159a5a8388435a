#![no_main]

libfuzzer_sys::fuzz_target!(init: tacit_fuzz::quietly(), |bytes: &[u8]| {
    tacit_fuzz::take("checkpoint", bytes);
});
