FROM python:3.12
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen
