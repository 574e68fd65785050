//! The use cases: what leadtap does, in terms of the store and of Instagram.

mod busy;
pub mod canary;
pub mod circuit;
pub mod erasure;
pub mod error;
pub mod keys;
pub mod leads;
pub mod login;
pub mod maintenance;
pub mod overview;
mod patience;
mod pause;
pub mod platform;
mod random;
pub mod retention;
pub mod sites;
pub mod sweeper;
pub mod tokens;
mod turns;
pub mod webhooks;

pub use canary::Canary;
pub use circuit::Circuits;
pub use erasure::{Erase, Erasures};
pub use error::LoginError;
pub use keys::{KeyList, KeyState, Keys, KeysError, ListedKey, Progress, RingRefused};
pub use leads::Leads;
pub use login::{Completed, Login, Start, Started};
pub use maintenance::Maintenance;
pub use overview::{DaemonReport, Overview, SiteReport};
pub use patience::Patience;
pub use platform::{Platform, PlatformError};
pub use retention::Retention;
pub use sites::Sites;
pub use tokens::{TokenError, Tokens};
pub use webhooks::Webhooks;
