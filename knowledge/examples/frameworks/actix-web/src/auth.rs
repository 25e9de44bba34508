use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};

use crate::errors::ApiError;

// region auth
#[derive(Clone, Debug)]
pub struct Principal {
    pub subject: String,
    pub scopes: Vec<String>,
}

pub trait Verifier: Send + Sync {
    /// Signature, issuer, audience, expiry; keys are in memory, so this does not wait.
    fn verify(&self, token: &str) -> Option<Principal>;
}

impl FromRequest for Principal {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let verifier = request.app_data::<web::Data<dyn Verifier>>(); // absent: refuse, do not panic
        let token = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let principal = verifier.zip(token).and_then(|(verifier, (_, token))| verifier.verify(token));
        ready(principal.ok_or(ApiError::Unauthorized))
    }
}

impl Principal {
    pub fn require(&self, scope: &'static str) -> Result<(), ApiError> {
        self.scopes.iter().any(|s| s == scope).then_some(()).ok_or(ApiError::Forbidden(scope))
    }
}
// endregion auth
