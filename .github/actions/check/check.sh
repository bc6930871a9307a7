#!/bin/sh
# Asks about the migrations of a pull request: annotations on standard output, reports in $REPORTS, a summary of the
# step. Ends with impact's exit code: 0 clear, 1 blocked, 2 error, 3 inconclusive.
set -u
reports="${REPORTS:-impact-reports}"
# The folder stands in the tree that is checked: no link of that tree leads reports elsewhere, or brings other files here.
if [ -L "$reports" ]; then
    echo "error: $reports is a link" >&2
    exit 2
fi
mkdir -p "$reports"
rm -f "$reports/impact.sarif" "$reports/impact.xml" "$reports/impact.md"
set -- --workspace "${WORKSPACE:-.}" check --since "${SINCE:?the revision that the pull request leaves}"
[ -n "${BASE:-}" ] && set -- "$@" --base "$BASE"
set -- "$@" \
    --format github \
    --format sarif --output "$reports/impact.sarif" \
    --format junit --output "$reports/impact.xml" \
    --format markdown --output "$reports/impact.md"
"${IMPACT:-impact}" --quiet "$@"
code=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$reports/impact.md" ]; then
    cat "$reports/impact.md" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
