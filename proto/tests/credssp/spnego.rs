//! SPNEGO tokens.

use badrdp_proto::pdu::credssp::NegoToken;
use badrdp_proto::pdu::credssp::spnego::{MechToken, Mechanism, NegState, SpnegoToken, mech_type_list, to_bytes};

use super::support::hex;
use super::{only_token, token, vector};

fn sorted(text: &str) -> NegoToken {
    NegoToken::sort(&hex(text))
}

#[test]
fn an_offer_is_read() {
    let NegoToken::Spnego(offer) = only_token(&vector("tsrequest-spnego-init")) else { panic!() };
    let SpnegoToken::Init { mech_types, mech_token: None, mech_list_mic: None } = offer.as_ref() else { panic!() };
    let names: Vec<_> = mech_types.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["NEGOEX", "NTLM"]);
    let list = hex("3018 060a 2b06010401823702021e 060a 2b06010401823702020a");
    assert_eq!(mech_type_list(mech_types), list, "what mechListMIC covers");
}

#[test]
fn answers_of_every_shape_come_back() {
    let states = [None, Some(NegState::ACCEPT_COMPLETED), Some(NegState::REJECT), Some(NegState(7))];
    let mechanisms = [None, Some(Mechanism(Mechanism::KERBEROS.to_vec()))];
    let tokens = [None, Some(MechToken::Ntlm(token("tsrequest-challenge-v2"))), Some(MechToken::Unknown(vec![1, 2]))];
    for neg_state in states {
        for supported_mech in &mechanisms {
            for response_token in &tokens {
                for mech_list_mic in [None, Some(vec![9; 16])] {
                    let answer = SpnegoToken::Resp {
                        neg_state,
                        supported_mech: supported_mech.clone(),
                        response_token: response_token.clone(),
                        mech_list_mic,
                    };
                    let bytes = to_bytes(&answer);
                    assert_eq!(NegoToken::sort(&bytes), NegoToken::Spnego(Box::new(answer)), "{bytes:02x?}");
                }
            }
        }
    }
}

#[test]
fn a_refusal_is_as_short_as_windows_sends_it() {
    let refusal = SpnegoToken::Resp {
        neg_state: Some(NegState::REJECT),
        supported_mech: None,
        response_token: None,
        mech_list_mic: None,
    };
    assert_eq!(to_bytes(&refusal), hex("a107 3005 a003 0a0102"));
}

/// Nothing protects `reqFlags`, and nobody acts on them.
#[test]
fn request_flags_do_not_matter() {
    let with = sorted("6020 0606 2b0601050502 a016 3014 a00c 300a 0608 2b06010401823702 a104 0302 0106");
    let without = sorted("601a 0606 2b0601050502 a010 300e a00c 300a 0608 2b06010401823702");
    assert!(matches!(with, NegoToken::Spnego(_)), "{with:?}");
    assert_eq!(with, without);
}

#[test]
fn what_is_no_spnego_is_kept_as_it_came() {
    for unknown in [
        "",
        "60",
        "6000",
        // Kerberos in a frame of its own.
        "600b 0609 2a864886f712010202",
        // Bytes left over behind the token, and inside it.
        "a107 3005 a003 0a0102 00",
        "a108 3006 a003 0a0102 00",
        // A NegTokenInit without its frame.
        "a004 3002 a000",
        "deadbeef",
    ] {
        assert_eq!(sorted(unknown), NegoToken::Unknown(hex(unknown)), "{unknown}");
    }
}

#[test]
fn a_mechanism_without_a_name_is_shown_as_its_object_identifier() {
    let shown = |text: &str| Mechanism(hex(text)).to_string();
    assert_eq!(shown("2b06010401823702020b"), "OID 1.3.6.1.4.1.311.2.2.11");
    assert_eq!(shown("8837 03"), "OID 2.999.3");
    assert_eq!(shown(&"ff".repeat(40)), "OID ");
    assert_eq!(Mechanism(Mechanism::NTLM.to_vec()).to_string(), "NTLM");
}
