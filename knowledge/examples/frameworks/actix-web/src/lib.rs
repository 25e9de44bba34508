pub mod auth;
pub mod errors;
pub mod middleware;
pub mod orders;
pub mod server;
