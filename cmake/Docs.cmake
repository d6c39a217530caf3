# The target `docs`: the reference as HTML, in build/docs. A warning is an error; ctest builds it too, as the test `docs`.
find_program(TORCH_DISTRIBUTIONS_DOXYGEN doxygen DOC "Builds the documentation, when found")
mark_as_advanced(TORCH_DISTRIBUTIONS_DOXYGEN)
if(TORCH_DISTRIBUTIONS_DOXYGEN)
  add_custom_target(docs
    COMMAND "${TORCH_DISTRIBUTIONS_DOXYGEN}" docs/Doxyfile
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" VERBATIM)
  if(TORCH_DISTRIBUTIONS_BUILD_TESTS)
    add_test(NAME docs COMMAND "${TORCH_DISTRIBUTIONS_DOXYGEN}" docs/Doxyfile WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  endif()
endif()
