//! The protocol that Instagram speaks, from our side of the wire.
