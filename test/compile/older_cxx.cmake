# Compiles each public header as C++17: the first error must be the sentence that asks for C++20.
#
#   cmake -DCOMPILER=... -DINCLUDES=... -DHEADERS=<folders of the headers> -P older_cxx.cmake
cmake_minimum_required(VERSION 3.23)

list(TRANSFORM INCLUDES PREPEND "-isystem")
list(TRANSFORM HEADERS APPEND "/*.h")
file(GLOB_RECURSE headers ${HEADERS})
foreach(header IN LISTS headers)
  execute_process(
    COMMAND "${COMPILER}" -std=c++17 -fsyntax-only -Wfatal-errors -x c++ ${INCLUDES} "${header}"
    ERROR_VARIABLE output RESULT_VARIABLE status)
  string(REGEX MATCH "error: [^\n]*" error "${output}")
  if(status EQUAL 0 OR NOT error MATCHES "TorchDistributions needs C\\+\\+20")
    message(SEND_ERROR "${header}: ${error}")
  endif()
endforeach()
