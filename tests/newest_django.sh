#!/bin/sh
# Run pytest with the newest Django that the dependencies allow; it needs Python 3.12 or newer.
set -eu
newer() { "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; }
for python in ${NEWER_PYTHON:-python3.15 python3.14 python3.13 python3.12 python3}; do
    if newer "$python"; then break; fi
    python=
done
if [ -z "$python" ]; then
    echo 'Skipped: the tests with the newest Django need Python 3.12 or newer (NEWER_PYTHON=/path/to/python3.13).'
    exit 0
fi
folder=.venv/newest-django
if ! cmp -s tests/newest_django.lock "$folder/installed.lock"; then
    "$python" -m venv --clear "$folder"
    "$folder/bin/pip" install --quiet --no-compile --no-deps --require-hashes -r tests/newest_django.lock
    "$folder/bin/pip" check --quiet
    cp tests/newest_django.lock "$folder/installed.lock"
fi
"$folder/bin/python" -c 'import django, sys; print("Django", django.__version__, "on Python", sys.version.split()[0])'
exec "$folder/bin/python" -m pytest "$@"
