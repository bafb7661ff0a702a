docker run --rm --gpus all registry.example.org/project_ai:2
