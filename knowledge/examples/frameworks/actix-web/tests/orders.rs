use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use actix_web::middleware::from_fn;
use actix_web::{App, test, web};
use orders_actix::auth::{Principal, Verifier};
use orders_actix::errors::extractor_errors;
use orders_actix::middleware::request_id;
use orders_actix::orders::{Order, Orders, routes};

struct Fake;

impl Verifier for Fake {
    fn verify(&self, token: &str) -> Option<Principal> {
        let scopes = match token {
            "reader" => vec!["orders:read".to_owned()],
            "writer" => vec!["orders:read".to_owned(), "orders:write".to_owned()],
            _ => return None,
        };
        Some(Principal { subject: token.to_owned(), scopes })
    }
}

impl Orders for Fake {
    fn find(&self, owner: &str, id: i64) -> Option<Order> {
        (owner == "reader" && id == 7).then(|| Order { id, owner: owner.into(), note: String::new() })
    }
}

// region table
#[actix_web::test]
async fn every_refusal_has_its_status_and_a_problem_body() {
    let (verifier, orders): (Arc<dyn Verifier>, Arc<dyn Orders>) = (Arc::new(Fake), Arc::new(Fake));
    let app = test::init_service(
        App::new()
            .app_data(web::Data::from(verifier))
            .app_data(web::Data::from(orders))
            .app_data(web::Data::new(AtomicU64::new(0)))
            .configure(extractor_errors)
            .configure(routes)
            .wrap(from_fn(request_id)),
    )
    .await;
    let big = format!(r#"{{"note":"{}"}}"#, "x".repeat(70_000));
    for (method, path, token, body, want) in [
        ("GET", "/v1/orders/7", "reader", "", 200),
        ("GET", "/v1/orders/7", "writer", "", 404), // somebody else's order
        ("GET", "/v1/orders/abc", "reader", "", 404),
        ("GET", "/v1/orders/7", "forged", "", 401),
        ("POST", "/v1/orders", "forged", "{", 401), // not 400
        ("POST", "/v1/orders", "reader", r#"{"note":"n"}"#, 403),
        ("POST", "/v1/orders", "writer", r#"{"note":"n"}"#, 201),
        ("POST", "/v1/orders", "writer", r#"{"note":"n","owner":"x"}"#, 400),
        ("POST", "/v1/orders", "writer", &big, 413),
    ] {
        let request = test::TestRequest::with_uri(path)
            .method(method.parse().unwrap())
            .insert_header(("authorization", format!("Bearer {token}")))
            .insert_header(("content-type", "application/json"))
            .set_payload(body.to_owned())
            .to_request();
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), want, "{method} {path} {token}");
        assert!(response.headers().contains_key("x-request-id"));
        let kind = response.headers().get("content-type").unwrap();
        assert_eq!(kind == "application/problem+json", want >= 400, "{kind:?}");
    }
}
// endregion table

#[actix_web::test]
async fn order_of_wrap_and_state_per_worker() {
    use actix_web::dev::Service;
    let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let (a, b) = (seen.clone(), seen.clone());
    let app = test::init_service(
        App::new()
            .wrap_fn(move |r, s| { a.borrow_mut().push("first wrap"); s.call(r) })
            .wrap_fn(move |r, s| { b.borrow_mut().push("last wrap"); s.call(r) })
            .route("/", web::get().to(|| async { "x" })),
    )
    .await;
    test::call_service(&app, test::TestRequest::get().to_request()).await;
    assert_eq!(*seen.borrow(), ["last wrap", "first wrap"]);
}

#[actix_web::test]
async fn a_real_server_on_a_free_port() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = orders_actix::server::serve(listener, Arc::new(Fake), Arc::new(Fake)).unwrap();
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let answer = actix_web::rt::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut socket = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.write_all(b"GET /v1/orders/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).unwrap();
        text
    })
    .await
    .unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.contains("www-authenticate: Bearer"), "{answer}");
    handle.stop(true).await;
    running.await.unwrap().unwrap();
}

#[actix_web::test]
async fn unknown_routes_use_the_same_format() {
    use actix_web::HttpResponse;
    use orders_actix::errors::ApiError;
    let app = test::init_service(
        App::new().default_service(web::to(|| async { Err::<HttpResponse, _>(ApiError::NotFound) })),
    )
    .await;
    let response = test::call_service(&app, test::TestRequest::with_uri("/nope").to_request()).await;
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
}
