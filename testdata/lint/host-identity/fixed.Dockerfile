FROM debian:12
ARG USER_UID=1000
RUN useradd -m -u $USER_UID vorph
