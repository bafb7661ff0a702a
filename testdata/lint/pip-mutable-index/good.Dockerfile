FROM python:3.12
RUN pip install --index-url https://download.example.org/whl/cu124 torch==2.4.1+cu124
