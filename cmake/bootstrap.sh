# shellcheck shell=bash disable=SC2154
# Sourced by ./run and ./test, which set `root`: installs missing packages, configures, builds. Prints only errors.

# The packages on Debian or Ubuntu. `a|b` means either; if both are missing, the first is installed.
shikumi_packages=(
    'g++'
    'cmake'
    'ninja-build'
    'pkgconf|pkg-config'
    'libopenblas-dev'
    'zlib1g-dev'
    'libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev'
    'libssl-dev'                           # checksums of data sets
    'ca-certificates'                      # https for data sets
    'libboost-dev|libboost1.74-dev|libboost1.81-dev|libboost1.83-dev'
    'libboost-program-options-dev|libboost-program-options1.74-dev|libboost-program-options1.81-dev|libboost-program-options1.83-dev'
    'nlohmann-json3-dev'
    'libzip-dev'                           # .npz
    'libhdf5-dev'                          # Keras's weights
    'libprotozero-dev'                     # event files, ONNX
    'libpng-dev'
    'libjpeg62-turbo-dev|libjpeg-turbo8-dev|libjpeg-dev'
    'catch2'                               # tests
    'doxygen'                              # tests: the reference
)

say() { printf '%s\n' "$*" >&2; }
die() { say "$1"; exit "${2:-1}"; }

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# apt LOG ARGUMENT...: apt-get as root. Where another program holds apt's lock, as a fresh machine's first update does,
# it says so and waits. apt's own option waits for the lock on installing only, so the loop waits for that on lists.
apt_patience=600
apt() {
    local log=$1 holder timeout=0 deadline=$((SECONDS + apt_patience))
    shift
    while ! "${as_root[@]}" env LC_ALL=C DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout="$timeout" "$@" >"$log" 2>&1; do
        if ! grep -q 'Could not get lock' "$log" || ((SECONDS >= deadline)); then return 1; fi
        if ((timeout == 0)); then
            holder=$(sed -n 's/.*held by process \([0-9]* ([^)]*)\).*/\1/p' "$log" | head -n 1)
            say "waiting for ${holder:-another program}, which holds apt's lock, at most $((apt_patience / 60)) minutes"
        fi
        timeout=$((deadline - SECONDS))
        if ((timeout < 1)); then timeout=1; fi
        sleep 2
    done
}

# install_missing [PACKAGE...]: installs the list above and PACKAGEs
install_missing() {
    local missing=() package alternative found
    if [ -n "${SHIKUMI_SKIP_BOOTSTRAP:-}" ]; then return; fi
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "This script installs packages with apt-get only. Install your system's equivalents of these, set"
        say "SHIKUMI_SKIP_BOOTSTRAP=1 and run it again:"
        printf '  %s\n' "${shikumi_packages[@]%%|*}" "$@" >&2
        exit 1
    fi
    for package in "${shikumi_packages[@]}" "$@"; do
        found=
        for alternative in ${package//|/ }; do
            if installed "$alternative"; then found=1; break; fi
        done
        if [ -z "$found" ]; then missing+=("${package%%|*}"); fi
    done
    if [ ${#missing[@]} -eq 0 ]; then return; fi

    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
            as_root=(sudo)
        else
            say "These packages are missing, and installing them needs root:"
            say "  apt-get install ${missing[*]}"
            exit 1
        fi
    fi
    say "installing ${missing[*]}"
    local log
    log=$(mktemp)
    if ! apt "$log" update || ! apt "$log" install -y --no-install-recommends "${missing[@]}"; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt-get could not install ${missing[*]}"
    fi
    rm -f "$log"
}

# quietly LOG COMMAND...: runs COMMAND and shows its output only if it fails
quietly() {
    local log=$1
    shift
    if ! (cd "$root" && "$@") >"$log" 2>&1; then
        { sed -n '/FAILED:\|CMake Error/,$p' "$log" | grep . || tail -n 40 "$log"; } | head -n 60 >&2
        die "failed: $*   (full output: $log)"
    fi
}

# configure PRESET: skipped if the build folder is ready; ninja itself reconfigures when CMake files change
configure() {
    local build=$root/build/$1
    mkdir -p "$build"
    if [ ! -f "$build/build.ninja" ] || [ "$root/CMakePresets.json" -nt "$build/build.ninja" ]; then
        quietly "$build/configure.log" cmake --preset "$1"
        touch "$build/build.ninja"
    fi
}
