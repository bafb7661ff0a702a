FROM python:3.12
RUN pip install --upgrade pandas==2.2.3
RUN uv pip install --system pandas==2.2.3
