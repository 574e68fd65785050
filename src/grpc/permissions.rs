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

/// Every rpc, by the path of its HTTP request. A test compares it with the
/// proto.
pub const TABLE: &[(&str, Need)] = &[
    (
        "/leadtap.v1.LoginService/StartAuthorization",
        Need::Permission(Permission::Login),
    ),
    (
        "/leadtap.v1.LoginService/CompleteAuthorization",
        Need::Permission(Permission::Login),
    ),
    (
        "/leadtap.v1.LoginService/GetLead",
        Need::Permission(Permission::Login),
    ),
    ("/grpc.health.v1.Health/Check", Need::Nothing),
    ("/grpc.health.v1.Health/Watch", Need::Nothing),
    (
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        Need::Nothing,
    ),
    (
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        Need::Nothing,
    ),
];

/// What the rpc at this path needs; none where there is no such rpc.
#[must_use]
pub fn need(path: &str) -> Option<Need> {
    TABLE
        .iter()
        .find(|(known, _)| *known == path)
        .map(|(_, need)| *need)
}
