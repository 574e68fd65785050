//! The wire between the daemon and Instagram: it can be cut in every way, and
//! it notes which codes went over it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use crate::report::Report;

/// Codes that are remembered; twice as many at times.
const CODES: usize = 200_000;

/// How the wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// It carries.
    Whole,
    /// Nobody listens at its end.
    Refuses,
    /// It takes what comes and carries nothing.
    Silent,
    /// Each connection is reset after so many bytes of answers.
    Resets(usize),
    /// Each connection ends after so many bytes of answers.
    Cuts(usize),
}

/// What went over a wire.
struct Seen {
    codes: Mutex<[HashMap<Vec<u8>, u32>; 2]>,
    report: Arc<Report>,
}

impl Seen {
    /// Takes note of the code in a request, if there is one: it stands last.
    fn request(&self, bytes: &[u8]) {
        const NAME: &[u8] = b"&code=";
        let at = bytes.windows(NAME.len()).position(|part| part == NAME);
        let Some(code) = at.and_then(|at| bytes.get(at + NAME.len()..)) else {
            return;
        };
        let mut codes = self.codes.lock().unwrap();
        let before = codes[1].get(code).copied().unwrap_or(0);
        let times = codes[0].entry(code.to_vec()).or_insert(before);
        *times += 1;
        if *times > 1 {
            let times = *times;
            self.report
                .problem(format!("a code went out {times} times"));
        }
        if codes[0].len() >= CODES {
            let full = std::mem::take(&mut codes[0]);
            codes[1] = full;
        }
        drop(codes);
        self.report.count("code sent");
    }
}

/// Opens a wire to `to`; gives where it begins, and what decides how it is.
pub async fn open(to: SocketAddr, report: Arc<Report>) -> (SocketAddr, watch::Sender<Wire>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let how = watch::Sender::new(Wire::Whole);
    let seen = Arc::new(Seen {
        codes: Mutex::default(),
        report,
    });
    tokio::spawn(accept(listener, to, how.subscribe(), seen));
    (at, how)
}

async fn accept(
    listener: TcpListener,
    to: SocketAddr,
    mut how: watch::Receiver<Wire>,
    seen: Arc<Seen>,
) {
    let at = listener.local_addr().unwrap();
    let mut listener = Some(listener);
    loop {
        let now = *how.borrow_and_update();
        if now == Wire::Refuses {
            listener = None;
            if how.changed().await.is_err() {
                return;
            }
            continue;
        }
        let open = match listener.take() {
            Some(open) => open,
            None => listen(at),
        };
        tokio::select! {
            taken = open.accept() => {
                if let Ok((near, _)) = taken {
                    tokio::spawn(join(near, to, how.clone(), Arc::clone(&seen)));
                }
            }
            changed = how.changed() => {
                if changed.is_err() {
                    return;
                }
            }
        }
        listener = Some(open);
    }
}

/// Listens once more where it listened before.
fn listen(at: SocketAddr) -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(at).unwrap();
    socket.listen(1024).unwrap()
}

/// Carries one connection until it ends or the wire changes, which resets it.
async fn join(
    mut near: TcpStream,
    to: SocketAddr,
    mut how: watch::Receiver<Wire>,
    seen: Arc<Seen>,
) {
    let wire = *how.borrow_and_update();
    let Ok(mut far) = TcpStream::connect(to).await else {
        return;
    };
    let carried = carry(&mut near, &mut far, wire, &seen);
    let whole = tokio::select! {
        ended = carried => ended,
        _ = how.changed() => false,
    };
    if !whole {
        // Without waiting for what was not sent: a reset.
        let _ = near.set_zero_linger();
    }
}

/// Whether it ended as a connection ends.
async fn carry(near: &mut TcpStream, far: &mut TcpStream, wire: Wire, seen: &Seen) -> bool {
    let (mut request, mut answered) = (Vec::new(), 0);
    let (mut out, mut back) = (vec![0; 16384], vec![0; 16384]);
    let ended = loop {
        tokio::select! {
            read = near.read(&mut out) => {
                let Ok(bytes @ 1..) = read else { break true };
                request.extend_from_slice(&out[..bytes]);
                if wire != Wire::Silent && far.write_all(&out[..bytes]).await.is_err() {
                    break false;
                }
            }
            read = far.read(&mut back) => {
                let Ok(bytes @ 1..) = read else { break true };
                seen.request(&std::mem::take(&mut request));
                let (left, whole) = match wire {
                    Wire::Resets(most) => (most.saturating_sub(answered), false),
                    Wire::Cuts(most) => (most.saturating_sub(answered), true),
                    _ => (usize::MAX, true),
                };
                answered += bytes;
                let carried = &back[..bytes.min(left)];
                if near.write_all(carried).await.is_err() || bytes > left {
                    break whole;
                }
            }
        }
    };
    seen.request(&request);
    ended
}
