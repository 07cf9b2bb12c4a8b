//! Instructions as assembler text, by the table's own names: what `objdump -d -M no-aliases` prints. Short names are made
//! from this by each instruction set's `alias.rs`.

use super::{Packed, Place, Row};
use crate::hart::Arch;
use std::fmt;

/// One instruction. Displayed with a space between its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// `addi`
    pub name: String,
    /// `a0,a0,1`; empty if there are none.
    pub operands: String,
}

impl<A: Arch> Row<A> {
    /// An instruction of this row at some place.
    pub fn text(&self, operands: &Packed, place: Place) -> Text {
        Text {
            name: format!("{}{}", self.name, (self.suffix)(operands)),
            operands: fmt::from_fn(|out| (self.show)(operands, place, out)).to_string(),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        if self.operands.is_empty() { Ok(()) } else { write!(out, " {}", self.operands) }
    }
}

/// Takes a displayed instruction apart again.
impl From<&str> for Text {
    fn from(whole: &str) -> Self {
        let (name, operands) = whole.split_once(' ').unwrap_or((whole, ""));
        Text { name: name.to_owned(), operands: operands.to_owned() }
    }
}
