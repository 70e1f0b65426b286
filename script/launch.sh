# Sourced by the commands beside it: finds a Python, then hands over to script/setup (Python).
# POSIX sh only: on a bare machine nothing else is certain to exist.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1

# Python settings of the caller must not leak into the product's own environment.
unset PYTHONHOME PYTHONPATH PYTHONSTARTUP

find_python() {
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3; do
        # A version manager's shim may exist and still not run: ask the program itself.
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

launch() {
    if ! python=$(find_python); then
        echo "No Python 3.11 or newer was found. Install one, for example: sudo apt-get install python3.11 python3.11-venv" >&2
        exit 1
    fi
    cd -- "$root" || exit 1
    exec "$python" -m script.setup "$@"
}
