#!/usr/bin/env bash
# Compiles kernels for aarch64, runs them in an emulator, and compares the results with those of the same program for this
# machine: run.sh NATIVE FOLDER COMPILE SOURCE... COMPILE is the compiler with its flags. The first source is the program; all
# others must have NEON's multiplication of two doubles, which may be fused with an addition.
set -euo pipefail
native=$1 folder=$2 compile=${3//SHELL:/}  # CMake's prefix of a flag in two words
shift 3
for tool in aarch64-linux-gnu-{g++,objdump} qemu-aarch64; do
  if ! command -v "$tool" > /dev/null; then
    echo "No $tool: scripts/test installs it." >&2
    exit 1
  fi
done
mkdir -p "$folder"
object_of() { local name=${1%.cpp}; echo "$folder/${name//\//_}.o"; }
compile() { $compile -c "$1" -o "$(object_of "$1")"; }
export -f object_of compile
export folder compile
printf '%s\0' "$@" | xargs -0 -n 1 -P 2 bash -c 'compile "$1"' compile

objects=()
for source in "$@"; do objects+=("$(object_of "$source")"); done
for object in "${objects[@]:1}"; do
  count=$(aarch64-linux-gnu-objdump -d "$object" | grep -cE '\sfm(la|ul)\s+v[0-9]+\.2d,' || true)
  echo "$(basename "$object"): $count multiplications of two doubles"
  if ((count == 0)); then
    echo "It does not use NEON's registers." >&2
    exit 1
  fi
done

aarch64-linux-gnu-g++ -static "${objects[@]}" -o "$folder/kernels"
"$native" > "$folder/results"
qemu-aarch64 "$folder/kernels" "$folder/results"
