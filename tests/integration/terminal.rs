//! What a person at a terminal sees, in a terminal of `script`'s.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use leadtap::grpc::pb;

use crate::support::command::{leadtap, run};
use crate::support::shop::ACCOUNT;
use crate::support::tokens::TokenClient;
use crate::support::{Shop, eventually, program};

/// Where a screen begins to be drawn over.
const HOME: &str = "\x1b[H";

/// A shop whose caller may do what these commands ask for.
async fn shop() -> Shop {
    Shop::open_with(|setup| setup.permit(r#""login", "leads", "tokens", "admin""#)).await
}

/// A terminal with one command in it.
struct Terminal {
    script: Script,
    keys: ChildStdin,
    screen: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

/// With it ends what runs in it.
struct Script(Child);

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Terminal {
    /// Runs `leadtap` with these arguments, if the machine has `script`. What
    /// is shown first is the terminal's name. Whoever runs the tests in the
    /// background may have told all of them to ignore Ctrl-C.
    fn with(shop: &Shop, arguments: &str) -> Option<Self> {
        let socket = shop.daemon.socket.display();
        let command = format!(
            "tty; exec env --default-signal=INT {} {arguments} --socket {socket}",
            program()
        );
        let spawned = Command::new("script")
            .args(["--quiet", "--return", "--flush", "--command", &command])
            .arg("/dev/null")
            .env("TERM", "xterm")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut script = match spawned {
            Ok(script) => script,
            Err(error) => {
                #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
                {
                    eprintln!("left out: there is no `script` (util-linux) here: {error}");
                }
                return None;
            }
        };
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (mut shown, kept) = (script.stdout.take().unwrap(), Arc::clone(&screen));
        let reader = std::thread::spawn(move || {
            let mut some = [0; 1024];
            while let Ok(read @ 1..) = shown.read(&mut some) {
                kept.lock().unwrap().extend_from_slice(&some[..read]);
            }
        });
        Some(Self {
            keys: script.stdin.take().unwrap(),
            script: Script(script),
            screen,
            reader,
        })
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    async fn shows(&self, what: &str, times: usize) {
        eventually(what, async || {
            (self.screen().matches(what).count() >= times).then_some(())
        })
        .await;
    }

    /// Until what is typed is not shown any more.
    async fn hides(&self) {
        let screen = self.screen();
        let name = screen.lines().next().unwrap().to_owned();
        eventually("the echo to end", async || {
            let stty = Command::new("stty").args(["-F", &name, "-a"]).output();
            let settings = String::from_utf8(stty.unwrap().stdout).unwrap();
            let mut words = settings.split([' ', ';', '\n']);
            words.any(|word| word == "-echo").then_some(())
        })
        .await;
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// How it ended, and all that was shown.
    async fn ended(self) -> (Option<i32>, String) {
        let Self {
            mut script,
            keys: _keys,
            screen,
            reader,
        } = self;
        let ended = async || script.0.try_wait().unwrap();
        let exit = eventually("the command to end", ended).await;
        reader.join().unwrap();
        let screen = screen.lock().unwrap();
        let screen = String::from_utf8_lossy(&screen).into_owned();
        (exit.code(), screen)
    }
}

#[tokio::test]
async fn a_token_is_asked_for_and_what_is_typed_is_not_shown() {
    let shop = shop().await;
    let token = shop.fake.dashboard_token(ACCOUNT).await;
    let Some(mut terminal) = Terminal::with(&shop, "token import") else {
        return;
    };
    terminal.shows("Access token (it is not shown): ", 1).await;
    terminal.hides().await;
    terminal.types(&format!("{token}\n"));
    let (exit, screen) = terminal.ended().await;
    assert_eq!(exit, Some(0), "{screen}");
    assert!(!screen.contains(&token), "the token was shown");
    let tokens = TokenClient::of(&shop.daemon.socket).await;
    let listed = tokens.list(pb::ListTokensRequest::default()).await;
    let lead = &listed.unwrap().tokens[0].lead_id;
    let kept = tokens.get(lead).await.unwrap();
    assert_eq!(kept.access_token, token);
}

#[tokio::test]
async fn an_export_shows_how_far_it_is_on_a_terminal_alone() {
    let shop = shop().await;
    shop.login(ACCOUNT).await;
    let file = |name: &str| shop.setup.path(name).display().to_string();
    let (on_screen, in_pipe) = (file("one.csv"), file("two.csv"));
    let export = format!("lead export {on_screen}");
    let Some(terminal) = Terminal::with(&shop, &export) else {
        return;
    };
    let (exit, screen) = terminal.ended().await;
    assert_eq!(exit, Some(0), "{screen}");
    // Drawn over by what came of it.
    let drawn = format!("\r1 leads\r1 leads in {on_screen}\r\n");
    assert!(screen.contains(&drawn), "{screen:?}");

    let socket = shop.daemon.socket.display().to_string();
    let export = ["lead", "export", &in_pipe, "--socket", &socket];
    let ended = run(leadtap(&export)).await;
    assert_eq!(ended.err, format!("1 leads in {in_pipe}\n"));
    let written = |path| std::fs::read_to_string(path).unwrap();
    assert_eq!(written(&on_screen), written(&in_pipe));
}

#[tokio::test]
async fn a_watched_status_is_drawn_over_itself_until_ctrl_c() {
    let shop = shop().await;
    let Some(mut terminal) = Terminal::with(&shop, "status --watch=1") else {
        return;
    };
    terminal.shows(HOME, 2).await;
    terminal.types("\x03");
    let (_, screen) = terminal.ended().await;
    let mut drawn = screen.split(HOME);
    assert!(drawn.next().is_some());
    // Each line to its end, and what was below it: nothing of the one before stays.
    let first = drawn.next().unwrap();
    assert!(first.trim_end().ends_with("\x1b[J"), "{first:?}");
    let lines: Vec<_> = first.lines().collect();
    let whole = lines.iter().take_while(|line| !line.contains("\x1b[J"));
    assert!(whole.clone().count() > 3, "{first:?}");
    for line in whole {
        assert!(line.ends_with("\x1b[K"), "{line:?}");
    }
    // Whoever reads it from a pipe gets no such signs.
    let socket = shop.daemon.socket.display().to_string();
    let ended = run(leadtap(&["status", "--socket", &socket])).await;
    assert!(ended.out.lines().count() > 3, "{ended:?}");
    assert!(!ended.out.contains('\x1b'), "{ended:?}");
}
