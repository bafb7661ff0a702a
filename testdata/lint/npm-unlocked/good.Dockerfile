FROM node:22
COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm install -g configurable-http-proxy@4.6.2
