//! Stages of a connection, in order.

use core::fmt;
use core::str::FromStr;

macro_rules! stages {
    ($($(#[$meta:meta])* $variant:ident $name:literal $spec:literal $sentence:literal,)*) => {
        /// A stage of the RDP connection sequence.
        ///
        /// MS-RDPBCGR 1.3.1.1, with TCP, TLS and NLA named as stages of their own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Stage { $($(#[$meta])* #[doc = $sentence] $variant,)* }

        impl Stage {
            /// Every stage, in connection order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in scenario files, reports and JSON.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name,)* } }

            /// The specification and section that defines the stage.
            #[must_use]
            pub const fn spec(self) -> &'static str { match self { $(Self::$variant => $spec,)* } }

            /// One sentence that says what happens in the stage.
            #[must_use]
            pub const fn sentence(self) -> &'static str { match self { $(Self::$variant => $sentence,)* } }
        }
    };
}

stages! {
    Tcp "tcp" "RFC 9293" "the TCP connection is opened",
    ConnectionInitiation "connection-initiation" "MS-RDPBCGR 1.3.1.1" "X.224 opens and both sides choose a security protocol",
    Tls "tls" "MS-RDPBCGR 5.4.5.1" "the TLS handshake",
    Nla "nla" "MS-CSSP 3.1.5" "CredSSP authenticates the user before the session exists",
    BasicSettingsExchange "basic-settings-exchange" "MS-RDPBCGR 1.3.1.1" "MCS Connect carries both sides' GCC settings blocks",
    ChannelConnection "channel-connection" "MS-RDPBCGR 1.3.1.1" "the client attaches a user and joins its channels",
    SecureSettingsExchange "secure-settings-exchange" "MS-RDPBCGR 1.3.1.1" "the client sends Client Info: user, domain, password, settings",
    Licensing "licensing" "MS-RDPELE 1.3" "the server licenses the client or says that it need not",
    CapabilitiesExchange "capabilities-exchange" "MS-RDPBCGR 1.3.1.1" "Demand Active and Confirm Active agree on capabilities",
    ConnectionFinalization "connection-finalization" "MS-RDPBCGR 1.3.1.1" "synchronize, control and font PDUs finish the connection",
    Active "active" "MS-RDPBCGR 1.3.1.1" "the session runs: graphics, input, logon notices, errors",
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(name: &str) -> Result<Self, UnknownStage> {
        Self::ALL.iter().copied().find(|stage| stage.name() == name).ok_or(UnknownStage)
    }
}

/// The name is not one of [`Stage::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a stage name")]
pub struct UnknownStage;
