# fmt as Conan packages it: only the target of the compiled library. Its include folders are those of the fmt that the outer
# build found.
add_library(fmt::fmt INTERFACE IMPORTED)
set_target_properties(fmt::fmt PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${FMT_INCLUDES}")
