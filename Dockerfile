# One image for the web server, the worker, the timetable and the migrations.

FROM python:3.13-slim AS packages
COPY requirements.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock

FROM python:3.13-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      # WeasyPrint lays out text with these, in fonts with the letters of many languages.
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-dejavu-core \
      fonts-noto-cjk fonts-noto-color-emoji \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 parrcs

WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY parrcs parrcs
COPY schools schools
COPY pupils pupils
COPY assessment assessment
COPY reporting reporting
COPY exchange exchange
COPY templates templates
COPY static static
COPY fixtures fixtures

# The state folder holds the gathered static files and beat's timetable, nothing that matters.
ENV PATH=/venv/bin:$PATH STATE=/app/state XDG_CACHE_HOME=/tmp PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=parrcs.settings
RUN python -m django collectstatic --no-input --verbosity 0 \
 && chown -R parrcs state

USER parrcs
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "parrcs.wsgi:application"]
