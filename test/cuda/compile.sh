#!/usr/bin/env bash
# Compiles formulas.cu to an object for a GPU: compile.sh ENVIRONMENT OUTPUT. The environment is the private Python environment
# that scripts/test installs nvcc into. (cudafe++ fails of some code only where an object is asked for.)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
nvcc=$(echo "$1"/lib/python3*/site-packages/nvidia/cu13/bin/nvcc)
if [[ ! -x $nvcc ]]; then
  echo "No nvcc in $1: scripts/test installs it there." >&2
  exit 1
fi
# 114: a function of an unnamed namespace that is declared and not used.
"$nvcc" -std=c++20 --expt-relaxed-constexpr -diag-suppress 114 -arch=sm_90 -I"$here/../../src" -c "$here/formulas.cu" -o "$2"
echo "formulas.cu: $(stat -c %s "$2") bytes"
