FROM debian:12
RUN useradd -m vorph && echo "vorph:vorph" | chpasswd
RUN echo "vorph ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/vorph
