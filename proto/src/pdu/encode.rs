//! Encoding any message, layer by layer.

use super::mcs::{connect, domain};
use super::x224::codec as x224;
use super::{Data, Message, channel, credssp, fast_path};
use crate::wire::write::Encoder;
use crate::wire::{NoTap, Tap};

/// Encodes `message` from the inside out, showing each sealed layer to `tap`.
#[must_use]
pub fn encode(message: &Message, tap: &mut dyn Tap) -> Vec<u8> {
    let encoder = &mut Encoder::new(tap);
    let tpdu = match message {
        Message::FastPathInput(input) => return fast_path::seal_input(input, encoder),
        Message::FastPathOutput(output) => return fast_path::seal_output(output, encoder),
        Message::TsRequest(pdu) => return credssp::seal(pdu, encoder),
        Message::EarlyUserAuthResult(result) => return credssp::seal_early_user_auth(*result, encoder),
        Message::X224ConnectionRequest(pdu) => x224::seal_request(pdu, encoder),
        Message::X224ConnectionConfirm(pdu) => x224::seal_confirm(pdu, encoder),
        Message::X224DisconnectRequest(pdu) => x224::seal_disconnect(pdu, encoder),
        Message::X224Error(pdu) => x224::seal_error(pdu, encoder),
        Message::McsConnectInitial(pdu) => data(connect::seal_initial(pdu, encoder), encoder),
        Message::McsConnectResponse(pdu) => data(connect::seal_response(pdu, encoder), encoder),
        Message::McsErectDomainRequest(pdu) => data(domain::seal_erect_domain(pdu, encoder), encoder),
        Message::McsAttachUserRequest => data(domain::seal_attach_request(encoder), encoder),
        Message::McsAttachUserConfirm(pdu) => data(domain::seal_attach_confirm(pdu, encoder), encoder),
        Message::McsChannelJoinRequest(pdu) => data(domain::seal_join_request(pdu, encoder), encoder),
        Message::McsChannelJoinConfirm(pdu) => data(domain::seal_join_confirm(pdu, encoder), encoder),
        Message::McsDisconnectProviderUltimatum(pdu) => data(domain::seal_ultimatum(pdu, encoder), encoder),
        Message::Data(pdu) => {
            let payload = channel::seal(pdu, encoder);
            let mcs = domain::seal_data(pdu, &payload, encoder);
            encoder.reuse(payload);
            data(mcs, encoder)
        }
    };
    x224::seal_tpkt(&tpdu, encoder)
}

fn data(mcs: Vec<u8>, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let tpdu = x224::seal_data(&mcs, encoder);
    encoder.reuse(mcs);
    tpdu
}

/// Length of the payload: what MCS Send Data carries.
pub(super) fn payload_len(data: &Data) -> usize {
    channel::seal(data, &mut Encoder::new(&mut NoTap)).len()
}

impl Message {
    /// Encodes the message honestly.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self, &mut NoTap)
    }
}
