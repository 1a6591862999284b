//! Device redirection: how its channel opens. Nothing is redirected.
//!
//! MS-RDPEFS 3.1.3.

use super::client::Client;
use super::port::Output;
use super::server::Server;
use crate::pdu::ChannelPdu;
use crate::pdu::device::{Announce, Capability, ClientName, DeviceMessage, DeviceRedirection};

/// The number that the server gives its client.
const CLIENT_ID: u32 = 1;

const fn announce(client_id: u32) -> Announce {
    Announce { version_major: Announce::MAJOR, version_minor: Announce::MINOR, client_id }
}

impl Client {
    /// Whether the server opens device redirection and is not done with it.
    #[must_use]
    pub const fn is_opening_devices(&self) -> bool {
        self.opening_devices
    }

    pub(super) fn on_device(&mut self, message: &DeviceMessage) {
        match message {
            // One that comes twice is answered once.
            DeviceMessage::ServerAnnounce(asked) if !self.opening_devices => {
                self.opening_devices = true;
                self.send_device(DeviceMessage::ClientAnnounce(announce(asked.client_id)));
                let computer_name =
                    self.config.client_name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
                self.send_device(DeviceMessage::ClientName(ClientName {
                    unicode_flag: 1,
                    code_page: 0,
                    computer_name,
                }));
            }
            DeviceMessage::ClientIdConfirm(_) if self.opening_devices => {
                self.opening_devices = false;
                self.send_device(DeviceMessage::ClientCapability(vec![Capability::general()]));
                self.send_device(DeviceMessage::ListAnnounce(Vec::new()));
            }
            _ => {}
        }
    }

    fn send_device(&mut self, message: DeviceMessage) {
        if let Some(channel) = self.core.facts.device_channel {
            self.core.send_on(channel, ChannelPdu::DeviceRedirection(DeviceRedirection::whole(message)));
        }
    }
}

impl Server {
    /// Opens device redirection; the session goes on meanwhile.
    pub(super) fn open_devices(&mut self) {
        if self.core.facts.device_channel.is_none() {
            let because = "the client did not ask for the channel rdpdr";
            return self.core.push(Output::Skipped { what: "device redirection", because });
        }
        self.send_device(DeviceMessage::ServerAnnounce(announce(CLIENT_ID)));
    }

    pub(super) fn on_device(&mut self, message: DeviceMessage) {
        match message {
            DeviceMessage::ClientAnnounce(answer) => self.device_client = answer,
            DeviceMessage::ClientName(_) => {
                self.send_device(DeviceMessage::ServerCapability(vec![Capability::general()]));
                // The client's own version and number, which may be another than the server's (MS-RDPEFS 2.2.2.6).
                self.send_device(DeviceMessage::ClientIdConfirm(self.device_client));
            }
            DeviceMessage::ListAnnounce(devices) => {
                for device in devices {
                    self.send_device(DeviceMessage::Reply { device_id: device.device_id, result_code: 0 });
                }
            }
            _ => {}
        }
    }

    fn send_device(&mut self, message: DeviceMessage) {
        if let Some(channel) = self.core.facts.device_channel {
            self.core.send_on(channel, ChannelPdu::DeviceRedirection(DeviceRedirection::whole(message)));
        }
    }
}
