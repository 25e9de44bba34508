use std::time::{Duration, Instant};

use actix_web::error::ErrorForbidden;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use actix_ws::{CloseCode, Message};
use tokio::sync::broadcast::{Sender, error::RecvError};
use tokio::time::interval;

use crate::auth::Principal;

#[derive(Clone)]
pub struct Update {
    pub owner: String,
    pub json: String,
}

// region websocket
#[get("/orders/updates")]
async fn updates(
    user: Principal, // refused before the upgrade; from a browser by cookie or ticket, it sends no Authorization here
    request: HttpRequest,
    feed: web::Data<Sender<Update>>,
    body: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    let origin = request.headers().get(header::ORIGIN);
    if origin.is_some_and(|value| value != "https://shop.example") {
        return Err(ErrorForbidden("origin")); // actix_ws::handle does not look at Origin
    }
    let (response, mut session, messages) = actix_ws::handle(&request, body)?;
    let mut messages = messages.max_frame_size(16 * 1024);
    let mut updates = feed.subscribe();
    actix_web::rt::spawn(async move {
        let (mut ping, mut heard) = (interval(Duration::from_secs(20)), Instant::now());
        let reason = loop {
            let alive = tokio::select! {
                message = messages.recv() => match message {
                    Some(Ok(Message::Pong(_))) => { heard = Instant::now(); true }
                    Some(Ok(Message::Ping(bytes))) => session.pong(&bytes).await.is_ok(),
                    Some(Ok(Message::Close(reason))) => break reason,
                    _ => false, // end, protocol error, or a message this route does not expect
                },
                update = updates.recv() => match update {
                    Ok(update) if update.owner == user.subject => session.text(update.json).await.is_ok(),
                    Ok(_) => true,
                    Err(RecvError::Lagged(_)) => break Some(CloseCode::Again.into()), // missed some: reconnect, read again
                    Err(RecvError::Closed) => break Some(CloseCode::Away.into()), // the server stops
                },
                _ = ping.tick() => heard.elapsed() < Duration::from_secs(60) && session.ping(b"").await.is_ok(),
            };
            if !alive {
                break None;
            }
        };
        let _ = session.close(reason).await;
    });
    Ok(response)
}
// endregion
