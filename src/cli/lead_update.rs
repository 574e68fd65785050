//! `leadtap lead update`

use std::collections::HashMap;

use clap::{ArgGroup, Args};
use prost_types::{FieldMask, Timestamp};

use super::arguments::OutputArgs;
use super::client::{self, ClientArgs};
use super::exit::CommandError;
use super::lead_view;
use super::output::Output;
use crate::domain::clock::{Clock as _, SystemClock};
use crate::grpc::pb;
use crate::grpc::pb::lead_service_client::LeadServiceClient;

/// What stands for this moment where a time is asked for.
const NOW: &str = "now";

/// Write what the shop learned about one person
///
/// Writes what is named and leaves the rest. With --etag, as `lead show` prints it, nothing is
/// written if somebody changed the lead since; without it the last writer wins. An e-mail address
/// never logs anybody in and never merges leads. Needs a caller with the permission `leads`.
#[derive(Args, Debug)]
#[command(
    group(ArgGroup::new("what").required(true).multiple(true)),
    after_help = "Examples:\n  \
    leadtap lead update 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10 --email ada@example.org --email-verified\n  \
    leadtap lead update 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10 --phone '' --attribute segment=press\n  \
    leadtap lead update 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10 --withdraw-consent --etag '\"5c8a7c09-1\"'"
)]
pub(super) struct Update {
    /// The lead's own id, a UUID
    #[arg(value_name = "LEAD_ID")]
    lead_id: String,

    /// The e-mail address; empty for none. A new one is not verified, unless told so
    #[arg(long, value_name = "ADDRESS", group = "what")]
    email: Option<String>,

    /// When the address was proven: RFC 3339, or `now`, which is meant without a time
    #[arg(long, value_name = "TIME", num_args = 0..=1, default_missing_value = NOW, value_parser = time, group = "what")]
    email_verified: Option<Timestamp>,

    /// The address was not proven
    #[arg(long, conflicts_with = "email_verified", group = "what")]
    email_not_verified: bool,

    /// The full name; empty for none
    #[arg(long, value_name = "TEXT", group = "what")]
    full_name: Option<String>,

    /// The telephone number; empty for none
    #[arg(long, value_name = "TEXT", group = "what")]
    phone: Option<String>,

    /// One attribute; can be given several times, and those that are not given are gone
    #[arg(long, value_name = "KEY=VALUE", value_parser = attribute, group = "what")]
    attribute: Vec<(String, String)>,

    /// Take all attributes away
    #[arg(long, conflicts_with = "attribute", group = "what")]
    no_attributes: bool,

    /// The version of the text that the person agreed to: a new consent
    #[arg(long, value_name = "TEXT", group = "what")]
    consent: Option<String>,

    /// When they agreed: RFC 3339, or `now`
    #[arg(long, value_name = "TIME", default_value = NOW, value_parser = time, requires = "consent")]
    consent_time: Timestamp,

    /// Where they agreed
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        requires = "consent"
    )]
    consent_source: String,

    /// Withdraw the consent that is there, at this time: RFC 3339, or `now`, which is meant without
    /// a time. A withdrawal is not taken back; write a new consent
    #[arg(long, value_name = "TIME", num_args = 0..=1, default_missing_value = NOW, value_parser = time, conflicts_with = "consent", group = "what")]
    withdraw_consent: Option<Timestamp>,

    /// Write only if the lead is still as it was with this etag
    #[arg(
        long,
        value_name = "ETAG",
        default_value = "",
        hide_default_value = true
    )]
    etag: String,

    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Update {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut output = Output::standard(self.output.output);
        let target = self.client.target(client::environment)?;
        let request = self.request();
        let lead = client::run(async {
            let mut service = LeadServiceClient::new(target.connect().await?);
            Ok(service.update_lead(request).await?.into_inner())
        })?;
        output.result(
            |style| lead_view::render(&lead, style),
            || lead_view::json(&lead),
        )
    }

    /// The new values, and the mask that names them.
    fn request(self) -> pb::UpdateLeadRequest {
        let verified = self.email_verified.is_some() || self.email_not_verified;
        let attributes = self.no_attributes || !self.attribute.is_empty();
        let paths = [
            ("contact.email", self.email.is_some()),
            ("contact.email_verified_time", verified),
            ("contact.full_name", self.full_name.is_some()),
            ("contact.phone", self.phone.is_some()),
            ("attributes", attributes),
            ("consent", self.consent.is_some()),
            ("consent.withdraw_time", self.withdraw_consent.is_some()),
        ];
        let named = paths.into_iter().filter(|(_, named)| *named);
        let consent = pb::Consent {
            agree_time: self.consent.is_some().then_some(self.consent_time),
            text_version: self.consent.unwrap_or_default(),
            source: self.consent_source,
            withdraw_time: self.withdraw_consent,
        };
        let contact = pb::Contact {
            email: self.email.unwrap_or_default(),
            email_verified_time: self.email_verified,
            full_name: self.full_name.unwrap_or_default(),
            phone: self.phone.unwrap_or_default(),
        };
        let lead = pb::Lead {
            lead_id: self.lead_id,
            contact: Some(contact),
            consent: Some(consent),
            attributes: HashMap::from_iter(self.attribute),
            etag: self.etag,
            ..Default::default()
        };
        pb::UpdateLeadRequest {
            lead: Some(lead),
            update_mask: Some(FieldMask {
                paths: named.map(|(path, _)| path.to_owned()).collect(),
            }),
        }
    }
}

