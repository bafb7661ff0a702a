#!/bin/sh
docker build -t project_ai .
