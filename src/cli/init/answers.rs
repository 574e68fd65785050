//! What is asked, and what counts as an answer.

use nix::unistd::{Gid, Group, Uid, User, geteuid};
use url::{Host, Url};

use super::super::exit::{CommandError, Exit};
use super::super::output::Output;
use super::ask::{Asker, Question, refused};
use super::{Init, Whether};
use crate::config::SecretSource;
use crate::domain::limits;
use crate::domain::secret::Secret;

/// The daemon's user, as the package makes it.
const DAEMON: &str = "leadtap";

/// The web server's user on Debian.
const WEB_SERVER: &str = "www-data";

/// Somebody of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// The name, or the number where there is none.
    pub(super) name: String,
    pub(super) uid: Uid,
    pub(super) gid: Gid,
}

impl Person {
    /// The group's name, or its number.
    pub(super) fn group(&self) -> String {
        match Group::from_gid(self.gid) {
            Ok(Some(group)) => group.name,
            _ => self.gid.to_string(),
        }
    }
}

/// All that a configuration needs to be told.
#[derive(Debug)]
pub(super) struct Answers {
    /// The shop's address, without a slash at its end.
    pub(super) shop: String,
    pub(super) app_id: String,
    pub(super) app_secret: Secret,
    pub(super) redirect_uri: String,
    pub(super) php: Person,
    pub(super) php_sees_leads: bool,
    /// A sandbox's address, without a slash at its end.
    pub(super) sandbox: Option<String>,
}

impl Answers {
    /// Takes what the options say and asks for the rest.
    pub(super) fn collect(
        init: &Init,
        daemon: &Person,
        asker: &mut Asker<'_>,
        output: &mut Output<'_>,
    ) -> Result<Self, CommandError> {
        let sandbox = option("--sandbox", init.sandbox.as_deref(), address)?;
        let mut answer = Answer { asker, output };
        let shop = answer.of(
            init.shop.as_deref(),
            &Question {
                text: "The shop's address, such as https://shop.example",
                option: "--shop",
                default: None,
            },
            address,
        )?;
        let app_id = answer.of(
            init.app_id.as_deref(),
            &Question {
                text: "The Instagram App ID (Meta's dashboard, API setup with Instagram login)",
                option: "--app-id",
                default: None,
            },
            app_id,
        )?;
        let app_secret = match &init.app_secret_file {
            Some(file) => SecretSource::File(file.clone()).read().map_err(|problem| {
                CommandError::new(
                    Exit::NotPermitted,
                    format!("--app-secret-file {}.", problem.what),
                    problem.what_to_do,
                )
            })?,
            None => answer.asker.ask_secret(
                &Question {
                    text: "The Instagram App Secret, from the same page",
                    option: "--app-secret-file",
                    default: None,
                },
                answer.output,
            )?,
        };
        if app_secret.expose() == app_id {
            return Err(refused(
                "--app-secret-file",
                "That is the app's id. The secret stands below it, behind \"Show\".",
            ));
        }
        let redirect_uri = answer.of(
            init.redirect_uri.as_deref(),
            &Question {
                text: "The redirect URI; the default is the WooCommerce plugin's",
                option: "--redirect-uri",
                default: Some(format!("{shop}/leadtap/callback/")),
            },
            |it| address(it).map(|_| it.to_owned()),
        )?;
        let php = answer.of(
            init.php_user.as_deref(),
            &Question {
                text: "The user that PHP runs as",
                option: "--php-user",
                default: Some(usual_php(init, daemon)),
            },
            person,
        )?;
        let php_sees_leads = match init.php_leads {
            Some(whether) => whether == Whether::Yes,
            None => answer.asker.ask(
                &Question {
                    text: "May the shop's admin pages list and export leads? yes or no",
                    option: "--php-leads",
                    default: Some("yes".to_owned()),
                },
                answer.output,
                yes_or_no,
            )?,
        };
        Ok(Self {
            shop,
            app_id,
            app_secret,
            redirect_uri,
            php,
            php_sees_leads,
            sandbox,
        })
    }

    /// What of the plugin's stands at this path of the shop.
    pub(super) fn route(&self, name: &str) -> String {
        format!("{}/leadtap/{name}/", self.shop)
    }
}

/// Options and questions alike.
struct Answer<'a, 'b, 'c> {
    asker: &'a mut Asker<'b>,
    output: &'a mut Output<'c>,
}

impl Answer<'_, '_, '_> {
    fn of<T>(
        &mut self,
        given: Option<&str>,
        question: &Question<'_>,
        check: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, CommandError> {
        match option(question.option, given, &check)? {
            Some(answer) => Ok(answer),
            None => self.asker.ask(question, self.output, check),
        }
    }
}

