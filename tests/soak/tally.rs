//! Every change of every lead, as a consumer of WatchLeads hears of them: each
//! once, in order, over all restarts.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::{self, LeadEventType as Type};
use tonic::Status;
use tonic_types::StatusExt;

use crate::report::Report;
use crate::shop::channel;

/// How long a consumer waits before it comes back.
const PAUSE: Duration = Duration::from_millis(20);

/// What was told of one lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The newest revision.
    pub revision: i64,
    pub created: u32,
    pub logged_in: i64,
    pub updated: i64,
    pub token_changed: i64,
    pub erased: u32,
}

/// All that was told.
#[derive(Default)]
pub struct Tally(Mutex<HashMap<String, Told>>);

impl Tally {
    pub fn of(&self, lead_id: &str) -> Told {
        let told = self.0.lock().unwrap();
        told.get(lead_id).cloned().unwrap_or_default()
    }

    /// A lead that is no more and was looked at.
    pub fn forget(&self, lead_id: &str) {
        self.0.lock().unwrap().remove(lead_id);
    }

    fn hear(&self, event: &pb::LeadEvent) -> Result<(), String> {
        let mut all = self.0.lock().unwrap();
        let told = all.entry(event.lead_id.clone()).or_default();
        let kind = event.r#type();
        if event.revision != told.revision + 1 {
            return Err(format!(
                "lead {}: {kind:?} of revision {} was told after revision {}",
                event.lead_id, event.revision, told.revision
            ));
        }
        told.revision = event.revision;
        match kind {
            Type::Created => told.created += 1,
            Type::LoggedIn => told.logged_in += 1,
            Type::Updated => told.updated += 1,
            Type::Erased => told.erased += 1,
            Type::TokenChanged => told.token_changed += 1,
            Type::Unspecified => return Err("an event of no type".to_owned()),
        }
        if told.created != 1 || told.erased > 1 {
            return Err(format!("lead {}: {told:?} after {kind:?}", event.lead_id));
        }
        Ok(())
    }

    /// Follows the changes for ever, coming back with its last cursor.
    pub async fn listen(self: Arc<Self>, socket: PathBuf, report: Arc<Report>) {
        let mut cursor = String::new();
        let mut client = LeadServiceClient::new(channel(&socket));
        loop {
            let request = pb::WatchLeadsRequest {
                cursor: cursor.clone(),
            };
            let ended = match client.watch_leads(request).await {
                Ok(events) => {
                    report.count("call WatchLeads");
                    self.take(events.into_inner(), &mut cursor, &report).await
                }
                Err(status) => status,
            };
            let reason = ended.get_details_error_info().map(|info| info.reason);
            if reason.as_deref() == Some("CURSOR_EXPIRED") {
                report.problem(format!(
                    "the cursor {cursor} is of another history: {ended}"
                ));
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes events until the stream ends; tells how.
    async fn take(
        &self,
        mut events: tonic::Streaming<pb::WatchLeadsResponse>,
        cursor: &mut String,
        report: &Report,
    ) -> Status {
        loop {
            match events.message().await {
                Ok(Some(message)) => {
                    if let Some(event) = &message.event {
                        report.count("event");
                        report.check(self.hear(event));
                    }
                    *cursor = message.cursor;
                }
                Ok(None) => return Status::ok(""),
                Err(status) => return status,
            }
        }
    }
}
