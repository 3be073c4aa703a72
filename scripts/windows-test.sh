#!/bin/sh
# The Windows program under Wine, from the crates' tests to the installer and out again.
#
#   windows-test.sh [crates] [desk] [installer]     all three by default
#
# Wine has no WebView2, so it shows everything up to the window; what only a real Windows can show
# stands in docs/windows.md. A prefix of its own, which is thrown away: nothing of the user's is seen.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
triple=x86_64-pc-windows-gnu
target="${WINDOWS_TARGET_DIR:-$root/target/windows}"
profile="${WINDOWS_PROFILE:-debug}"
built="$target/$triple/$profile"
flag=''
[ "$profile" = debug ] || flag=--release

work=$(mktemp -d "${TMPDIR:-/tmp}/booking-monitor-wine.XXXXXX")
export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEARCH=win64 RUST_BACKTRACE=0
# The toolchain stays where it is.
export CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}"
export HOME="$work/home" DISPLAY=":$((2000 + $$ % 1000))"
mkdir -p "$HOME"
display=''

end() {
    wineserver -k 2>/dev/null || true
    [ -z "$display" ] || kill "$display" 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n— %s\n' "$*"; }
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# until WHAT COMMAND…: tries for half a minute.
until_true() {
    what="$1"
    shift
    tries=0
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 120 ] || fail "$what"
        sleep 0.25
    done
}

prepare() {
    Xvfb "$DISPLAY" -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 &
    display=$!
    wineboot -i >/dev/null 2>&1
    # Wine 8 has no bcryptprimitives.dll. One function of it is wanted, and there is another way to do the same.
    cat >"$work/stub.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    return SystemFunction036(buffer, (ULONG)length);
}
C
    x86_64-w64-mingw32-gcc-posix -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" \
        "$work/stub.c" -ladvapi32
}

# The crates' own tests. The engine's processes and disks are Linux's, so some of its tests are not built here.
# Wine's certificates know no root for one connection alone, and its sockets end in order where they should reset.
crates() {
    say 'the crates but the window'
    export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine INSTA_WORKSPACE_ROOT="Z:$root" INSTA_UPDATE=no
    # shellcheck disable=SC2086 # an empty flag is none
    WINDOWS_TARGET_DIR="$target" sh "$root/scripts/windows.sh" cargo test --locked $flag --no-fail-fast \
        -p win32 -p credentials -p yclients -p messaging -p engine -p simulator -p booking-monitor -- \
        --skip tls::an_extra_root_is_trusted \
        --skip tls::a_certificate_out_of_date_blames_the_date \
        --skip faults::a_connection_cut_ \
        --skip faults::an_offline_side_resets || fail 'the crates'
}

