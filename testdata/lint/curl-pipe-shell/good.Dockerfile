FROM debian:12
RUN curl -LsSf https://example.org/uv/0.5.4/install.sh -o install.sh \
    && echo "87e3e2b1e0f4a5c6d7e8f9a0b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e  install.sh" | sha256sum -c \
    && sh install.sh
RUN curl -s https://example.org/models.json | python3 -m json.tool
