//! Leads as files.

use leadtap::grpc::pb::{self, ErrorReason as Reason, ExportFormat};
use prost_types::FieldMask;
use serde_json::Value;
use tonic::{Code, Status};

use crate::support::Refusal;
use crate::support::desk::{self, Desk};
use crate::support::shop::ACCOUNT;

async fn export(desk: &Desk, request: pb::ExportLeadsRequest) -> Result<(Vec<u8>, String), Status> {
    let mut chunks = desk.clone().export_leads(request).await?.into_inner();
    let (mut file, mut cursor) = (Vec::new(), String::new());
    while let Some(chunk) = chunks.message().await? {
        file.extend(chunk.chunk);
        cursor = chunk.cursor;
    }
    Ok((file, cursor))
}

fn request(format: ExportFormat) -> pb::ExportLeadsRequest {
    pb::ExportLeadsRequest {
        format: format.into(),
        ..Default::default()
    }
}

/// The records of a CSV, by the names in its first line.
fn records(csv: &[u8]) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::Reader::from_reader(csv);
    let head = reader.headers().unwrap().clone();
    let records = reader.records().map(|record| {
        let record = record.unwrap();
        let cells = head.iter().zip(&record);
        cells
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .collect()
    });
    records.collect()
}

fn cell<'a>(record: &'a [(String, String)], name: &str) -> &'a str {
    let found = record.iter().find(|(named, _)| named == name);
    &found.unwrap_or_else(|| panic!("no column {name}")).1
}

