//! Guest memory: mapped RAM, typed access, the bus and its address map, soft TLBs, LR/SC reservations.
//!
//! It knows no instruction set and no device's registers. Nothing outside this crate dereferences guest memory, and
//! inside it only `ram` does.
//!
//! In reading order: [`addr`] and [`access`] are the words everybody uses; [`ram`] is bytes by offset; [`memory`] is
//! RAM and ROM by physical address; [`bus`] adds devices and watches; [`tlb`] is the way past all of it that most
//! accesses take; [`reservation`] is what LR and SC need; [`snapshot`] tells which pages were written, and undoes it; [`pool`]
//! keeps what would be allocated again and again.

pub mod access;
pub mod addr;
pub mod bus;
mod dirty;
pub mod error;
pub mod memory;
pub mod pool;
pub mod ram;
pub mod reservation;
pub mod snapshot;
pub mod tlb;

pub use access::{Access, AmoOp, Unit, Width};
pub use addr::{GuestPhys, GuestVirt, PAGE_MASK, PAGE_SHIFT, PAGE_SIZE};
pub use bus::{Bus, BusBuilder, BusFault, BusResult, Device, DeviceCounts, SplitFault, Watch};
pub use error::{Error, Range, TransferError};
pub use memory::{Found, Memory, OpenRam, Region, Segment, Segments};
pub use pool::Pool;
pub use ram::{Ram, SystemCalls};
pub use reservation::{ReservationPlace, Reservations};
pub use snapshot::{DirtyLog, Snapshot};
pub use tlb::{Counts as TlbCounts, Lookup, STREAM_PAGES, Space, Tlb};
