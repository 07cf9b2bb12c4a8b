//! The host layer against the exact one, on whatever host this is. Rounding to nearest even is the only direction in
//! which the two differ.

use emu_core::float::{self, F16, F32, F64, Format, Round, Rules, exact};

use crate::cases::{Cases, corners};

const NEAREST: Round = Round::NearestEven;
const RANDOM: usize = 100_000;
const FLUSHING: Rules = Rules { flush: true, flush_half: true, ..Rules::ARM };

fn check<F: Format>(a: F::Bits, b: F::Bits, c: F::Bits, rules: Rules) {
    macro_rules! same {
        ($($operation:ident($($operand:expr),*))*) => {$(
            let operands = ($($operand,)*);
            let (quick, exact) = (
                float::$operation::<F>(rules, NEAREST, $($operand),*),
                exact::$operation::<F>(rules, NEAREST, $($operand),*),
            );
            assert_eq!(quick, exact, "{} of {:#x?}: with the host, and exactly", stringify!($operation), operands);
        )*};
    }
    same! { add(a, b) sub(a, b) mul(a, b) div(a, b) sqrt(a) fma(a, b, c) }
}

fn layers_agree<F: Format>(name: &str) {
    let corners = corners::<F>();
    for &a in &corners {
        for &b in &corners {
            check::<F>(a, b, a, Rules::RISCV);
            check::<F>(a, b, F::narrow(0), Rules::ARM);
            check::<F>(a, b, a, FLUSHING);
        }
    }
    let mut cases = Cases::new(name);
    for _ in 0..RANDOM {
        let (a, b, c) = cases.three::<F>();
        check::<F>(a, b, c, Rules::RISCV);
        check::<F>(a, b, c, Rules::ARM);
        check::<F>(a, b, c, FLUSHING);
    }
}

#[test]
fn layers_agree_in_half() {
    layers_agree::<F16>("layers, binary16");
}

#[test]
fn layers_agree_in_single() {
    layers_agree::<F32>("layers, binary32");
}

#[test]
fn layers_agree_in_double() {
    layers_agree::<F64>("layers, binary64");
}
