//! MCS and GCC results and reasons.

use super::codes;

codes! {
    /// MCS result of Connect Response, Attach User Confirm and Channel Join Confirm.
    pub struct McsResult(u8), "MCS Result", "T.125 7" {
        RT_SUCCESSFUL = 0, "success";
        RT_DOMAIN_MERGING = 1, "two MCS domains are being merged, so the request cannot be served now";
        RT_DOMAIN_NOT_HIERARCHICAL = 2, "the new connection would break the domain's tree";
        RT_NO_SUCH_CHANNEL = 3, "the channel does not exist";
        RT_NO_SUCH_DOMAIN = 4, "the MCS domain does not exist";
        RT_NO_SUCH_USER = 5, "the user id does not exist";
        RT_NOT_ADMITTED = 6, "the user is not admitted to the channel";
        RT_OTHER_USER_ID = 7, "the id or channel belongs to another user";
        RT_PARAMETERS_UNACCEPTABLE = 8, "the domain parameters are unacceptable";
        RT_TOKEN_NOT_AVAILABLE = 9, "the token is held by others";
        RT_TOKEN_NOT_POSSESSED = 10, "the token is not held by the asker";
        RT_TOO_MANY_CHANNELS = 11, "the limit of channels is reached";
        RT_TOO_MANY_TOKENS = 12, "the limit of tokens is reached";
        RT_TOO_MANY_USERS = 13, "the limit of users is reached";
        RT_UNSPECIFIED_FAILURE = 14, "it failed and no reason is given";
        RT_USER_REJECTED = 15, "the receiving side rejected the connection";
    }
}

codes! {
    /// Reason of an MCS Disconnect Provider Ultimatum.
    pub struct McsReason(u8), "MCS Reason", "T.125 7, part 4" {
        RN_DOMAIN_DISCONNECTED = 0, "the MCS domain is gone";
        RN_PROVIDER_INITIATED = 1, "the provider, usually the server's stack, ended it";
        RN_TOKEN_PURGED = 2, "the user's token was taken away";
        RN_USER_REQUESTED = 3, "the user or an administrator asked for it";
        RN_CHANNEL_PURGED = 4, "the user's channel was taken away";
    }
}

codes! {
    /// Result of a GCC Conference Create Response.
    pub struct GccResult(u8), "GCC ConferenceCreateResponse.result", "T.124 8.7" {
        SUCCESS = 0, "the conference was created";
        USER_REJECTED = 1, "the receiving side rejected the conference";
        RESOURCES_NOT_AVAILABLE = 2, "the receiving side lacks resources for the conference";
        REJECTED_FOR_SYMMETRY_BREAKING = 3, "both sides tried to create the conference at once";
        LOCKED_CONFERENCE_NOT_SUPPORTED = 4, "locked conferences are not supported";
    }
}