fn option<T>(
    name: &str,
    given: Option<&str>,
    check: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, CommandError> {
    let checked = given.map(check).transpose();
    checked.map_err(|wrong| refused(name, &wrong))
}

/// Whom the daemon runs as: the package's user where the package is, or else
/// whoever runs this.
pub(super) fn daemon_user(init: &Init) -> Result<Person, CommandError> {
    let me = geteuid();
    let unknown = |wrong: String| refused("--daemon-user", &wrong);
    let myself = me.to_string();
    let usual = if init.is_packaged() { DAEMON } else { &myself };
    let person = person(init.daemon_user.as_deref().unwrap_or(usual)).map_err(unknown)?;
    if person.uid != me && !me.is_root() {
        return Err(CommandError::new(
            Exit::NotPermitted,
            format!("Only root can make files that are {}'s.", person.name),
            "Run this with sudo.",
        ));
    }
    Ok(person)
}

/// Under the package PHP is somebody else; in a folder of one's own it is
/// mostly oneself.
fn usual_php(init: &Init, daemon: &Person) -> String {
    if init.is_packaged() {
        WEB_SERVER.to_owned()
    } else {
        daemon.name.clone()
    }
}

/// An address of the web, without a slash at its end. Without TLS on this
/// machine only.
fn address(text: &str) -> Result<String, String> {
    const HOW: &str = "Write it like https://shop.example.";
    if text.len() > limits::URL_BYTES {
        return Err(format!("It has more than {} bytes.", limits::URL_BYTES));
    }
    let url = Url::parse(text).map_err(|_| format!("That is no address. {HOW}"))?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err(format!("That is no address. {HOW}")),
    };
    match url.scheme() {
        "https" => {}
        "http" if local => {}
        "http" => return Err(format!("Instagram sends nobody back without TLS. {HOW}")),
        _ => return Err(format!("That is no address of the web. {HOW}")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("It holds a user or a password. {HOW}"));
    }
    if url.fragment().is_some() {
        return Err(format!("It has a fragment, which no server sees. {HOW}"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn app_id(text: &str) -> Result<String, String> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && (1..=limits::INSTAGRAM_ID_DIGITS).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("It is a number, such as 990602627938098.".to_owned())
    }
}

fn person(text: &str) -> Result<Person, String> {
    let found = match text.parse() {
        Ok(number) => User::from_uid(Uid::from_raw(number)),
        Err(_) => User::from_name(text),
    };
    match (found, text.parse()) {
        (Ok(Some(user)), _) => Ok(Person {
            name: user.name,
            uid: user.uid,
            gid: user.gid,
        }),
        // A container's users have numbers alone.
        (Ok(None), Ok(number)) => Ok(Person {
            name: text.to_owned(),
            uid: Uid::from_raw(number),
            gid: Gid::from_raw(number),
        }),
        _ => Err(format!(
            "This machine has no user {text}. `ps -eo user,comm | grep php-fpm` shows who runs PHP."
        )),
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(true),
        "n" | "no" => Ok(false),
        _ => Err("Answer yes or no.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_is_at_an_https_address_or_on_this_machine() {
        for (text, shop) in [
            ("https://shop.example", "https://shop.example"),
            ("https://shop.example/", "https://shop.example"),
            ("https://shop.example/de/", "https://shop.example/de"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(address(text).as_deref(), Ok(shop));
        }
        for text in [
            "shop.example",
            "http://shop.example",
            "ftp://shop.example",
            "https://me:secret@shop.example",
            "https://shop.example/#top",
            "mailto:me@shop.example",
        ] {
            let wrong = address(text).unwrap_err();
            assert!(wrong.contains("https://shop.example"), "{text}: {wrong}");
            assert!(!wrong.contains("secret"), "{wrong}");
        }
    }

    #[test]
    fn an_app_id_is_a_number() {
        assert!(app_id("990602627938098").is_ok());
        for text in ["", "abc", "99060262793809a", "-1"] {
            assert!(app_id(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_user_is_known_by_name_or_number() {
        let root = person("root").unwrap();
        assert_eq!((root.uid.as_raw(), root.name.as_str()), (0, "root"));
        assert_eq!(person("0").unwrap(), root);
        assert_eq!(person("4000001").unwrap().uid.as_raw(), 4_000_001);
        let wrong = person("nobody-of-that-name").unwrap_err();
        assert!(wrong.contains("php-fpm"), "{wrong}");
    }
}