# The program of the build, or of the installation.
program="$built/booking-monitor.exe"
data='Z:'"$work"'/data'
monitor() { wine "$program" --data-dir "$data" "$@"; }
value() { sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" "$work/simulator.json" | head -n 1 | sed 's,/$,,'; }
post() { curl -sf --noproxy 127.0.0.1 -X POST -H 'Content-Type: application/json' -d "$2" "$(value control_url)/control/$1" >/dev/null; }
rows() { monitor queue list --json | grep -c '"id"'; }
has_rows() { [ "$(rows)" -ge "$1" ]; }
delivered() { monitor sent --json | grep -q '"state": "\(delivered\|read\)"'; }
works() { monitor status --json | grep -q '"pid": [0-9]'; }
# Nobody owns the desk, by the program's own word: one that says nothing shows nothing.
rests() { monitor status --json >"$work/status.json" && grep -q '"owner"' "$work/status.json" && ! grep -q '"pid": [0-9]' "$work/status.json"; }
# A list that says nothing shows nothing.
no_secret_left() {
    monitor secret list --json | tr -d ' \r\n' >"$work/secrets"
    grep -q '"set":false' "$work/secrets" || fail 'the secrets were not listed'
    ! grep -q '"set":true' "$work/secrets" || fail 'a secret is left'
}
gone() { [ ! -e "$1" ]; }
polled() { monitor status --json | grep -q '"last_poll_at": "'; }

settings() {
    mkdir -p "$work/data"
    cat >"$work/data/settings.toml" <<T
poll_interval_ms = 500
notification_delay_ms = $1
language = "en"
[yclients]
base_url = "$(value yclients_url)"
request_gap_ms = 50
[whatsapp]
base_url = "$(value green_api_url)"
instance_id = "1103000001"
send_gap_ms = 200
[[branches]]
company_id = $(sed -n '/"branches"/{n;s/[^0-9]//gp}' "$work/simulator.json")
T
}

secrets() {
    printf partner | monitor secret set yclients.partner-token
    printf user | monitor secret set yclients.user-token
    printf green-token | monitor secret set green-api.token
}

start_simulator() {
    # From a copy: a file that runs cannot be replaced by an installer.
    cp "$program" "$work/simulator.exe"
    wine "$work/simulator.exe" simulator --json >"$work/simulator.json" 2>/dev/null &
    until_true 'the simulator did not start' grep -q branches "$work/simulator.json"
    until_true 'the simulator did not answer' curl -sf --noproxy 127.0.0.1 "$(value control_url)/control/summary"
}

desk() {
    say 'the command line: output, exit codes, a pipe'
    wine "$program" --version | grep '^booking-monitor [0-9]' || fail 'no version in a pipe'
    code=0
    wine "$program" no-such-word 2>"$work/usage" || code=$?
    [ "$code" = 2 ] && grep -q no-such-word "$work/usage" || fail "wrong usage ended with $code"

    say 'the demo in the terminal, to a delivered message'
    wine "$program" demo --terminal --fast --lang en || fail 'the demo'

    say 'secrets in the Credential Manager, across processes'
    start_simulator
    settings 600000
    secrets
    monitor secret list --json | tr -d ' \n' | grep -q '"name":"green-api.token","set":true' || fail 'not stored'
    monitor secret remove green-api.token
    monitor secret list --json | tr -d ' \n' | grep -q '"name":"green-api.token","set":false' || fail 'not removed'
    printf green-token | monitor secret set green-api.token
    grep -rqa green-token "$work/data" && fail 'a token lies in the data directory'

    say 'check'
    monitor check || fail 'check'

    say 'killed and started again: the queue is kept, nothing is told twice'
    wine "$program" --data-dir "$data" worker >"$work/worker.out" 2>&1 &
    until_true 'the worker did not poll' polled
    post bookings '{}'
    until_true 'nothing came into the queue' has_rows 1
    before=$(monitor queue list --json | grep '"id"')
    pid=$(monitor status --json | sed -n 's/.*"pid": \([0-9]*\).*/\1/p' | head -n 1)
    wine taskkill /F /PID "$pid" >/dev/null
    wine "$program" --data-dir "$data" worker >"$work/worker.out" 2>&1 &
    until_true 'the second worker did not start' grep -q running "$work/worker.out"
    [ "$(monitor queue list --json | grep '"id"')" = "$before" ] || fail 'the queue is another'
    code=0
    monitor worker 2>"$work/second" || code=$?
    [ "$code" = 3 ] || fail "a second owner ended with $code"
    monitor queue send 1
    until_true 'not delivered' delivered
    taken=$(curl -sf --noproxy 127.0.0.1 "$(value control_url)/control/messages" | grep -o '"chat_id"' | wc -l)
    [ "$taken" = 1 ] || fail "the gateway took $taken messages"

    say 'quit: the worker ends in order'
    monitor quit
    rests || fail 'an owner is left in the database'

    say 'a newer database is refused in words'
    cp -r "$work/data" "$work/kept"
    printf '\0\0\0\143' | dd of="$work/data/booking-monitor.db" bs=1 seek=60 conv=notrunc 2>/dev/null
    code=0
    monitor queue list 2>"$work/newer" || code=$?
    cat "$work/newer"
    [ "$code" = 1 ] && grep -q newer "$work/newer" || fail "a newer database: $code"

    say 'erase: neither data nor secrets are left'
    cp "$work/kept/booking-monitor.db" "$work/data/booking-monitor.db"
    monitor erase --yes
    [ ! -e "$work/data" ] || fail "left: $(ls "$work/data")"
    no_secret_left
}

installer() {
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
    from="$built"
    sh "$root/scripts/windows.sh" installer "$from" "$version" "$work/setup.exe" quick
    sh "$root/scripts/windows.sh" installer "$from" 99.0.0 "$work/newer.exe" quick
    # Pressed as it is shipped, for its time is looked at.
    sh "$root/scripts/windows.sh" installer "$from" 0.0.9 "$work/older.exe"
    installed="$WINEPREFIX/drive_c/users/$(id -un)/AppData/Local/Programs/Booking Monitor"
    data="$(wine cmd /c 'echo %APPDATA%' | tr -d '\r')"'\booking-monitor\data'
    here="$WINEPREFIX/drive_c/users/$(id -un)/AppData/Roaming/booking-monitor/data"

    say 'installed in silence, without a question'
    began=$(date +%s)
    wine "$work/older.exe" /S || fail "the installer ended with $?"
    took=$(($(date +%s) - began)) size=$(du -sm "$installed" | cut -f 1)
    echo "$took s, $size MB"
    [ "$took" -lt 20 ] || fail "it took $took s"
    # A debug build is many times as large.
    [ "$profile" = debug ] || [ "$size" -lt 30 ] || fail "$size MB are installed"
    program="$installed/booking-monitor.exe"
    for name in booking-monitor.exe booking-monitor-window.exe WebView2Loader.dll icon.ico uninstall.exe; do
        [ -f "$installed/$name" ] || fail "$name is not installed"
    done
    run='HKCU\Software\Microsoft\Windows\CurrentVersion\Run'
    wine reg query "$run" /v 'Booking Monitor' | grep -q -- --hidden || fail 'no autostart'
    wine reg query 'HKCU\Software\Classes\AppUserModelId\ru.booking-monitor' /v DisplayName >/dev/null || fail 'no name for toasts'

    say 'upgraded while it runs with a row in the queue'
    start_simulator
    # What the desk's part left of its own would otherwise take the link into itself.
    rm -rf "$work/data"
    ln -s "$here" "$work/data"
    mkdir -p "$here"
    settings 600000
    secrets
    wine "$program" --hidden &
    until_true 'the program did not poll' polled
    post bookings '{}'
    until_true 'nothing came into the queue' has_rows 1
    before=$(monitor queue list --json | grep '"id"')
    wine "$work/setup.exe" /S || fail "the upgrade ended with $?"
    [ "$(monitor queue list --json | grep '"id"')" = "$before" ] || fail 'the queue is another'

    rests || fail 'the old version works on'

    say 'an older installer refuses in silence'
    wine "$work/newer.exe" /S || fail "the newer one ended with $?"
    code=0
    wine "$work/setup.exe" /S || code=$?
    [ "$code" = 3 ] || fail "the older one ended with $code"

    say 'uninstalled, keeping the data'
    wine "$installed/uninstall.exe" /S || fail "ended with $?"
    # It goes on from a copy of itself.
    until_true 'the program is left' gone "$installed"
    [ -f "$here/booking-monitor.db" ] || fail 'the data is gone'
    wine reg query "$run" /v 'Booking Monitor' >/dev/null 2>&1 && fail 'autostart is left'

    say 'installed again: the queue is there; then uninstalled with the data'
    wine "$work/setup.exe" /S /AUTOSTART=0 || fail "ended with $?"
    wine reg query "$run" /v 'Booking Monitor' >/dev/null 2>&1 && fail 'autostart against the word'
    [ "$(monitor queue list --json | grep '"id"')" = "$before" ] || fail 'the queue is another'
    cp "$program" "$work/after.exe"
    wine "$installed/uninstall.exe" /S /DELETEDATA=1 || fail "ended with $?"
    until_true 'the program is left' gone "$installed"
    [ ! -e "$here" ] || fail "left: $(ls "$here")"
    program="$work/after.exe"
    no_secret_left
}

[ "$#" -gt 0 ] || set -- crates desk installer
prepare
for part in "$@"; do
    case "$part" in
        crates | desk | installer) "$part" ;;
        *) fail "no such part: $part" ;;
    esac
done
say 'all of it passed'
