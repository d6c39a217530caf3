#!/bin/sh
# pkg_config.sh PREFIX SOURCE PROGRAM COMPILER...
#
# Compiles SOURCE to PROGRAM with the flags that pkg-config prints for the package in PREFIX, and runs it.
set -e
prefix=$1 source=$2 program=$3
shift 3
package=$(find "$prefix" -name torch_distributions.pc)
folders=$(pkg-config --variable=libdir "$package"):$(pkg-config --variable=torch "$package")/lib
# shellcheck disable=SC2046
"$@" -std=c++20 "$source" -o "$program" $(pkg-config --cflags --libs "$package") -Wl,-rpath,"$folders"
"$program"
