//! Every rpc of every service, called by another site's caller with this
//! site's ids: it finds nothing, and cannot tell that there is something.
//!
//! An rpc that is added without a row in [`WALK`] fails the test.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use leadtap::grpc::DESCRIPTORS;
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::{self, delete_lead_request, export_lead_request, get_lead_request};
use prost::Message;
use prost_reflect::DescriptorPool;
use ring::digest::{SHA256, digest};
use tonic::{Code, Request};

use crate::support::caller::hex;
use crate::support::shop::ACCOUNT;
use crate::support::web::{Web, frame};
use crate::support::{PATIENCE, Shop};

const OWN: &str = "the-first-sites-bearer-token-1f64";
const FOREIGN: &str = "another-sites-bearer-token-93c1";

/// Whose answer ends only where there is nothing to follow.
const WATCH: &str = "/leadtap.v1.LeadService/WatchLeads";

/// How often the two answers are timed.
const ROUNDS: usize = 30;

/// What a site's objects are known by.
struct Ids {
    lead_id: String,
    user_id: String,
    scoped_id: String,
    /// Of a login under way, which the binding belongs to.
    callback: String,
    binding: Vec<u8>,
    /// Of a list of leads that goes on.
    page_token: String,
    /// Of a list of tokens that goes on.
    token_page: String,
    /// Of somebody who follows what happens to leads.
    watch_cursor: String,
    /// Of an export that broke off.
    export_cursor: String,
    /// What Meta signed about the person.
    signed_request: String,
    /// What Meta signed about nobody.
    signed_of_nobody: String,
    /// Of a deletion that was carried out.
    confirmation_code: String,
}

impl Ids {
    /// Ids as good as these, of nothing that there is.
    fn made_up(&self) -> Self {
        let digits = |id: &str| "9".repeat(id.len());
        let reversed = |token: &str| token.chars().rev().collect();
        Self {
            lead_id: "0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10".to_owned(),
            user_id: digits(&self.user_id),
            scoped_id: digits(&self.scoped_id),
            callback: format!("code=abc&state={}", "A".repeat(43)),
            binding: self.binding.clone(),
            page_token: reversed(&self.page_token),
            token_page: reversed(&self.token_page),
            watch_cursor: reversed(&self.watch_cursor),
            export_cursor: reversed(&self.export_cursor),
            signed_request: self.signed_of_nobody.clone(),
            signed_of_nobody: self.signed_of_nobody.clone(),
            confirmation_code: "0".repeat(self.confirmation_code.len()),
        }
    }
}

/// One rpc of the walk.
struct Row {
    path: &'static str,
    how: How,
}

