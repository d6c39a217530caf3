# Fails if an object file of kernels defines a weak function. The linker keeps one copy of a weak function for the whole
# program, possibly one compiled for instructions that the machine does not have. The instances of `kernels_of` are weak
# too, but their names contain the instruction set.
#
# Run by ctest: cmake -DNM=<nm> "-DOBJECTS=<object files>" -P symbols.cmake
cmake_minimum_required(VERSION 3.23)

foreach(object IN LISTS OBJECTS)
  execute_process(COMMAND "${NM}" --demangle "${object}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "[0-9a-f]+ W ([^\n]*kernels_of<torch::distributions::ops::engine::isa::)" "T \\1" symbols "${symbols}")
  # W: a weak function, defined here. V and u are constants, which are equal in all object files.
  string(REGEX MATCHALL "[0-9a-f]+ W [^\n]*" weak "${symbols}")
  if(weak)
    list(JOIN weak "\n  " weak)
    message(SEND_ERROR "${object}:\n  ${weak}")
  endif()
  string(REGEX MATCHALL "T [^\n]*" defined "${symbols}")
  if(NOT defined)
    message(SEND_ERROR "${object} defines no kernel")
  endif()
endforeach()
