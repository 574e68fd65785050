//! A daemon that answers what the clients' tests need, over a real socket.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ring::digest::{SHA256, digest};
use tokio::net::UnixListener;
use tokio::sync::oneshot;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::transport::Server;
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::client::ClientArgs;
use crate::grpc::pb;
use crate::grpc::pb::complete_authorization_response::Outcome;
use crate::grpc::pb::login_service_server::{LoginService, LoginServiceServer};

/// Set to write the snapshots anew after a change on purpose.
const BLESS: &str = "LEADTAP_BLESS";

/// Compares `text` with the file of that name in `tests/snapshots`.
pub(super) fn assert_snapshot(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let path = folder.join(name);
    if std::env::var_os(BLESS).is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, expected,
        "{name}: {BLESS}=1 cargo test writes it anew"
    );
}

/// The id of the one lead that there is.
pub(super) const LEAD_ID: &str = "0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10";

/// A lead with every field set.
pub(super) fn full_lead() -> pb::Lead {
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    pb::Lead {
        lead_id: LEAD_ID.to_owned(),
        instagram: Some(pb::InstagramProfile {
            id: "27640875392278831".to_owned(),
            user_id: "17841405793187218".to_owned(),
            username: "ada.makes".to_owned(),
            name: "Ada Makes".to_owned(),
            account_type: pb::AccountType::Creator.into(),
            profile_picture_url: "https://cdn.example/ada.jpg".to_owned(),
            followers_count: Some(1815),
            follows_count: Some(12),
            media_count: Some(52),
            fetched_time: at(1_795_478_400),
        }),
        contact: Some(pb::Contact {
            email: "ada@example.org".to_owned(),
            email_verified_time: at(1_795_478_460),
            full_name: "Ada Example".to_owned(),
            phone: "+44 20 7946 0000".to_owned(),
        }),
        consent: Some(pb::Consent {
            text_version: "2026-11 en".to_owned(),
            agree_time: at(1_795_478_390),
            source: "checkout".to_owned(),
            withdraw_time: None,
        }),
        attributes: HashMap::from([
            ("campaign".to_owned(), "winter".to_owned()),
            ("page".to_owned(), "/checkout".to_owned()),
        ]),
        create_time: at(1_795_478_400),
        last_login_time: at(1_795_564_800),
        login_count: 2,
        token: Some(pb::TokenStatus {
            state: pb::TokenState::LongLived.into(),
            scopes: vec!["instagram_business_basic".to_owned()],
            expire_time: at(1_800_662_400),
            refreshed_time: at(1_795_478_400),
            end_reason: pb::TokenEndReason::Unspecified.into(),
        }),
        etag: "7f3a".to_owned(),
        source: pb::LeadSource::Login.into(),
    }
}

/// A daemon on a socket of its own; it ends when it is dropped.
pub(super) struct FakeDaemon {
    folder: tempfile::TempDir,
    completions: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl FakeDaemon {
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leadtap.sock");
        let completions = Arc::new(AtomicUsize::new(0));
        let service = Service {
            binding_hash: std::sync::Mutex::default(),
            completions: Arc::clone(&completions),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = UnixListener::bind(path).unwrap();
                ready.send(()).unwrap();
                let serving = Server::builder()
                    .add_service(LoginServiceServer::new(service))
                    .serve_with_incoming(UnixListenerStream::new(listener));
                tokio::select! {
                    done = serving => done.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        is_ready.recv().unwrap();
        Self {
            folder,
            completions,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(super) fn client_args(&self) -> ClientArgs {
        ClientArgs {
            socket: Some(self.folder.path().join("leadtap.sock")),
            ..ClientArgs::default()
        }
    }

    /// How often CompleteAuthorization was called.
    pub(super) fn completions(&self) -> usize {
        self.completions.load(Ordering::SeqCst)
    }
}

impl Drop for FakeDaemon {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Service {
    binding_hash: std::sync::Mutex<Vec<u8>>,
    completions: Arc<AtomicUsize>,
}

fn error(code: Code, message: &str, next_step: &str, wait: Option<Duration>) -> Status {
    let metadata = HashMap::from([("next_step".to_owned(), next_step.to_owned())]);
    let mut details = ErrorDetails::with_error_info("TEST", "leadtap", metadata);
    if wait.is_some() {
        details.set_retry_info(wait);
    }
    Status::with_error_details(code, message, details)
}

#[tonic::async_trait]
impl LoginService for Service {
    async fn start_authorization(
        &self,
        request: Request<pb::StartAuthorizationRequest>,
    ) -> Result<Response<pb::StartAuthorizationResponse>, Status> {
        *self.binding_hash.lock().unwrap() = request.into_inner().browser_binding_hash;
        Ok(Response::new(pb::StartAuthorizationResponse {
            authorization_url: "https://www.instagram.com/oauth/authorize?state=s".to_owned(),
            state: "s".to_owned(),
            expire_time: None,
        }))
    }

    async fn complete_authorization(
        &self,
        request: Request<pb::CompleteAuthorizationRequest>,
    ) -> Result<Response<pb::CompleteAuthorizationResponse>, Status> {
        let earlier = self.completions.fetch_add(1, Ordering::SeqCst);
        let request = request.into_inner();
        let hash = digest(&SHA256, &request.browser_binding);
        if hash.as_ref() != self.binding_hash.lock().unwrap().as_slice() {
            return Err(error(
                Code::PermissionDenied,
                "Another browser.",
                "START_AGAIN",
                None,
            ));
        }
        let query = request.callback_query;
        if query.contains("error=") {
            let declined = pb::Declined {
                error: "access_denied".to_owned(),
                reason: "user_denied".to_owned(),
                ..Default::default()
            };
            let outcome = Some(Outcome::Declined(declined));
            return Ok(Response::new(pb::CompleteAuthorizationResponse { outcome }));
        }
        if query.contains("code=used") {
            return Err(error(
                Code::FailedPrecondition,
                "Used.",
                "START_AGAIN",
                None,
            ));
        }
        if query.contains("code=second-time") && earlier == 0 {
            let soon = Some(Duration::from_millis(1));
            return Err(error(Code::Unavailable, "Not now.", "RETRY", soon));
        }
        let authorized = pb::Authorized {
            lead: Some(full_lead()),
            new_lead: true,
            ..Default::default()
        };
        let outcome = Some(Outcome::Authorized(authorized));
        Ok(Response::new(pb::CompleteAuthorizationResponse { outcome }))
    }

    async fn get_site(&self, _: Request<pb::GetSiteRequest>) -> Result<Response<pb::Site>, Status> {
        Err(Status::unimplemented("nothing here asks"))
    }

    async fn get_lead(
        &self,
        request: Request<pb::GetLeadRequest>,
    ) -> Result<Response<pb::Lead>, Status> {
        match request.into_inner().key {
            Some(pb::get_lead_request::Key::LeadId(id)) if id == LEAD_ID => {
                Ok(Response::new(full_lead()))
            }
            _ => Err(error(
                Code::NotFound,
                "This site has no such lead",
                "FIX_REQUEST",
                None,
            )),
        }
    }
}
