//! Values of settings that have a form of their own.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;

/// Where to listen: an address and a port, or the name of a host and a port.
#[derive(Clone, Debug)]
pub(crate) struct Address(pub(crate) Vec<SocketAddr>);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_socket_addrs() {
            Ok(addresses) if addresses.len() > 0 => Ok(Self(addresses.collect())),
            _ => Err("expected an address and a port, such as 127.0.0.1:8000".to_owned()),
        }
    }
}

/// Where clients find the server, without a slash at the end.
#[derive(Clone, Debug)]
pub(super) struct PublicUrl(pub(super) String);

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = text.parse::<http::Uri>().ok();
        let is_sound = |url: &http::Uri| {
            matches!(url.scheme_str(), Some("http" | "https"))
                && url.host().is_some()
                && url.query().is_none()
                && !text.contains(['@', '#'])
        };
        if !url.as_ref().is_some_and(is_sound) {
            return Err(
                "expected a URL without query and fragment, such as https://chat.example.org".to_owned()
            );
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

/// A time: a number and `s`, `m`, `h` or `d`, or seconds alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period(pub(super) Duration);

const UNITS: [(char, u64); 4] = [('d', 24 * 60 * 60), ('h', 60 * 60), ('m', 60), ('s', 1)];

/// Ten years: tokens that outlast that are a mistake.
const LONGEST: u64 = 3650 * 24 * 60 * 60;

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, seconds_each) = UNITS
            .iter()
            .find_map(|(unit, seconds)| Some((text.strip_suffix(*unit)?, *seconds)))
            .unwrap_or((text, 1));
        let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds_each));
        match seconds {
            Some(seconds @ 0..=LONGEST) => Ok(Self(Duration::from_secs(seconds))),
            Some(_) => Err("expected at most 3650d".to_owned()),
            None => Err("expected a number and a unit, such as 90s, 60m, 12h or 1d".to_owned()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (unit, each) =
            UNITS.into_iter().find(|(_, each)| seconds.is_multiple_of(*each)).unwrap_or(('s', 1));
        write!(f, "{}{unit}", seconds / each)
    }
}

impl Period {
    /// For what cannot last no time at all.
    pub(super) fn positive(text: &str) -> Result<Self, String> {
        match text.parse()? {
            Self(Duration::ZERO) => Err("expected at least 1s".to_owned()),
            period => Ok(period),
        }
    }

    /// For what nobody should wait longer for than an hour.
    pub(super) fn up_to_an_hour(text: &str) -> Result<Self, String> {
        match text.parse()? {
            Self(period) if period > Duration::from_secs(60 * 60) => Err("expected at most 1h".to_owned()),
            period => Ok(period),
        }
    }
}

/// Yes or no, in the words in which people write that.
pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "on" | "1" => Ok(true),
        "no" | "n" | "false" | "f" | "off" | "0" => Ok(false),
        _ => Err("expected yes or no".to_owned()),
    }
}

/// A network, or the one address of a machine.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let address = || text.parse().map(|address: IpAddr| IpNet::from(address.to_canonical()));
    text.parse()
        .or_else(|_| address())
        .map_err(|_| "expected a network, such as 10.0.0.0/8, or an IP address".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        let seconds = |text: &str| text.parse::<Period>().map(|period| period.0.as_secs());
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("60m"), Ok(3600));
        assert_eq!(seconds("12h"), Ok(12 * 3600));
        assert_eq!(seconds("1d"), Ok(24 * 3600));
        for wrong in
            ["", "m", "-1", "1.5h", "1w", "1 d", "3651d", "99999999999999999999", "18446744073709551615d"]
        {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert!(Period::positive("0").is_err());
    }

    #[test]
    fn a_time_is_shown_in_its_largest_unit() {
        for text in ["90s", "61m", "1h", "3d"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        assert_eq!(Period(Duration::ZERO).to_string().parse(), Ok(Period(Duration::ZERO)));
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        assert_eq!(network("10.1.2.3"), network("10.1.2.3/32"));
        assert_eq!(network(" ::1 "), network("::1/128"));
        assert_eq!(network("::ffff:10.1.2.3"), network("10.1.2.3"));
        assert!(network("10.0.0.0/33").is_err());
        assert!(network("proxy").is_err());
    }

    #[test]
    fn a_public_url_is_that_of_a_site() {
        let url = |text: &str| text.parse::<PublicUrl>().map(|url| url.0);
        assert_eq!(url("https://chat.example.org/"), Ok("https://chat.example.org".to_owned()));
        assert_eq!(url("http://localhost:3000/chat"), Ok("http://localhost:3000/chat".to_owned()));
        for wrong in [
            "chat.example.org",
            "ftp://chat.example.org",
            "https://",
            "/chat",
            "https://a.b/?c",
            "https://a.b/#c",
            "https://me@a.b",
        ] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }
}
