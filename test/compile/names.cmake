# Compares the names that the installed headers declare in namespace torch::distributions with names.txt and
# DISTRIBUTIONS, the distribution classes.
#
#   cmake -DCOMPILER=clang++ -DINCLUDES=... -DHEADERS=<folders of the headers> -DDISTRIBUTIONS=... -DWORK=... -P names.cmake
cmake_minimum_required(VERSION 3.23)

if(NOT COMPILER)
  message(FATAL_ERROR "Clang, which lists the names, was not found: install clang-14, and configure again")
endif()

list(TRANSFORM HEADERS APPEND "/*.h")
file(GLOB_RECURSE headers ${HEADERS})
list(TRANSFORM headers REPLACE "(.+)" "#include \"\\1\"\n")
list(JOIN headers "" source)
file(WRITE "${WORK}/names.cpp" "${source}")

list(TRANSFORM INCLUDES PREPEND "-isystem")
execute_process(
  COMMAND "${COMPILER}" -std=c++20 -fsyntax-only -Xclang -ast-list ${INCLUDES} "${WORK}/names.cpp"
  OUTPUT_FILE "${WORK}/names.out" ERROR_VARIABLE errors RESULT_VARIABLE status)
if(status)
  message(FATAL_ERROR "${COMPILER}: ${errors}")
endif()
# Omits the inline namespace transforms.
set(prefix "^torch::distributions::(transforms::)?")
file(STRINGS "${WORK}/names.out" declared REGEX "${prefix}[^:]+$")
list(TRANSFORM declared REPLACE "${prefix}" "")
list(REMOVE_DUPLICATES declared)

file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/names.txt" listed REGEX "^[^#]")
list(JOIN listed " " listed)
string(REGEX MATCHALL "[^ ]+" listed "${listed}")
list(APPEND listed ${DISTRIBUTIONS})

set(added ${declared})
list(REMOVE_ITEM added ${listed})
set(gone ${listed})
list(REMOVE_ITEM gone ${declared})
foreach(name IN LISTS added)
  message(SEND_ERROR "${name} is not in names.txt: if programs do not name it, it belongs to namespace core")
endforeach()
foreach(name IN LISTS gone)
  message(SEND_ERROR "${name} is listed, but no header declares it")
endforeach()
