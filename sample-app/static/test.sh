#!/usr/bin/env bash
# Changes a site behind nginx by pushing; a page that is not whole is never served.
# shellcheck source-path=SCRIPTDIR source=../lib/sample.sh
. "$(dirname "$0")/../lib/sample.sh"
# shellcheck source=start.sh
. "$(dirname "$0")/start.sh"

begin static
start_sample
expect_answer "$url" "Hello from git"
expect_answer "${url}style.css" "font"
passed "the first release is served"

sed -i "s/Hello from git/Hello again/" "$clone/index.html"
push "Another greeting"
expect_answer "$url" "Hello again"
expect_outcome deployed
passed "a push is live, without a signal to nginx"
good=$hash

sed -i -e "s/Hello again/Hello, brok/" -e '$d' "$clone/index.html"
push "Half a page"
expect_outcome rejected
is_published "$good" || fail "the link leads to $(published)"
answers_with "$url" "Hello again" || fail "the good page is served"
passed "half a page was never served: $(reason)"

echo "</html>" >>"$clone/index.html"
sed -i "s/Hello, brok/Hello, repaired/" "$clone/index.html"
push "Repair it"
expect_answer "$url" "Hello, repaired"
expect_outcome deployed
passed "the repair is live"

git -C "$clone" rm --quiet style.css
sed -i '/style.css/d' "$clone/index.html"
push "No style"
expect_outcome deployed
if answer "${url}style.css" >/dev/null; then fail "a file that was removed is still served"; fi
passed "a file that was removed is not served any more"
for path in .git check; do
    if answer "$url$path" >/dev/null; then fail "$path is served"; fi
done
passed "what is not part of the site is not served"
