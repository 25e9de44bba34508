// Axum 0.8: the same route as src/orders.rs, for comparison.
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, Path, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use serde_json::json;

// region axum
#[derive(Clone, FromRef)]
struct AppState {
    verifier: Arc<dyn Verifier>,
    orders: Arc<dyn Orders>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = Json(json!({"title": status.canonical_reason(), "status": status.as_u16()}));
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Principal
where
    Arc<dyn Verifier>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = value.and_then(|v| v.strip_prefix("Bearer ")).ok_or(ApiError::Unauthorized)?;
        <Arc<dyn Verifier>>::from_ref(state).verify(token).ok_or(ApiError::Unauthorized)
    }
}

async fn show(user: Principal, State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<Order>, ApiError> {
    state.orders.find(&user.subject, id).map(Json).ok_or(ApiError::NotFound)
}

fn router(state: AppState) -> Router {
    Router::new().route("/v1/orders/{id}", get(show)).with_state(state)
}
// endregion axum
