//! `grpc.health.v1`: what the store says, where load balancers look.

use tokio::sync::watch;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::storage::Health;

/// The services that stand and fall with the store; the empty name is the
/// daemon as a whole.
const SERVICES: [&str; 3] = ["", "leadtap.v1.LoginService", "leadtap.v1.AdminService"];

/// Reports for as long as there is a store.
pub(super) async fn follow(reporter: HealthReporter, mut store: watch::Receiver<Health>) {
    loop {
        let status = match *store.borrow_and_update() {
            Health::Serving => ServingStatus::Serving,
            Health::Unavailable(_) | Health::Damaged(_) => ServingStatus::NotServing,
        };
        for service in SERVICES {
            reporter.set_service_status(service, status).await;
        }
        if store.changed().await.is_err() {
            return;
        }
    }
}
