//! Messages, decoded again from their bytes in the context that the connection had.

use badrdp_proto::connect::IO_CHANNEL;
use badrdp_proto::pdu::gcc::ServerBlock;
use badrdp_proto::pdu::{Context, Expect, Message, Side, decode};
use badrdp_proto::transcript::Direction;
use badrdp_proto::vocab::MessageKind;

/// What earlier messages say about the frames behind them.
#[derive(Debug)]
pub(super) struct Carriers {
    io_channel: u16,
    message_channel: Option<u16>,
    /// The place of device redirection among the client's channels, and its id.
    devices: Option<usize>,
    device_channel: Option<u16>,
}

impl Default for Carriers {
    fn default() -> Self {
        Self { io_channel: IO_CHANNEL, message_channel: None, devices: None, device_channel: None }
    }
}

impl Carriers {
    /// Decodes a message of a client's transcript.
    pub(super) fn decode(
        &mut self,
        direction: Direction,
        kind: MessageKind,
        bytes: &[u8],
    ) -> Result<Box<Message>, String> {
        let from = match direction {
            Direction::Sent => Side::Client,
            Direction::Received => Side::Server,
        };
        let mut why = None;
        for expect in families(kind) {
            let context = Context {
                from,
                io_channel: self.io_channel,
                message_channel: self.message_channel,
                device_channel: self.device_channel,
                expect: *expect,
            };
            match decode(bytes, &context) {
                Ok(message) if message.kind() == kind => {
                    self.learn(&message);
                    // Overwritten secrets read as odd characters: shown as the live transcript shows them.
                    return Ok(Box::new(message.redacted()));
                }
                Ok(message) => why = why.or_else(|| Some(format!("it is a {}", message.kind()))),
                Err(error) => why = Some(error.to_string()),
            }
        }
        Err(format!("`bytes` are no {kind}: {}", why.unwrap_or_default()))
    }

    fn learn(&mut self, message: &Message) {
        if let Message::McsConnectInitial(initial) = message {
            self.devices = initial.device_redirection();
        }
        let Message::McsConnectResponse(response) = message else { return };
        for block in &response.blocks {
            match block {
                ServerBlock::Network(network) => {
                    self.io_channel = network.io_channel;
                    let id = self.devices.and_then(|place| network.channel_ids.get(place).copied());
                    self.device_channel = id.filter(|id| *id != 0);
                }
                ServerBlock::MessageChannel(channel) => {
                    self.message_channel = Some(channel.mcs_channel_id).filter(|id| *id != 0);
                }
                _ => {}
            }
        }
    }
}

/// The families of PDUs in which a kind of message may stand, the likeliest first.
const fn families(kind: MessageKind) -> &'static [Expect] {
    match kind {
        MessageKind::TsRequest => &[Expect::CredSsp],
        MessageKind::EarlyUserAuthResult => &[Expect::EarlyUserAuth],
        MessageKind::X224ConnectionRequest
        | MessageKind::X224ConnectionConfirm
        | MessageKind::X224DisconnectRequest
        | MessageKind::X224Error => &[Expect::X224],
        MessageKind::ClientInfo => &[Expect::ClientInfo],
        MessageKind::LicenseErrorAlert
        | MessageKind::LicenseRequest
        | MessageKind::NewLicenseRequest
        | MessageKind::LicenseInfo
        | MessageKind::PlatformChallenge
        | MessageKind::PlatformChallengeResponse
        | MessageKind::NewLicense
        | MessageKind::UpgradeLicense
        | MessageKind::LicenseMessage => &[Expect::Licensing],
        // What stands on a channel of its own decodes alike in all of them.
        _ => &[Expect::Share, Expect::Licensing, Expect::Mcs],
    }
}
