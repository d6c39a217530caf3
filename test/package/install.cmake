# Installs the build folder BUILD to another folder and moves that to PREFIX: a package must be relocatable.
#
# Run by ctest: cmake -DBUILD=... -DPREFIX=... [-DNOT_NAMED=...] [-DONLY=...] -P install.cmake
#   NOT_NAMED  folders of this machine that no installed text may mention
#   ONLY       the only file to be installed; by default the library and its licence are installed
cmake_minimum_required(VERSION 3.23)

file(REMOVE_RECURSE "${PREFIX}" "${PREFIX}.before")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}.before" COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${PREFIX}.before" "${PREFIX}")

file(GLOB_RECURSE files RELATIVE "${PREFIX}" "${PREFIX}/*")
if(ONLY)
  if(NOT files STREQUAL ONLY)
    message(FATAL_ERROR "Installed, beside ${ONLY}: ${files}")
  endif()
  return()
endif()
if(NOT files MATCHES "/LICENSE(;|$)")
  message(FATAL_ERROR "The licence is not installed")
endif()
list(FILTER files INCLUDE REGEX "\\.(cmake|h|pc)$")
foreach(name IN LISTS files)
  file(READ "${PREFIX}/${name}" text)
  foreach(folder IN LISTS NOT_NAMED)
    string(FIND "${text}" "${folder}" position)
    if(NOT position EQUAL -1)
      message(SEND_ERROR "${name} names ${folder}")
    endif()
  endforeach()
endforeach()
