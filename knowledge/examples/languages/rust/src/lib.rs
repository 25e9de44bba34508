pub mod blocking;
pub mod cancel;
pub mod errors;
pub mod fanout;
pub mod lazy;
pub mod patch;
pub mod send;
pub mod state;
