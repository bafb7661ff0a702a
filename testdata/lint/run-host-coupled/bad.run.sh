docker run -u $(id -u):$(id -g) -v /etc/passwd:/etc/passwd:ro -v "$(pwd)":/app project_ai
