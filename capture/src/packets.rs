//! A conversation as IP packets: a TCP that lost nothing and asked for nothing twice.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use etherparse::{PacketBuilder, TcpHeader, TcpOptionElement};

use crate::pcapng::EncodeError;
use crate::{Conversation, Happening, Moment, Speaker};

/// Longer reads and writes become several packets: an IP packet has 65535 bytes at most, its headers among them.
const LONGEST: u16 = 65_000;
/// Both sides offer the largest window there is, so that nothing ever seems to fill it.
const WINDOW: u16 = u16::MAX;
/// RFC 7323 2.3: the largest scale.
const WINDOW_SCALE: u8 = 14;
const TIME_TO_LIVE: u8 = 64;

/// A packet to be written.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) at: Duration,
    pub(crate) bytes: Vec<u8>,
    pub(crate) comment: Option<String>,
}

/// The packets of a conversation, in order.
pub(crate) fn packets(conversation: &Conversation) -> Result<Vec<Packet>, EncodeError> {
    let mut tcp = Tcp::new(conversation);
    tcp.open(conversation)?;
    for moment in &conversation.moments {
        tcp.act(moment)?;
    }
    Ok(tcp.packets)
}

#[derive(Debug)]
struct End {
    address: SocketAddr,
    /// The sequence number of its next byte.
    next: u32,
    /// It sent FIN.
    closed: bool,
}

/// What a segment carries beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flag {
    Syn,
    /// Nothing but an acknowledgement.
    Ack,
    Push,
    Fin,
    Rst,
}

#[derive(Debug)]
struct Tcp {
    client: End,
    server: End,
    /// Nothing is said on a connection that was reset.
    reset: bool,
    packets: Vec<Packet>,
}

impl Tcp {
    fn new(conversation: &Conversation) -> Self {
        let (client, server) = one_family(conversation.client, conversation.server);
        let end = |address| End { address, next: 0, closed: false };
        Self { client: end(client), server: end(server), reset: false, packets: Vec::new() }
    }

    fn open(&mut self, conversation: &Conversation) -> Result<(), EncodeError> {
        let title = Some(conversation.title.clone()).filter(|title| !title.is_empty());
        self.send(conversation.opened, Speaker::Client, Flag::Syn, &[], title)?;
        self.send(conversation.opened, Speaker::Server, Flag::Syn, &[], None)?;
        self.send(conversation.opened, Speaker::Client, Flag::Ack, &[], None)
    }

    fn act(&mut self, moment: &Moment) -> Result<(), EncodeError> {
        let Moment { at, by, what } = moment;
        let (by, at) = (*by, *at);
        if self.reset || (self.end(by).closed && *what != Happening::Rst) {
            return Ok(());
        }
        match what {
            Happening::Data(bytes) => {
                bytes.chunks(usize::from(LONGEST)).try_for_each(|piece| self.send(at, by, Flag::Push, piece, None))
            }
            Happening::NotKept(count) => {
                // What was left out has its place in the sequence; it wraps as TCP's own numbers do.
                let end = self.end_mut(by);
                end.next = end.next.wrapping_add(u32::try_from(count & u64::from(u32::MAX)).unwrap_or_default());
                let comment = format!("{count} bytes in front of this packet were not kept");
                self.send(at, by, Flag::Ack, &[], Some(comment))
            }
            Happening::Fin => self.send(at, by, Flag::Fin, &[], None),
            Happening::Rst => self.send(at, by, Flag::Rst, &[], None),
        }
    }

    const fn end(&self, of: Speaker) -> &End {
        match of {
            Speaker::Client => &self.client,
            Speaker::Server => &self.server,
        }
    }

    const fn end_mut(&mut self, of: Speaker) -> &mut End {
        match of {
            Speaker::Client => &mut self.client,
            Speaker::Server => &mut self.server,
        }
    }

    fn send(
        &mut self,
        at: Duration,
        by: Speaker,
        flag: Flag,
        payload: &[u8],
        comment: Option<String>,
    ) -> Result<(), EncodeError> {
        let (from, to) = (self.end(by), self.end(by.other()));
        let mut tcp = TcpHeader::new(from.address.port(), to.address.port(), from.next, WINDOW);
        // Everything is acknowledged but in the very first packet.
        tcp.ack = flag != Flag::Syn || by == Speaker::Server;
        tcp.acknowledgment_number = if tcp.ack { to.next } else { 0 };
        match flag {
            Flag::Syn => {
                tcp.syn = true;
                tcp.set_options(&[
                    TcpOptionElement::MaximumSegmentSize(LONGEST),
                    TcpOptionElement::WindowScale(WINDOW_SCALE),
                    TcpOptionElement::Noop,
                ])?;
            }
            Flag::Ack => {}
            Flag::Push => tcp.psh = true,
            Flag::Fin => tcp.fin = true,
            Flag::Rst => tcp.rst = true,
        }
        let builder = match (from.address.ip(), to.address.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), TIME_TO_LIVE),
            (from, to) => PacketBuilder::ipv6(six(from), six(to), TIME_TO_LIVE),
        };
        let builder = builder.tcp_header(tcp);
        let mut bytes = Vec::with_capacity(builder.size(payload.len()));
        builder.write(&mut bytes, payload)?;
        self.packets.push(Packet { at, bytes, comment });
        let from = self.end_mut(by);
        let counted = payload.len() + usize::from(matches!(flag, Flag::Syn | Flag::Fin));
        from.next = from.next.wrapping_add(u32::try_from(counted).unwrap_or_default());
        from.closed |= flag == Flag::Fin;
        self.reset |= flag == Flag::Rst;
        Ok(())
    }
}

/// IPv4 clients of an IPv6 socket have IPv4 addresses on the wire.
fn one_family(client: SocketAddr, server: SocketAddr) -> (SocketAddr, SocketAddr) {
    let plain = |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
    (plain(client), plain(server))
}

const fn six(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}
