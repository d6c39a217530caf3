# Dependencies besides LibTorch: the system's package if there is one, else a clone of the repository.
include(FetchContent)

# Makes one of the targets available: from the package `name` if it is found, else from a clone of `repository` at `tag`.
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

# fmt formats the library's messages. It is used as a header-only library: LibTorch's include directory has fmt headers too, and
# these may be of another version than a compiled fmt library. Some packages only have the target fmt::fmt.
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
  # Test framework.
  torch_distributions_dependency(GTest GTest::gmock https://github.com/google/googletest.git v1.14.0)
  # Reads the reference data of test/data.
  torch_distributions_dependency(
    nlohmann_json nlohmann_json::nlohmann_json https://github.com/nlohmann/json.git v3.11.3)
endif()