#[tokio::test]
async fn a_csv_has_a_line_a_lead_and_no_formula() {
    let (shop, desk) = desk::open().await;
    let mut leads = Vec::new();
    for number in 0..3 {
        leads.push(desk::lead(&shop, number, number).await);
    }
    let mut lead = leads[1].clone();
    lead.contact = Some(pb::Contact {
        full_name: "=HYPERLINK(\"http://evil\",\"a, b\")".to_owned(),
        phone: "+47 22".to_owned(),
        ..Default::default()
    });
    lead.attributes = [("page".to_owned(), "a,\"b\"".to_owned())].into();
    let request_update = pb::UpdateLeadRequest {
        lead: Some(lead),
        update_mask: Some(FieldMask {
            paths: vec!["contact".to_owned(), "attributes".to_owned()],
        }),
    };
    desk.clone().update_lead(request_update).await.unwrap();

    let (file, _) = export(&desk, request(ExportFormat::Csv)).await.unwrap();
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(text.starts_with("lead_id,create_time,") && text.ends_with("\r\n"));
    assert_eq!(text.matches("\r\n").count(), 4);
    let found = records(&file);
    for (record, lead) in found.iter().zip(&leads) {
        assert_eq!(cell(record, "lead_id"), lead.lead_id);
        assert_eq!(
            cell(record, "instagram_username"),
            lead.instagram.as_ref().unwrap().username
        );
        assert_eq!(cell(record, "token_state"), "LONG_LIVED");
    }
    assert_eq!(
        cell(&found[1], "full_name"),
        "'=HYPERLINK(\"http://evil\",\"a, b\")"
    );
    assert_eq!(cell(&found[1], "phone"), "'+47 22");
    assert_eq!(cell(&found[1], "attributes"), r#"{"page":"a,\"b\""}"#);

    let marked = pb::ExportLeadsRequest {
        byte_order_mark: true,
        ..request(ExportFormat::Unspecified)
    };
    let (with_mark, _) = export(&desk, marked).await.unwrap();
    assert_eq!(with_mark, ["\u{feff}".as_bytes(), &file].concat());
}

#[tokio::test]
async fn json_lines_are_the_leads_as_the_command_line_shows_them() {
    let (shop, desk) = desk::open().await;
    for number in 0..3 {
        desk::lead(&shop, number, number).await;
    }
    let mut client = desk.clone();
    let listed = client.list_leads(pb::ListLeadsRequest {
        order_by: "create_time".to_owned(),
        ..Default::default()
    });
    let listed: Vec<Value> = listed
        .await
        .unwrap()
        .into_inner()
        .leads
        .iter()
        .map(leadtap::cli::lead_json)
        .collect();
    let (file, _) = export(&desk, request(ExportFormat::JsonLines))
        .await
        .unwrap();
    let lines = String::from_utf8(file).unwrap();
    let exported: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(exported, listed);

    let filtered = pb::ExportLeadsRequest {
        filter: "followers_count > 0".to_owned(),
        ..request(ExportFormat::JsonLines)
    };
    let (file, _) = export(&desk, filtered).await.unwrap();
    assert_eq!(String::from_utf8(file).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn an_export_goes_on_from_its_cursor_and_from_no_other() {
    let (shop, desk) = desk::open().await;
    desk::lead(&shop, 0, 0).await;
    let (before, cursor) = export(&desk, request(ExportFormat::Csv)).await.unwrap();
    desk::lead(&shop, 1, 1).await;
    let rest = pb::ExportLeadsRequest {
        cursor: cursor.clone(),
        ..request(ExportFormat::Csv)
    };
    let (after, _) = export(&desk, rest).await.unwrap();
    let (whole, _) = export(&desk, request(ExportFormat::Csv)).await.unwrap();
    assert_eq!([before, after].concat(), whole);
    for forged in [
        pb::ExportLeadsRequest {
            cursor: cursor.clone(),
            ..request(ExportFormat::JsonLines)
        },
        pb::ExportLeadsRequest {
            cursor: cursor.clone(),
            filter: "consent:*".to_owned(),
            ..request(ExportFormat::Csv)
        },
        pb::ExportLeadsRequest {
            cursor: "x".to_owned(),
            ..request(ExportFormat::Csv)
        },
    ] {
        Refusal::from(export(&desk, forged).await).is(
            Code::InvalidArgument,
            Reason::PageTokenInvalid,
            "FIX_REQUEST",
        );
    }
    let wrong = pb::ExportLeadsRequest {
        filter: "x".to_owned(),
        format: 9,
        ..Default::default()
    };
    let refusal = Refusal::from(export(&desk, wrong).await).is(
        Code::InvalidArgument,
        Reason::RequestInvalid,
        "FIX_REQUEST",
    );
    assert_eq!(refusal.fields.len(), 2);
}

#[tokio::test]
async fn everything_about_one_person_is_one_document_without_the_token() {
    use pb::export_lead_request::Key;
    let (shop, desk) = desk::open().await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    shop.login(ACCOUNT).await;
    let profile = lead.instagram.clone().unwrap();
    for key in [
        Key::LeadId(lead.lead_id.clone()),
        Key::InstagramUserId(profile.user_id),
        Key::InstagramScopedId(profile.id),
    ] {
        let request = pb::ExportLeadRequest { key: Some(key) };
        let person = desk
            .clone()
            .export_lead(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(person.lead_id, lead.lead_id);
        assert!(person.json.contains('\n'));
        let document: Value = serde_json::from_str(&person.json).unwrap();
        assert_eq!(document["lead"]["lead_id"], lead.lead_id.as_str());
        assert_eq!(document["lead"]["login_count"], 2);
        let logins = document["logins"].as_array().unwrap();
        assert_eq!(logins.len(), 2);
        assert_eq!(logins[1]["return_to"], "/checkout?step=2");
        let events: Vec<&str> = document["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["what"].as_str().unwrap())
            .collect();
        assert_eq!(events, ["the lead was created", "the person logged in"]);
        assert_eq!(document["token_keeper"]["failed_tries"], 0);
        assert!(document["undelivered"].as_array().unwrap().is_empty());
        let audit_log = document["audit_log"].as_str().unwrap();
        assert!(audit_log.contains("names the lead by its id"));
    }
    let key = Some(Key::LeadId(
        "0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10".to_owned(),
    ));
    Refusal::from(
        desk.clone()
            .export_lead(pb::ExportLeadRequest { key })
            .await,
    )
    .is(Code::NotFound, Reason::LeadNotFound, "FIX_REQUEST");
}
