//! `kill -9` at every step between a change and whoever follows: nothing is
//! lost, nothing is told twice to who kept the cursor, nothing comes early.

use std::sync::Arc;

use leadtap::grpc::pb::{self, LeadEventType as Type};
use tonic::Streaming;

use crate::crash::{HELD_MS, Login, hangs_on_the_disk};
use crate::support::daemon::Daemon;
use crate::support::desk::{self, Desk, set_phone};
use crate::support::{Disk, Fake, PATIENCE, Setup};

/// Somebody who follows, and comes back with the newest cursor that they kept.
#[derive(Default)]
struct Consumer {
    cursor: String,
}

impl Consumer {
    /// Comes back to this daemon.
    async fn comes(&mut self, daemon: &Daemon) -> Following {
        let mut desk = Desk::new(daemon.channel().await);
        let cursor = self.cursor.clone();
        let answer = desk.watch_leads(pb::WatchLeadsRequest { cursor }).await;
        let mut events = answer.unwrap().into_inner();
        let first = events.message().await.unwrap().unwrap();
        assert_eq!(first.event, None);
        assert!(self.cursor.is_empty() || self.cursor == first.cursor);
        self.cursor = first.cursor;
        Following(events)
    }

    /// Keeps the cursor of what it was told.
    fn keeps(&mut self, told: &Told) {
        self.cursor.clone_from(&told.cursor);
    }
}

struct Following(Streaming<pb::WatchLeadsResponse>);

#[derive(Debug, PartialEq)]
struct Told {
    cursor: String,
    kind: Type,
    revision: i64,
}

impl Following {
    async fn next(&mut self) -> Told {
        let message = tokio::time::timeout(PATIENCE, self.0.message()).await;
        let message = message.expect("a message comes").unwrap().unwrap();
        let event = message.event.unwrap();
        Told {
            cursor: message.cursor,
            kind: event.r#type(),
            revision: event.revision,
        }
    }

    /// The daemon is gone, and told nothing before.
    async fn ends_untold(mut self) {
        let end = tokio::time::timeout(PATIENCE, self.0.message()).await;
        assert!(end.expect("the stream ends").is_err());
    }
}

async fn desk_of(daemon: &Daemon) -> Desk {
    Desk::new(daemon.channel().await)
}

#[tokio::test]
async fn a_change_that_never_reached_the_disk_was_told_to_nobody() {
    for held in ["slow-write", "slow-fsync"] {
        let fake = Arc::new(Fake::start().await);
        let mut setup = Setup::with(&fake);
        desk::with_leads(&mut setup);
        let disk = Disk::failing(&mut setup);
        let daemon = setup.start().await;
        let mut consumer = Consumer::default();
        let following = consumer.comes(&daemon).await;
        let login = Login::allowed(&fake, &daemon).await;
        login.hangs_in_its_last_write(&daemon, &disk, held).await;
        daemon.kill_9();
        disk.heal();
        following.ends_untold().await;

        // Kept or not, it is told once, when it is.
        let daemon = setup.start().await;
        let mut following = consumer.comes(&daemon).await;
        login.complete(&daemon).await.unwrap();
        let told = following.next().await;
        assert_eq!((told.kind, told.revision), (Type::Created, 1), "{held}");
        let lead = login.complete(&daemon).await.unwrap().lead.unwrap();
        set_phone(&desk_of(&daemon).await, &lead.lead_id, "1").await;
        let told = following.next().await;
        assert_eq!((told.kind, told.revision), (Type::Updated, 2), "{held}");
        drop(following);
        daemon.stops().await;
    }
}

#[tokio::test]
async fn whoever_follows_over_kills_at_every_later_step_misses_nothing_and_sees_nothing_twice() {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    desk::with_leads(&mut setup);
    let disk = Disk::failing(&mut setup);
    let daemon = setup.start().await;
    let mut consumer = Consumer::default();
    drop(consumer.comes(&daemon).await);
    let login = Login::allowed(&fake, &daemon).await;
    let lead = login.complete(&daemon).await.unwrap().lead.unwrap().lead_id;

    // On the disk, and told to nobody yet.
    daemon.kill_9();
    let daemon = setup.start().await;
    let mut following = consumer.comes(&daemon).await;
    let created = following.next().await;
    assert_eq!((created.kind, created.revision), (Type::Created, 1));

    // Told, and the consumer kept no cursor.
    daemon.kill_9();
    let daemon = setup.start().await;
    let mut following = consumer.comes(&daemon).await;
    assert_eq!(following.next().await, created);
    consumer.keeps(&created);

    // Told, and the cursor kept.
    daemon.kill_9();
    let daemon = setup.start().await;
    let mut following = consumer.comes(&daemon).await;
    set_phone(&desk_of(&daemon).await, &lead, "2").await;
    let updated = following.next().await;
    assert_eq!((updated.kind, updated.revision), (Type::Updated, 2));
    consumer.keeps(&updated);

    // Many wait, some were told.
    for phone in 3..=200 {
        set_phone(&desk_of(&daemon).await, &lead, &phone.to_string()).await;
    }
    for revision in 3..=100 {
        let told = following.next().await;
        assert_eq!(told.revision, revision);
        consumer.keeps(&told);
    }
    daemon.kill_9();
    let daemon = setup.start().await;
    let mut following = consumer.comes(&daemon).await;
    for revision in 101..=200 {
        let told = following.next().await;
        assert_eq!(told.revision, revision);
        consumer.keeps(&told);
    }

    // The next one is on its way to the disk: who comes back is told of it once or, where it was
    // not kept, of the one after it with its number.
    disk.fail(&format!("slow-write {HELD_MS}"));
    let unheard = {
        let (channel, lead) = (daemon.channel().await, lead.clone());
        tokio::spawn(async move {
            let mut desk = Desk::new(channel);
            let key = Some(pb::delete_lead_request::Key::LeadId(lead));
            desk.delete_lead(pb::DeleteLeadRequest { key }).await
        })
    };
    hangs_on_the_disk(&daemon).await;
    daemon.kill_9();
    disk.heal();
    assert!(unheard.await.unwrap().is_err());
    following.ends_untold().await;
    let daemon = setup.start().await;
    let mut following = consumer.comes(&daemon).await;
    let key = Some(pb::delete_lead_request::Key::LeadId(lead));
    let mut desk = desk_of(&daemon).await;
    let erased = desk.delete_lead(pb::DeleteLeadRequest { key }).await;
    assert!(!erased.unwrap().into_inner().erased_earlier);
    let told = following.next().await;
    assert_eq!((told.kind, told.revision), (Type::Erased, 201));
    drop((following, desk));
    daemon.stops().await;
}
