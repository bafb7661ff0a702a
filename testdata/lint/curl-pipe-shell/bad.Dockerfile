FROM debian:12
RUN curl -LsSf https://example.org/uv/install.sh | sh
RUN bash -c "$(wget -qO- https://example.org/setup.sh)"
