//! What the user sees when the emulator itself is wrong: one message instead of a backtrace.
//!
//! A guest or a bad file never gets here; what they can do wrong is an error with a message of its own.

use std::panic::PanicHookInfo;
use std::process::exit;

use crate::{output, status, terminal};

/// Replaces Rust's report of a panic by ours. `RUST_BACKTRACE=1` adds the backtrace for whoever repairs the bug.
pub(crate) fn install_hook() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        terminal::restore();
        output::tell(format_args!("emu: {}\n", message(info)));
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|v| v != "0") {
            default(info);
        }
        exit(status::EMULATOR.into());
    }));
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let what = info.payload_as_str().unwrap_or("no reason given").replace('\n', " ");
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    format!(
        "this is a bug in emu {}, not in your program: {what} ({place}); please report it in emu's issue tracker with this \
         message, the command line and the program",
        env!("CARGO_PKG_VERSION")
    )
}
