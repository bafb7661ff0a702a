FROM python:3.12
RUN pip install --upgrade --upgrade-strategy eager pandas==2.2.3
