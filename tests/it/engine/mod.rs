//! Images in engines: a small engine of the tests' own, on a socket or a port, that can fail in every way one can.

#![cfg(unix)]

mod base;
mod fake;
mod faults;
mod image;
mod places;
mod tls;

use crate::support::{Image, Layer, Place, file};
use fake::{Engine, Held, Setup};

/// An image of one layer.
fn app(content: &str) -> Image {
    Image::new("linux/amd64").tag("app:1").layer(Layer::new("COPY a /", [file("a", content)]))
}

/// A place whose `DOCKER_HOST` is the socket of an engine there.
fn place_with(setup: Setup) -> (Place, Engine) {
    let place = Place::new();
    let socket = place.path("engine.sock");
    let engine = Engine::on_socket(&socket, setup);
    (place.variable("DOCKER_HOST", &format!("unix://{}", socket.display())), engine)
}

/// A place with an engine of the classic store that holds one image as `app:1`.
fn place_with_app(content: &str) -> (Place, Engine) {
    place_with(Setup::holding([Held::classic(&app(content), "app:1")]))
}
