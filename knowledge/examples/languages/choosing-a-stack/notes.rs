//! The rosetta notes service in Rust: one resource, validation, problem+json, health, orderly shutdown (Actix Web 4, serde).
use actix_web::{App, HttpResponse, HttpServer, ResponseError, get, http::StatusCode, post, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::HashMap, fmt, sync::RwLock};

// region service
#[derive(Deserialize)]
struct NoteIn { title: Option<String>, body: Option<String> }
#[derive(Clone, Serialize)]
struct Note { id: String, title: String, body: String }
type Store = RwLock<HashMap<String, Note>>;

#[derive(Debug)]
enum Problem { NotJson, Invalid(Vec<Value>), NotFound }

impl NoteIn {
    fn check(self) -> Result<(String, String), Problem> {
        let title = self.title.unwrap_or_default().trim().to_owned();
        let body = self.body.unwrap_or_default();
        let mut errors = Vec::new();
        if !(1..=100).contains(&title.chars().count()) {
            errors.push(json!({"pointer": "/title", "detail": "1 to 100 characters"}));
        }
        if body.chars().count() > 10_000 {
            errors.push(json!({"pointer": "/body", "detail": "text up to 10000 characters"}));
        }
        if errors.is_empty() { Ok((title, body)) } else { Err(Problem::Invalid(errors)) }
    }
}

#[post("/notes")]
async fn create(input: web::Json<NoteIn>, store: web::Data<Store>) -> Result<HttpResponse, Problem> {
    let (title, body) = input.into_inner().check()?;
    let note = Note { id: new_id(), title, body };
    store.write().expect("lock poisoned").insert(note.id.clone(), note.clone());
    Ok(HttpResponse::Created().insert_header(("Location", format!("/notes/{}", note.id))).json(note))
}
// endregion

#[get("/notes/{id}")]
async fn fetch(id: web::Path<String>, store: web::Data<Store>) -> Result<web::Json<Note>, Problem> {
    let notes = store.read().expect("lock poisoned");
    notes.get(id.as_str()).cloned().map(web::Json).ok_or(Problem::NotFound)
}

#[get("/health")]
async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotJson => "Body is not JSON",
            Self::Invalid(_) => "Validation failed",
            Self::NotFound => "No such note",
        })
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotJson => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotFound => StatusCode::NOT_FOUND,
        }
    }
    fn error_response(&self) -> HttpResponse {
        let mut body = json!({"title": self.to_string(), "status": self.status_code().as_u16()});
        if let Self::Invalid(errors) = self {
            body["errors"] = json!(errors);
        }
        HttpResponse::build(self.status_code()).content_type("application/problem+json").body(body.to_string())
    }
}

/// serde reports a field of the wrong type as a data error; everything else means the text was not JSON.
fn json_error(error: actix_web::error::JsonPayloadError) -> Problem {
    use actix_web::error::JsonPayloadError::Deserialize;
    match &error {
        Deserialize(e) if e.is_data() => Problem::Invalid(vec![json!({"pointer": "", "detail": e.to_string()})]),
        _ => Problem::NotJson,
    }
}

fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let port: u16 = std::env::var("PORT").ok().and_then(|p| p.parse().ok()).expect("PORT must be a number");
    let store = web::Data::new(Store::default());
    HttpServer::new(move || {
        let json = web::JsonConfig::default().limit(64 * 1024).error_handler(|e, _| json_error(e).into());
        App::new().app_data(store.clone()).app_data(json).service(create).service(fetch).service(health)
    })
    .shutdown_timeout(10) // seconds for requests in flight after SIGTERM
    .bind(("127.0.0.1", port))?
    .run()
    .await
}
