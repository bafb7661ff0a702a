FROM debian:12
RUN sort /models > /models/index
