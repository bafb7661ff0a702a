build:
	docker build --build-arg DATE=$(shell date +%F) .
