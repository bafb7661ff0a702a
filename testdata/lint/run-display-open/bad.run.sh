xhost +local:docker
docker run -e DISPLAY project_ai
