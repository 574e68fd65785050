//! What each rpc needs: one table, and whatever is not in it is refused.

use crate::domain::caller::Permission;

/// What a caller must have to make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: whoever reaches the listener may ask. Such an rpc tells
    /// nothing about any site.
    Nothing,
    /// This permission.
    Permission(Permission),
}

/// What is known of one rpc before it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rpc {
    /// The path of its HTTP request.
    pub path: &'static str,
    /// What a caller must have.
    pub need: Need,
    /// Whether each call of it gets a line in the audit log: administrative
    /// acts, and whatever hands out or takes away what belongs to a person.
    pub audited: bool,
    /// Whether it answers with a stream: a call in flight until it ends, and the
    /// audit log has a line for its beginning and one for its end.
    pub streams: bool,
    /// Whether that stream has no end of its own. It is ended when the daemon
    /// stops, which would wait for it otherwise.
    pub endless: bool,
}

impl Rpc {
    /// An everyday call.
    const fn plain(path: &'static str, permission: Permission) -> Self {
        Self {
            path,
            need: Need::Permission(permission),
            audited: false,
            streams: false,
            endless: false,
        }
    }

    /// One that the audit log tells of.
    const fn audited(path: &'static str, permission: Permission) -> Self {
        Self {
            audited: true,
            ..Self::plain(path, permission)
        }
    }

    /// One that answers with a stream, and that the audit log tells of.
    const fn audited_stream(path: &'static str, permission: Permission) -> Self {
        Self {
            streams: true,
            ..Self::audited(path, permission)
        }
    }

    /// One that anybody may make.
    const fn open(path: &'static str) -> Self {
        Self {
            path,
            need: Need::Nothing,
            audited: false,
            streams: false,
            endless: false,
        }
    }

    /// The same, answering with a stream that has no end of its own.
    const fn endless(self) -> Self {
        Self {
            streams: true,
            endless: true,
            ..self
        }
    }
}

/// Every rpc. A test compares it with the proto.
pub const TABLE: &[Rpc] = &[
    Rpc::plain(
        "/leadtap.v1.LoginService/StartAuthorization",
        Permission::Login,
    ),
    Rpc::plain(
        "/leadtap.v1.LoginService/CompleteAuthorization",
        Permission::Login,
    ),
    Rpc::plain("/leadtap.v1.LoginService/GetLead", Permission::Login),
    Rpc::plain("/leadtap.v1.LoginService/GetSite", Permission::Login),
    Rpc::audited("/leadtap.v1.TokenService/ImportToken", Permission::Tokens),
    Rpc::audited(
        "/leadtap.v1.TokenService/GetAccessToken",
        Permission::Tokens,
    ),
    Rpc::plain("/leadtap.v1.TokenService/RefreshToken", Permission::Tokens),
    Rpc::plain("/leadtap.v1.TokenService/ListTokens", Permission::Tokens),
    Rpc::plain("/leadtap.v1.AdminService/GetStatus", Permission::Admin),
    Rpc::audited("/leadtap.v1.AdminService/ListKeys", Permission::Admin),
    Rpc::audited("/leadtap.v1.AdminService/AddKey", Permission::Admin),
    // It ends with the rotation, which can be long, and which a stop does not wait for.
    Rpc::audited_stream("/leadtap.v1.AdminService/RotateKeys", Permission::Admin).endless(),
    Rpc::audited("/leadtap.v1.AdminService/RetireKey", Permission::Admin),
    Rpc::audited("/leadtap.v1.LeadService/DeleteLead", Permission::Leads),
    Rpc::plain("/leadtap.v1.LeadService/ListLeads", Permission::Leads),
    Rpc::plain("/leadtap.v1.LeadService/UpdateLead", Permission::Leads),
    Rpc::plain(
        "/leadtap.v1.LeadService/PreviewRetention",
        Permission::Leads,
    ),
    Rpc::plain(
        "/leadtap.v1.LeadService/GetLeadStatistics",
        Permission::Leads,
    ),
    // It has an end, and can be gone on with: a stop need not wait for it.
    Rpc::audited_stream("/leadtap.v1.LeadService/ExportLeads", Permission::Leads).endless(),
    Rpc::audited("/leadtap.v1.LeadService/ExportLead", Permission::Leads),
    Rpc::plain("/leadtap.v1.LeadService/WatchLeads", Permission::Leads).endless(),
    Rpc::audited(
        "/leadtap.v1.PlatformService/HandleDeauthorization",
        Permission::Platform,
    ),
    Rpc::audited(
        "/leadtap.v1.PlatformService/HandleDataDeletion",
        Permission::Platform,
    ),
    Rpc::plain(
        "/leadtap.v1.PlatformService/GetDeletionStatus",
        Permission::Platform,
    ),
    Rpc::plain("/leadtap.v1.WebhookService/ListWebhooks", Permission::Leads),
    Rpc::plain(
        "/leadtap.v1.WebhookService/ListDeadLetters",
        Permission::Leads,
    ),
    Rpc::audited(
        "/leadtap.v1.WebhookService/ReplayDeadLetters",
        Permission::Leads,
    ),
    Rpc::audited_stream("/leadtap.v1.AdminService/CreateBackup", Permission::Admin),
    Rpc::audited_stream("/leadtap.v1.AdminService/CompactStore", Permission::Admin),
    Rpc::open("/grpc.health.v1.Health/Check"),
    Rpc::open("/grpc.health.v1.Health/Watch").endless(),
    // A stream both ways, which lasts for as long as the client wishes.
    Rpc::open("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo").endless(),
    Rpc::open("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo").endless(),
];

/// The rpc at this path with its place in the table; none where there is no
/// such rpc.
#[must_use]
pub fn rpc(path: &str) -> Option<(usize, &'static Rpc)> {
    let mut numbered = TABLE.iter().enumerate();
    numbered.find(|(_, rpc)| rpc.path == path)
}
