FROM debian:12
RUN date > /etc/built-at
