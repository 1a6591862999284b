//! What to probe, as people type it: a host, or a range of addresses.

use std::net::{IpAddr, Ipv6Addr};

use badrdp_client_probe::Target;
use ipnet::IpNet;

/// The port of Remote Desktop.
const PORT: u16 = 3389;
/// The most addresses in one range, a /16 of IPv4.
const LARGEST: u32 = 1 << 16;

/// One word of the command line or of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spec {
    /// A name or an address.
    Host(Target),
    /// All addresses of a range, with this port.
    Range(IpNet, u16),
}

impl Spec {
    /// `HOST`, `HOST:PORT`, `[V6]`, `[V6]:PORT`, a bare IPv6 address, or one of these with `/BITS` behind the address.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.contains("//") {
            return Err("give HOST or HOST:PORT, not a URL".to_owned());
        }
        let Some((address, rest)) = text.split_once('/') else {
            return target(text).map(Self::Host);
        };
        let (bits, port) = rest.split_once(':').map_or((rest, None), |(bits, port)| (bits, Some(port)));
        let (address, bits) = match (address.strip_prefix('['), bits.strip_suffix(']')) {
            (Some(address), Some(bits)) => (address, bits),
            (None, None) => (address, bits),
            _ => return Err("the bracket is not closed".to_owned()),
        };
        let port = port.map_or(Ok(PORT), self::port)?;
        let address: IpAddr = address.parse().map_err(|_| format!("{address:?} is not an address: a range has one"))?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.parse().ok().filter(|bits| *bits <= longest);
        let bits = bits.ok_or_else(|| format!("a range ends in /0 to /{longest}"))?;
        if u32::from(longest - bits) > LARGEST.ilog2() {
            return Err(format!("a range has at most {LARGEST} addresses: /{} or longer", longest - 16));
        }
        IpNet::new(address, bits).map(|range| Self::Range(range.trunc(), port)).map_err(|error| error.to_string())
    }

    /// How many hosts it stands for.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Host(_) => 1,
            Self::Range(range, _) => range.hosts().count(),
        }
    }

    /// Each of them; the network's own address and the broadcast address are none.
    pub(super) fn targets(self) -> impl Iterator<Item = Target> {
        let (host, range) = match self {
            Self::Host(target) => (Some(target), None),
            Self::Range(range, port) => (None, Some((range, port))),
        };
        let ranged = range
            .into_iter()
            .flat_map(|(range, port)| range.hosts().map(move |address| Target { host: address.to_string(), port }));
        host.into_iter().chain(ranged)
    }
}

/// `HOST`, `HOST:PORT`, `[V6]`, `[V6]:PORT`, or a bare IPv6 address.
pub(super) fn target(text: &str) -> Result<Target, String> {
    if text.contains("//") {
        return Err("give HOST or HOST:PORT, not a URL".to_owned());
    }
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("the bracket is not closed")?;
        if host.parse::<Ipv6Addr>().is_err() {
            return Err(format!("{host:?} is not an IPv6 address"));
        }
        match rest {
            "" => (host, None),
            rest => (host, Some(rest.strip_prefix(':').ok_or("only `:PORT` may follow the bracket")?)),
        }
    } else if text.parse::<Ipv6Addr>().is_ok() {
        (text, None)
    } else {
        text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
    };
    if host.is_empty() {
        return Err("the host is empty".to_owned());
    }
    if host.contains(':') && host.parse::<Ipv6Addr>().is_err() {
        return Err("an IPv6 address with a port needs brackets: [::1]:3389".to_owned());
    }
    if let Some(odd) = host.chars().find(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!("a host has no {odd:?} in it"));
    }
    Ok(Target { host: host.to_owned(), port: port.map_or(Ok(PORT), self::port)? })
}

fn port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(format!("{text:?} is not a port (1 to 65535)")),
    }
}

/// As it is typed.
pub(crate) fn address(target: &Target) -> String {
    let Target { host, port } = target;
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn targets_are_read_with_and_without_a_port() {
        let read = |text| target(text).map(|Target { host, port }| (host, port));
        let ok = |host: &str, port| Ok((host.to_owned(), port));
        assert_eq!(read("pc"), ok("pc", 3389));
        assert_eq!(read("pc:3390"), ok("pc", 3390));
        assert_eq!(read("192.0.2.7:1"), ok("192.0.2.7", 1));
        assert_eq!(read("[::1]:3390"), ok("::1", 3390));
        assert_eq!(read("[::1]"), ok("::1", 3389));
        assert_eq!(read("::1"), ok("::1", 3389));
        for wrong in
            ["", ":3389", "pc:", "pc:0", "pc:65536", "pc:x", "[::1", "[pc]:1", "[::1]x", "rdp://pc", "a:b:1", "a b"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read("rdp://pc").unwrap_err().contains("not a URL"));
    }

    #[test]
    fn addresses_are_printed_as_they_are_typed() {
        for text in ["pc:3390", "[::1]:3389"] {
            assert_eq!(address(&target(text).unwrap()), text);
        }
    }

    #[test]
    fn a_range_is_all_its_hosts() {
        let hosts = |text: &str| {
            let spec = Spec::read(text).unwrap();
            let count = spec.count();
            let all: Vec<_> = spec.targets().map(|target| address(&target)).collect();
            assert_eq!(count, all.len(), "{text}");
            all
        };
        assert_eq!(hosts("192.0.2.6/30:3390"), ["192.0.2.5:3390", "192.0.2.6:3390"]);
        assert_eq!(hosts("192.0.2.6/32"), ["192.0.2.6:3389"]);
        assert_eq!(hosts("[2001:db8::/127]:3390"), ["[2001:db8::]:3390", "[2001:db8::1]:3390"]);
        assert_eq!(hosts("2001:db8::7/128"), ["[2001:db8::7]:3389"]);
        assert_eq!(hosts("192.0.2.0/24").len(), 254);
        assert_eq!(hosts("10.1.0.0/16").len(), 65_534);
        assert_eq!(hosts("pc:3390"), ["pc:3390"]);
    }

    #[test]
    fn what_is_no_range_is_told_why() {
        for (text, why) in [
            ("192.0.2.0/33", "/0 to /32"),
            ("10.0.0.0/8", "at most 65536"),
            ("2001:db8::/64", "/112 or longer"),
            ("pc/24", "not an address"),
            ("[192.0.2.0/24", "bracket"),
            ("192.0.2.0/24:0", "not a port"),
            ("192.0.2.0/x", "/0 to /32"),
        ] {
            let error = Spec::read(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
