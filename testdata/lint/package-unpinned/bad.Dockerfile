FROM archlinux:base-20240101.0.204074
RUN pacman -Sy --noconfirm git && pacman -Scc --noconfirm
