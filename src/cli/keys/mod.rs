//! `leadtap keys`

mod add;
mod create;
mod list;
mod retire;
mod rotate;

use clap::{Args, Subcommand};

use super::client::{ClientArgs, Connection, environment};
use super::exit::CommandError;
use crate::grpc::pb::admin_service_client::AdminServiceClient;

/// Look after the keys that seal tokens on disk
///
/// A new ring is made before the first start. From then on keys rotate while the daemon runs: add a
/// new key, copy the ring, rotate, and retire the old key. All but create, and add with --file, call
/// the daemon and need a caller with the permission `admin`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    sudo -u leadtap leadtap keys create /etc/leadtap/keys/ring\n  \
    leadtap keys list\n  \
    leadtap keys add && leadtap keys rotate\n  \
    leadtap keys retire 5d1c09fe")]
pub(super) struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(create::Create),
    List(list::List),
    Add(add::Add),
    Rotate(rotate::Rotate),
    Retire(retire::Retire),
}

impl Keys {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::Create(create) => create.run(),
            Action::List(list) => list.run(),
            Action::Add(add) => add.run(),
            Action::Rotate(rotate) => rotate.run(),
            Action::Retire(retire) => retire.run(),
        }
    }
}

/// A client of AdminService.
async fn admin(client: &ClientArgs) -> Result<AdminServiceClient<Connection>, CommandError> {
    let connection = client.target(environment)?.connect().await?;
    Ok(AdminServiceClient::new(connection))
}
