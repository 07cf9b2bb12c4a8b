//! The floating-point verbs on raw bits.
use crate::engine::*;
use crate::word::X;
pub(super) fn binary(_: Fp2, _: Fmt, _: u8, a: u64, b: u64) -> (X, X) {
    (X(a), X(b))
}
pub(super) fn sqrt(_: Fmt, _: u8, a: u64) -> (X, X) {
    (X(a), X(0))
}
pub(super) fn fma(_: Fmt, _: u8, a: u64, b: u64, _c: u64) -> (X, X) {
    (X(a), X(b))
}
pub(super) fn compare(_: FpCmp, _: Fmt, a: u64, b: u64) -> (bool, X) {
    (a < b, X(0))
}
pub(super) fn class(_: Fmt, a: u64) -> X {
    X(a)
}
pub(super) fn convert(_: Fmt, _: Fmt, _: u8, a: u64) -> (X, X) {
    (X(a), X(0))
}
pub(super) fn to_int(_: Fmt, _: Int, _: u8, a: u64) -> (X, X) {
    (X(a), X(0))
}
pub(super) fn from_int(_: Int, _: Fmt, _: u8, a: u64) -> (X, X) {
    (X(a), X(0))
}
