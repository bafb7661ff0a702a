FROM fedora:40
RUN dnf install -y gcc-14.2.1-3.fc40
