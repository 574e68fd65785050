//! `[listen]`: where callers reach the daemon.

use std::net::SocketAddr;
use std::path::PathBuf;

use nix::unistd::{Gid, Group};

use super::reader::Section;
use super::{absolute_path, schema};

/// The socket's mode where the configuration names none: the owner and the
/// group may connect. Connecting to a socket takes the right to write.
const DEFAULT_SOCKET_MODE: u32 = 0o660;

/// Bytes of a socket's path: `sun_path` of unix(7) has 108, one ends it.
const SOCKET_PATH_BYTES: usize = 107;

/// Where the daemon listens: at least one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The Unix socket.
    pub unix: Option<UnixListen>,
    /// The TCP address; loopback, unless there is TLS. Port 0 lets the system
    /// choose.
    pub tcp: Option<SocketAddr>,
}

/// A Unix socket and who may connect to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixListen {
    /// Where it stands; absolute.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// Its group; the daemon's own where there is none.
    pub group: Option<Gid>,
}

/// Reads the section; complaints go to its report.
pub(super) fn read(section: &Section<'_>) -> Listen {
    if !section.has("unix") && !section.has("tcp") {
        section.place.problem(
            "names nowhere to listen",
            "Add `unix = { path = \"/run/leadtap/leadtap.sock\" }`, or `tcp = \"127.0.0.1:7171\"`.",
        );
    }
    if section.has("tls") && !section.has("tcp") {
        section.place_of("tls").problem(
            "seals no listener, because there is no `tcp`",
            "Add `tcp = \"ADDRESS:PORT\"`, or remove [listen.tls].",
        );
    }
    Listen {
        unix: section
            .has("unix")
            .then(|| unix(&section.section("unix", &schema::LISTEN_UNIX)))
            .flatten(),
        tcp: tcp(section),
    }
}

fn unix(section: &Section<'_>) -> Option<UnixListen> {
    section.missing(
        "path",
        "Name the socket, for example \"/run/leadtap/leadtap.sock\".",
    );
    let mode = mode(section);
    let group = group(section);
    let path = absolute_path(section, "path")?;
    if path.as_os_str().len() > SOCKET_PATH_BYTES {
        section.place_of("path").problem(
            format!("is longer than the {SOCKET_PATH_BYTES} bytes of a socket's path"),
            "Choose a shorter one.",
        );
    }
    Some(UnixListen { path, mode, group })
}

fn mode(section: &Section<'_>) -> u32 {
    let Some((place, text)) = section.text("mode") else {
        return DEFAULT_SOCKET_MODE;
    };
    match u32::from_str_radix(text, 8) {
        Ok(mode) if mode <= 0o777 && mode & 0o600 == 0o600 => mode,
        _ => {
            place.problem(
                "is not a mode for a socket",
                "Give permission bits in octal that let the owner read and write: \"0600\", \"0660\" or \"0666\".",
            );
            DEFAULT_SOCKET_MODE
        }
    }
}

fn group(section: &Section<'_>) -> Option<Gid> {
    let (place, text) = section.text("group")?;
    if let Ok(number) = text.parse() {
        return Some(Gid::from_raw(number));
    }
    match Group::from_name(text) {
        Ok(Some(group)) => Some(group.gid),
        _ => {
            place.problem(
                format!("names the group `{text}`, which this machine does not have"),
                "Take the group of your web server (often www-data), or make it with `groupadd`.",
            );
            None
        }
    }
}

fn tcp(section: &Section<'_>) -> Option<SocketAddr> {
    let (place, text) = section.text("tcp")?;
    let Ok(address) = text.parse::<SocketAddr>() else {
        place.problem(
            "is not an address and a port",
            "Write it in numbers: \"127.0.0.1:7171\" or \"[::1]:7171\".",
        );
        return None;
    };
    if !address.ip().is_loopback() && !section.has("tls") {
        place.problem(
            format!("would send tokens over the network in plain text: {address} is not loopback"),
            "Add [listen.tls]; or listen on 127.0.0.1, and let callers on other machines come through an SSH tunnel, a VPN or a proxy that speaks TLS.",
        );
        return None;
    }
    Some(address)
}
