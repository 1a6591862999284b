//! Both connection machines: what each side does, stage by stage.
//!
//! A machine is fed [`Input`]s and asked for [`Output`]s. It never sees bytes, sockets or time.
//! Poll until `None` before feeding the next input: what a machine wants to say comes out before
//! its failure is acted on. Each stage's file holds both roles.

mod active;
mod again;
mod auth;
mod auto_detect;
mod capabilities;
mod channels;
mod client;
mod config;
mod core;
mod devices;
mod facts;
mod finalization;
mod initiation;
mod license_port;
mod licensing;
mod message_channel;
mod nla;
mod port;
mod secure_settings;
mod server;
mod sets;
mod settings;
mod settings_rules;

pub use auth::{AuthCall, AuthFailure, AuthReply};
pub use auto_detect::Measure;
pub use client::Client;
pub use config::{
    ClientConfig, LicenseExchange, NegotiationPolicy, Otherwise, ServerConfig, SideTransport, Step, UnknownRequest,
    WithoutRequest,
};
pub use facts::{FIRST_STATIC_CHANNEL, Facts, IO_CHANNEL, SERVER_CHANNEL};
pub use license_port::{LicenseCall, LicenseFailure, LicenseReply};
pub use port::{
    Blame, CloseKind, CookieCheck, CookieVerdict, Ending, Failure, Input, Machine, Output, TlsFacts, TlsFailure,
    TlsFailureKind, Wants,
};
pub use server::Server;
