use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

use crate::auth::Verifier;
use crate::errors::extractor_errors;
use crate::middleware::request_id;
use crate::orders::{Orders, routes};

// region server
pub fn serve(listener: TcpListener, verifier: Arc<dyn Verifier>, orders: Arc<dyn Orders>) -> std::io::Result<Server> {
    let created = web::Data::new(AtomicU64::new(0)); // outside the closure: one counter for all workers
    let server = HttpServer::new(move || {
        // called once per worker and listener; what is created in here exists that many times
        App::new()
            .app_data(created.clone())
            .app_data(web::Data::from(verifier.clone())) // from an Arc: no second Arc around it
            .app_data(web::Data::from(orders.clone()))
            .configure(extractor_errors)
            .configure(routes)
            .wrap(from_fn(request_id)) // the last wrap runs first
    })
    .workers(4) // in a container: the CPU limit
    .client_request_timeout(Duration::from_secs(5))
    .shutdown_timeout(20) // below the orchestrator's grace period
    .listen(listener)?
    .run();
    Ok(server)
}
// endregion server
