//! Whether a scenario can still be played, and how it goes on from there.
//!
//! The scenario's own machine is told all that the client has said so far. Where it would have answered as the healthy
//! server did, byte for byte, nobody can tell that it comes late.

use std::sync::Arc;

use badrdp_proto::connect::{Input, Machine as _, Output, Server};
use badrdp_proto::vocab::MessageKind;
use badrdp_scenarios::model::NlaProfile;

use crate::actor::Moment;
use crate::fault::Plan;
use crate::host::Host;

/// The machine and the plan of `host` for the connection with this number, as they stand at the end of `story`, which
/// `played` has played; or the message that the client has seen by then and that would have been another.
pub(super) fn rehearse(
    host: &Host,
    played: &Host,
    number: u64,
    story: &[Moment],
) -> Result<(Server, Plan), MessageKind> {
    let mut machine = Server::new(host.config(number));
    let mut plan = Plan::new(&host.faults);
    let mut last = MessageKind::X224ConnectionConfirm;
    for moment in story {
        match moment {
            Moment::Heard(input) => {
                match input {
                    Input::TlsReady(_) if !has_same_tls(host, played, &mut plan) => {
                        return Err(MessageKind::TlsServerHello);
                    }
                    Input::Auth(_) if !challenges_alike(&host.auth.nla, &played.auth.nla) => {
                        return Err(MessageKind::TsRequest);
                    }
                    _ => {}
                }
                machine.handle(input.clone());
            }
            Moment::Did(output) => {
                if let Output::Send(message) = output {
                    last = message.kind();
                }
                if machine.poll().as_ref() != Some(output) || !is_honest(&mut plan, output) {
                    return Err(last);
                }
            }
        }
    }
    Ok((machine, plan))
}

/// Whether the plan leaves it as it is.
fn is_honest(plan: &mut Plan, output: &Output) -> bool {
    match output {
        Output::Send(message) => plan.shape(message) == Plan::new(&[]).shape(message),
        Output::StartTls => plan.flush().is_empty(),
        _ => true,
    }
}

/// Whether the TLS handshake would have been the same. Hosts with one profile share one TLS side.
fn has_same_tls(host: &Host, played: &Host, plan: &mut Plan) -> bool {
    let records = || vec![0];
    Arc::ptr_eq(&host.tls, &played.tls)
        && plan.hello_fault().is_none()
        && plan.shape_server_hello(records()) == Plan::new(&[]).shape_server_hello(records())
}

/// Whether both say the same up to the client's proof of its password.
fn challenges_alike(one: &NlaProfile, other: &NlaProfile) -> bool {
    let said = |nla: &NlaProfile| (nla.version, nla.min_client_version, nla.mechanism, nla.target.clone());
    said(one) == said(other)
}
