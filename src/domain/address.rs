//! Which addresses are of the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the internet: not of this machine, a private
/// network, a link, a group, a carrier's own network, or reserved.
#[must_use]
pub const fn is_of_internet(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_of_internet_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_of_internet_v4(address),
            None => is_of_internet_v6(address),
        },
    }
}

const fn is_of_internet_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let elsewhere = a == 0
        || a >= 240
        // Carriers' own networks (RFC 6598).
        || (a == 100 && b & 0xc0 == 64)
        // Protocol assignments (RFC 6890) and benchmarks (RFC 2544).
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && b & 0xfe == 18);
    !(elsewhere
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

/// Only 2000::/3 is given out. Within it, Teredo and 6to4 lead to an IPv4
/// address of anybody's choice.
const fn is_of_internet_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let tunnel = (a == 0x2001 && b == 0) || a == 0x2002;
    let documentation = (a == 0x2001 && b == 0x0db8) || a == 0x3fff;
    a & 0xe000 == 0x2000 && !tunnel && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_pass() {
        for (address, passes) in [
            ("1.1.1.1", true),
            ("100.63.0.1", true),
            ("100.128.0.1", true),
            ("198.20.0.1", true),
            ("2606:4700::1111", true),
            ("::ffff:1.1.1.1", true),
            ("0.0.0.0", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.9.9.9", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("192.0.0.8", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("64:ff9b::a00:1", false),
            ("2002:7f00:1::", false),
            ("2001:0:1::", false),
            ("fc00::1", false),
            ("fe80::1", false),
            ("ff02::1", false),
        ] {
            let parsed = address.parse().unwrap();
            assert_eq!(is_of_internet(parsed), passes, "{address}");
        }
    }
}
