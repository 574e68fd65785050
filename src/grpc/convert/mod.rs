//! Between the messages of the contract and the words of the domain. What
//! comes out of here towards the domain is valid; nothing is checked again.

mod erasure;
mod idle;
mod keys;
mod lead;
mod lead_event;
mod lead_requests;
mod platform;
mod requests;
mod site;
mod statistics;
mod status;
mod token;
mod webhook;

pub use erasure::{delete_lead, erased};
pub use idle::{idle, idle_query};
pub use keys::{key_id, key_list, key_name, progress};
pub use lead::lead;
pub use lead_event::told;
pub use lead_requests::{export_lead, export_leads, list_leads, update_lead};
pub use platform::{confirmation_code, deletion, deletion_url, signed_request};
pub use requests::{complete, lead_id, lead_key, start, timestamp};
pub use site::site;
pub use statistics::{boundaries, statistics};
pub use status::status;
pub use token::{import_token, page_token, token_counts, token_info, token_query, token_status};
pub use webhook::{letter_page, letter_query, replay, webhook_info};
