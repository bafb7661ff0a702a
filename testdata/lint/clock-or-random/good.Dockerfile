FROM debian:12
RUN date -u -d @0 > /etc/built-at && date
