//! What times the emulator. So far that is `benches/kernels` (guest programs with exact instruction counts) and `benches/peers/compare`
//! (native code, `emu`, QEMU and Spike side by side); cases for criterion and callgrind will be defined here once and run by both.
