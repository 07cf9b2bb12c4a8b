//! Exit statuses. They are part of the interface: scripts tell a failing guest, a reached limit and a broken set-up apart.

use std::process::ExitCode;

/// The largest code that a guest can report as it is. 124 to 126 have meanings of their own, and a shell takes 127 and above
/// for itself.
pub(crate) const GUEST_MAX: u64 = 123;
/// `--max-insns` or `--timeout` was reached, or the user left.
pub(crate) const LIMIT: u8 = 124;
/// The emulator failed, or its arguments or files are wrong.
pub(crate) const EMULATOR: u8 = 125;
/// The guest cannot go on.
pub(crate) const STUCK: u8 = 126;

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Everything asked for was done.
    Success,
    /// `emu test`, `emu demo`: at least one program misbehaved.
    Failed,
    /// `emu run`: the guest ended with this code.
    Guest(u64),
    /// A limit was reached.
    Limit,
    /// The guest cannot go on.
    Stuck,
    /// The emulator or its arguments failed; the message is out already.
    Emulator,
}

impl Status {
    /// The process's exit status.
    pub(crate) fn code(self) -> u8 {
        match self {
            Status::Success => 0,
            Status::Failed => 1,
            // The minimum fits in a byte.
            Status::Guest(code) => code.min(GUEST_MAX) as u8,
            Status::Limit => LIMIT,
            Status::Stuck => STUCK,
            Status::Emulator => EMULATOR,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(status.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_cannot_pretend_to_be_the_emulator() {
        assert_eq!(Status::Guest(0).code(), 0);
        assert_eq!(Status::Guest(123).code(), 123);
        for code in [124, 125, 126, 127, 255, 256, u64::MAX] {
            assert_eq!(Status::Guest(code).code(), 123, "guest code {code}");
        }
    }
}
