//! `badrdp check` against clients that do each bad thing, so that every verdict is seen; the clients are this program,
//! started again.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say what they expect")]
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::zombie_processes, reason = "badly made clients do that")]

mod client;
mod ends;
mod pages;
mod reports;
mod support;
mod verdicts;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if words.get(1).is_some_and(|word| word == client::MARK) {
        return client::main(&words[2..]);
    }
    let arguments = Arguments::from_args();
    let all = [verdicts::trials(), ends::trials(), reports::trials(), pages::trials()];
    let trials: Vec<Trial> = all.into_iter().flatten().collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A trial that is called as its function.
macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(libtest_mimic::Trial::test(concat!(module_path!(), "::", stringify!($name)), || {
                $name();
                Ok(())
            })),*]
        }
    };
}
pub(crate) use trials;
