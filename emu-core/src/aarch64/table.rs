//! The instructions of A64: encoding, operands and meaning, in the order of the manual's index (C4.1). The rows stand in a file
//! for each of its groups; here is what they have in scope, and the table that they make together.
//!
//! A row that is commented out is not there yet: the table is its own to-do list. Words without a row are undefined.

mod advanced_simd;
mod advanced_simd_scalar;
mod branch_system;
mod cryptographic;
mod data_immediate;
mod data_register;
mod loads_stores;
mod scalar_float;
mod vector_loads_stores;

use super::feature::{Feature as Ext, Needs};
use super::format::*;
use super::format_simd::*;
use super::fp::{F16, F32, F64};
use super::load_store::{S8, S16, S32, U8, U16, U32, U64};
use super::simd::*;
use super::state::AArch64;
use super::sysreg::{Mrs, Msr};
use super::system::*;
use super::width::{A64, View, W, X};
use super::{
    addsub, atomic, bitfield, branch, cond_select, crc, exclusive, flags, float, load_store, load_store_pair, logical,
    maintenance, move_wide, muldiv, simd, simd_float, simd_load_store, sysreg, system,
};
use crate::isa;

/// A row of the table.
pub type Row = isa::Row<AArch64>;

isa! {
    AArch64: A64 [View], with the rows of data_immediate branch_system loads_stores vector_loads_stores data_register scalar_float
        advanced_simd_scalar advanced_simd cryptographic;
    [BASE] a64 {
        // Reserved, C4.1.1
        Udf "udf" "0000000000000000 iiiiiiiiiiiiiiii" Undefined slow => system::udf;
    }
}
