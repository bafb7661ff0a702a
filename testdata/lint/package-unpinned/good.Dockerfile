FROM archlinux:base-20240101.0.204074
RUN curl -fsSLO https://archive.example.org/packages/g/git/git-2.43.0-1-x86_64.pkg.tar.zst \
 && echo "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  git-2.43.0-1-x86_64.pkg.tar.zst" | sha256sum -c \
 && pacman -U --noconfirm ./git-2.43.0-1-x86_64.pkg.tar.zst
