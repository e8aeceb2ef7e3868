# A seller in a container: docs/containers.md.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md ./
COPY docs docs
COPY fixtures fixtures
COPY contracts contracts
COPY reseller_client reseller_client
COPY emulator emulator
COPY mockseller mockseller
RUN python -m venv /opt/mockseller \
    && /opt/mockseller/bin/pip install --no-cache-dir .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home mockseller
COPY --from=build /opt/mockseller /opt/mockseller
ENV PATH=/opt/mockseller/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MOCKSELLER_HOST=0.0.0.0 \
    MOCKSELLER_DATA=/data
USER 10001
VOLUME /data
EXPOSE 1500 1501
# Healthy once the first world is made and every worker answers.
HEALTHCHECK --interval=2s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as http; http.urlopen('http://127.0.0.1:' + os.environ.get('MOCKSELLER_PORT', '1500') + '/_mockseller/health', timeout=2)"]
ENTRYPOINT ["mockseller"]
CMD ["serve"]
