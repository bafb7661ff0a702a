FROM debian:12
ENV LC_ALL=C.UTF-8
RUN sort /models > /models/index
