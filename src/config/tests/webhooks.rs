//! `[[site.webhook]]`.

use super::{Fixture, one_problem};
use crate::config::{Config, Problems};
use crate::domain::change::ChangeKind;

fn with(lines: &str) -> Result<Config, Problems> {
    let fixture = Fixture::new();
    let section = format!(
        "[[site.webhook]]\nname = \"crm\"\nsecret_file = \"{}/crm.secret\"\n{lines}\n[[caller]]",
        fixture.folder.path().display()
    );
    Config::parse(&fixture.text().replace("[[caller]]", &section))
}

#[test]
fn a_webhook_is_told_of_everything_unless_it_says_otherwise() {
    let config = with("url = \"https://crm.example/in\"").unwrap();
    assert_eq!(config.sites[0].webhooks[0].events.len(), 5);
    let config = with("url = \"https://crm.example/in\"\nevents = [\"lead.erased\"]").unwrap();
    assert_eq!(config.sites[0].webhooks[0].events, [ChangeKind::Erased]);
}

#[test]
fn a_webhook_leads_to_the_internet_or_to_a_host_that_is_allowed_by_name() {
    for lines in [
        "url = \"https://10.0.0.1/in\"\nallow_private_hosts = [\"10.0.0.1\"]",
        "url = \"https://[::1]/in\"\nallow_private_hosts = [\"[::1]\"]",
        "url = \"http://127.0.0.1:9000/in\"\nallow_private_hosts = [\"127.0.0.1\"]",
    ] {
        assert!(with(lines).is_ok(), "{lines}");
    }
    for (lines, what) in [
        ("url = \"https://10.0.0.1/in\"", "not of the internet"),
        ("url = \"https://[::1]/in\"", "not of the internet"),
        ("url = \"http://crm.example/in\"", "in the open"),
        ("url = \"http://127.0.0.1/in\"", "in the open"),
        (
            "url = \"http://10.0.0.1/in\"\nallow_private_hosts = [\"10.0.0.1\"]",
            "in the open",
        ),
        ("url = \"crm\"", "not the URL"),
        ("url = \"https://me:pass@crm.example/in\"", "a password"),
        (
            "url = \"https://crm.example/in\"\nevents = [\"lead.gone\"]",
            "not the name of an event",
        ),
        ("", "is missing"),
    ] {
        let problem = one_problem(with(lines));
        assert!(problem.what.contains(what), "{lines}: {problem}");
    }
}
