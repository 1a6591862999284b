//! Coming back: the auto-reconnect cookie, and redirection to a session elsewhere.
//!
//! MS-RDPBCGR 5.5 and 3.2.5.13; 1.3.1.5 and 1.3.8 tell the stories.

use super::client::Client;
use super::port::{Blame, CookieCheck, CookieVerdict, Output};
use super::server::Server;
use crate::pdu::auto_reconnect::{ClientCookie, ServerCookie};
use crate::pdu::client_info::{ClientInfo, Secret};
use crate::pdu::redirection::ServerRedirection;
use crate::pdu::session_info::SaveSessionInfo;
use crate::pdu::share::{ShareData, ShareDataPdu};
use crate::pdu::{ChannelPdu, Data, Message};
use crate::vocab::{MessageKind, Stage};

impl Client {
    /// A cookie takes the place of the one before it (MS-RDPBCGR 1.3.1.5).
    pub(super) fn keep_cookie(&mut self, data: &ShareDataPdu) {
        self.cookie = cookie(data).or(self.cookie);
    }

    /// The cookie that was received last, for a connection that was lost.
    pub const fn take_cookie(&mut self) -> Option<ServerCookie> {
        self.cookie.take()
    }

    /// A password for the Client Info: one that a redirection brought. Whoever gives it has looked at the host first.
    pub fn give_password(&mut self, password: Secret) {
        self.password = Some(password);
    }

    /// The proof that this client was connected before, for the Client Info. It opens a session, so the server's
    /// certificate comes first.
    pub const fn give_cookie(&mut self, cookie: ClientCookie) {
        self.config.reconnect = Some(cookie);
    }

    /// A redirected client closes; whether it comes again, and where, is its owner's choice.
    pub(super) fn on_redirection(&mut self, redirection: Box<ServerRedirection>) {
        self.redirection = Some(redirection);
        self.core.fail(Blame::Refused(MessageKind::ServerRedirection));
    }

    /// Where the server sent this client, with all the secrets that came with it.
    pub const fn take_redirection(&mut self) -> Option<Box<ServerRedirection>> {
        self.redirection.take()
    }
}

impl Server {
    /// Looks at the cookie in Client Info, if there is one (MS-RDPBCGR 3.3.5.3.11).
    pub(super) fn check_cookie(&mut self, info: &ClientInfo) {
        let sent = info.extra_info.as_ref().and_then(|info| info.auto_reconnect_cookie.as_deref());
        let Some(sent) = sent.filter(|sent| !sent.is_empty()) else { return };
        let check = self.judge(sent);
        match check.verdict {
            CookieVerdict::Accepted => {}
            // Told once there is a share to tell it on.
            _ => self.owes_status = true,
        }
        self.core.push(Output::CookieChecked(check));
    }

    fn judge(&mut self, sent: &[u8]) -> CookieCheck {
        let Some(answer) = ClientCookie::from_bytes(sent) else {
            return CookieCheck { logon_id: None, verdict: CookieVerdict::Malformed };
        };
        let mut known = self.config.cookies.iter().filter(|cookie| cookie.logon_id == answer.logon_id).peekable();
        let is_known = known.peek().is_some();
        let proved = known.find(|cookie| cookie.is_proved_by(&answer)).copied();
        let verdict = match proved {
            _ if !is_known => CookieVerdict::UnknownLogon,
            None => CookieVerdict::WrongVerifier,
            Some(_) if self.config.refuse_cookies => CookieVerdict::Declined,
            Some(_) => CookieVerdict::Accepted,
        };
        if verdict == CookieVerdict::Accepted {
            self.core.facts.reconnected = proved;
        }
        CookieCheck { logon_id: Some(answer.logon_id), verdict }
    }

    /// Auto-Reconnect Status, and then the logon as usual. Its `pduSource` is zero (MS-RDPBCGR 2.2.4.1.1).
    pub(super) fn tell_status(&mut self) {
        if std::mem::take(&mut self.owes_status) {
            let data = ShareDataPdu::AutoReconnectStatus(0);
            let share_id = self.core.facts.share_id;
            self.core.send_io(ChannelPdu::ShareData(ShareData { pdu_source: 0, share_id, stream_id: 1, data }));
        }
    }

    /// Sends the client elsewhere in place of a session; true where it did.
    pub(super) fn redirect(&mut self) -> bool {
        let Some(redirection) = self.config.redirection.take() else { return false };
        self.core.stage = Stage::CapabilitiesExchange;
        self.core.send_io(ChannelPdu::ServerRedirection(redirection));
        self.core.fail(Blame::Local("the server's policy sends the client elsewhere"));
        true
    }
}

impl Message {
    /// The auto-reconnect cookie that the message gives away, if it gives one.
    #[must_use]
    pub fn cookie(&self) -> Option<ServerCookie> {
        let Self::Data(Data { pdu: ChannelPdu::ShareData(ShareData { data, .. }), .. }) = self else { return None };
        cookie(data)
    }
}

fn cookie(data: &ShareDataPdu) -> Option<ServerCookie> {
    match data {
        ShareDataPdu::SaveSessionInfo(SaveSessionInfo::Extended { auto_reconnect, .. }) => {
            auto_reconnect.map(|(logon_id, random_bits)| ServerCookie { logon_id, random_bits })
        }
        _ => None,
    }
}
