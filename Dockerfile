# The web chat on port 7860:  docker build -t askvisit . && docker run -p 7860:7860 askvisit
# With articles of your own:  docker run -p 7860:7860 -v "$PWD/my-index:/index" -e ASKVISIT_INDEX=/index askvisit
FROM python:3.12-slim
RUN pip install --no-cache-dir torch --index-url https://download.pytorch.org/whl/cpu
WORKDIR /src
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY src src
COPY index index
RUN pip install --no-cache-dir . && rm -rf /src/* && useradd --create-home reader
USER reader
WORKDIR /home/reader
EXPOSE 7860
CMD ["askvisit", "ui", "--host", "0.0.0.0"]
