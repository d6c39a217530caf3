#!/usr/bin/env bash
# Compiles formulas.cu to an object file for a GPU. Usage: compile.sh ENVIRONMENT GENERATED FOLDER, where ENVIRONMENT is the
# private Python environment into which scripts/test installs nvcc, and GENERATED has the headers that CMake writes. It
# compiles to an object file because cudafe++ fails on some code only then.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) source=$(cd "$(dirname "$0")/../../src" && pwd)
nvcc=$(echo "$1"/lib/python3*/site-packages/nvidia/cu13/bin/nvcc)
if [[ ! -x $nvcc ]]; then
  echo "No nvcc in $1: scripts/test installs it there." >&2
  exit 1
fi
mkdir -p "$3"
# 114: a function in an unnamed namespace is declared but not used.
"$nvcc" -std=c++20 --expt-relaxed-constexpr -diag-suppress 114 -arch=sm_90 -I"$source" -I"$2" -c "$here/formulas.cu" \
  -o "$3/formulas.o"
echo "$(grep -c ' Of(' "$2/ops/formulas/with_kernels.h") formulas, $(stat -c %s "$3/formulas.o") bytes"
