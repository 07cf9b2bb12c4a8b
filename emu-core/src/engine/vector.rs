//! The verbs' words for vectors: what can be done to 128 bits that are divided into lanes.
//!
//! An operation does the same to every lane, or combines neighbours. It knows no shorter vectors: a meaning that works on
//! 64 bits hands them over with zeros above, which saturate nothing, and takes the lower half of what comes back. Operations
//! that Arm composes of simpler ones are composed in the meanings: a multiplication that widens is two extensions and a
//! product, one that accumulates a product and a sum.

/// Width of a lane.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Lane {
    /// 8 bits.
    B,
    /// 16 bits.
    H,
    /// 32 bits.
    S,
    /// 64 bits.
    D,
}

impl Lane {
    /// All four, narrow ones first.
    pub const ALL: [Lane; 4] = [Lane::B, Lane::H, Lane::S, Lane::D];

    /// The lane with this encoding: the binary logarithm of its bytes, of which the two lowest bits count.
    #[inline(always)]
    pub const fn of(size: u8) -> Lane {
        Lane::ALL[(size & 3) as usize]
    }

    /// Its width in bits.
    #[inline(always)]
    pub const fn bits(self) -> u32 {
        8 << self as u32
    }

    /// Ones in the lowest lane.
    #[inline(always)]
    pub const fn mask(self) -> u64 {
        u64::MAX >> (64 - self.bits())
    }

    /// The lane of twice the width; that of 64 bits has none and gives itself.
    #[inline(always)]
    pub const fn wider(self) -> Lane {
        match self {
            Lane::B => Lane::H,
            Lane::H => Lane::S,
            Lane::S | Lane::D => Lane::D,
        }
    }

    /// `lowest`, in all lanes of 64 bits.
    #[inline(always)]
    pub const fn repeat(self, lowest: u64) -> u64 {
        (lowest & self.mask()).wrapping_mul(u64::MAX / self.mask())
    }
}

/// The flag that saturation raises, in the word of flags that operations give. Arm has it there too (FPSR.QC).
pub const SATURATED: u64 = 1 << 27;

macro_rules! operations {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $op:ident,)* }) => {
        $(#[$doc])*
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[$of])* $op,)* }

        impl $name {
            /// All of them; each stands at the index that is its number.
            pub const ALL: &'static [$name] = &[$($name::$op),*];
        }
    };
}

operations! {
    /// Operations on one vector. Those that change the width count lanes by the narrower one.
    V1 {
        /// Magnitude; of the least number itself.
        Abs,
        /// Negative.
        Neg,
        /// Magnitude, saturating.
        Sqabs,
        /// Negative, saturating.
        Sqneg,
        /// Leading bits equal to the sign, without it.
        Cls,
        /// Leading zeros.
        Clz,
        /// Ones.
        Cnt,
        /// Bits in reverse order.
        Rbit,
        /// Lanes in reverse order within each 16 bits.
        Rev16,
        /// Lanes in reverse order within each 32 bits.
        Rev32,
        /// Lanes in reverse order within each 64 bits.
        Rev64,
        /// The lower half, sign-extended to twice the width.
        Sxtl,
        /// The lower half, zero-extended to twice the width.
        Uxtl,
        /// Cut to half the width, in the lower half; zeros above.
        Xtn,
        /// The same, saturating signed numbers.
        Sqxtn,
        /// The same, saturating signed numbers to unsigned ones.
        Sqxtun,
        /// The same, saturating unsigned numbers.
        Uqxtn,
        /// Sums of neighbours, signed, at twice the width.
        Saddlp,
        /// Sums of neighbours, unsigned, at twice the width.
        Uaddlp,
        /// The sum of all lanes in the lowest lane; zeros above.
        Addv,
        /// The sum of all lanes, signed, at twice the width.
        Saddlv,
        /// The sum of all lanes, unsigned, at twice the width.
        Uaddlv,
        /// The largest lane, signed.
        Smaxv,
        /// The largest lane, unsigned.
        Umaxv,
        /// The least lane, signed.
        Sminv,
        /// The least lane, unsigned.
        Uminv,
        /// Estimated reciprocals ([`crate::float::reciprocal_estimate_u32`]).
        Urecpe,
        /// Estimated reciprocal square roots ([`crate::float::reciprocal_root_estimate_u32`]).
        Ursqrte,
        /// AES: a column mix.
        Aesmc,
        /// AES: an inverse column mix.
        Aesimc,
        /// SHA-1: the fixed rotation, in the lowest lane; zeros above.
        Sha1h,
    }
}

