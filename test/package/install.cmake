# Installs the build folder BUILD to PREFIX, by way of another folder: what is installed may be moved.
#
# Run by ctest: cmake -DBUILD=... -DPREFIX=... -P install.cmake
cmake_minimum_required(VERSION 3.23)

file(REMOVE_RECURSE "${PREFIX}" "${PREFIX}.before")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}.before" COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${PREFIX}.before" "${PREFIX}")
file(GLOB_RECURSE license "${PREFIX}/LICENSE")
if(NOT license)
  message(FATAL_ERROR "The licence is not installed")
endif()
