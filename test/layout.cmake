# Compares the trees: each public header include/torch/distributions/X/y.h has a source src/X/y.cpp and a test
# test/X/y_test.cpp, and vice versa; the lists of the CMakeLists name every file; and the folders of src/ops include each other
# in one direction only.
#
# Run by ctest: cmake -DROOT=<source folder> -P layout.cmake
cmake_minimum_required(VERSION 3.23)

# Headers without a source, and why.
set(header_only
  core/covariance     # an aggregate
  core/export         # macros
  core/implements     # templates
  core/scalar_family  # templates, whose definitions are in src/core/scalar_family.h
  core/signature      # templates
  core/type           # an aggregate
  transforms/identity_transform  # a constant
)
# Headers without a test, and why.
set(untested
  core/export  # macros; the programs of test/package link the exported symbols
)
# Folders that do not mirror include/: src/ops and src/kl are private, the others hold tests of many classes at once, or many
# tests of one class.
set(private ops kl)
set(cross_cutting accuracy compile golden laws mutants oracle package random_calls support threads
  transformed_distribution ${private})

set(include "${ROOT}/include/torch/distributions")
file(GLOB_RECURSE headers RELATIVE "${include}" "${include}/*.h")
file(GLOB_RECURSE sources RELATIVE "${ROOT}/src" "${ROOT}/src/*.cpp")
file(GLOB_RECURSE tests RELATIVE "${ROOT}/test" "${ROOT}/test/*_test.cpp")
list(TRANSFORM headers REPLACE "\\.h$" "")
list(TRANSFORM sources REPLACE "\\.cpp$" "")
list(TRANSFORM tests REPLACE "_test\\.cpp$" "")
file(READ "${include}.h" umbrella)
file(READ "${ROOT}/src/CMakeLists.txt" library_list)
# There the name of a distribution stands for its header and its source.
string(REGEX MATCHALL "set\\((scalar_families|other_distributions)[^)]*\\)" families "${library_list}")
string(REGEX REPLACE "set\\([a-z_]+|\\)|;" "" families "${families}")
string(REGEX REPLACE "\n  ([a-z_0-9]+)" "\n  distributions/\\1.h\n  \\1.cpp" of_library "${families}")
string(APPEND library_list "${of_library}")
file(READ "${ROOT}/test/CMakeLists.txt" test_list)
string(REGEX REPLACE "\n  ([a-z_0-9]+)" "\n  \\1_test" of_tests "${families}")
string(APPEND test_list "${of_tests}")
set(faults "")

# A fault for each of `names` that is not in the list `others`; `@` in the message stands for the name.
function(expect_in names others message)
  foreach(name IN LISTS ${names})
    if(NOT name IN_LIST ${others})
      string(REPLACE "@" "${name}" fault "${message}")
      string(APPEND faults "\n  ${fault}")
    endif()
  endforeach()
  set(faults "${faults}" PARENT_SCOPE)
endfunction()

# A fault for each of `names` that the text `list` does not mention between `before` and `after`.
function(expect_listed names list before after message)
  foreach(name IN LISTS ${names})
    string(FIND "${${list}}" "${before}${name}${after}" position)
    if(position EQUAL -1)
      string(REPLACE "@" "${name}" fault "${message}")
      string(APPEND faults "\n  ${fault}")
    endif()
  endforeach()
  set(faults "${faults}" PARENT_SCOPE)
endfunction()

set(with_source ${headers})
list(REMOVE_ITEM with_source ${header_only})
set(with_test ${headers})
list(REMOVE_ITEM with_test ${untested})
set(outside_core ${headers})  # the headers of core/ are included by others
list(FILTER outside_core EXCLUDE REGEX "^core/")
set(mirroring_sources "")
foreach(source IN LISTS sources)
  string(REGEX REPLACE "/.*" "" folder "${source}")
  if(NOT folder IN_LIST private AND NOT EXISTS "${ROOT}/src/${source}.h")  # not if it has a private header beside it
    list(APPEND mirroring_sources "${source}")
  endif()
endforeach()
set(mirroring_tests ${tests})
foreach(folder IN LISTS cross_cutting)
  list(FILTER mirroring_tests EXCLUDE REGEX "^${folder}/")
endforeach()

expect_in(with_source sources "include/torch/distributions/@.h has no src/@.cpp")
expect_in(mirroring_sources with_source "src/@.cpp has no header in include/torch/distributions")
expect_in(with_test tests "include/torch/distributions/@.h has no test/@_test.cpp")
expect_in(mirroring_tests with_test "test/@_test.cpp tests no header of include/torch/distributions")
expect_in(header_only headers "test/layout.cmake excuses @.h, which does not exist")
expect_in(untested headers "test/layout.cmake excuses @.h, which does not exist")
expect_listed(outside_core umbrella "#include <torch/distributions/" ".h>" "torch/distributions.h does not include @.h")
expect_listed(headers library_list "  distributions/" ".h" "src/CMakeLists.txt does not name distributions/@.h")
expect_listed(sources library_list "  " ".cpp" "src/CMakeLists.txt does not name @.cpp")
string(REPLACE "torch_distributions_test(" "  " test_list "${test_list}")  # a test of its own counts like one in a list of several
expect_listed(tests test_list "  " "_test" "test/CMakeLists.txt does not name @_test")

# The folders of src/ops. Each may include itself and those before it, and none includes a class of the library.
set(rooms tensor special formulas engine random vectors draws)
file(GLOB_RECURSE ops RELATIVE "${ROOT}/src/ops" "${ROOT}/src/ops/*.h" "${ROOT}/src/ops/*.cpp")
foreach(file IN LISTS ops)
  string(REGEX REPLACE "/.*" "" room "${file}")
  list(FIND rooms "${room}" place)
  if(place EQUAL -1)
    string(APPEND faults "\n  src/ops/${file} is in none of the rooms of src/ops")
  endif()
  file(STRINGS "${ROOT}/src/ops/${file}" includes REGEX "^#include (\"|<torch/distributions)")
  foreach(include IN LISTS includes)
    if(include MATCHES "\"ops/([a-z]+)/")
      list(FIND rooms "${CMAKE_MATCH_1}" included)
      if(included EQUAL -1 OR included GREATER place)
        string(APPEND faults "\n  src/ops/${file} includes a later room: ${include}")
      endif()
    elseif(NOT include MATCHES "[\"/]core/")
      string(APPEND faults "\n  src/ops/${file} includes what is not in core or ops: ${include}")
    endif()
  endforeach()
endforeach()

if(faults)
  message(FATAL_ERROR "The trees differ:${faults}\n")
endif()
