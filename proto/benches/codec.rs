//! The handshake's messages, decoded and encoded here and by `ironrdp-pdu`, on the same bytes.
//!
//! Before a message is timed, both sides must decode its bytes and encode them back unchanged.
//! Each row does the same work: one frame to one owned value, or back, all layers included.
#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark stops at the first surprise")]

use std::borrow::Cow;
use std::hint::black_box;

use badrdp_proto::pdu::capability::CapabilitySet;
use badrdp_proto::pdu::{ChannelPdu, Context, Data, Message, decode, specimen};
use badrdp_proto::vocab::MessageKind;
use divan::Bencher;
use ironrdp_core::{Decode, Encode, decode as peer_decode, encode_vec};
use ironrdp_pdu::mcs::{self, McsMessage, SendDataIndication, SendDataRequest};
use ironrdp_pdu::nego;
use ironrdp_pdu::rdp::ClientInfoPdu;
use ironrdp_pdu::rdp::headers::ShareControlHeader;
use ironrdp_pdu::rdp::server_license::LicensePdu;
use ironrdp_pdu::x224::{X224, X224Data};

fn main() {
    divan::main();
}

/// What `ironrdp-pdu` makes of a frame. Its layers are decoded one by one, as its connector does.
enum Peer {
    Request(X224<nego::ConnectionRequest>),
    Confirm(X224<nego::ConnectionConfirm>),
    Initial(Box<mcs::ConnectInitial>),
    Response(Box<mcs::ConnectResponse>),
    Domain(X224<McsMessage<'static>>),
    FromClient(u16, u16, Box<Carried>),
    FromServer(u16, u16, Box<Carried>),
}

/// What MCS Send Data carries.
enum Carried {
    ClientInfo(ClientInfoPdu),
    License(LicensePdu),
    Share(ShareControlHeader),
}

impl Peer {
    fn decode(kind: MessageKind, frame: &[u8]) -> Self {
        match kind {
            MessageKind::X224ConnectionRequest => Self::Request(read(frame)),
            MessageKind::X224ConnectionConfirm => Self::Confirm(read(frame)),
            MessageKind::McsConnectInitial => Self::Initial(Box::new(read(&read::<X224<X224Data<'_>>>(frame).0.data))),
            MessageKind::McsConnectResponse => {
                Self::Response(Box::new(read(&read::<X224<X224Data<'_>>>(frame).0.data)))
            }
            _ => match read::<X224<McsMessage<'_>>>(frame).0 {
                McsMessage::SendDataRequest(data) => Self::FromClient(
                    data.initiator_id,
                    data.channel_id,
                    Box::new(Carried::decode(kind, &data.user_data)),
                ),
                McsMessage::SendDataIndication(data) => Self::FromServer(
                    data.initiator_id,
                    data.channel_id,
                    Box::new(Carried::decode(kind, &data.user_data)),
                ),
                domain => Self::Domain(X224(ironrdp_core::IntoOwned::into_owned(domain))),
            },
        }
    }

    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Request(pdu) => write(pdu),
            Self::Confirm(pdu) => write(pdu),
            Self::Initial(pdu) => write(&X224(X224Data { data: Cow::Owned(write(&**pdu)) })),
            Self::Response(pdu) => write(&X224(X224Data { data: Cow::Owned(write(&**pdu)) })),
            Self::Domain(pdu) => write(pdu),
            &Self::FromClient(initiator_id, channel_id, ref carried) => {
                write(&X224(SendDataRequest { initiator_id, channel_id, user_data: Cow::Owned(carried.encode()) }))
            }
            &Self::FromServer(initiator_id, channel_id, ref carried) => {
                write(&X224(SendDataIndication { initiator_id, channel_id, user_data: Cow::Owned(carried.encode()) }))
            }
        }
    }
}

impl Carried {
    fn decode(kind: MessageKind, payload: &[u8]) -> Self {
        match kind {
            MessageKind::ClientInfo => Self::ClientInfo(read(payload)),
            MessageKind::LicenseErrorAlert => Self::License(read(payload)),
            _ => Self::Share(read(payload)),
        }
    }

    fn encode(&self) -> Vec<u8> {
        match self {
            Self::ClientInfo(pdu) => write(pdu),
            Self::License(pdu) => write(pdu),
            Self::Share(pdu) => write(pdu),
        }
    }
}

fn read<'a, T: Decode<'a>>(bytes: &'a [u8]) -> T {
    peer_decode(bytes).unwrap_or_else(|error| panic!("ironrdp-pdu cannot decode: {error:?}"))
}

fn write(pdu: &impl Encode) -> Vec<u8> {
    encode_vec(pdu).unwrap_or_else(|error| panic!("ironrdp-pdu cannot encode: {error:?}"))
}

/// One message on both sides, and its bytes.
struct Subject {
    kind: MessageKind,
    context: Context,
    frame: Vec<u8>,
    ours: Message,
    peer: Peer,
}

impl Subject {
    /// The specimen of `kind`, as far as both sides can say it.
    fn new(kind: MessageKind) -> Self {
        let context = specimen::context(kind);
        let mut ours = specimen::specimen(kind).unwrap_or_else(|| panic!("no specimen of {kind}"));
        leave_out_what_the_peer_refuses(&mut ours);
        // The peer writes fixed values where it does not keep what it read: X.224 references, order of GCC blocks.
        let spoken_by_both = Peer::decode(kind, &ours.encode()).encode();
        let ours = decode(&spoken_by_both, &context).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let frame = ours.encode();
        let peer = Peer::decode(kind, &frame);
        assert_eq!(ours.kind(), kind);
        assert_eq!(decode(&frame, &context).as_ref(), Ok(&ours), "{kind} decoded here");
        let [theirs, here] = [peer.encode(), frame.clone()].map(|bytes| but_for_connect_pdu_length(kind, bytes));
        assert_eq!(theirs, here, "{kind} encoded by ironrdp-pdu");
        Self { kind, context, frame, ours, peer }
    }
}

/// `ironrdp-pdu` gives up at correlation info and at capability sets without a name.
fn leave_out_what_the_peer_refuses(message: &mut Message) {
    let named = |sets: &mut Vec<CapabilitySet>| sets.retain(|set| !matches!(set, CapabilitySet::Unknown { .. }));
    match message {
        Message::X224ConnectionRequest(request) => {
            request.correlation = None;
            request.negotiation.iter_mut().for_each(|negotiation| negotiation.flags = 0);
        }
        Message::Data(Data { pdu: ChannelPdu::DemandActive(pdu), .. }) => named(&mut pdu.capability_sets),
        Message::Data(Data { pdu: ChannelPdu::ConfirmActive(pdu), .. }) => named(&mut pdu.capability_sets),
        _ => {}
    }
}

/// `ironrdp-pdu` counts the connectPDU of MCS Connect differently (two bytes short in Connect Initial, in full where
/// Windows servers write 0x2a); clients and servers ignore that length, and so does the comparison.
fn but_for_connect_pdu_length(kind: MessageKind, mut frame: Vec<u8>) -> Vec<u8> {
    const T124_KEY: [u8; 7] = [0x00, 0x05, 0x00, 0x14, 0x7c, 0x00, 0x01];
    let digits = match kind {
        MessageKind::McsConnectInitial => 2,
        MessageKind::McsConnectResponse => 1,
        _ => return frame,
    };
    let key = frame.windows(T124_KEY.len()).position(|window| window == T124_KEY).expect("a T.124 key");
    frame.iter_mut().skip(key + T124_KEY.len()).take(digits).for_each(|digit| *digit = 0);
    frame
}

/// A row per message and side, next to each other.
macro_rules! rows {
    ($($name:ident $kind:ident,)*) => {
        mod decode {
            $(mod $name {
                use super::super::*;
                #[divan::bench]
                fn badrdp(bencher: Bencher<'_, '_>) {
                    let subject = Subject::new(MessageKind::$kind);
                    bencher.bench(|| decode(black_box(&subject.frame), &subject.context));
                }
                #[divan::bench]
                fn ironrdp(bencher: Bencher<'_, '_>) {
                    let subject = Subject::new(MessageKind::$kind);
                    bencher.bench(|| Peer::decode(subject.kind, black_box(&subject.frame)));
                }
            })*
        }
        mod encode {
            $(mod $name {
                use super::super::*;
                #[divan::bench]
                fn badrdp(bencher: Bencher<'_, '_>) {
                    let subject = Subject::new(MessageKind::$kind);
                    bencher.bench(|| black_box(&subject.ours).encode());
                }
                #[divan::bench]
                fn ironrdp(bencher: Bencher<'_, '_>) {
                    let subject = Subject::new(MessageKind::$kind);
                    bencher.bench(|| black_box(&subject.peer).encode());
                }
            })*
        }
    };
}

rows! {
    x224_connection_request X224ConnectionRequest,
    x224_connection_confirm X224ConnectionConfirm,
    mcs_connect_initial McsConnectInitial,
    mcs_connect_response McsConnectResponse,
    mcs_erect_domain_request McsErectDomainRequest,
    mcs_attach_user_request McsAttachUserRequest,
    mcs_attach_user_confirm McsAttachUserConfirm,
    mcs_channel_join_request McsChannelJoinRequest,
    mcs_channel_join_confirm McsChannelJoinConfirm,
    client_info ClientInfo,
    license_error_alert LicenseErrorAlert,
    demand_active DemandActive,
    confirm_active ConfirmActive,
    synchronize Synchronize,
    control Control,
    font_list FontList,
    font_map FontMap,
    set_error_info SetErrorInfo,
}
