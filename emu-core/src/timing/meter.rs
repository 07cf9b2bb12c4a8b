//! The model that a hart is timed by, and its state.

use super::{Model, StaticModel, Stepped};
use std::cell::{Cell, RefCell};

/// How a hart's cycles are found.
#[derive(Default)]
pub struct Meter {
    /// `None`: a cycle is an instruction.
    pub(crate) model: Cell<Option<&'static Model>>,
    /// The static rules that it goes by, if it has some.
    pub(crate) rules: Cell<Option<StaticModel>>,
    /// Its own state, if it is a stepped one.
    pub(crate) stepped: RefCell<Option<Box<dyn Stepped>>>,
}
