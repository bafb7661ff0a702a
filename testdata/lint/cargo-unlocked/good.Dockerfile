FROM rust:1.83
RUN rustup default 1.83.0 && cargo install --locked --version 14.1.1 ripgrep
