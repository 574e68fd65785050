//! Whole logins, many at once: to have leads to read, and logins to finish.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;
use leadtap::grpc::pb;
use leadtap::grpc::pb::complete_authorization_response::Outcome;
use prost::Message;
use tokio::task::LocalSet;

use crate::calls;
use crate::load::{CallFailure, Caller, Target, method};

/// Logins under way at once.
const AT_ONCE: usize = 128;

/// Connections they share.
const CONNECTIONS: usize = 4;

/// Numbers the accounts of a run.
#[derive(Default)]
pub(crate) struct Accounts(Cell<u64>);

impl Accounts {
    fn next(&self) -> u64 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
}

/// Begins `count` logins; answers with the requests that finish them.
///
/// # Errors
/// The first call that failed.
pub(crate) async fn begun(
    target: &Target,
    count: usize,
    accounts: &Rc<Accounts>,
) -> Result<Vec<Bytes>, CallFailure> {
    let accounts = Rc::clone(accounts);
    many(target, count, async move |caller| {
        begin(caller, accounts.next()).await
    })
    .await
}

/// Makes `count` leads; answers with their ids.
///
/// # Errors
/// The first call that failed.
pub(crate) async fn preloaded(
    target: &Target,
    count: usize,
    accounts: &Rc<Accounts>,
) -> Result<Vec<String>, CallFailure> {
    let accounts = Rc::clone(accounts);
    let login = async move |caller: &mut Caller| {
        let finish = begin(caller, accounts.next()).await?;
        let reply = caller.call(&method(calls::COMPLETE), finish).await?;
        let reply: pb::CompleteAuthorizationResponse = decoded(reply)?;
        match reply.outcome {
            Some(Outcome::Authorized(login)) => Ok(login.lead.unwrap_or_default().lead_id),
            _ => Err(CallFailure::Status("the login was declined".into())),
        }
    };
    many(target, count, login).await
}

async fn begin(caller: &mut Caller, account: u64) -> Result<Bytes, CallFailure> {
    let reply = caller.call(&method(calls::START), calls::start()).await?;
    let reply: pb::StartAuthorizationResponse = decoded(reply)?;
    Ok(calls::complete(&reply.state, account))
}

fn decoded<M: Message + Default>(reply: Bytes) -> Result<M, CallFailure> {
    M::decode(reply).map_err(|why| CallFailure::Status(why.to_string()))
}

/// Does `one` `count` times over, many at once.
async fn many<T: 'static>(
    target: &Target,
    count: usize,
    one: impl AsyncFn(&mut Caller) -> Result<T, CallFailure> + 'static,
) -> Result<Vec<T>, CallFailure> {
    let done = Rc::new(RefCell::new(Vec::with_capacity(count)));
    let left = Rc::new(Cell::new(count));
    let one = Rc::new(one);
    let work = async {
        let mut workers = Vec::new();
        let mut callers = Vec::new();
        for _ in 0..CONNECTIONS {
            callers.push(Caller::connect(target).await?);
        }
        for n in 0..AT_ONCE {
            let mut caller = callers[n % CONNECTIONS].clone();
            let (done, left, one) = (Rc::clone(&done), Rc::clone(&left), Rc::clone(&one));
            workers.push(tokio::task::spawn_local(async move {
                while left.get() > 0 {
                    left.set(left.get() - 1);
                    let result = one(&mut caller).await?;
                    done.borrow_mut().push(result);
                }
                Ok::<_, CallFailure>(())
            }));
        }
        for worker in workers {
            let ended = worker.await;
            ended.map_err(|why| CallFailure::Connection(why.to_string()))??;
        }
        Ok::<_, CallFailure>(())
    };
    LocalSet::new().run_until(work).await?;
    Ok(done.take())
}
