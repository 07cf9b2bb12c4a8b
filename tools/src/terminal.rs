//! The user's terminal: raw mode while a guest owns the keyboard, and the escape key that gets the user out again.
//!
//! Knows nothing of guests and devices: bytes come in, bytes and commands go out.

use std::io::IsTerminal;
use std::sync::Mutex;

use rustix::termios::{InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

/// ctrl-a, as in QEMU and screen.
const ESCAPE: u8 = 0x01;
/// ctrl-c, which a raw terminal passes on to the guest.
const INTERRUPT: u8 = 0x03;
/// So many ctrl-c in a row mean that the user looks for the way out.
const IMPATIENT: u32 = 3;

/// What the terminal was before [`raw`]; `None` while it is as the user left it.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Puts the terminal on standard input into raw mode: every key reaches the guest at once and nothing is echoed. Output keeps
/// its line ends. Does nothing and returns false when standard input is no terminal.
pub(crate) fn raw() -> bool {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return false;
    }
    let Ok(before) = tcgetattr(&stdin) else { return false };
    let mut raw = before.clone();
    raw.input_modes -= InputModes::IGNBRK
        | InputModes::BRKINT
        | InputModes::PARMRK
        | InputModes::ISTRIP
        | InputModes::INLCR
        | InputModes::IGNCR
        | InputModes::ICRNL
        | InputModes::IXON;
    raw.local_modes -=
        LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::IEXTEN | LocalModes::ISIG;
    raw.special_codes[SpecialCodeIndex::VMIN] = 1;
    raw.special_codes[SpecialCodeIndex::VTIME] = 0;
    // Remembered first: should the call fail half-way, restoring does no harm.
    *lock() = Some(before);
    tcsetattr(&stdin, OptionalActions::Drain, &raw).is_ok()
}

/// Gives the terminal back as it was. May be called at any time, from any thread, any number of times.
pub(crate) fn restore() {
    if let Some(before) = lock().take() {
        // Nothing can be done about a failure: the terminal has gone.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Drain, &before);
    }
}

fn lock() -> std::sync::MutexGuard<'static, Option<Termios>> {
    BEFORE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What a key press means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// A byte for the guest.
    Byte(u8),
    /// ctrl-a x: leave.
    Leave,
    /// ctrl-a h, or an impatient user: show [`HELP`].
    Help,
}

/// What ctrl-a h shows.
pub(crate) const HELP: &str = "emu: ctrl-a x leaves, ctrl-a h shows this, ctrl-a ctrl-a sends ctrl-a to the guest";

/// Finds the escape key in what is typed.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    escaped: bool,
    interrupts: u32,
}

impl Keys {
    /// Takes the next byte; up to two meanings come out of it (a third ctrl-c is passed on and shows the help).
    pub(crate) fn take(&mut self, byte: u8) -> [Option<Key>; 2] {
        if std::mem::take(&mut self.escaped) {
            return match byte {
                b'x' | b'X' => [Some(Key::Leave), None],
                b'h' | b'H' | b'?' => [Some(Key::Help), None],
                ESCAPE => [Some(Key::Byte(ESCAPE)), None],
                // Not a command of ours: the guest gets both, as if there were no escape key.
                other => [Some(Key::Byte(ESCAPE)), Some(Key::Byte(other))],
            };
        }
        self.interrupts = if byte == INTERRUPT { self.interrupts + 1 } else { 0 };
        match byte {
            ESCAPE => {
                self.escaped = true;
                [None, None]
            }
            INTERRUPT if self.interrupts == IMPATIENT => {
                self.interrupts = 0;
                [Some(Key::Byte(byte)), Some(Key::Help)]
            }
            _ => [Some(Key::Byte(byte)), None],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bytes: &[u8]) -> Vec<Key> {
        let mut keys = Keys::default();
        bytes.iter().flat_map(|&b| keys.take(b)).flatten().collect()
    }

    #[test]
    fn plain_bytes_pass() {
        assert_eq!(typed(b"x\xff\0"), [Key::Byte(b'x'), Key::Byte(0xff), Key::Byte(0)]);
    }

    #[test]
    fn the_escape_key_commands() {
        assert_eq!(typed(b"a\x01x"), [Key::Byte(b'a'), Key::Leave]);
        assert_eq!(typed(b"\x01hx"), [Key::Help, Key::Byte(b'x')]);
        assert_eq!(typed(b"\x01\x01x"), [Key::Byte(1), Key::Byte(b'x')]);
        assert_eq!(typed(b"\x01q"), [Key::Byte(1), Key::Byte(b'q')]);
        assert_eq!(typed(b"\x01"), []);
    }

    #[test]
    fn three_interrupts_in_a_row_show_the_way_out() {
        assert_eq!(typed(b"\x03\x03a\x03"), [3, 3, b'a', 3].map(Key::Byte));
        assert_eq!(typed(b"\x03\x03\x03"), [Key::Byte(3), Key::Byte(3), Key::Byte(3), Key::Help]);
    }
}
