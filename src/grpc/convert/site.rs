//! What a caller hears of its site.

use crate::grpc::callers::Access;
use crate::grpc::pb;

/// A caller's site, as the configuration has it.
#[must_use]
pub fn site(access: &Access) -> pb::Site {
    let site = &access.site;
    let permissions = access.caller.permissions.iter();
    pb::Site {
        site_id: site.id.to_string(),
        daemon_version: env!("CARGO_PKG_VERSION").to_owned(),
        permissions: permissions
            .map(|permission| permission.to_string())
            .collect(),
        redirect_uris: site.redirect_uris.clone(),
        scopes: site.scopes.clone(),
        deletion_status_url: site.duties.deletion_status_url.clone().unwrap_or_default(),
    }
}
