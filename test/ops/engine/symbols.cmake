# Fails if an object file of kernels defines or uses a weak function: the linker keeps one copy of each for the whole
# program, which could be one that was compiled for registers that the machine does not have.
#
# Run by ctest: cmake -DNM=<nm> "-DOBJECTS=<object files>" -P symbols.cmake
cmake_minimum_required(VERSION 3.23)

foreach(object IN LISTS OBJECTS)
  execute_process(COMMAND "${NM}" --demangle "${object}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  # W: weak, defined. V and u are constants, which are the same everywhere.
  string(REGEX MATCHALL "[0-9a-f]+ W [^\n]*" weak "${symbols}")
  if(weak)
    list(JOIN weak "\n  " weak)
    message(SEND_ERROR "${object}:\n  ${weak}")
  endif()
  string(REGEX MATCHALL "[0-9a-f]+ T [^\n]*" defined "${symbols}")
  if(NOT defined)
    message(SEND_ERROR "${object} defines no kernel")
  endif()
endforeach()
