#!/bin/sh
# A compiler launcher: standing_objects.sh BUILD PREFIX COMMAND...
#
# For a project that has the library as a subdirectory, and would compile all of it again: it takes the library's objects
# from the folder BUILD, where they stand, and compiles the rest. PREFIX is where that project builds the library, from the
# folder that the compiler runs in. A few sources are compiled nevertheless, of each kind one: the flags that they get in
# that project are tested too.
build=$1 prefix=$2
shift 2

object='' dependencies='' previous=''
for argument in "$@"; do
  case $previous in
    -o) object=$argument ;;
    -MF) dependencies=$argument ;;
  esac
  previous=$argument
done

case $object in
  */core/distribution.cpp.o | */src/normal.cpp.o | */kernels/normal.cpp.o) ;;
  "$prefix"/*.cpp.o)
    if cp "$build/${object#"$prefix"/}" "$object" 2> /dev/null; then
      echo "$object:" > "$dependencies"
      exit 0
    fi
    ;;
esac
exec "$@"
