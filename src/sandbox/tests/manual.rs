//! `docs/sandbox.md` says what the code does.

use axum::http::StatusCode;
use serde_json::Value;

use super::harness::*;
use crate::sandbox::{FAILURES, KNOBS};

const MANUAL: &str = include_str!("../../../docs/sandbox.md");

/// The rows of the table whose first column is headed `heading`.
fn table(heading: &str) -> Vec<Vec<String>> {
    let head = format!("| {heading} |");
    MANUAL
        .lines()
        .skip_while(|line| !line.starts_with(&head))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

#[test]
fn the_table_of_knobs_is_the_codes() {
    let rows = table("knob");
    let documented: Vec<String> = rows.iter().map(|row| row[..3].join(" | ")).collect();
    let known: Vec<String> = KNOBS
        .iter()
        .map(|knob| format!("`{}` | {} | `{}`", knob.name, knob.values, knob.default))
        .collect();
    assert_eq!(documented, known);
    assert!(rows.iter().all(|row| !row[3].is_empty()));
}

#[test]
fn the_table_of_failures_is_the_codes() {
    let documented: Vec<String> = table("failure").iter().map(|row| row.join(" | ")).collect();
    let known: Vec<String> = FAILURES
        .iter()
        .map(|(name, meaning)| format!("`{name}` | {meaning}"))
        .collect();
    assert_eq!(documented, known);
}

#[tokio::test]
async fn the_table_of_accounts_is_the_sandboxs() {
    let accounts = Fake::new().get("/sandbox/accounts").await.json();
    let known: Vec<String> = accounts["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("`{}` {}", text(one, "username"), text(one, "account_type")))
        .collect();
    let documented: Vec<String> = table("username")
        .iter()
        .map(|row| format!("{} {}", row[0], row[1].to_lowercase()))
        .collect();
    assert_eq!(documented, known);
}

#[tokio::test]
async fn every_curl_line_that_sends_json_works() {
    let fake = Fake::new();
    let mut sent = 0;
    for line in MANUAL
        .lines()
        .filter(|line| line.starts_with("curl") && line.contains(" -d '{"))
    {
        if line.contains("\"url\"") {
            continue; // It needs a receiver: the tests of signed requests have one.
        }
        let method = if line.contains("-X PUT") {
            "PUT"
        } else {
            "POST"
        };
        let path = line.split("$S").nth(1).unwrap().split('"').next().unwrap();
        let body = line.split(" -d '").nth(1).unwrap().trim_end_matches('\'');
        let body: Value = serde_json::from_str(body).unwrap();
        let answer = fake.json(method, path, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{line}: {}", answer.text);
        sent += 1;
    }
    assert!(sent >= 8, "only {sent} lines were found");
}
