FROM rust:1.83
RUN cargo install ripgrep@14.1.1
