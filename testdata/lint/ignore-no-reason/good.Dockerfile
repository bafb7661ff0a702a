# reprolock: ignore[image-unpinned-digest] waits for the mirror
FROM python:3.12
