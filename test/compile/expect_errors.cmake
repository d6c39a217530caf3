# Compiles JOINED, which includes SOURCES, and compares the errors with the comments `// error: text` in SOURCES: there must be
# exactly one error for each comment. Each comment `// note: text` needs a matching note. FLAGS make the compiler print all
# errors, without source lines.
#
#   cmake -DCOMPILER=... -DINCLUDES=... -DFLAGS=... -DJOINED=... -DSOURCES=... -P expect_errors.cmake
cmake_minimum_required(VERSION 3.23)

# The texts of all comments `// <kind>: text`.
function(comments kind result)
  set(texts "")
  foreach(source IN LISTS SOURCES)
    file(STRINGS "${source}" lines REGEX "// ${kind}: ")
    list(TRANSFORM lines REPLACE ".*// ${kind}: " "")  # now no line has a semicolon, which would split it
    list(APPEND texts ${lines})
  endforeach()
  set(${result} ${texts} PARENT_SCOPE)
endfunction()

list(TRANSFORM INCLUDES PREPEND "-isystem")
set(ENV{LC_ALL} C)  # English messages with ASCII quotes, as in the comments
execute_process(
  COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${FLAGS} ${INCLUDES} "${JOINED}" ERROR_VARIABLE output)

comments(error expected)
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

comments(note expected)
string(REGEX MATCHALL "note: [^\n]*" notes "${output}")
foreach(text IN LISTS expected)
  string(FIND "${notes}" "${text}" position)
  if(position EQUAL -1)
    message(SEND_ERROR "no note says: ${text}")
  endif()
endforeach()
