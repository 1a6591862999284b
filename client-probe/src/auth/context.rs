//! NTLM and SPNEGO by the sspi crate, which sees neither network nor log here, and whose errors stay here.

use sspi::credssp::SspiContext;
use sspi::ntlm::NtlmConfig;
use sspi::{
    AuthIdentityBuffers, BufferType, ClientRequestFlags, CredentialsBuffers, DataRepresentation, EncryptionFlags,
    NTLM_HASH_PREFIX, Negotiate, NegotiateConfig, Ntlm, SecurityBuffer, SecurityBufferRef, SecurityStatus, Sspi as _,
    SspiImpl as _, Username,
};

use crate::probe::Credentials;

/// What Windows asks of the mechanism for CredSSP.
const REQUIREMENTS: ClientRequestFlags = ClientRequestFlags::MUTUAL_AUTH
    .union(ClientRequestFlags::USE_SESSION_KEY)
    .union(ClientRequestFlags::INTEGRITY)
    .union(ClientRequestFlags::CONFIDENTIALITY);
/// `NTLMSSP_MESSAGE_SIGNATURE`, MS-NLMP 2.2.2.9: stands in front of what is sealed.
const SIGNATURE_LENGTH: usize = 16;

/// A security context, client side.
pub(super) struct Context(SspiContext);

/// What the host is to get.
pub(super) struct Token {
    /// Empty where there is nothing left to say.
    pub(super) bytes: Vec<u8>,
    /// Whether messages can be sealed from now on.
    pub(super) complete: bool,
}

impl Context {
    /// NTLM, bare or inside SPNEGO.
    pub(super) fn new(spnego: bool) -> Option<Self> {
        quietly(|| {
            if !spnego {
                return Some(Self(SspiContext::Ntlm(Ntlm::new())));
            }
            // Kerberos would look for its servers on the network.
            let packages = Some("!kerberos,!pku2u,ntlm".to_owned());
            let config = NegotiateConfig::new(Box::new(NtlmConfig::default()), packages, String::new());
            Negotiate::new_client(config).ok().map(|negotiate| Self(SspiContext::Negotiate(negotiate)))
        })
    }

    /// The answer to the host's token; credentials are needed for the answer to the challenge.
    pub(super) fn step(&mut self, token: &[u8], credentials: Option<&Credentials>) -> Option<Token> {
        let mut handle = credentials.map(|Credentials { domain, user, password }| {
            CredentialsBuffers::AuthIdentity(AuthIdentityBuffers::from_utf8(user, domain, &password.0))
        });
        let mut input = [SecurityBuffer::new(token.to_vec(), BufferType::Token)];
        let mut output = [SecurityBuffer::new(Vec::new(), BufferType::Token)];
        quietly(|| {
            let mut builder = self
                .0
                .initialize_security_context()
                .with_credentials_handle(&mut handle)
                .with_context_requirements(REQUIREMENTS)
                .with_target_data_representation(DataRepresentation::Native)
                .with_input(&mut input)
                .with_output(&mut output);
            let result = self.0.initialize_security_context_impl(&mut builder).ok()?.resolve_to_result().ok()?;
            let [output] = output;
            Some(Token { bytes: output.buffer, complete: result.status == SecurityStatus::Ok })
        })
    }

    /// Signature, then the encrypted bytes.
    pub(super) fn seal(&mut self, plain: &[u8]) -> Option<Vec<u8>> {
        let mut signature = [0; SIGNATURE_LENGTH];
        let mut data = plain.to_vec();
        quietly(|| {
            let mut buffers =
                [SecurityBufferRef::token_buf(&mut signature), SecurityBufferRef::data_buf(data.as_mut_slice())];
            self.0.encrypt_message(EncryptionFlags::empty(), &mut buffers).ok()
        })?;
        Some([signature.as_slice(), data.as_slice()].concat())
    }

    /// The plain bytes; none where the signature is wrong.
    pub(super) fn unseal(&mut self, sealed: &[u8]) -> Option<Vec<u8>> {
        let mut signature = sealed.get(..SIGNATURE_LENGTH)?.to_vec();
        let mut data = sealed.get(SIGNATURE_LENGTH..)?.to_vec();
        quietly(|| {
            let mut buffers = [SecurityBufferRef::data_buf(&mut data), SecurityBufferRef::token_buf(&mut signature)];
            self.0.decrypt_message(&mut buffers).ok()
        })?;
        Some(data)
    }
}

/// Whether sspi takes user and password as what they are.
pub(super) fn can_use(credentials: &Credentials) -> bool {
    let Credentials { domain, user, password } = credentials;
    // Behind its prefix sspi would take a password for an NT hash.
    !user.is_empty() && !password.0.starts_with(NTLM_HASH_PREFIX) && Username::new(user, Some(domain)).is_ok()
}

/// sspi logs what goes in and comes out, secrets too: nobody may listen, whatever the log's level.
fn quietly<T>(what: impl FnOnce() -> T) -> T {
    tracing::dispatcher::with_default(&tracing::Dispatch::none(), what)
}
