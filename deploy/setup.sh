# Sourced by deploy/try and deploy/check: a virtual environment in .venv with everything in it, from nothing but
# Python 3.11 or newer. An existing one is used again while pyproject.toml and deploy/constraints.txt are the same.
#
# torch comes first and by itself: its CPU build (200 MB) lies on an index of its own, while PyPI's build for Linux
# brings several GB of CUDA along.

TORCH_INDEX="https://download.pytorch.org/whl/cpu"

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }

# Prints a Python that is new enough and can make virtual environments. A name on the PATH proves nothing:
# pyenv has shims that fail, and Debian's python3 may lack venv.
find_python() {
    local name found="" ready='import sys; sys.exit(sys.version_info < (3, 11))'
    for name in python3.11 python3.12 python3.13 python3.14 python3 python; do
        "$name" -c "$ready" >/dev/null 2>&1 || continue
        found="$name"
        "$name" -c 'import ensurepip, venv' >/dev/null 2>&1 || continue
        command -v "$name"
        return
    done
    [ -z "$found" ] || die "$found cannot make virtual environments: install its venv package (on Debian and Ubuntu: sudo apt install python3-venv)."
    die "Lookback needs Python 3.11 or newer, and none was found: install it from your system's packages or from https://www.python.org/downloads/."
}

pip_install() { .venv/bin/python -m pip install --disable-pip-version-check "$@"; }

# What deploy/constraints.txt says of one package, as pip takes it: "torch==2.13.0".
pinned() { grep -i "^$1==" deploy/constraints.txt; }

wants_cpu_build() { [ "$(uname -s)" = Linux ] && ! nvidia-smi -L >/dev/null 2>&1; }

install_torch() {
    if wants_cpu_build; then
        say "Installing torch, the build for processors (no NVIDIA GPU here): about 200 MB, a minute or two."
        # Their dependencies come with the rest, in the tested versions. Where the index is out of reach this ends soon.
        if pip_install --no-deps --index-url "$TORCH_INDEX" --timeout 5 --retries 0 \
            "$(pinned torch)" "$(pinned torchvision)"; then
            return
        fi
        say "$TORCH_INDEX did not give it; asking pip's own index, whose build can be several GB."
    else
        say "Installing torch for this machine: up to several GB where it brings CUDA along."
    fi
    pip_install -c deploy/constraints.txt "$(pinned torch)" "$(pinned torchvision)" && return
    say "The tested torch does not exist for $(.venv/bin/python -V) on this machine; taking the newest that does."
    pip_install torch torchvision
}

# install_lookback '.[test]': everything else, in the tested versions where they exist for this Python.
install_lookback() {
    say "Installing Lookback and what it needs: about 150 MB, a minute or two."
    pip_install -c deploy/constraints.txt -e "$1" && return
    say "The tested versions do not all exist for $(.venv/bin/python -V) on this machine; taking others that fit."
    pip_install -e "$1"
}

# set_up EXTRA: leaves a .venv that has Lookback with that extra of pyproject.toml.
set_up() {
    local extra="$1" python stamp sum
    sum="$(cat pyproject.toml deploy/constraints.txt | cksum)"
    stamp=".venv/lookback-$extra"
    if [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && .venv/bin/python -c '' 2>/dev/null; then
        return
    fi
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        python="$(find_python)"
        say "Making a virtual environment in .venv with $("$python" -V): some seconds."
        "$python" -m venv --clear .venv
    fi
    install_torch
    install_lookback ".[$extra]"
    printf '%s\n' "$sum" >"$stamp"
    say "Set up."
}
