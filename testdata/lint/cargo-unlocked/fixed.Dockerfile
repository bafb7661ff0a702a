FROM rust:1.83
RUN cargo install --locked ripgrep@14.1.1
