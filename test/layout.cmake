# Compares the trees: the public header include/torch/distributions/X/y.h has a source src/X/y.cpp and a test
# test/X/y_test.cpp, and the other way round; and the lists of the CMakeLists name every file.
#
# Run by ctest: cmake -DROOT=<source folder> -P layout.cmake
cmake_minimum_required(VERSION 3.23)

# Headers without a source, and why.
set(header_only
  core/covariance     # an aggregate
  core/export         # macros
  core/formula_table  # templates
  core/implements     # templates
  core/scalar_family  # templates
  core/signature      # templates
  core/type           # an aggregate
  transforms/identity_transform  # a constant
)
# Headers without a test, and why.
set(untested
  core/export  # test/package links what is exported
)
# Folders that do not mirror include/: src/ops and src/kl are private, the others hold tests of many classes at once.
set(private ops kl)
set(cross_cutting accuracy compile golden laws mutants package random_calls support threads ${private})

set(include "${ROOT}/include/torch/distributions")
file(GLOB_RECURSE headers RELATIVE "${include}" "${include}/*.h")
file(GLOB_RECURSE sources RELATIVE "${ROOT}/src" "${ROOT}/src/*.cpp")
file(GLOB_RECURSE tests RELATIVE "${ROOT}/test" "${ROOT}/test/*_test.cpp")
list(TRANSFORM headers REPLACE "\\.h$" "")
list(TRANSFORM sources REPLACE "\\.cpp$" "")
list(TRANSFORM tests REPLACE "_test\\.cpp$" "")
file(READ "${include}.h" umbrella)
file(READ "${ROOT}/src/CMakeLists.txt" library_list)
file(READ "${ROOT}/test/CMakeLists.txt" test_list)
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
set(outside_core ${headers})  # what is in core/ comes with whatever needs it
list(FILTER outside_core EXCLUDE REGEX "^core/")
set(mirroring_sources "")
foreach(source IN LISTS sources)
  string(REGEX REPLACE "/.*" "" folder "${source}")
  if(NOT folder IN_LIST private AND NOT EXISTS "${ROOT}/src/${source}.h")  # a header beside it: private too
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
expect_listed(tests test_list "torch_distributions_test(" "_test" "test/CMakeLists.txt does not name @_test")

if(faults)
  message(FATAL_ERROR "The trees differ:${faults}\n")
endif()
