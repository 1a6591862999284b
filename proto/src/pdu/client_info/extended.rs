//! Codec of the extended info and the time zone in it.

use super::{ExtendedInfo, TimeZone};
use crate::pdu::text::{
    length16, to_utf16, to_utf16_fixed, to_utf16_with_zero, units, utf16, utf16_until_zero, utf16_without_zero,
};
use crate::wire::read::{Read, array, bytes, field, le_u16, le_u32, rest};
use crate::wire::write::Writer;

/// A field that may be missing at the end.
pub(super) fn present<'a, T>(
    i: &'a [u8],
    name: &'static str,
    parser: impl FnMut(&'a [u8]) -> Read<'a, T>,
) -> Read<'a, Option<T>> {
    if i.is_empty() {
        return Ok((i, None));
    }
    let (i, value) = field(name, parser)(i)?;
    Ok((i, Some(value)))
}

/// UTF-16LE behind its own 16-bit length in bytes.
fn counted(i: &[u8]) -> Read<'_, &[u8]> {
    let (i, length) = field("length", le_u16)(i)?;
    units(length.into())(i)
}

impl ExtendedInfo {
    pub(super) fn write(&self, w: &mut Writer) {
        w.u16_le("clientAddressFamily", self.client_address_family);
        // These two lengths count the terminator.
        let client_address = to_utf16_with_zero(&self.client_address);
        w.u16_le("cbClientAddress", length16(client_address.len()));
        w.bytes("clientAddress", &client_address);
        let client_dir = to_utf16_with_zero(&self.client_dir);
        w.u16_le("cbClientDir", length16(client_dir.len()));
        w.bytes("clientDir", &client_dir);
        self.write_optional(w);
        w.bytes("rest", &self.rest);
    }

    fn write_optional(&self, w: &mut Writer) {
        let present = [
            self.client_time_zone.is_some(),
            self.client_session_id.is_some(),
            self.performance_flags.is_some(),
            self.auto_reconnect_cookie.is_some(),
            self.reserved1.is_some(),
            self.reserved2.is_some(),
            self.dynamic_dst_time_zone_key_name.is_some(),
            self.dynamic_daylight_time_disabled.is_some(),
        ];
        let fields = present.iter().rposition(|present| *present).map_or(0, |last| last + 1);
        if fields > 0 {
            let time_zone = self.client_time_zone.as_deref().cloned().unwrap_or_default();
            w.block("TS_TIME_ZONE_INFORMATION", |w| time_zone.write(w));
        }
        if fields > 1 {
            w.u32_le("clientSessionId", self.client_session_id.unwrap_or_default());
        }
        if fields > 2 {
            w.u32_le("performanceFlags", self.performance_flags.unwrap_or_default());
        }
        if fields > 3 {
            let cookie = self.auto_reconnect_cookie.as_deref().unwrap_or_default();
            w.u16_le("cbAutoReconnectCookie", length16(cookie.len()));
            w.bytes("autoReconnectCookie", cookie);
        }
        if fields > 4 {
            w.u16_le("reserved1", self.reserved1.unwrap_or_default());
        }
        if fields > 5 {
            w.u16_le("reserved2", self.reserved2.unwrap_or_default());
        }
        if fields > 6 {
            let name = to_utf16(self.dynamic_dst_time_zone_key_name.as_deref().unwrap_or_default());
            w.u16_le("cbDynamicDSTTimeZoneKeyName", length16(name.len()));
            w.bytes("dynamicDSTTimeZoneKeyName", &name);
        }
        if fields > 7 {
            w.u16_le("dynamicDaylightTimeDisabled", self.dynamic_daylight_time_disabled.unwrap_or_default());
        }
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, client_address_family) = field("clientAddressFamily", le_u16)(i)?;
        let (i, client_address) = field("clientAddress", counted)(i)?;
        let (i, client_dir) = field("clientDir", counted)(i)?;
        let (i, client_time_zone) = present(i, "clientTimeZone", TimeZone::read)?;
        let (i, client_session_id) = present(i, "clientSessionId", le_u32)?;
        let (i, performance_flags) = present(i, "performanceFlags", le_u32)?;
        let (i, auto_reconnect_cookie) = present(i, "autoReconnectCookie", |i| {
            let (i, length) = field("length", le_u16)(i)?;
            bytes(length.into())(i)
        })?;
        let (i, reserved1) = present(i, "reserved1", le_u16)?;
        let (i, reserved2) = present(i, "reserved2", le_u16)?;
        let (i, key_name) = present(i, "dynamicDSTTimeZoneKeyName", counted)?;
        let (i, dynamic_daylight_time_disabled) = present(i, "dynamicDaylightTimeDisabled", le_u16)?;
        let (i, rest) = rest(i)?;
        let info = Self {
            client_address_family,
            client_address: utf16_without_zero(client_address),
            client_dir: utf16_without_zero(client_dir),
            client_time_zone: client_time_zone.map(Box::new),
            client_session_id,
            performance_flags,
            auto_reconnect_cookie: auto_reconnect_cookie.map(<[u8]>::to_vec),
            reserved1,
            reserved2,
            dynamic_dst_time_zone_key_name: key_name.map(utf16),
            dynamic_daylight_time_disabled,
            rest: rest.to_vec(),
        };
        Ok((i, info))
    }
}

impl TimeZone {
    pub(super) fn write(&self, w: &mut Writer) {
        w.u32_le("Bias", self.bias.cast_unsigned());
        w.bytes("StandardName", &to_utf16_fixed::<64>(&self.standard_name).0);
        w.bytes("StandardDate", &self.standard_date);
        w.u32_le("StandardBias", self.standard_bias.cast_unsigned());
        w.bytes("DaylightName", &to_utf16_fixed::<64>(&self.daylight_name).0);
        w.bytes("DaylightDate", &self.daylight_date);
        w.u32_le("DaylightBias", self.daylight_bias.cast_unsigned());
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, bias) = field("Bias", le_u32)(i)?;
        let (i, standard_name) = field("StandardName", bytes(64))(i)?;
        let (i, standard_date) = field("StandardDate", array)(i)?;
        let (i, standard_bias) = field("StandardBias", le_u32)(i)?;
        let (i, daylight_name) = field("DaylightName", bytes(64))(i)?;
        let (i, daylight_date) = field("DaylightDate", array)(i)?;
        let (i, daylight_bias) = field("DaylightBias", le_u32)(i)?;
        let time_zone = Self {
            bias: bias.cast_signed(),
            standard_name: utf16_until_zero(standard_name),
            standard_date,
            standard_bias: standard_bias.cast_signed(),
            daylight_name: utf16_until_zero(daylight_name),
            daylight_date,
            daylight_bias: daylight_bias.cast_signed(),
        };
        Ok((i, time_zone))
    }
}
