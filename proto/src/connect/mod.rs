//! Both connection machines: what each side does, stage by stage.
//!
//! A machine is fed [`Input`]s and asked for [`Output`]s. It never sees bytes, sockets or time.
//! Poll until `None` before feeding the next input: what a machine wants to say comes out before
//! its failure is acted on.

mod port;

pub use port::{
    Blame, CloseKind, Ending, Failure, Input, Machine, Output, TlsFacts, TlsFailure, TlsFailureKind, Wants,
};
