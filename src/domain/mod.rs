//! The words of leadtap: what a login, a lead, a token and a site are, and
//! which changes of them are allowed. Nothing here reads a clock, a disk or a
//! socket.

pub mod address;
pub mod allowance;
pub mod authorization;
pub mod caller;
pub mod change;
pub mod clock;
pub mod deletion;
pub mod duties;
pub mod email;
pub mod erasure;
pub mod failure;
pub mod ids;
pub mod lead;
pub mod limits;
pub mod retention;
pub mod secret;
pub mod site;
#[cfg(test)]
pub(crate) mod testing;
pub mod token;
pub mod update;
pub mod upkeep;
pub mod visits;
pub mod webhook;
pub mod window;
