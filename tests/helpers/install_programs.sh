#!/bin/sh
# Programs that tests start: Chromium (the pages), node (the WebAssembly module), LibreOffice (spreadsheets),
# systemd (the unit of the service).
set -eu
missing=
command -v chromium >/dev/null || missing="$missing chromium"
command -v node >/dev/null || missing="$missing nodejs"
command -v soffice >/dev/null || missing="$missing libreoffice-calc-nogui"
command -v systemd-analyze >/dev/null || missing="$missing systemd"
fc-list 2>/dev/null | grep -q DejaVu || missing="$missing fonts-dejavu-core fontconfig"
for library in libpango-1.0.so.0 libpangoft2-1.0.so.0; do # of WeasyPrint, for the report as PDF
  ldconfig -p 2>/dev/null | grep -q "$library" || missing="$missing libpango-1.0-0 libpangoft2-1.0-0"
done
test -n "$missing" || exit 0
if command -v apt-get >/dev/null && test "$(id -u)" = 0; then
  apt-get update -qq
  # shellcheck disable=SC2086 # several names
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "not here, so that tests that need them skip:$missing" >&2
fi
