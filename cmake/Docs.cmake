# The target `docs` writes the reference as HTML to docs/html of the build folder; a warning is an error. The test `docs` does
# the same, and the tests `docs/<name>` look for some names in the result.
find_program(TORCH_DISTRIBUTIONS_DOXYGEN doxygen DOC "Builds the documentation, when found")
mark_as_advanced(TORCH_DISTRIBUTIONS_DOXYGEN)
if(TORCH_DISTRIBUTIONS_DOXYGEN)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/Doxyfile" CONTENT [[
@INCLUDE         = docs/Doxyfile
INPUT           += "@PROJECT_BINARY_DIR@/include"
STRIP_FROM_INC_PATH += "@PROJECT_BINARY_DIR@/include"
STRIP_FROM_PATH     += "@PROJECT_BINARY_DIR@/include"
OUTPUT_DIRECTORY = "@PROJECT_BINARY_DIR@/docs"
]] @ONLY)
  set(doxygen "${TORCH_DISTRIBUTIONS_DOXYGEN}" "${PROJECT_BINARY_DIR}/Doxyfile")
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/docs")
  add_custom_target(docs COMMAND ${doxygen} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" VERBATIM)
  if(TORCH_DISTRIBUTIONS_BUILD_TESTS)
    add_test(NAME docs COMMAND ${doxygen} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set_tests_properties(docs PROPERTIES FIXTURES_SETUP docs)
    # A class, a function, an object, a constraint and a macro. Doxygen omits the members of a namespace that has no comment.
    foreach(name Normal kl_divergence biject_to positive TORCH_DISTRIBUTIONS_VERSION)
      add_test(NAME docs/${name}
        COMMAND grep --recursive --quiet "\'${name}\'" "${PROJECT_BINARY_DIR}/docs/html/search")
      set_tests_properties(docs/${name} PROPERTIES FIXTURES_REQUIRED docs)
    endforeach()
  endif()
endif()
