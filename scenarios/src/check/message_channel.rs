//! What needs the message channel, where there is none.

use badrdp_proto::pdu::device::DeviceRedirection;

use super::server::contradiction;
use crate::keys::SESSION;
use crate::model::{ProbeProfile, ServerProfile, Step};
use crate::read::View;

/// `EXTENDED_CLIENT_DATA_SUPPORTED`, MS-RDPBCGR 2.2.1.2.1.
const EXTENDED_CLIENT_DATA: u8 = 0x01;

/// Why there is no message channel when the server meets the probe.
pub(super) fn absent(server: &ServerProfile) -> Option<&'static str> {
    if server.mcs.message_channel == Some(0) {
        return Some("`mcs.message_channel` is 0");
    }
    // A client asks for it only where the host announces that it knows extended blocks (MS-RDPBCGR 2.2.1.3.7).
    let negotiation = &server.negotiation;
    let announced = !negotiation.silent && negotiation.flags.is_none_or(|flags| flags & EXTENDED_CLIENT_DATA != 0);
    (!announced).then_some("no Negotiation Response announces extended-client-data")
}

/// Whether the probe asks for the channel of device redirection.
pub(super) fn has_devices(probe: &ProbeProfile) -> bool {
    probe.channels.iter().flatten().any(|name| name == DeviceRedirection::CHANNEL)
}

/// Reports keys and steps that can never be carried out, with the probe as it is.
pub(super) fn check(view: &View<'_, '_>, server: &ServerProfile, probe: &ProbeProfile) {
    let asked = |step: &Step| matches!(step, Step::Measure(_) | Step::Heartbeat { .. });
    if let Some(because) = absent(server) {
        for key in ["auto_detect", "multitransport"] {
            contradiction(view, key, &format!("`{key}` needs the message channel: {because}"));
        }
        if server.session.steps.iter().any(asked)
            && let Some(session) = view.table("session", &SESSION)
        {
            let message = format!("measurements and heartbeats need the message channel: {because}");
            contradiction(&session, "steps", &message);
        }
    }
    if server.session.steps.contains(&Step::OpenDevices)
        && !has_devices(probe)
        && let Some(session) = view.table("session", &SESSION)
    {
        let message = "the probe does not ask for the channel rdpdr, so device redirection is not opened";
        view.sink.suggest(session.key_span("steps"), message, "write [probe] channels = [\"rdpdr\"]");
    }
    if let Some(left) = server.multitransport.iter().find(|transport| !probe.multitransport.contains(transport)) {
        let words = super::words::SIDE_TRANSPORTS;
        let word = words.iter().find(|(_, transport)| transport == left).map_or("", |(word, _)| *word);
        let message = format!("the probe does not announce the side transport \"{word}\", so it is not asked for");
        view.sink.suggest(
            view.key_span("multitransport"),
            message,
            format!("write [probe] multitransport = [\"{word}\"]"),
        );
    }
}