enum How {
    /// A request for each kind of id that it takes.
    With(fn(&Ids) -> Vec<Vec<u8>>),
    /// It takes no id of anything, for this reason.
    NoIds(&'static str),
}

/// Every rpc of ours. What takes away is last, because the ids' own site calls
/// them in this order too.
const WALK: &[Row] = &[
    Row {
        path: "/leadtap.v1.LoginService/StartAuthorization",
        how: How::NoIds("it begins something of the caller's own"),
    },
    Row {
        path: "/leadtap.v1.LoginService/GetSite",
        how: How::NoIds("it tells of the caller's own site"),
    },
    Row {
        path: "/leadtap.v1.LeadService/GetLeadStatistics",
        how: How::NoIds("it takes times alone, and counts at the caller's own site"),
    },
    Row {
        path: "/leadtap.v1.AdminService/GetStatus",
        how: How::NoIds("it tells of the caller's own site, and of the daemon"),
    },
    Row {
        path: "/leadtap.v1.AdminService/ListKeys",
        how: How::NoIds("the keys are the daemon's, and no site's"),
    },
    Row {
        path: "/leadtap.v1.AdminService/AddKey",
        how: How::NoIds("the keys are the daemon's, and no site's"),
    },
    Row {
        path: "/leadtap.v1.AdminService/RotateKeys",
        how: How::NoIds("the keys are the daemon's, and no site's"),
    },
    Row {
        path: "/leadtap.v1.AdminService/CreateBackup",
        how: How::NoIds("a backup is of all sites, and sealed"),
    },
    Row {
        path: "/leadtap.v1.AdminService/CompactStore",
        how: How::NoIds("the database is of all sites, and nothing of it is told"),
    },
    Row {
        path: "/leadtap.v1.AdminService/RetireKey",
        how: How::NoIds("the keys are the daemon's, and no site's"),
    },
    Row {
        path: "/leadtap.v1.TokenService/ImportToken",
        how: How::NoIds("the token says by itself whose it is, to the caller's own app"),
    },
    Row {
        path: "/leadtap.v1.TokenService/GetAccessToken",
        how: How::With(|ids| {
            let lead_id = ids.lead_id.clone();
            vec![pb::GetAccessTokenRequest { lead_id }.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.TokenService/RefreshToken",
        how: How::With(|ids| {
            let lead_id = ids.lead_id.clone();
            vec![pb::RefreshTokenRequest { lead_id }.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.TokenService/ListTokens",
        how: How::With(|ids| {
            let request = pb::ListTokensRequest {
                page_size: 1,
                page_token: ids.token_page.clone(),
                ..Default::default()
            };
            vec![request.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.LoginService/GetLead",
        how: How::With(|ids| {
            use get_lead_request::Key;
            let keys = [
                Key::LeadId(ids.lead_id.clone()),
                Key::InstagramUserId(ids.user_id.clone()),
                Key::InstagramScopedId(ids.scoped_id.clone()),
            ];
            keys.map(|key| pb::GetLeadRequest { key: Some(key) }.encode_to_vec())
                .to_vec()
        }),
    },
    Row {
        path: "/leadtap.v1.LoginService/CompleteAuthorization",
        how: How::With(|ids| {
            let request = pb::CompleteAuthorizationRequest {
                callback_query: ids.callback.clone(),
                browser_binding: ids.binding.clone(),
            };
            vec![request.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.LeadService/ListLeads",
        how: How::With(|ids| {
            let request = pb::ListLeadsRequest {
                page_size: 1,
                page_token: ids.page_token.clone(),
                ..Default::default()
            };
            vec![request.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.LeadService/ExportLeads",
        how: How::With(|ids| {
            let request = pb::ExportLeadsRequest {
                cursor: ids.export_cursor.clone(),
                format: pb::ExportFormat::JsonLines.into(),
                ..Default::default()
            };
            vec![request.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.LeadService/ExportLead",
        how: How::With(|ids| {
            use export_lead_request::Key;
            let keys = [
                Key::LeadId(ids.lead_id.clone()),
                Key::InstagramUserId(ids.user_id.clone()),
                Key::InstagramScopedId(ids.scoped_id.clone()),
            ];
            keys.map(|key| pb::ExportLeadRequest { key: Some(key) }.encode_to_vec())
                .to_vec()
        }),
    },
    Row {
        path: WATCH,
        how: How::With(|ids| {
            let cursor = ids.watch_cursor.clone();
            vec![pb::WatchLeadsRequest { cursor }.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.LeadService/PreviewRetention",
        how: How::NoIds(
            "its page token needs leads that are idle for a day: see retention.rs, where time runs",
        ),
    },
    Row {
        path: "/leadtap.v1.WebhookService/ListWebhooks",
        how: How::NoIds("it lists what the caller's own site has"),
    },
    Row {
        path: "/leadtap.v1.WebhookService/ListDeadLetters",
        how: How::NoIds(
            "its letters take a delivery that failed for a day: see webhook_letters.rs, where time runs",
        ),
    },
    Row {
        path: "/leadtap.v1.WebhookService/ReplayDeadLetters",
        how: How::NoIds(
            "its letters take a delivery that failed for a day: see webhook_letters.rs, where time runs",
        ),
    },
    Row {
        path: "/leadtap.v1.LeadService/UpdateLead",
        how: How::With(|ids| {
            let lead = pb::Lead {
                lead_id: ids.lead_id.clone(),
                contact: Some(pb::Contact {
                    full_name: "Somebody Else".to_owned(),
                    ..Default::default()
                }),
                ..Default::default()
            };
            let request = pb::UpdateLeadRequest {
                lead: Some(lead),
                update_mask: Some(prost_types::FieldMask {
                    paths: vec!["contact.full_name".to_owned()],
                }),
            };
            vec![request.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.PlatformService/HandleDataDeletion",
        how: How::NoIds("Meta's signature says whose app it is, and the code follows from it"),
    },
    Row {
        path: "/leadtap.v1.PlatformService/GetDeletionStatus",
        how: How::With(|ids| {
            let confirmation_code = ids.confirmation_code.clone();
            vec![pb::GetDeletionStatusRequest { confirmation_code }.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.PlatformService/HandleDeauthorization",
        how: How::With(|ids| {
            let signed_request = ids.signed_request.clone();
            vec![pb::HandleDeauthorizationRequest { signed_request }.encode_to_vec()]
        }),
    },
    Row {
        path: "/leadtap.v1.LeadService/DeleteLead",
        how: How::With(|ids| {
            use delete_lead_request::Key;
            let keys = [
                Key::LeadId(ids.lead_id.clone()),
                Key::InstagramUserId(ids.user_id.clone()),
                Key::InstagramScopedId(ids.scoped_id.clone()),
                Key::InstagramId(ids.user_id.clone()),
            ];
            keys.map(|key| pb::DeleteLeadRequest { key: Some(key) }.encode_to_vec())
                .to_vec()
        }),
    },
];

/// A caller that may do anything, at its own site.
fn caller(name: &str, site: &str, token: &str) -> String {
    let hash = hex(digest(&SHA256, token.as_bytes()).as_ref());
    format!(
        "[[caller]]\nname = \"{name}\"\nsite = \"{site}\"\ntoken_sha256 = \"{hash}\"\n\
         permissions = [\"login\", \"leads\", \"tokens\", \"platform\", \"admin\"]\n"
    )
}

/// All of an answer that a caller sees, apart from its request id.
#[derive(Debug, PartialEq)]
struct Seen {
    code: Code,
    text: String,
    details: Vec<u8>,
    message: Option<Vec<u8>>,
}

impl Seen {
    /// Whether it says anything of what these ids belong to.
    fn names(&self, ids: &Ids) -> bool {
        let said = [self.message.as_deref().unwrap_or(&[]), &self.details];
        let names = [&*ids.lead_id, &*ids.user_id, &*ids.scoped_id, ACCOUNT];
        names.iter().any(|name| {
            let name = name.as_bytes();
            let found = |said: &[u8]| said.windows(name.len()).any(|part| part == name);
            said.iter().any(|said| found(said)) || found(self.text.as_bytes())
        })
    }
}

async fn ask(web: &Web, token: &str, path: &str, request: &[u8]) -> Seen {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    let answer = web.post_to(path.trim_start_matches('/'), &headers, frame(request));
    // A stream that does not end has found something to follow.
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    let answer = answer.unwrap_or_else(|_| panic!("{path} does not end"));
    Seen {
        code: answer.status.code(),
        text: answer.status.message().to_owned(),
        details: answer.status.details().to_vec(),
        message: answer.message,
    }
}

/// A shop with two leads and a login under way, and what they are known by.
async fn populated() -> (Shop, Ids) {
    let shop = Shop::open_with(|setup| {
        setup.level = "info,leadtap::grpc::gate=error".to_owned();
        let site = setup.site_section("other", "");
        setup.more = site + &caller("own", "shop", OWN) + &caller("foreign", "other", FOREIGN);
    })
    .await;
    shop.login("mira_makes").await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let list = pb::ListLeadsRequest {
        page_size: 1,
        ..Default::default()
    };
    let web = Web::new(&shop.daemon.socket);
    let path = "/leadtap.v1.LeadService/ListLeads";
    let page = ask(&web, OWN, path, &list.encode_to_vec()).await;
    let page = pb::ListLeadsResponse::decode(&*page.message.unwrap()).unwrap();
    let list = pb::ListTokensRequest {
        page_size: 1,
        ..Default::default()
    };
    let path = "/leadtap.v1.TokenService/ListTokens";
    let tokens = ask(&web, OWN, path, &list.encode_to_vec()).await;
    let tokens = pb::ListTokensResponse::decode(&*tokens.message.unwrap()).unwrap();
    let export = pb::ExportLeadsRequest {
        format: pb::ExportFormat::JsonLines.into(),
        ..Default::default()
    };
    let path = "/leadtap.v1.LeadService/ExportLeads";
    let export = ask(&web, OWN, path, &export.encode_to_vec()).await;
    let export = pb::ExportLeadsResponse::decode(&*export.message.unwrap()).unwrap();
    let mut watch = Request::new(pb::WatchLeadsRequest::default());
    let authorization = format!("Bearer {OWN}").parse().unwrap();
    watch.metadata_mut().insert("authorization", authorization);
    let mut leads = LeadServiceClient::new(shop.daemon.channel().await);
    let mut changes = leads.watch_leads(watch).await.unwrap().into_inner();
    let position = changes.message().await.unwrap().unwrap();
    let profile = lead.instagram.unwrap();
    let signed_of_nobody = signed(&shop, "17841400000000001").await;
    let deletion = pb::HandleDataDeletionRequest {
        signed_request: signed_of_nobody.clone(),
    };
    let path = "/leadtap.v1.PlatformService/HandleDataDeletion";
    let deletion = ask(&web, OWN, path, &deletion.encode_to_vec()).await;
    let deletion = pb::HandleDataDeletionResponse::decode(&*deletion.message.unwrap()).unwrap();
    let ids = Ids {
        signed_request: signed(&shop, &profile.user_id).await,
        signed_of_nobody,
        confirmation_code: deletion.confirmation_code,
        lead_id: lead.lead_id,
        user_id: profile.user_id,
        scoped_id: profile.id,
        callback,
        binding: visit.browser.binding.clone(),
        page_token: page.next_page_token,
        token_page: tokens.next_page_token,
        watch_cursor: position.cursor,
        export_cursor: export.cursor,
    };
    assert!(
        !ids.watch_cursor.is_empty() && !ids.page_token.is_empty() && !ids.token_page.is_empty()
    );
    (shop, ids)
}

/// What Meta posts about this person, as the sandbox signs it.
async fn signed(shop: &Shop, user_id: &str) -> String {
    let order = Some(serde_json::json!({ "user_id": user_id }));
    let post = reqwest::Method::POST;
    let answer = shop.fake.control(post, "signed-request", order).await;
    answer["signed_request"].as_str().unwrap().to_owned()
}

#[test]
fn every_rpc_has_its_row_in_the_walk() {
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let mut rpcs = BTreeSet::new();
    for service in pool.services() {
        let name = service.full_name().to_owned();
        rpcs.extend(
            service
                .methods()
                .map(|rpc| format!("/{name}/{}", rpc.name())),
        );
    }
    let walk: BTreeSet<String> = WALK.iter().map(|row| row.path.to_owned()).collect();
    assert_eq!(walk, rpcs, "the walk of foreign ids is of every rpc");
    for row in WALK {
        if let How::NoIds(reason) = row.how {
            assert!(!reason.is_empty());
        }
    }
}

#[tokio::test]
async fn another_sites_ids_find_nothing_not_even_another_error() {
    let (shop, ids) = populated().await;
    let web = Web::new(&shop.daemon.socket);
    let made_up = ids.made_up();
    for row in WALK {
        let How::With(requests) = row.how else {
            continue;
        };
        for (foreign, nothing) in requests(&ids).iter().zip(&requests(&made_up)) {
            let path = row.path;
            let foreign = ask(&web, FOREIGN, path, foreign).await;
            let nothing = ask(&web, FOREIGN, path, nothing).await;
            assert_eq!(foreign, nothing, "{path} tells of another site's");
            assert!(!foreign.names(&ids), "{path} found something: {foreign:?}");
        }
    }
    // The ids are good: their own site finds all of it, untouched.
    for row in WALK.iter().filter(|row| row.path != WATCH) {
        if let How::With(requests) = row.how {
            let request = &requests(&ids)[0];
            let foreign = ask(&web, FOREIGN, row.path, request).await;
            let own = ask(&web, OWN, row.path, request).await;
            assert_ne!(own, foreign, "{}", row.path);
        }
    }
}

#[tokio::test]
async fn another_sites_ids_take_no_longer_than_made_up_ones() {
    let (shop, ids) = populated().await;
    let web = Web::new(&shop.daemon.socket);
    let made_up = ids.made_up();
    for row in WALK {
        let How::With(requests) = row.how else {
            continue;
        };
        for (foreign, nothing) in requests(&ids).iter().zip(&requests(&made_up)) {
            let (mut of_foreign, mut of_nothing) = (Vec::new(), Vec::new());
            // In turns, so that whatever else the machine does is in both.
            for _ in 0..ROUNDS {
                of_foreign.push(timed(&web, row.path, foreign).await);
                of_nothing.push(timed(&web, row.path, nothing).await);
            }
            of_foreign.sort();
            of_nothing.sort();
            let (foreign, nothing) = (of_foreign[ROUNDS / 2], of_nothing[ROUNDS / 2]);
            // A class of answer time: a write to the disk, or a call of Instagram.
            let class = |other: Duration| 3 * other + Duration::from_millis(3);
            assert!(
                foreign <= class(nothing) && nothing <= class(foreign),
                "{}: {foreign:?} for another site's, {nothing:?} for nothing",
                row.path
            );
        }
    }
}

async fn timed(web: &Web, path: &str, request: &[u8]) -> Duration {
    let begun = Instant::now();
    ask(web, FOREIGN, path, request).await;
    begun.elapsed()
}
