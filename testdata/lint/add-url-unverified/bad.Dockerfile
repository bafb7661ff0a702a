FROM debian:12
ADD https://example.org/weights-1.0.bin /models/
