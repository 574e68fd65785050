//! The PHP in `docs/webhooks.md` believes what the daemon sends, and nothing
//! else.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::program::Program;
use crate::support::receiver::{SECRET, begun};
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Fake, Visit, caller};

/// The code of the page, as a shop copies it.
fn snippet() -> String {
    let page = include_str!("../../docs/webhooks.md");
    let (_, rest) = page.split_once("```php\n").expect("a block of PHP");
    let (code, _) = rest.split_once("```").unwrap();
    code.to_owned()
}

/// What the function of the page says of this request.
fn believes(secret: &str, headers: &Value, body: &str) -> bool {
    let call = "$in = json_decode(stream_get_contents(STDIN), true);\n\
        echo is_from_leadtap($in['secret'], $in['headers'], $in['body']) ? 'yes' : 'no';";
    let mut php = Command::new("php")
        .args([
            "-d",
            "error_reporting=-1",
            "-d",
            "display_errors=stderr",
            "-r",
        ])
        .arg(snippet() + call)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("php, which tests/run installs");
    let input = json!({ "secret": secret, "headers": headers, "body": body });
    let mut stdin = php.stdin.take().unwrap();
    stdin.write_all(input.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = php.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    match &*output.stdout {
        b"yes" => true,
        b"no" => false,
        other => panic!("{}", String::from_utf8_lossy(other)),
    }
}

#[tokio::test]
async fn the_php_of_the_documentation_believes_the_daemon_and_nobody_else() {
    let fake = Fake::start().await;
    let program = Program::start().await;
    let setup = program.setup(&fake);
    let daemon = setup.start().await;
    begun(&daemon).await;
    let client = caller::client(daemon.channel().await, None);
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    authorized(visit.complete(&client, &callback).await);
    let delivery = program.next().await;
    let (headers, body) = (delivery.headers.clone(), delivery.body.clone());
    delivery.answer(204).await;

    assert!(believes(SECRET, &headers, &body), "{headers:#} {body}");
    // One of several signatures is enough: a secret is replaced without a gap.
    let mut several = headers.clone();
    let own = headers["webhook-signature"].as_str().unwrap();
    several["webhook-signature"] = json!(format!("v1,AAAA {own}"));
    assert!(believes(SECRET, &several, &body));

    assert!(!believes(
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &headers,
        &body
    ));
    assert!(!believes(
        SECRET,
        &headers,
        &body.replace("lead.created", "lead.erased")
    ));
    assert!(!believes(SECRET, &json!({}), &body));
    for (name, value) in [
        ("webhook-id", "msg_another"),
        ("webhook-timestamp", "1767225600"),
        ("webhook-signature", "v1,"),
        ("webhook-signature", ""),
    ] {
        let mut changed = headers.clone();
        changed[name] = json!(value);
        assert!(!believes(SECRET, &changed, &body), "{name}: {value}");
    }
    daemon.stops().await;
}
