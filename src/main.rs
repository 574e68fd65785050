//! The `leadtap` command.

fn main() {}
