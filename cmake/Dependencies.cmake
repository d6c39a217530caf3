# What is needed besides LibTorch: the system's package where there is one, else its source.
include(FetchContent)

# Makes `target` available from the package `name`, which is cloned from `repository` at `tag` where no package is found.
function(torch_distributions_dependency name target repository tag)
  if(TARGET ${target})
    return()
  endif()
  find_package(${name} QUIET)
  if(TARGET ${target})
    return()
  endif()
  message(STATUS "${name}: no system package, cloning ${repository} ${tag}")
  set(BUILD_SHARED_LIBS OFF)
  FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${tag} GIT_SHALLOW ON)
  FetchContent_MakeAvailable(${name})
endfunction()

# Formats what the library prints. Header-only, since LibTorch's include directory carries its own fmt headers, which
# may be another version than the system's compiled library.
torch_distributions_dependency(fmt fmt::fmt-header-only https://github.com/fmtlib/fmt.git 11.0.2)

if(TORCH_DISTRIBUTIONS_BUILD_TESTS)
  # The test framework.
  torch_distributions_dependency(GTest GTest::gmock https://github.com/google/googletest.git v1.14.0)
  # Reads the golden data.
  torch_distributions_dependency(
    nlohmann_json nlohmann_json::nlohmann_json https://github.com/nlohmann/json.git v3.11.3)
endif()
