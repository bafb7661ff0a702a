FROM debian:12
RUN date -u -d "@${SOURCE_DATE_EPOCH:-0}" > /etc/built-at
