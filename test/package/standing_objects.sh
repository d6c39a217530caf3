#!/bin/sh
# A compiler launcher: standing_objects.sh BUILD PREFIX COMMAND...
#
# For a project that builds the library as a subdirectory: copies the library's object files from the build folder BUILD instead
# of compiling them again, and compiles the rest. PREFIX is the folder in which that project builds the library, relative to the
# working folder of the compiler. One file of each kind is compiled nevertheless, to test the flags of that project.
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
  */Unity/unity_0_cxx.cxx.o | */kernels/normal.cpp.o) ;;
  "$prefix"/*.o)
    if cp "$build/${object#"$prefix"/}" "$object" 2> /dev/null; then
      echo "$object:" > "$dependencies"
      exit 0
    fi
    ;;
esac
exec "$@"
