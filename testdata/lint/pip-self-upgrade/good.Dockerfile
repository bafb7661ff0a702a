FROM python:3.12
RUN pip install pip==24.2
