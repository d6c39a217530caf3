message(FATAL_ERROR "The library includes a module of the project around it")