operations! {
    /// Operations on two vectors.
    V2 {
        /// Sum.
        Add,
        /// Difference.
        Sub,
        /// Product.
        Mul,
        /// Both.
        And,
        /// The first and not the second.
        Bic,
        /// Either.
        Orr,
        /// The first or not the second.
        Orn,
        /// One of them.
        Eor,
        /// Ones where equal.
        Cmeq,
        /// Ones where a bit is set in both.
        Cmtst,
        /// Ones where greater, signed.
        Cmgt,
        /// Ones where greater or equal, signed.
        Cmge,
        /// Ones where greater, unsigned.
        Cmhi,
        /// Ones where greater or equal, unsigned.
        Cmhs,
        /// The larger, signed.
        Smax,
        /// The larger, unsigned.
        Umax,
        /// The lesser, signed.
        Smin,
        /// The lesser, unsigned.
        Umin,
        /// The distance, signed numbers; cut to the lane.
        Sabd,
        /// The distance, unsigned numbers.
        Uabd,
        /// Half the sum, rounded down, signed.
        Shadd,
        /// Half the sum, rounded down, unsigned.
        Uhadd,
        /// Half the sum, rounded up, signed.
        Srhadd,
        /// Half the sum, rounded up, unsigned.
        Urhadd,
        /// Half the difference, rounded down, signed.
        Shsub,
        /// Half the difference, rounded down, unsigned.
        Uhsub,
        /// Sum, saturating, signed.
        Sqadd,
        /// Sum, saturating, unsigned.
        Uqadd,
        /// Difference, saturating, signed.
        Sqsub,
        /// Difference, saturating, unsigned.
        Uqsub,
        /// A signed first and an unsigned second: sum, saturating to signed.
        Suqadd,
        /// An unsigned first and a signed second: sum, saturating to unsigned.
        Usqadd,
        /// Twice the product's upper half, saturating.
        Sqdmulh,
        /// The same, rounded.
        Sqrdmulh,
        /// Twice the product of the lower halves, at twice the width, saturating.
        Sqdmull,
        /// Polynomial product modulo the lane.
        Pmul,
        /// Polynomial product of the lower halves, at twice the width.
        Pmull,
        /// The first shifted left by the second's low byte, or right where that is negative; signed.
        Sshl,
        /// The same, unsigned.
        Ushl,
        /// Signed and rounded.
        Srshl,
        /// Unsigned and rounded.
        Urshl,
        /// Signed and saturating.
        Sqshl,
        /// Unsigned and saturating.
        Uqshl,
        /// Signed, rounded and saturating.
        Sqrshl,
        /// Unsigned, rounded and saturating.
        Uqrshl,
        /// Sums of neighbours: the first's, then the second's.
        Addp,
        /// The larger of neighbours, signed.
        Smaxp,
        /// The larger of neighbours, unsigned.
        Umaxp,
        /// The lesser of neighbours, signed.
        Sminp,
        /// The lesser of neighbours, unsigned.
        Uminp,
        /// Lower halves, interleaved.
        Zip1,
        /// Upper halves, interleaved.
        Zip2,
        /// Even lanes.
        Uzp1,
        /// Odd lanes.
        Uzp2,
        /// Even lanes, interleaved.
        Trn1,
        /// Odd lanes, interleaved.
        Trn2,
        /// AES: a round's key, shift and substitution.
        Aese,
        /// AES: the inverse.
        Aesd,
        /// SHA-1: the second half of a schedule update.
        Sha1su1,
        /// SHA-256: the first half of a schedule update.
        Sha256su0,
    }
}

operations! {
    /// Operations on three vectors, the first of which is the destination's old value.
    V3 {
        /// SHA-1: four rounds of choosing.
        Sha1c,
        /// SHA-1: four rounds of parity.
        Sha1p,
        /// SHA-1: four rounds of majority.
        Sha1m,
        /// SHA-1: the first half of a schedule update.
        Sha1su0,
        /// SHA-256: four rounds, one half of the state.
        Sha256h,
        /// SHA-256: four rounds, the other half.
        Sha256h2,
        /// SHA-256: the second half of a schedule update.
        Sha256su1,
        /// Twice the product's upper half added, rounded and saturating.
        Sqrdmlah,
        /// Twice the product's upper half subtracted, rounded and saturating.
        Sqrdmlsh,
        /// Sums of four products of bytes each added, signed.
        Sdot,
        /// Sums of four products of bytes each added, unsigned.
        Udot,
    }
}

operations! {
    /// Shifts by a decode-time distance: less than a lane to the left, from one to a whole lane to the right. Those that
    /// narrow count lanes by the narrow one and leave zeros above.
    VShift {
        /// Left.
        Shl,
        /// Right, signed.
        Sshr,
        /// Right, unsigned.
        Ushr,
        /// Right, signed, rounded.
        Srshr,
        /// Right, unsigned, rounded.
        Urshr,
        /// Left, saturating, signed.
        Sqshl,
        /// Left, saturating, unsigned.
        Uqshl,
        /// Left, signed numbers saturating to unsigned ones.
        Sqshlu,
        /// Right, cut to half the width.
        Shrn,
        /// The same, rounded.
        Rshrn,
        /// Right, saturating to half the width, signed.
        Sqshrn,
        /// The same, rounded.
        Sqrshrn,
        /// Right, signed numbers saturating to unsigned ones of half the width.
        Sqshrun,
        /// The same, rounded.
        Sqrshrun,
        /// Right, saturating to half the width, unsigned.
        Uqshrn,
        /// The same, rounded.
        Uqrshrn,
    }
}
