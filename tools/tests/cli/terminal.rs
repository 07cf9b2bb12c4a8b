//! A guest on a terminal: raw mode while it runs, the escape key, and the terminal as it was afterwards.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use super::elf::{Elf, LOOP};
use super::{Folder, command};

/// `emu` on a terminal of its own, whose keyboard and screen are `controller`.
struct OnTerminal {
    child: Child,
    controller: File,
    terminal: File,
    _folder: Folder,
}

impl OnTerminal {
    /// Starts an endless program and waits until it has the keyboard.
    fn start() -> Self {
        let folder = Folder::new();
        let file = folder.file("loop.elf", Elf::new(&[LOOP]).bytes());
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
        grantpt(&controller).and_then(|()| unlockpt(&controller)).expect("it is ours");
        let name = ptsname(&controller, Vec::new()).expect("it has a name").into_string().expect("a plain one");
        let terminal = OpenOptions::new().read(true).write(true).open(name).expect("it can be opened");
        assert!(is_cooked(&terminal), "a new terminal edits lines");

        let mut command = command(["run", &file, "--timeout", "60"]);
        command.stdin(Stdio::from(terminal.try_clone().expect("a copy"))).stderr(Stdio::piped()).stdout(Stdio::null());
        let child = command.spawn().expect("the binary starts");
        let started = OnTerminal { child, controller: File::from(controller), terminal, _folder: folder };
        while is_cooked(&started.terminal) {
            std::thread::sleep(Duration::from_millis(1));
        }
        started
    }

    /// The exit status and what was said on standard error; the terminal must be as it was.
    #[track_caller]
    fn finish(mut self) -> (i32, String) {
        let status = self.child.wait().expect("it ends").code().expect("not killed");
        let mut said = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
        assert!(is_cooked(&self.terminal), "the terminal edits lines again");
        (status, said)
    }
}

fn is_cooked(terminal: &File) -> bool {
    let modes = tcgetattr(terminal).expect("a terminal").local_modes;
    modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
}

#[test]
fn the_escape_key_leaves() {
    let mut on = OnTerminal::start();
    on.controller.write_all(b"abc\x03\x01hx\x01x").expect("it listens");
    let (status, said) = on.finish();
    assert_eq!(status, 124);
    assert!(said.contains("emu: ctrl-a x leaves, ctrl-a h shows this"), "{said}");
    assert!(said.contains("loop.elf: left before the program ended"), "{said}");
}

#[test]
fn a_signal_leaves_and_gives_the_terminal_back() {
    for signal in [Signal::INT, Signal::TERM] {
        let on = OnTerminal::start();
        let id = Pid::from_raw(on.child.id() as i32).expect("a process");
        kill_process(id, signal).expect("it runs");
        let (status, said) = on.finish();
        assert_eq!(status, 124, "{said}");
        assert!(said.contains("loop.elf: left before the program ended"), "{said}");
    }
}
