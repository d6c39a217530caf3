# What is needed besides LibTorch: the system's package where there is one, else its source.
include(FetchContent)

# Makes one of `targets` available from the package `name`, which is cloned from `repository` at `tag` where no package is
# found.
function(torch_distributions_dependency name targets repository tag)
  foreach(target IN LISTS targets)
    if(TARGET ${target})
      return()
    endif()
  endforeach()
  find_package(${name} QUIET)
  foreach(target IN LISTS targets)
    if(TARGET ${target})
      return()
    endif()
  endforeach()
  message(STATUS "${name}: no system package, cloning ${repository} ${tag}")
  set(BUILD_SHARED_LIBS OFF)
  FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${tag} GIT_SHALLOW ON)
  FetchContent_MakeAvailable(${name})
endfunction()

# Formats what the library prints. Its headers alone are used, since LibTorch's include directory carries fmt headers of its
# own, which may be another version than a compiled library. Some packages have only the target of that library.
torch_distributions_dependency(fmt "fmt::fmt-header-only;fmt::fmt" https://github.com/fmtlib/fmt.git 11.0.2)
foreach(target fmt::fmt-header-only fmt::fmt)
  if(TARGET ${target})
    set(TORCH_DISTRIBUTIONS_FMT_INCLUDES $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
    break()
  endif()
endforeach()
if(NOT TORCH_DISTRIBUTIONS_FMT_INCLUDES)
  message(FATAL_ERROR "TorchDistributions: no fmt. Install its development package (libfmt-dev), or name one in CMAKE_PREFIX_PATH.")
endif()

if(TORCH_DISTRIBUTIONS_BUILD_TESTS)
  # The test framework.
  torch_distributions_dependency(GTest GTest::gmock https://github.com/google/googletest.git v1.14.0)
  # Reads the golden data.
  torch_distributions_dependency(
    nlohmann_json nlohmann_json::nlohmann_json https://github.com/nlohmann/json.git v3.11.3)
endif()
