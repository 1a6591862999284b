//! MCS PDUs: T.125 as MS-RDPBCGR uses it.

pub(super) mod connect;
pub(super) mod domain;

use super::gcc::{ClientBlock, ServerBlock};
use crate::vocab::codes::{McsReason, McsResult};

/// T.125 `DomainParameters`, BER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "T.125 names, in T.125 order")]
pub struct DomainParameters {
    pub max_channel_ids: u32,
    pub max_user_ids: u32,
    pub max_token_ids: u32,
    pub num_priorities: u32,
    pub min_throughput: u32,
    pub max_height: u32,
    pub max_mcs_pdu_size: u32,
    pub protocol_version: u32,
}

impl DomainParameters {
    /// What Windows clients ask for (MS-RDPBCGR 4.1.3).
    pub const TARGET: Self = Self::new(34, 2, 0, 1, 0, 1, 65_535, 2);
    /// The least that Windows clients accept.
    pub const MINIMUM: Self = Self::new(1, 1, 1, 1, 0, 1, 1_056, 2);
    /// The most that Windows clients accept.
    pub const MAXIMUM: Self = Self::new(65_535, 64_535, 65_535, 1, 0, 1, 65_535, 2);
    /// All zero, which no peer sends: a refusal that consists of its result alone.
    pub const ABSENT: Self = Self::new(0, 0, 0, 0, 0, 0, 0, 0);
    /// What Windows servers answer (MS-RDPBCGR 4.1.4).
    pub const RESPONSE: Self = Self::new(34, 3, 0, 1, 0, 1, 65_528, 2);

    #[expect(clippy::too_many_arguments, reason = "eight numbers in T.125 order")]
    const fn new(a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32) -> Self {
        Self {
            max_channel_ids: a,
            max_user_ids: b,
            max_token_ids: c,
            num_priorities: d,
            min_throughput: e,
            max_height: f,
            max_mcs_pdu_size: g,
            protocol_version: h,
        }
    }
}

/// MCS Connect Initial with GCC Conference Create Request.
///
/// MS-RDPBCGR 2.2.1.3; T.125 7 part 2; T.124 8.7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectInitial {
    /// `callingDomainSelector`.
    pub calling_domain_selector: Vec<u8>,
    /// `calledDomainSelector`.
    pub called_domain_selector: Vec<u8>,
    /// `upwardFlag`.
    pub upward_flag: bool,
    /// `targetParameters`.
    pub target_parameters: DomainParameters,
    /// `minimumParameters`.
    pub minimum_parameters: DomainParameters,
    /// `maximumParameters`.
    pub maximum_parameters: DomainParameters,
    /// GCC `conferenceName`; "1" from Windows clients.
    pub conference_name: String,
    /// The H.221 key in front of the user data; "Duca".
    pub h221_key: [u8; 4],
    /// Client data blocks in the order in which they stand.
    pub blocks: Vec<ClientBlock>,
}

/// MCS Connect Response with GCC Conference Create Response.
///
/// MS-RDPBCGR 2.2.1.4; T.125 7 part 2; T.124 8.7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectResponse {
    /// `result`.
    pub result: McsResult,
    /// `calledConnectId`.
    pub called_connect_id: u32,
    /// `domainParameters`.
    pub domain_parameters: DomainParameters,
    /// GCC `nodeID`; 0x79F3 from Windows servers. Zero, which GCC cannot express, stands for no
    /// GCC at all: a refusal without user data.
    pub node_id: u16,
    /// GCC `tag`.
    pub tag: u32,
    /// GCC `result`: 0 success.
    pub gcc_result: u8,
    /// The H.221 key in front of the user data; "McDn".
    pub h221_key: [u8; 4],
    /// Server data blocks in the order in which they stand.
    pub blocks: Vec<ServerBlock>,
}

/// MCS Erect Domain Request.
///
/// MS-RDPBCGR 2.2.1.5; T.125 7 part 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErectDomainRequest {
    /// `subHeight`.
    pub sub_height: u32,
    /// `subInterval`.
    pub sub_interval: u32,
}

/// MCS Attach User Confirm.
///
/// MS-RDPBCGR 2.2.1.7; T.125 7 part 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttachUserConfirm {
    /// `result`.
    pub result: McsResult,
    /// `initiator`, the new user channel id (1001 and up), if one was given.
    pub initiator: Option<u16>,
}

/// MCS Channel Join Request.
///
/// MS-RDPBCGR 2.2.1.8; T.125 7 part 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelJoinRequest {
    /// `initiator`, a user channel id.
    pub initiator: u16,
    /// `channelId`.
    pub channel_id: u16,
}

/// MCS Channel Join Confirm.
///
/// MS-RDPBCGR 2.2.1.9; T.125 7 part 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelJoinConfirm {
    /// `result`.
    pub result: McsResult,
    /// `initiator`, a user channel id.
    pub initiator: u16,
    /// `requested`.
    pub requested: u16,
    /// `channelId`, absent from most refusals.
    pub channel_id: Option<u16>,
}

/// MCS Disconnect Provider Ultimatum.
///
/// MS-RDPBCGR 2.2.2.3; T.125 7 part 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisconnectProviderUltimatum {
    /// `reason`.
    pub reason: McsReason,
}
