# Finds LibTorch: by find_package(Torch), else in the torch package of python3, else in the environment
# TORCH_DISTRIBUTIONS_TORCH_ENVIRONMENT if that is set, where it installs a wheel if necessary. Prints which one is used.
set(TORCH_DISTRIBUTIONS_TORCH_ENVIRONMENT "" CACHE PATH
  "Folder of a private Python environment to install LibTorch into when there is no other; empty: none")
option(TORCH_DISTRIBUTIONS_REQUIRE_CUDA "Refuse a LibTorch without CUDA" OFF)

# Sets `result` to the folder of the torch package of `python`, or to "" if there is none or it needs a CUDA toolkit that is not
# installed. Finds the folder without importing torch, which takes seconds.
function(torch_distributions_python_torch python result)
  set(${result} "" PARENT_SCOPE)
  if(NOT EXISTS "${python}")
    return()
  endif()
  execute_process(
    COMMAND "${python}" -c
      "from importlib.util import find_spec; print(find_spec('torch').submodule_search_locations[0], end='')"
    OUTPUT_VARIABLE prefix RESULT_VARIABLE status ERROR_QUIET)
  if(NOT status EQUAL 0)
    return()
  endif()
  find_program(TORCH_DISTRIBUTIONS_NVCC nvcc HINTS ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES bin)
  mark_as_advanced(TORCH_DISTRIBUTIONS_NVCC)
  if(EXISTS "${prefix}/lib/libtorch_cuda.so" AND NOT TORCH_DISTRIBUTIONS_NVCC)
    message(STATUS "LibTorch in ${prefix} passed over: it needs the CUDA toolkit, which is not installed")
    return()
  endif()
  set(${result} "${prefix}" PARENT_SCOPE)
endfunction()

function(torch_distributions_install_torch environment)
  set(pip "${environment}/bin/python" -m pip --disable-pip-version-check install)
  message(STATUS "Installing LibTorch into ${environment}")
  execute_process(COMMAND "${TORCH_DISTRIBUTIONS_PYTHON}" -m venv "${environment}" COMMAND_ERROR_IS_FATAL ANY)
  if(NOT TORCH_DISTRIBUTIONS_NVCC)
    # Building against PyPI's wheel needs the CUDA toolkit, so try the CPU wheel first: from the configured index, then from
    # PyTorch's.
    execute_process(COMMAND ${pip} torch==2.13.0+cpu RESULT_VARIABLE status ERROR_QUIET)
    if(status EQUAL 0)
      return()
    endif()
    execute_process(
      COMMAND ${pip} torch==2.13.0+cpu --extra-index-url https://download.pytorch.org/whl/cpu RESULT_VARIABLE status)
    if(status EQUAL 0)
      return()
    endif()
  endif()
  execute_process(COMMAND ${pip} torch==2.13.0 COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(CMAKE_MESSAGE_LOG_LEVEL_saved "${CMAKE_MESSAGE_LOG_LEVEL}")
macro(torch_distributions_find_torch)
  set(CMAKE_MESSAGE_LOG_LEVEL ERROR)  # the package warns of static libraries that no program needs
  find_package(Torch 2.11 QUIET ${ARGN})
  set(CMAKE_MESSAGE_LOG_LEVEL "${CMAKE_MESSAGE_LOG_LEVEL_saved}")
endmacro()

set(torch_source "find_package")
torch_distributions_find_torch()
if(NOT Torch_FOUND)
  find_program(TORCH_DISTRIBUTIONS_PYTHON python3 DOC "The Python whose torch is taken when find_package(Torch) finds none")
  mark_as_advanced(TORCH_DISTRIBUTIONS_PYTHON)
  set(torch_source "python3")
  torch_distributions_python_torch("${TORCH_DISTRIBUTIONS_PYTHON}" torch_prefix)
  if(torch_prefix)
    torch_distributions_find_torch(PATHS "${torch_prefix}" NO_DEFAULT_PATH)
  endif()
endif()
if(NOT Torch_FOUND AND TORCH_DISTRIBUTIONS_TORCH_ENVIRONMENT)
  set(torch_source "private environment")
  torch_distributions_python_torch("${TORCH_DISTRIBUTIONS_TORCH_ENVIRONMENT}/bin/python" torch_prefix)
  if(NOT torch_prefix)
    torch_distributions_install_torch("${TORCH_DISTRIBUTIONS_TORCH_ENVIRONMENT}")
    torch_distributions_python_torch("${TORCH_DISTRIBUTIONS_TORCH_ENVIRONMENT}/bin/python" torch_prefix)
  endif()
  torch_distributions_find_torch(PATHS "${torch_prefix}" NO_DEFAULT_PATH)
endif()
if(NOT Torch_FOUND)
  message(FATAL_ERROR
    "TorchDistributions: no LibTorch of version 2.11 or later. Name one in CMAKE_PREFIX_PATH, or `pip install torch` for the "
    "python3 on PATH, or run scripts/test, which installs one inside the build folder.")
endif()

# Make LibTorch's targets visible to a parent project, which links LibTorch through this library.
get_directory_property(torch_targets IMPORTED_TARGETS)
if(torch_targets)  # empty if the parent project has found LibTorch before
  set_target_properties(${torch_targets} PROPERTIES IMPORTED_GLOBAL TRUE)
endif()

if(TARGET torch_cuda)
  set(torch_device "CUDA ${CUDA_VERSION}")
elseif(TORCH_DISTRIBUTIONS_REQUIRE_CUDA)
  message(FATAL_ERROR "TorchDistributions: LibTorch ${Torch_VERSION} in ${TORCH_INSTALL_PREFIX} has no CUDA.")
else()
  set(torch_device "CPU only")
endif()
message(STATUS "LibTorch ${Torch_VERSION}, ${torch_device}, by ${torch_source}: ${TORCH_INSTALL_PREFIX}")
