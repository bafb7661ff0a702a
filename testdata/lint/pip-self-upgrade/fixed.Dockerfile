FROM python:3.12
RUN pip install --upgrade pip==24.2
