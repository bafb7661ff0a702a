FROM python:3.12
RUN pip install --upgrade numpy==1.26.4