fn attribute(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("write it as KEY=VALUE, for example segment=press")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn time(text: &str) -> Result<Timestamp, String> {
    let time = if text == NOW {
        jiff::Timestamp::from_microsecond(SystemClock.now().as_micros()).ok()
    } else {
        text.parse().ok()
    };
    let time: jiff::Timestamp =
        time.ok_or("write a time as RFC 3339 has it, for example 2026-11-24T08:00:00Z, or now")?;
    Ok(Timestamp {
        seconds: time.as_second(),
        nanos: time.subsec_nanosecond(),
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::testing::LEAD_ID;
    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        update: Update,
    }

    fn request(arguments: &[&str]) -> Result<pb::UpdateLeadRequest, clap::Error> {
        let words = ["update", LEAD_ID].iter().chain(arguments);
        Ok(Line::try_parse_from(words)?.update.request())
    }

    fn paths(request: &pb::UpdateLeadRequest) -> Vec<&str> {
        let mask = request.update_mask.as_ref().unwrap();
        mask.paths.iter().map(String::as_str).collect()
    }

    #[test]
    fn what_is_named_is_written_and_nothing_else() {
        let one = request(&["--email", "", "--attribute", "a=b=c"]).unwrap();
        assert_eq!(paths(&one), ["contact.email", "attributes"]);
        let lead = one.lead.unwrap();
        assert_eq!(lead.attributes["a"], "b=c");
        assert_eq!(lead.contact.unwrap().email_verified_time, None);

        let other = request(&["--email-verified", "2026-11-24T08:00:00Z", "--etag", "x"]).unwrap();
        assert_eq!(paths(&other), ["contact.email_verified_time"]);
        let lead = other.lead.unwrap();
        assert_eq!(lead.etag, "x");
        let verified = lead.contact.unwrap().email_verified_time.unwrap();
        assert_eq!(verified.seconds, 1_795_507_200);
        for (arguments, path) in [
            (["--email-not-verified"], "contact.email_verified_time"),
            (["--no-attributes"], "attributes"),
            (["--withdraw-consent"], "consent.withdraw_time"),
        ] {
            assert_eq!(paths(&request(&arguments).unwrap()), [path]);
        }
    }

    #[test]
    fn a_consent_is_of_now_unless_told_otherwise_and_never_withdrawn_with_it() {
        let given = request(&["--consent", "2026-11 en", "--consent-source", "counter"]).unwrap();
        assert_eq!(paths(&given), ["consent"]);
        let consent = given.lead.unwrap().consent.unwrap();
        assert!(consent.agree_time.is_some() && consent.withdraw_time.is_none());
        assert!(request(&["--consent", "1", "--withdraw-consent"]).is_err());
        assert!(request(&["--consent-source", "counter"]).is_err());
    }

    #[test]
    fn something_has_to_be_written() {
        assert!(request(&[]).is_err());
        assert!(request(&["--etag", "x"]).is_err());
        assert!(request(&["--attribute", "novalue"]).is_err());
        assert!(request(&["--email-verified", "yesterday"]).is_err());
        assert!(request(&["--attribute", "a=b", "--no-attributes"]).is_err());
    }
}
