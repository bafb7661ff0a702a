docker build \
--build-arg USER_UID=$(id -u) \
--build-arg USER_GID=$(id -g) \
--rm \
-f Dockerfile \
-t project_ai .
