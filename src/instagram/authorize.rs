//! The address of Instagram's authorization window.

use form_urlencoded::Serializer;

use super::Instagram;
use crate::domain::secret::Secret;
use crate::domain::site::InstagramApp;

/// What a login asks Instagram's window for.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizationUrl<'a> {
    /// Where the browser goes back to; one that the app lists, byte for byte.
    pub redirect_uri: &'a str,
    /// The permissions to ask for.
    pub scopes: &'a [String],
    /// What ties the answer to this login.
    pub state: &'a Secret,
    /// Whether a person who is logged in has to log in again.
    pub force_reauth: bool,
}

impl Instagram {
    /// The URL to send the browser to. It carries the state, so it is a
    /// [`Secret`]: nothing but the answer to its caller may show it.
    ///
    /// Parameters as in
    /// <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>;
    /// Basic Display had the same but for `force_reauth`, which is left out
    /// unless it is wanted.
    #[must_use]
    pub fn authorization_url(app: &InstagramApp, request: &AuthorizationUrl<'_>) -> Secret {
        let host = app.endpoints.authorize.trim_end_matches('/');
        let start = format!("{host}/oauth/authorize?");
        let query_start = start.len();
        let mut query = Serializer::for_suffix(start, query_start);
        query
            .append_pair("client_id", &app.id)
            .append_pair("redirect_uri", request.redirect_uri)
            .append_pair("response_type", "code")
            .append_pair("scope", &request.scopes.join(","))
            .append_pair("state", request.state.expose());
        if request.force_reauth {
            query.append_pair("force_reauth", "true");
        }
        Secret::new(query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::{Dialect, Endpoints};

    fn url(dialect: Dialect, scopes: &[&str], force_reauth: bool) -> String {
        let app = InstagramApp {
            id: "990602627938098".to_owned(),
            secret: "app-secret".into(),
            dialect,
            endpoints: Endpoints::of(dialect),
            graph_version: "v25.0".to_owned(),
        };
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let request = AuthorizationUrl {
            redirect_uri: "https://shop.example/?wc-api=leadtap&x=é",
            scopes: &scopes,
            state: &"st_a-te".into(),
            force_reauth,
        };
        Instagram::authorization_url(&app, &request)
            .expose()
            .to_owned()
    }

    #[test]
    fn todays_window_is_on_www() {
        assert_eq!(
            url(
                Dialect::InstagramLogin,
                &[
                    "instagram_business_basic",
                    "instagram_business_manage_comments"
                ],
                false
            ),
            "https://www.instagram.com/oauth/authorize?client_id=990602627938098\
             &redirect_uri=https%3A%2F%2Fshop.example%2F%3Fwc-api%3Dleadtap%26x%3D%C3%A9\
             &response_type=code\
             &scope=instagram_business_basic%2Cinstagram_business_manage_comments\
             &state=st_a-te"
        );
    }

    #[test]
    fn basic_displays_window_is_on_api() {
        let url = url(Dialect::BasicDisplay, &["user_profile"], false);
        assert!(url.starts_with("https://api.instagram.com/oauth/authorize?client_id="));
        assert!(url.contains("&scope=user_profile&state="));
    }

    #[test]
    fn a_new_login_is_forced_only_when_asked_for() {
        assert!(url(Dialect::InstagramLogin, &["a"], true).ends_with("&force_reauth=true"));
        assert!(!url(Dialect::InstagramLogin, &["a"], false).contains("force_reauth"));
    }
}
