//! `leadtap lead list`, `leadtap lead update` and `leadtap lead export`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use leadtap::grpc::pb::{self, ExportFormat};
use serde_json::{Value, json};

use crate::support::Shop;
use crate::support::command::{self, Ended};
use crate::support::desk;

async fn leadtap(shop: &Shop, arguments: &[&str]) -> Ended {
    let socket = shop.daemon.socket.display().to_string();
    let arguments = [arguments, &["--socket", &socket]].concat();
    command::run(command::leadtap(&arguments)).await
}

#[tokio::test]
async fn leads_are_listed_for_people_and_for_programs() {
    let (shop, _desk) = desk::open().await;
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(desk::lead(&shop, number, number).await.lead_id);
    }
    let ended = leadtap(&shop, &["lead", "list", "--limit", "3"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].starts_with(&ids[3]) && lines[1].contains("@lead.3"));
    let token = ended.err.trim().rsplit_once("--page-token ").unwrap().1;
    let rest = leadtap(
        &shop,
        &["lead", "list", "--output", "json", "--page-token", token],
    )
    .await;
    let rest: Value = serde_json::from_str(&rest.out).unwrap();
    assert_eq!(rest["leads"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&rest["leads"][0]["lead_id"], &rest["next_page_token"]),
        (&json!(ids[0]), &json!(""))
    );

    let none = leadtap(&shop, &["lead", "list", "--filter", "followers_count > 99"]).await;
    assert_eq!(none.out, "No leads.\n");
    let wrong = leadtap(&shop, &["lead", "list", "--filter", "followers > 99"]).await;
    assert_eq!(wrong.exit, Some(65), "{wrong:?}");
    assert!(wrong.err.contains("at character 1"), "{wrong:?}");
}

#[tokio::test]
async fn an_export_is_a_file_that_only_its_owner_reads() {
    let (shop, _desk) = desk::open().await;
    for number in 0..3 {
        desk::lead(&shop, number, number).await;
    }
    let file = shop.setup.path("leads.csv");
    let name = file.to_str().unwrap();
    let ended = leadtap(
        &shop,
        &["lead", "export", name, "--filter", "followers_count > 0"],
    )
    .await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert!(ended.err.starts_with("2 leads in "), "{ended:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 3);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!Path::new(&format!("{name}.part.progress")).exists());

    let again = leadtap(&shop, &["lead", "export", name]).await;
    assert_eq!(again.exit, Some(73), "{again:?}");
    let forced = leadtap(
        &shop,
        &["lead", "export", name, "--force", "--format", "jsonl"],
    )
    .await;
    assert_eq!(forced.exit, Some(0), "{forced:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3);
}

#[tokio::test]
async fn an_export_that_broke_off_goes_on_where_it_stopped() {
    let (shop, desk) = desk::open().await;
    for number in 0..2 {
        desk::lead(&shop, number, number).await;
    }
    let request = pb::ExportLeadsRequest {
        format: ExportFormat::Csv.into(),
        ..Default::default()
    };
    let mut chunks = desk
        .clone()
        .export_leads(request)
        .await
        .unwrap()
        .into_inner();
    let first = chunks.message().await.unwrap().unwrap();
    desk::lead(&shop, 2, 2).await;

    // The first chunk was noted, and the next one was cut off while it was written.
    let file = shop.setup.path("leads.csv");
    let name = file.to_str().unwrap().to_owned();
    let broken_off = |cursor: &str| {
        let torn = [first.chunk.as_slice(), b"0192f1c8-torn"].concat();
        std::fs::write(format!("{name}.part"), torn).unwrap();
        let note = json!({
            "filter": "", "format": "Csv", "byte_order_mark": false, "cursor": cursor,
            "bytes": first.chunk.len(), "leads": 2,
        });
        std::fs::write(format!("{name}.part.progress"), note.to_string()).unwrap();
    };
    let mut exports = Vec::new();
    // The second one cannot be gone on with, so it begins anew.
    for cursor in [first.cursor.as_str(), "of another key ring"] {
        broken_off(cursor);
        let ended = leadtap(&shop, &["lead", "export", &name, "--force"]).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        assert!(ended.err.starts_with("3 leads in "), "{ended:?}");
        exports.push(std::fs::read_to_string(&file).unwrap());
    }
    assert_eq!(exports[0], exports[1]);
    assert_eq!(exports[0].lines().count(), 4);
}

#[tokio::test]
async fn an_export_to_a_pipe_is_the_export_and_nothing_else() {
    let (shop, _desk) = desk::open().await;
    for number in 0..3 {
        desk::lead(&shop, number, number).await;
    }
    let file = shop.setup.path("leads.csv");
    let saved = leadtap(&shop, &["lead", "export", file.to_str().unwrap()]).await;
    assert_eq!(saved.exit, Some(0), "{saved:?}");
    let socket = shop.daemon.socket.display().to_string();
    let mut export = command::leadtap(&["lead", "export", "-", "--socket", &socket]);
    export.current_dir(shop.setup.folder.path());
    let piped = command::run(export).await;
    assert_eq!((piped.exit, piped.err.as_str()), (Some(0), ""));
    assert_eq!(piped.out, std::fs::read_to_string(&file).unwrap());
    for name in ["-", "-.part", "-.part.progress"] {
        assert!(!shop.setup.path(name).exists(), "{name} was made");
    }
}

#[tokio::test]
async fn a_lead_is_written_by_the_fields_that_are_named_and_by_its_etag() {
    let (shop, _desk) = desk::open().await;
    let lead = desk::lead(&shop, 1, 5).await;
    let update = async |arguments: &[&str]| {
        let command = ["lead", "update", &lead.lead_id];
        leadtap(&shop, &[&command, arguments].concat()).await
    };
    let written = update(&[
        "--email",
        "Ada@Example.org",
        "--email-verified",
        "--attribute",
        "segment=press",
        "--consent",
        "2026-11 en",
        "--output",
        "json",
    ])
    .await;
    assert_eq!(written.exit, Some(0), "{written:?}");
    let written: Value = serde_json::from_str(&written.out).unwrap();
    assert_eq!(written["contact"]["email"], "Ada@example.org");
    assert!(written["contact"]["email_verified_time"].is_string());
    assert_eq!(written["attributes"], json!({ "segment": "press" }));
    assert_eq!(written["consent"]["text_version"], "2026-11 en");

    // Of two who read the same, the second learns why.
    let etag = written["etag"].as_str().unwrap();
    let first = update(&["--phone", "+47 22 00 00 00", "--etag", etag]).await;
    assert_eq!(first.exit, Some(0), "{first:?}");
    assert!(first.out.contains("+47 22 00 00 00"), "{first:?}");
    let second = update(&["--phone", "", "--etag", etag]).await;
    assert_eq!(second.exit, Some(65), "{second:?}");
    assert!(second.err.contains("ETAG_MISMATCH"), "{second:?}");

    let withdrawn = update(&["--withdraw-consent", "--output", "json"]).await;
    let withdrawn: Value = serde_json::from_str(&withdrawn.out).unwrap();
    assert!(withdrawn["consent"]["withdraw_time"].is_string());
    assert_eq!(withdrawn["contact"]["phone"], "+47 22 00 00 00");
    let wrong = update(&["--email", "nobody"]).await;
    assert_eq!(wrong.exit, Some(65), "{wrong:?}");
    assert!(wrong.err.contains("lead.contact.email"), "{wrong:?}");
    let unknown = [
        "lead",
        "update",
        "0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10",
        "--phone",
        "1",
    ];
    assert_eq!(leadtap(&shop, &unknown).await.exit, Some(66));
}
