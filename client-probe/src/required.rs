//! Whether a host that selected NLA would also do without: one more connection, no further than the Connection Confirm.

use std::time::Duration;

use badrdp_capture::Wire;
use badrdp_proto::connect::{Client, ClientConfig, Output};
use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::x224::{NegotiationAnswer, Protocols};
use badrdp_proto::session::Session;
use badrdp_proto::transcript::{Direction, Event, NlaRequirement, Transcript};
use badrdp_proto::vocab::Stage;
use badrdp_proto::vocab::codes::NegotiationFailureCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::connect::connect;
use crate::probe::{Options, Target};

/// Whether the walk leaves the question open: CredSSP was selected although TLS alone was offered.
pub(crate) fn is_open(transcript: &Transcript) -> bool {
    let mut offered = Protocols::default();
    let mut selected = Protocols::default();
    for (direction, _, message) in transcript.messages() {
        match (direction, message) {
            (Direction::Sent, Some(Message::X224ConnectionRequest(request))) => {
                offered = request.negotiation.map(|negotiation| negotiation.requested_protocols).unwrap_or_default();
            }
            (Direction::Received, Some(Message::X224ConnectionConfirm(confirm))) => {
                if let Some(NegotiationAnswer::Response { selected_protocol, .. }) = confirm.negotiation {
                    selected = selected_protocol;
                }
            }
            _ => {}
        }
    }
    matches!(selected, Protocols::HYBRID | Protocols::HYBRID_EX) && offered.contains(Protocols::SSL)
}

/// Offers TLS alone and reads the answer.
pub(crate) async fn ask(target: &Target, options: &Options) -> NlaRequirement {
    let config = ClientConfig {
        protocols: Protocols::SSL,
        cookie: options.cookie.clone(),
        routing_token: options.routing_token.clone().map(String::into_bytes),
        ..ClientConfig::default()
    };
    let budget = options.silence(Stage::ConnectionInitiation);
    let Ok(stream) = connect(target, options).await else {
        return NlaRequirement::Unknown;
    };
    let mut stream = Wire::connected(stream, options.capture.as_ref());
    let mut session = Session::new(Client::new(config), budget);
    let answer = async {
        let mut buffer = vec![0; 1024];
        loop {
            while let Some(output) = session.poll(Duration::ZERO) {
                match output {
                    Output::Send(message) => stream.write_all(&message.encode()).await?,
                    // The Connection Confirm was read: whatever would follow is not wanted.
                    _ => return Ok(()),
                }
            }
            match stream.read(&mut buffer).await? {
                0 => return Ok(()),
                count => session.receive(buffer.get(..count).unwrap_or_default()),
            }
        }
    };
    match timeout(budget, answer).await {
        Ok(Ok(())) => {}
        Ok(Err::<(), std::io::Error>(error)) => tracing::debug!("asking whether NLA is required: {error}"),
        Err(_) => tracing::debug!("asking whether NLA is required: no answer"),
    }
    if let Err(error) = stream.shutdown().await {
        tracing::debug!("closing: {error}");
    }
    session.recorder().entries().iter().fold(NlaRequirement::Unknown, |known, entry| match &entry.event {
        Event::Message { direction: Direction::Received, message: Some(message), .. } => {
            judge(message).unwrap_or(known)
        }
        _ => known,
    })
}

fn judge(message: &Message) -> Option<NlaRequirement> {
    let Message::X224ConnectionConfirm(confirm) = message else {
        return None;
    };
    match confirm.negotiation {
        Some(NegotiationAnswer::Response { selected_protocol: Protocols::SSL, .. }) => Some(NlaRequirement::Optional),
        Some(NegotiationAnswer::Failure {
            failure_code: NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER, ..
        }) => Some(NlaRequirement::Required),
        _ => None,
    }
}
