#!/usr/bin/env bash
# Compiles formulas.cu to an object file for a GPU. Usage: compile.sh ENVIRONMENT FOLDER, where ENVIRONMENT is the
# private Python environment into which scripts/test installs nvcc. It compiles to an object file because cudafe++ fails
# on some code only then.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) source=$(cd "$(dirname "$0")/../../src" && pwd)
nvcc=$(echo "$1"/lib/python3*/site-packages/nvidia/cu13/bin/nvcc)
if [[ ! -x $nvcc ]]; then
  echo "No nvcc in $1: scripts/test installs it there." >&2
  exit 1
fi
mkdir -p "$2"
{
  for header in "$source"/ops/formulas/*.h; do echo "#include \"ops/formulas/$(basename "$header")\""; done
  echo "#define TORCH_DISTRIBUTIONS_FORMULAS \\"
  # Prints the struct that contains each list of kernels.
  awk 'match($0, /^struct [A-Za-z0-9]+(<[A-Za-z0-9, ]+>)?/) {
         name = substr($0, 8, RLENGTH - 7); gsub(/[A-Za-z0-9]+/, "formulas::&", name) }
       /KernelOf kKernels/ { print "  TORCH_DISTRIBUTIONS_FORMULA(" name ") \\" }' \
    "$source"/ops/formulas/*.h
  echo
} > "$2/formulas.inc"
# 114: a function in an unnamed namespace is declared but not used.
"$nvcc" -std=c++20 --expt-relaxed-constexpr -diag-suppress 114 -arch=sm_90 -I"$source" -I"$2" -c "$here/formulas.cu" \
  -o "$2/formulas.o"
echo "$(grep -c 'FORMULA(' "$2/formulas.inc") formulas, $(stat -c %s "$2/formulas.o") bytes"
