FROM python:3.12
ADD --checksum=sha256:87e3e2b1e0f4a5c6d7e8f9a0b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e https://example.org/punkt.zip /usr/share/nltk_data/tokenizers/
RUN python -c "import torch; torch.hub.load('pytorch/vision:0123456789abcdef0123456789abcdef01234567', 'resnet50')"
RUN python -m spacy download en_core_web_sm-3.7.1 --direct
