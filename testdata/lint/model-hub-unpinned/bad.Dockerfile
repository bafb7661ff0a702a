FROM python:3.12
RUN python -m nltk.downloader punkt
RUN python -c "import torch; torch.hub.load('pytorch/vision:v0.10.0', 'resnet50', pretrained=True)"
RUN python -m spacy download en_core_web_sm
