//! The session: what the server sends goes to `ironrdp-session`, and what that asks of its application is done.

use std::fmt;

use ironrdp_connector::connection_activation::ConnectionActivationState;
use ironrdp_connector::{ConnectionOutcome, ConnectionResult, ConnectorErrorExt as _};
use ironrdp_graphics::image_processing::PixelFormat;
use ironrdp_pdu::WriteBuf;
use ironrdp_pdu::rdp::multitransport::MultitransportResponsePdu;
use ironrdp_session::image::DecodedImage;
use ironrdp_session::{ActiveStage, ActiveStageBuilder, ActiveStageOutput, GracefulDisconnectReason};
use ironrdp_tokio::{FramedWrite as _, TokioFramed, single_sequence_step};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::{Failure, Session};

/// How a session ended that no error ended.
#[derive(Debug)]
pub enum Ended {
    /// The server says that it is over, in the crate's words.
    Gracefully(GracefulDisconnectReason),
    /// The server sends its client elsewhere. The crates leave it to their application to go there, and this one does not.
    Redirected {
        /// The session to which it is sent.
        session: u32,
    },
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gracefully(reason) => write!(f, "the server ended the session: {reason}"),
            Self::Redirected { session } => write!(f, "the server redirects to session {session}: not followed"),
        }
    }
}

/// A session with what belongs to it.
struct Live {
    framed: TokioFramed<TlsStream<TcpStream>>,
    agreed: ConnectionResult,
    stage: ActiveStage,
    image: DecodedImage,
}

impl Session {
    /// Stays until the session ends, for as long as it takes; `tell` gets what a user would be told meanwhile.
    pub async fn stay(self, tell: impl FnMut(&str)) -> Result<Ended, Failure> {
        let agreed = match self.outcome {
            ConnectionOutcome::Connected(agreed) => agreed,
            ConnectionOutcome::Redirected(to) => return Ok(Ended::Redirected { session: to.session_id }),
        };
        Live::new(self.framed, agreed).run(tell).await
    }
}

impl Live {
    fn new(framed: TokioFramed<TlsStream<TcpStream>>, mut agreed: ConnectionResult) -> Self {
        let mut stage = ActiveStageBuilder {
            static_channels: std::mem::take(&mut agreed.static_channels),
            user_channel_id: agreed.user_channel_id,
            io_channel_id: agreed.io_channel_id,
            message_channel_id: agreed.message_channel_id,
            share_id: agreed.share_id,
            compression_type: agreed.compression_type,
            enable_server_pointer: agreed.enable_server_pointer,
            pointer_software_rendering: agreed.pointer_software_rendering,
        }
        .build();
        stage.set_window_support_level(agreed.window_support_level);
        let size = agreed.desktop_size;
        let image = DecodedImage::new(PixelFormat::RgbA32, size.width, size.height);
        Self { framed, agreed, stage, image }
    }

    async fn run(mut self, mut tell: impl FnMut(&str)) -> Result<Ended, Failure> {
        loop {
            let (action, frame) = self.framed.read_pdu().await.map_err(Failure::Lost)?;
            let received_at = self.framed.last_read_at();
            let outputs = self.stage.process(&mut self.image, action, &frame, received_at).map_err(Failure::Session)?;
            for output in outputs {
                match output {
                    ActiveStageOutput::ResponseFrame(frame) => self.send(&frame).await?,
                    ActiveStageOutput::Terminate(reason) => return Ok(Ended::Gracefully(reason)),
                    ActiveStageOutput::ServerRedirection(to) => {
                        return Ok(Ended::Redirected { session: to.session_id });
                    }
                    ActiveStageOutput::DeactivateAll => {
                        if let Some(ended) = self.activate().await? {
                            return Ok(ended);
                        }
                    }
                    ActiveStageOutput::MultitransportRequest(request) => {
                        let answer = MultitransportResponsePdu::abort(request.request_id);
                        let frame = self.stage.encode_multitransport_response(&answer).map_err(Failure::Session)?;
                        self.send(&frame).await?;
                    }
                    ActiveStageOutput::LogonErrors(errors) => {
                        tell(&format!("logon notification: {:?}, {:?}", errors.error_type, errors.error_data))
                    }
                    ActiveStageOutput::AutoReconnectFailed => tell("the server refused to reconnect automatically"),
                    // There is nobody to look at them, and no server to come back to.
                    ActiveStageOutput::GraphicsUpdate(_)
                    | ActiveStageOutput::WindowSurfaceUpdates(_)
                    | ActiveStageOutput::WindowingOrders(_)
                    | ActiveStageOutput::PointerDefault
                    | ActiveStageOutput::PointerHidden
                    | ActiveStageOutput::PointerPosition { .. }
                    | ActiveStageOutput::PointerBitmap(_)
                    | ActiveStageOutput::MonitorLayout(_)
                    | ActiveStageOutput::SaveSessionInfo { .. }
                    | ActiveStageOutput::SessionId(_)
                    | ActiveStageOutput::AutoReconnectCookie(_)
                    | ActiveStageOutput::AutoDetect(_) => {}
                }
            }
            if self.stage.take_bitmap_recovery_request() {
                self.redraw().await?;
            }
        }
    }

    async fn send(&mut self, frame: &[u8]) -> Result<(), Failure> {
        self.framed.write_all(frame).await.map_err(Failure::Lost)
    }

    /// Asks for the whole picture where a part of it could not be read.
    async fn redraw(&mut self) -> Result<(), Failure> {
        let (width, height) = (self.image.width(), self.image.height());
        let (refresh, suppress) = (self.agreed.refresh_rect_support, self.agreed.suppress_output_support);
        let frames = self.stage.request_full_redraw(width, height, refresh, suppress).map_err(Failure::Session)?;
        for frame in frames {
            self.send(&frame).await?;
        }
        Ok(())
    }

    /// The Deactivation-Reactivation Sequence ([MS-RDPBCGR] 1.3.1.3).
    async fn activate(&mut self) -> Result<Option<Ended>, Failure> {
        let mut sequence = self.agreed.activation_factory.create();
        let mut buffer = WriteBuf::new();
        loop {
            single_sequence_step(&mut self.framed, &mut sequence, &mut buffer).await.map_err(Failure::Connector)?;
            match sequence.connection_activation_state() {
                ConnectionActivationState::Finalized {
                    desktop_size,
                    share_id,
                    static_channel_chunk_size,
                    enable_server_pointer,
                    pointer_software_rendering,
                    refresh_rect_support,
                    suppress_output_support,
                    window_support_level,
                    ..
                } => {
                    self.image = DecodedImage::new(PixelFormat::RgbA32, desktop_size.width, desktop_size.height);
                    self.agreed.refresh_rect_support = refresh_rect_support;
                    self.agreed.suppress_output_support = suppress_output_support;
                    self.stage.set_window_support_level(window_support_level);
                    let taken = self.stage.reactivate(
                        sequence.io_channel_id(),
                        sequence.user_channel_id(),
                        share_id,
                        enable_server_pointer,
                        pointer_software_rendering,
                        static_channel_chunk_size,
                    );
                    if !taken {
                        let error = ironrdp_connector::ConnectorError::general("invalid size of channel chunks");
                        return Err(Failure::Connector(error));
                    }
                    return Ok(None);
                }
                ConnectionActivationState::Redirected { redirection } => {
                    return Ok(Some(Ended::Redirected { session: redirection.session_id }));
                }
                _ => {}
            }
        }
    }
}
