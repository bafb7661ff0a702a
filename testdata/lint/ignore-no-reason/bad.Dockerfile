# reprolock: ignore[image-unpinned-digest]
FROM python:3.12
