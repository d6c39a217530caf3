# Compiles a file and compares its errors with its comments `// error: text`: there must be exactly one error for each comment,
# and a file without such comments must compile. Each comment `// note: text` needs a matching note. FLAGS make the compiler
# print all errors, without source lines.
#
#   cmake -DCOMPILER=... -DINCLUDES=... -DFLAGS=... -DSOURCE=... -P expect_errors.cmake
cmake_minimum_required(VERSION 3.23)

list(TRANSFORM INCLUDES PREPEND "-isystem")
set(ENV{LC_ALL} C)  # English messages with ASCII quotes, as in the comments
execute_process(
  COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${FLAGS} ${INCLUDES} "${SOURCE}"
  ERROR_VARIABLE output RESULT_VARIABLE status)

file(STRINGS "${SOURCE}" expected REGEX "// error: ")
list(TRANSFORM expected REPLACE ".*// error: " "")
if(status EQUAL 0 AND expected)
  message(FATAL_ERROR "${SOURCE} compiles")
elseif(NOT status EQUAL 0 AND NOT expected)
  message(FATAL_ERROR "${SOURCE} does not compile:\n${output}")
endif()
string(REPLACE ";" "," output "${output}")
string(REGEX REPLACE "\n( +|})" " " output "${output}")  # joins messages that Clang splits into lines
string(REGEX MATCHALL "error: [^\n]*" errors "${output}")
foreach(text IN LISTS expected)
  set(found -1)
  set(index 0)
  foreach(error IN LISTS errors)
    string(FIND "${error}" "${text}" position)
    if(NOT position EQUAL -1)
      set(found ${index})
    endif()
    math(EXPR index "${index} + 1")
  endforeach()
  if(found EQUAL -1)
    message(SEND_ERROR "no error says: ${text}")
  else()
    list(REMOVE_AT errors ${found})
  endif()
endforeach()
foreach(error IN LISTS errors)
  message(SEND_ERROR "not expected: ${error}")
endforeach()

file(STRINGS "${SOURCE}" expected REGEX "// note: ")
list(TRANSFORM expected REPLACE ".*// note: " "")
string(REGEX MATCHALL "note: [^\n]*" notes "${output}")
foreach(text IN LISTS expected)
  string(FIND "${notes}" "${text}" position)
  if(position EQUAL -1)
    message(SEND_ERROR "no note says: ${text}")
  endif()
endforeach()
