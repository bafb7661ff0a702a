FROM debian:12
ARG USER_UID
RUN useradd -m -u $USER_UID vorph
