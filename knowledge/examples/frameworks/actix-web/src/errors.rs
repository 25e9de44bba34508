use actix_web::error::JsonPayloadError;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError, web};
use serde_json::json;

// region errors
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("there is no such order")]
    NotFound,
    #[error("the body does not fit: {0}")]
    BadBody(String),
    #[error("the body is too large")]
    TooLarge,
    #[error("a valid access token is required")]
    Unauthorized,
    #[error("the scope {0} is required")]
    Forbidden(&'static str),
    #[error("storage failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadBody(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Storage(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let detail = (!status.is_server_error()).then(|| self.to_string());
        let mut response = HttpResponse::build(status);
        if matches!(self, Self::Unauthorized) {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.content_type("application/problem+json"); // json() keeps a type that is set
        response.json(json!({"title": status.canonical_reason(), "status": status.as_u16(), "detail": detail}))
    }
}
// endregion errors

// region config
/// Without these, a bad body or path id is answered as plain text by Actix Web itself.
pub fn extractor_errors(config: &mut web::ServiceConfig) {
    let json = web::JsonConfig::default().limit(64 * 1024).error_handler(|error, _request| {
        match error {
            JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => ApiError::TooLarge,
            other => ApiError::BadBody(other.to_string()),
        }
        .into()
    });
    let path = web::PathConfig::default().error_handler(|_error, _request| ApiError::NotFound.into());
    config.app_data(json).app_data(path);
}
// endregion config
