# Compiles through ccache if it is installed and the user has set no launcher. CCACHE_SLOPPINESS makes precompiled headers
# cacheable; CCACHE_BASEDIR lets the build folders of a checkout share results.
find_program(TORCH_DISTRIBUTIONS_CCACHE ccache DOC "ccache, used when found")
mark_as_advanced(TORCH_DISTRIBUTIONS_CCACHE)
if(PROJECT_IS_TOP_LEVEL AND TORCH_DISTRIBUTIONS_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env" CCACHE_SLOPPINESS=pch_defines,time_macros
    "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=true "${TORCH_DISTRIBUTIONS_CCACHE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)  # required by ccache for precompiled headers
  endif()
endif()
